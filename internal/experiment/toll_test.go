package experiment_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"example.com/simrun/internal/experiment"
)

// shipped is deployed at minute 10, when on average 2/s x 5 s = 10 tasks run; those of them that take 2 s longer are
// killed: of exponential ones exp(-2/5) = 67 %.
const shipped = `
run: {duration: 30m, drain: 20m, replications: 20}
broker: rabbitmq
tasks:
  a: {arrivals: {poisson: 2/s}, work: [{io: {exponential: 5s}}]}
  b: {arrivals: {poisson: 2/s}, work: [{io: {exponential: 5s}}], acks_late: true}
faults: FAULTS
strategies:
  one: {workers: {w: {queues: [a, b], concurrency: 60}}}
  two: {workers: {v: {queues: [a], concurrency: 15, replicas: 2}, w: {queues: [b], concurrency: 15, replicas: 2}}}
`

func ship(t *testing.T, faults string) *experiment.Result {
	t.Helper()
	return answer(t, strings.Replace(shipped, "FAULTS", faults, 1))
}

func TestTollOfADeploy(t *testing.T) {
	r := ship(t, "[{deploy: rolling, at: 10m, grace: 2s, boot: 3s}]")
	for i := range r.Strategies {
		f := r.Strategies[i].Faults
		require.Len(t, f, 1)
		assert.Equal(t, []float64{600, 10}, []float64{*f[0].At, *f[0].For}, "two replicas, each 2 s + 3 s")
		assert.True(t, f[0].AtMost)
		a, b := f[0].Blast[0].Toll, f[0].Blast[1].Toll
		assert.Equal(t, r.Strategies[i].Classes[0].Lost, a.Lost, "all that was lost")
		assert.Zero(t, a.Rerun+a.Doubled+a.Refused+b.Doubled+b.Refused)
		assert.Zero(t, b.Lost)
		assert.Zero(t, r.Strategies[i].Classes[1].Lost)
	}
	// Poisson numbers, of 20 replications: +- 3 x sqrt(6.7 / 20) = 1.7.
	assert.InDelta(t, 6.7, r.Strategies[0].Faults[0].Blast[0].Toll.Lost, 1.7)
	assert.InDelta(t, 6.7, r.Strategies[0].Faults[0].Blast[1].Toll.Rerun, 1.7)
	// A run that is killed is as old as runs of an exponential law are, and at least 2 s.
	b := r.Strategies[0].Faults[0].Blast[1].Toll
	assert.InEpsilon(t, 2+5, b.ThrownAway/b.Rerun, 0.3)
}

// With all the grace in the world a deploy kills nothing, and each one counts for itself.
func TestADeployWithGrace(t *testing.T) {
	r := ship(t, "[{deploy: rolling, every: 10m, grace: 9m, boot: 1s}, {at: 12m, for: 1m, broker: down}]")
	for i := range r.Strategies {
		s := &r.Strategies[i]
		require.Len(t, s.Faults, 3, "at 10 and 20 minutes, and the broker")
		for k := range s.Classes {
			for _, deploy := range s.Faults[:2] {
				toll := *deploy.Blast[k].Toll
				toll.Returned = 0
				assert.Equal(t, experiment.Toll{}, toll)
			}
			broker := s.Faults[2].Blast[k].Toll
			assert.Equal(t, s.Classes[k].Rejected, broker.Refused)
			assert.InDelta(t, 2*(60-0.6), broker.Refused, 3*2.5)
		}
		assert.InDelta(t, 10, s.Faults[2].Blast[1].Toll.Doubled, 3*0.75, "as many as ran")
		assert.InDelta(t, s.Faults[2].Blast[1].Toll.Doubled, s.Classes[1].Duplicated, 1e-9)
		assert.Zero(t, s.Classes[0].Duplicated)
	}
}
