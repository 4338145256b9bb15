package experiment_test

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"example.com/simrun/internal/experiment"
	"example.com/simrun/workloads"
)

// What breaks first as the load grows is the strict target, through the tasks that hold the slots. With a worker apart more load
// passes, until tasks wait behind others of their kind.
func TestWhatBreaksFirst(t *testing.T) {
	r := run(t, read(t, `
broker: ideal
tasks:
  quick: {queue: quick, arrivals: {poisson: 1/s}, work: [{io: 100ms}], slo: {wait: {p95: 5s}}}
  long: {queue: long, arrivals: {poisson: 0.1/s}, work: [{io: {exponential: 10s}}], slo: {wait: {p95: 60s}}}
strategies:
  pool: {workers: {w: {queues: [quick, long], concurrency: 3}}}
  apart: {workers: {wq: {queues: [quick], concurrency: 1}, wl: {queues: [long], concurrency: 3}}}
`))
	pool := r.Verdict.Headroom["pool"].Breaks
	require.NotNil(t, pool)
	assert.Equal(t, "quick", pool.Class)
	assert.Greater(t, pool.Behind["long"], 0.9)
	assert.InDelta(t, r.Verdict.Headroom["pool"].Factor, pool.Load, 0.2)
	require.Len(t, pool.Full, 1)
	assert.InDelta(t, 1.1*pool.Load/3, pool.Full[0].Share, 0.05, "1.1 slots are offered")
	assert.Contains(t, pool.Sentence(), "quick wait p95 breaks: 9")

	apart := r.Verdict.Headroom["apart"].Breaks
	require.NotNil(t, apart)
	assert.Equal(t, "long", apart.Class)
	assert.InDelta(t, 1, apart.Behind["long"], 1e-9)
	assert.Greater(t, apart.Full[0].Share, pool.Full[0].Share)
}

// A share of tasks, as what is lost, does not break by whom they wait for.
func TestWhatBreaksWithoutWaiting(t *testing.T) {
	of := func(metric string) string {
		m, err := workloads.ParseMetric(metric)
		require.NoError(t, err)
		b := experiment.Break{Class: "video", Metric: &m, Behind: map[string]float64{"mail": 0.9}, Full: []experiment.Full{{Worker: "w", Share: 0.5}}}
		return b.Sentence()
	}
	assert.Equal(t, "video wait p95 breaks: 90 % of its wait is behind mail; in use are 50 % of the slots of w", of("wait.p95"))
	for _, metric := range []string{"loss", "run.p95"} {
		assert.NotContains(t, of(metric), "its wait", metric)
	}
}
