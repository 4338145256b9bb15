package report

import (
	"fmt"
	"math"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"example.com/simrun/des"
	"example.com/simrun/internal/experiment"
	"example.com/simrun/internal/units"
	"example.com/simrun/worker"
	"example.com/simrun/workloads"
)

// The line of a target lies at its own quantile, however it is written.
func TestLineOfAWaitTarget(t *testing.T) {
	of := func(name string) float64 {
		m, err := workloads.ParseMetric(name)
		require.NoError(t, err)
		_, p := waitTarget(&experiment.Result{Strategies: []experiment.Strategy{{Classes: []experiment.Class{
			{Name: "a", SLO: []experiment.SLO{{Metric: m, Target: 1}}},
		}}}}, "a")
		return p
	}
	for metric, want := range map[string]float64{
		"wait.p1": 0.01, "wait.p5": 0.05, "wait.p95": 0.95, "wait.p99.5": 0.995, "wait.p999": 0.999,
		"wait.mean": 0, "wait.max": 0, "response.p95": 0, "loss": 0, "done_by": 0,
	} {
		assert.InDelta(t, want, of(metric), 1e-12, metric)
	}
}

func TestTicksAreAtRoundTimes(t *testing.T) {
	var labels []string
	for _, tick := range (logTicks{}).Ticks(0.001, 3600) {
		if !tick.IsMinor() {
			labels = append(labels, tick.Label)
		}
	}
	assert.Equal(t, []string{"1 ms", "10 ms", "100 ms", "1 s", "10 s", "1 m", "10 m", "1 h"}, labels)
	labels = nil
	for _, tick := range (logTicks{}).Ticks(1e-4, 86400) { // nine decades: 1 d would run into 10 h
		if !tick.IsMinor() {
			labels = append(labels, tick.Label)
		}
	}
	assert.Equal(t, []string{"100 µs", "1 ms", "10 ms", "100 ms", "1 s", "10 s", "1 m", "10 m", "1 h", "10 h"}, labels)
	ticks := (logTicks{until: 3600}).Ticks(1e-4, 86400)
	assert.Equal(t, "1 h", ticks[len(ticks)-1].Label, "no ticks where the axis only makes room")
	labels = nil
	for _, tick := range (durationTicks{}).Ticks(0, 1800) {
		labels = append(labels, tick.Label)
	}
	assert.Equal(t, []string{"0 s", "5 m", "10 m", "15 m", "20 m", "25 m", "30 m"}, labels)
	for _, span := range []float64{1e-9, 0.003, 0.4, 7, 100, 3e4, 9e6} {
		n := len((durationTicks{}).Ticks(0, span))
		assert.True(t, n >= 3 && n <= 12, "%v s: %d ticks", span, n)
	}
}

// Lines whose waits all lie at one short time are on the axis, however long others wait.
func TestTheAxisOfWaitsShowsEveryLine(t *testing.T) {
	at := func(s float64) *des.Histogram {
		h := &des.Histogram{}
		h.Add(des.Seconds(s))
		return h
	}
	low, high := cdfRange([]*des.Histogram{at(0.00296), nil, at(700)}, 2)
	assert.InDelta(t, 0.001, low, 1e-9)
	assert.Greater(t, high, 700.0)
	low, _ = cdfRange([]*des.Histogram{at(0.00296), at(2)}, 2)
	assert.LessOrEqual(t, low, 0.002)
	low, _ = cdfRange([]*des.Histogram{at(22e-9), at(2)}, 2)
	assert.InDelta(t, 1e-6, low, 1e-12, "nobody reads nanoseconds")
	low, high = cdfRange([]*des.Histogram{at(0)}, 0)
	assert.Zero(t, low+high, "nothing waited")
}

// A deployment has seven strategies: each has a colour of its own, and the page knows it by its variable.
func TestSevenColours(t *testing.T) {
	require.Len(t, palette, 7)
	seen := map[any]bool{}
	for i, c := range palette {
		seen[c] = true
		assert.Equal(t, 2, strings.Count(styleSource, fmt.Sprintf("--s%d: ", i+1)), "light and dark")
	}
	assert.Len(t, seen, 7)
}

// A difference too small to read has no sign.
func TestSigned(t *testing.T) {
	assert.Equal(t, "< 1 µs", signed(waitP95, 233e-9))
	assert.Equal(t, "+5 ms", signed(waitP95, 0.005))
	assert.Equal(t, "-5 ms", signed(waitP95, -0.005))
}

// A target on a percentile that has no column of its own has a bar of its own.
func TestBarsShowTheStatisticThatIsBounded(t *testing.T) {
	m, err := workloads.ParseMetric("wait.p99.5")
	require.NoError(t, err)
	q := &experiment.Quantiles{P50: est(1, 0.1), P95: est(2, 0.1), P99: est(3, 0.1)}
	var names []string
	for _, s := range statistics(q, &experiment.SLO{Metric: m, Value: est(4, 0.1)}) {
		names = append(names, s.stat.String())
	}
	assert.Equal(t, []string{"p50", "p95", "p99", "p99.5"}, names)
	assert.Len(t, statistics(q, nil), 3)
}

// The line of a layout ends at the share of tasks that ever start, and a percentile beyond that is never reached.
func TestTasksThatNeverStartAreSeen(t *testing.T) {
	_, r := fixture()
	c := &r.Strategies[0].Classes[0]
	within := c.Wait.Pooled.Share(des.Seconds(0.2))
	c.Published *= 2 // as if half of them had never started
	c.Wait.Due = []*experiment.Estimate{est(3, 0.1), {Value: math.Inf(1)}, {Value: math.Inf(1)}}
	p, ok := cdf(r, c.Name)
	require.True(t, ok)
	assert.Contains(t, p.Alt, fmt.Sprintf("one-pool: p95 never, %s within the target of 200 ms", units.Share(within/2)))
	line := p.charts[0].Lines[0].Y
	assert.InDelta(t, 0.5, *line[len(line)-1], 1e-3)

	b, ok := quantileBars(r, c.Name, worker.Wait)
	require.True(t, ok)
	assert.Contains(t, b.Alt, "one-pool: p95 never, fails")
	svg, err := b.SVG()
	require.NoError(t, err)
	assert.Contains(t, string(svg), "never, fails")
	rows := durations(r).Groups[0].Rows
	assert.Equal(t, []string{"3 s", "never", "never"}, rows[0][2:5])
}
