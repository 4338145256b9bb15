package experiment_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"example.com/simrun/internal/experiment"
)

// secret is a task with personal data beside others, in layouts that share less and less. LABELS,
// CLEARED and FAULTS stand for what is said of it.
const secret = `
currency: EUR
run: {duration: 20m, drain: 20m, warmup: 1m, replications: 5}
broker: ideal
machines: {m: {cores: 4, price: 0.2/h}, v: {cores: 2, price: 0.1/h}}
tasks:
  export: {LABELS arrivals: {poisson: 1/s}, work: [{io: {exponential: 1s}}], slo: {wait: {p95: 5s}}}
  other: {arrivals: {poisson: 1/s}, work: [{io: {exponential: 1s}}], slo: {wait: {p95: 5s}}}
FAULTS
strategies:
  pool: {workers: {w: {queues: [export, other], concurrency: 8, disable_prefetch: true, machine: m}}}
  cleared: {extends: pool, workers: {w: {CLEARED}}}
  apart:
    broker: {kind: ideal, acl: per_queue}
    workers:
      a: {queues: [export], concurrency: 4, disable_prefetch: true, machine: v, CLEARED}
      b: {queues: [other], concurrency: 4, disable_prefetch: true, machine: m}
`

func withSecrets(t *testing.T, labels, cleared, faults string) *experiment.Result {
	t.Helper()
	return answer(t, strings.NewReplacer("LABELS", labels, "CLEARED", cleared, "FAULTS", faults).Replace(secret))
}

// Where somebody is cleared, the others may not run what has the label, however well they do; the pool that is cleared
// as a whole passes, and what it shares is said with what it would cost to share less.
func TestClearanceIsACondition(t *testing.T) {
	r := withSecrets(t, "labels: [pii],", "clearance: [pii]", "")
	v := &r.Verdict
	assert.Equal(t, "change", v.Status)
	assert.False(t, *v.BaselinePasses)
	assert.Equal(t, "No: what runs today (pool) runs export (pii) on w without clearance.", v.Headline)
	assert.Equal(t, "cleared", *v.Recommend)
	assert.Equal(t, []experiment.Breach{{Class: "export", Label: "pii", Workers: []string{"w"}}}, r.Strategies[0].Breaches)
	assert.Empty(t, r.Strategies[1].Breaches)
	assert.NotEqual(t, "pool", *v.Best, "what may not run is not the best")
	assert.Equal(t, v.Headroom["pool"], v.Headroom["cleared"], "headroom is about load")
	assert.Contains(t, v.Reasons, "cleared: tasks with labels share processes, machines and the broker with others. apart shares nothing, for 0.1 EUR an hour more.")

	pool, apart := r.Strategies[0].Classes[0].Exposure["pii"], r.Strategies[2].Classes[0].Exposure["pii"]
	assert.InDelta(t, 1, pool.Uncleared.Value, 0)
	assert.Greater(t, pool.Process.Shared.Value, 0.99)
	assert.Zero(t, pool.Process.Beside.Value)
	assert.InDelta(t, 1, pool.Machine.Shared.Value, 0)
	// With Poisson arrivals the others are M/M/8-like at load 1: some run for 1 - exp(-1) of the time, and an attempt of
	// an exponential second meets none with probability (1 - 0.632) x 1/2.
	assert.InDelta(t, 1-0.368/2, pool.Machine.Beside.Value, 0.02)
	assert.InDelta(t, 3600*0.632, pool.Machine.Overlap.Value, 100, "1 export a second of a second each")
	assert.True(t, pool.Broker)
	assert.Zero(t, apart.Uncleared.Value+apart.Process.Shared.Value+apart.Machine.Shared.Value+apart.Machine.Overlap.Value)
	assert.False(t, apart.Broker)
	assert.Nil(t, r.Strategies[0].Classes[1].Exposure)
}

// Where nobody is, exposure is told and decides nothing.
func TestExposureAloneDecidesNothing(t *testing.T) {
	r := withSecrets(t, "labels: [pii],", "pool: prefork", "")
	assert.Equal(t, "keep_baseline", r.Verdict.Status)
	assert.Empty(t, r.Strategies[0].Breaches)
	assert.InDelta(t, 1, r.Strategies[0].Classes[0].Exposure["pii"].Uncleared.Value, 0)
	assert.Contains(t, strings.Join(r.Verdict.Reasons, "\n"), "apart shares nothing")
}

// Labels, and a compromise, which only reads, change no other figure, not even the warm-up.
func TestExposureChangesNoFigure(t *testing.T) {
	plain := withSecrets(t, "", "pool: prefork", "")
	r := withSecrets(t, "labels: [pii],", "pool: prefork", "faults: [{compromise: other, at: 5m, for: 5m}]")
	require.Len(t, r.Strategies[0].Compromised, 1)
	assert.Empty(t, r.Strategies[0].Faults)
	assert.NotContains(t, bytesOf(t, plain), "exposure")
	for l := range r.Strategies {
		for c := range r.Strategies[l].Classes {
			r.Strategies[l].Classes[c].Exposure = nil
		}
		r.Strategies[l].Compromised = nil
	}
	r.Verdict, r.Scenario, r.Run.Events = plain.Verdict, plain.Scenario, plain.Run.Events
	assert.JSONEq(t, bytesOf(t, plain), bytesOf(t, r))
	assert.Equal(t, plain.Run.Warmup, r.Run.Warmup)
	assert.Equal(t, plain.Comparisons, r.Comparisons)
}

func TestCompromise(t *testing.T) {
	r := withSecrets(t, "labels: [pii],", "pool: prefork", "faults: [{compromise: other, at: 5m, for: 5m}]")
	of := func(l int) experiment.Reach {
		c := r.Strategies[l].Compromised[0]
		assert.Equal(t, "other compromised", c.Fault)
		assert.Equal(t, []float64{300, 300}, []float64{c.At, c.For})
		require.Len(t, c.Classes, 1)
		assert.Equal(t, "export", c.Classes[0].Class)
		return c.Classes[0]
	}
	pool, apart := of(0), of(2)
	assert.InDelta(t, 301, pool.Present.Value, 25, "one a second, and one that is there already")
	assert.Greater(t, pool.Process.Value, 0.9*pool.Present.Value, "each process is taken within seconds")
	assert.GreaterOrEqual(t, pool.Machine.Value, pool.Process.Value)
	assert.Equal(t, pool.Present.Value, apart.Present.Value, "the same tasks")
	assert.Zero(t, apart.Process.Value+apart.Machine.Value+apart.Broker.Value)
}

// What has no machine has no neighbours that anybody knows of.
func TestExposureWithoutMachines(t *testing.T) {
	r := answer(t, `
run: {duration: 10m, warmup: 0s, replications: 2}
broker: ideal
tasks:
  a: {labels: [pii], arrivals: {poisson: 1/s}, work: [{io: 1s}]}
  b: {arrivals: {poisson: 1/s}, work: [{io: 1s}]}
faults: [{compromise: b, at: 1m, for: 1m}]
strategies: {one: {workers: {w: {queues: [a, b], concurrency: 4}}}}
`)
	assert.Nil(t, r.Strategies[0].Classes[0].Exposure["pii"].Machine)
	assert.Nil(t, r.Strategies[0].Compromised[0].Classes[0].Machine)
	assert.NotContains(t, bytesOf(t, r), `"machine":null`)
}
