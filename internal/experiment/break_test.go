package experiment_test

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"example.com/simrun/internal/experiment"
	"example.com/simrun/theory"
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

// Near the load at which a queue grows without end a target breaks before, also where no load was simulated at which it does.
func TestWhatBreaksBeforeAQueueIsFull(t *testing.T) {
	q := theory.MMC{Lambda: 0.94 * 8, Mu: 1, C: 8}
	for seed := range uint64(5) {
		sc := read(t, withTarget(queueText("", "{exponential: 1s}", 0.8*8, 8), fmt.Sprintf("wait: {p95: %gs}", q.WaitQuantile(0.95))))
		sc.Seed = 57 + seed // with 57 and 60 all loads that are simulated meet it
		h := run(t, sc).Verdict.Headroom["one"]
		require.NotNil(t, h.Breaks)
		assert.InDelta(t, 0.94/0.8, h.Factor, 0.02)
		assert.Equal(t, "a", h.Breaks.Class, "seed %d: %v, %+v", seed, h, h.Breaks)
	}
}

// A share of tasks, as what is lost, does not break by whom they wait for.
func TestWhatBreaksWithoutWaiting(t *testing.T) {
	of := func(metric, through string) string {
		m, err := workloads.ParseMetric(metric)
		require.NoError(t, err)
		b := experiment.Break{Class: "video", Metric: &m, Through: through, Behind: map[string]float64{"mail": 0.9}, Full: []experiment.Full{{Worker: "w", Share: 0.5}}}
		return b.Sentence()
	}
	assert.Equal(t, "video wait p95 breaks: 90 % of its wait is behind mail; in use are 50 % of the slots of w", of("wait.p95", experiment.ByWait))
	assert.Equal(t, "video response p95 breaks: 90 % of its wait is behind mail; in use are 50 % of the slots of w", of("response.p95", experiment.ByWait))
	assert.Equal(t, "video response p95 breaks: it runs for so long, and hardly waits; in use are 50 % of the slots of w", of("response.p95", experiment.ByRun))
	assert.Equal(t, "video loss breaks; in use are 50 % of the slots of w", of("loss", ""))
	assert.Equal(t, "video run p95 breaks; in use are 50 % of the slots of w", of("run.p95", experiment.ByRun))
}

// A response is too long by its wait, by its run or by its retries, whichever that is.
func TestThroughWhatAResponseIsTooLong(t *testing.T) {
	through := func(task string, slots int, load float64) (missed, breaks string) {
		sc := read(t, fmt.Sprintf(`
broker: ideal
run: {replications: 4}
machines: {m: {cores: 2}}
tasks: {a: {arrivals: {poisson: %g/s}, %s}}
strategies: {s: {workers: {w: {queues: [a], concurrency: %d, machine: m}}}}
`, load, task, slots))
		r := run(t, sc)
		c := &r.Strategies[0].Classes[0]
		missed = c.Through(&c.SLO[0])
		if b := r.Verdict.Headroom["s"].Breaks; b != nil {
			breaks = b.Through
		}
		return missed, breaks
	}
	missed, _ := through("work: [{io: {exponential: 1s}}], slo: {response: {p95: 2s}}", 20, 1)
	assert.Equal(t, experiment.ByRun, missed, "p95 of the run alone is 3 s")
	missed, _ = through("work: [{io: {exponential: 1s}}], slo: {response: {p95: 4s}}", 2, 1.8)
	assert.Equal(t, experiment.ByWait, missed)
	missed, _ = through("work: [{io: 1s}], failures: {error: 30%}, retry: {max: 5, delay: 20s}, slo: {response: {p95: 10s}}", 20, 1)
	assert.Equal(t, experiment.ByRetries, missed)
	_, breaks := through("work: [{cpu: {exponential: 500ms}}], slo: {response: {p95: 4s}}", 50, 1)
	assert.Equal(t, experiment.ByRun, breaks, "tasks share cores, and find a slot at once")
	_, breaks = through("work: [{io: {exponential: 500ms}}], slo: {response: {p95: 4s}}", 2, 1)
	assert.Equal(t, experiment.ByWait, breaks)
}
