package report

import (
	"testing"

	"github.com/stretchr/testify/assert"
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
	for _, tick := range (durationTicks{}).Ticks(0, 1800) {
		labels = append(labels, tick.Label)
	}
	assert.Equal(t, []string{"0 s", "5 m", "10 m", "15 m", "20 m", "25 m", "30 m"}, labels)
	for _, span := range []float64{1e-9, 0.003, 0.4, 7, 100, 3e4, 9e6} {
		n := len((durationTicks{}).Ticks(0, span))
		assert.True(t, n >= 3 && n <= 12, "%v s: %d ticks", span, n)
	}
}
