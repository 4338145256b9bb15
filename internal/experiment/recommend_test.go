package experiment

import (
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"example.com/simrun/scenarios"
)

// The least cost, alike within 2 %, then the order of the list: the fewest changes. Without prices the order alone.
func TestRecommended(t *testing.T) {
	at := func(prices ...float64) []effort {
		var all []effort
		for i, p := range prices {
			x := effort{layout: i, changes: i}
			if p > 0 {
				x.monthly = &p
			}
			all = append(all, x)
		}
		return all
	}
	for _, c := range []struct {
		prices []float64
		want   int
	}{
		{[]float64{561, 316, 347}, 1},
		{[]float64{561, 322, 316}, 1}, // alike
		{[]float64{561, 323, 316}, 2},
		{[]float64{316, 316}, 0},
		{[]float64{0, 0}, 0},
		{[]float64{561, 0, 316}, 0}, // what one costs is unknown
	} {
		assert.Equal(t, c.want, recommended(at(c.prices...)).layout, "%v", c.prices)
	}
	assert.Nil(t, recommended(nil))
}

func TestLivesWith(t *testing.T) {
	s := &Strategy{Classes: []Class{{Duplicated: 3.2, Lost: 0.3}, {Killed: &Killed{Attempts: 4931}, Dead: 1}}}
	assert.Equal(t, " (in each run with 4 931 kills, 3.2 tasks run twice and 1 task lost)", livesWith(s))
	assert.Empty(t, livesWith(&Strategy{}))
}

// A layout that leaves a queue without targets to grow without end is not recommended for its few slots, nor does what runs
// today pass with one.
func TestWhatGrowsWithoutEndDoesNotPass(t *testing.T) {
	const file = `
run: {duration: 10m, warmup: 1m, replications: 2}
tasks:
  notify: {arrivals: {poisson: 10/s}, work: [{io: {exponential: 60ms}}], slo: {wait: {p95: 500ms}}}
  backup: {arrivals: {poisson: 1/s}, work: [{io: {exponential: 5s}}]}
strategies:
  today: {workers: {worker: {command: "%s"}}}
  starved: {workers: {a: {queues: [notify], concurrency: 2}, b: {queues: [backup], concurrency: 1}}}
`
	for today, want := range map[string]string{
		"celery -A app worker -Q notify,backup -c 40": keepBaseline,
		"celery -A app worker -Q notify,backup -c 3":  nonePasses,
	} {
		sc, err := scenarios.Decode("t.yaml", fmt.Appendf(nil, file, today), ".")
		require.NoError(t, err)
		r, err := Run(t.Context(), sc, Options{})
		require.NoError(t, err)
		assert.Equal(t, want, r.Verdict.Status)
		assert.Equal(t, "fail", r.Strategies[1].Verdict())
		assert.Contains(t, strings.Join(r.Verdict.Reasons, "\n"), "starved does not pass: the queue backup grows without end: it asks for 5 slots of work and can have 1.")
		sc.Baseline = 1
		r, err = Run(t.Context(), sc, Options{})
		require.NoError(t, err)
		assert.Equal(t, "No: what runs today (starved) meets its target, but the queue backup grows without end: it asks for 5 slots of work and can have 1.", r.Verdict.Headline)
	}
}
