package experiment_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"example.com/simrun/internal/experiment"
)

// struck is a pool whose service hangs from minute 10 to 14, beside another that never calls it.
const struck = `
run: {duration: 40m, drain: 20m, replications: 10}
broker: ideal
services: {api: {latency: {exponential: 200ms}}}
machines: {m: {cores: 4, boot: 1m}}
tasks:
  calls: {arrivals: {poisson: 3/s}, work: [{io: api}], slo: {wait: {p95: 1s}}}
  rests: {arrivals: {poisson: 3/s}, work: [{io: 100ms}], slo: {wait: {p95: 1s}}}
faults: FAULTS
strategies:
  together: {workers: {w: {queues: [calls, rests], concurrency: 8, disable_prefetch: true, machine: m}}}
  apart:
    workers:
      a: {queues: [calls], concurrency: 4, disable_prefetch: true, machine: m}
      b: {queues: [rests], concurrency: 4, disable_prefetch: true, machine: m}
`

func strike(t *testing.T, faults string) *experiment.Result {
	t.Helper()
	return answer(t, strings.Replace(struck, "FAULTS", faults, 1))
}

func TestBlastRadius(t *testing.T) {
	r := strike(t, "[{at: 10m, for: 4m, service: api, mode: hang}]")
	assert.Zero(t, r.Run.Warmup)
	assert.Equal(t, "none: faults are planned, so the run starts and ends as given", r.Run.WarmupRule)
	together, apart := r.Strategies[0].Faults, r.Strategies[1].Faults
	require.Len(t, together, 1)
	assert.Equal(t, "api hang", together[0].Fault)
	assert.Equal(t, []float64{600, 240}, []float64{*together[0].At, *together[0].For})
	for class, b := range together[0].Blast {
		assert.Less(t, b.MissedBefore.Value, 0.01)
		assert.Greater(t, b.Missed.Value, 0.9, "class %d: every slot is taken", class)
		assert.Less(t, b.MissedLater.Value, 0.01)
		assert.InDelta(t, 240, b.OutFor, 61)
	}
	calls, rests := apart[0].Blast[0], apart[0].Blast[1]
	assert.Greater(t, calls.Missed.Value, 0.9)
	assert.Zero(t, rests.Missed.Value, "the fault does not reach it")
	assert.Zero(t, rests.OutFor)

	// 240 s x 3/s have piled up, behind 4 slots that do 20/s, beside 3/s that go on arriving.
	require.NotNil(t, apart[0].Drain)
	assert.InDelta(t, 240*3/(20-3.0), apart[0].Drain.Value, 25)
	assert.InDelta(t, 240*3, apart[0].WaitingMost.Value, 60)
	assert.Equal(t, 1.0, *apart[0].Drained)
}

func TestStretchByCause(t *testing.T) {
	r := strike(t, "[{at: 10m, for: 4m, service: api, mode: slow, factor: 2}]")
	c := &r.Strategies[1].Classes[0]
	// A tenth of the calls takes 0.2 s more.
	assert.InEpsilon(t, 0.02, c.StretchByCause.Service, 0.15)
	assert.Zero(t, c.StretchByCause.CPU)
	assert.Zero(t, r.Strategies[1].Classes[1].StretchByCause.Service)
	assert.Zero(t, c.ServiceFailures)
}

func TestAFailedMachine(t *testing.T) {
	r := strike(t, "[{at: 10m, for: 2m, machine: m}]")
	for i := range r.Strategies {
		s := &r.Strategies[i]
		for _, b := range s.Faults[0].Blast {
			assert.Positive(t, b.Missed.Value)
			// It is up a minute later than the fault is over.
			assert.Greater(t, b.MissedAfter.Value, 0.4)
		}
		assert.Positive(t, s.Faults[0].Drain.Value)
		lost := s.Classes[0].Lost + s.Classes[1].Lost
		assert.Positive(t, lost, "acked and running")
		assert.LessOrEqual(t, lost, 8.0)
		assert.InDelta(t, s.All.Published, s.All.Succeeded+s.All.Failed+s.All.Lost+s.All.Unfinished+s.All.Unstarted, 1e-9)
	}
}

// A fault at chance zero changes not one byte but the digest of the file.
func TestAFaultAtChanceZeroChangesNothing(t *testing.T) {
	plain, zero := strike(t, "[]"), strike(t, "[{task: calls, mode: hang, chance: 0%}]")
	zero.Scenario.SHA256 = plain.Scenario.SHA256
	assert.Equal(t, bytesOf(t, plain), bytesOf(t, zero))
	assert.NotContains(t, bytesOf(t, plain), `"blast"`)
}

// A fault by chance has no time: its figures are those of the whole run.
func TestAFaultByChance(t *testing.T) {
	r := strike(t, "[{task: calls, mode: hang, chance: 1%}]")
	f := r.Strategies[0].Faults
	require.Len(t, f, 1)
	assert.Equal(t, "calls: hang, 1%", f[0].Fault)
	assert.Nil(t, f[0].At)
	assert.Nil(t, f[0].Drain)
	assert.Nil(t, f[0].Blast[0].MissedBefore)
	assert.Greater(t, f[0].Blast[1].Missed.Value, 0.5, "eight hangs take the pool")
	assert.Zero(t, r.Strategies[1].Faults[0].Blast[1].Missed.Value)
}
