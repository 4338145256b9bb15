package report

import (
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"example.com/simrun/des"
)

func TestQuantileOf(t *testing.T) {
	for metric, want := range map[string]float64{"wait.p50": 0.5, "wait.p95": 0.95, "wait.p999": 0.999} {
		p, ok := quantileOf(metric, "wait.")
		assert.True(t, ok, metric)
		assert.InDelta(t, want, p, 1e-12, metric)
	}
	for _, metric := range []string{"wait.mean", "wait.max", "response.p95", "loss"} {
		_, ok := quantileOf(metric, "wait.")
		assert.False(t, ok, metric)
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
	assert.Equal(t, "< 1 µs", signed("wait.p95", 233e-9))
	assert.Equal(t, "+5 ms", signed("wait.p95", 0.005))
	assert.Equal(t, "-5 ms", signed("wait.p95", -0.005))
}
