package stats_test

import (
	"math"
	"testing"

	"github.com/stretchr/testify/assert"

	"example.com/simrun/stats"
)

func TestWelchDifference(t *testing.T) {
	// By hand: means 3 and 6, variances 2.5 and 10 over 5 values each, so t = -3/sqrt(2.5) and 5.88 degrees of freedom.
	d := stats.WelchDifference([]float64{1, 2, 3, 4, 5}, []float64{2, 4, 6, 8, 10}, 0.95)
	assert.InDelta(t, -3, d.Value, 1e-12)
	assert.InDelta(t, -3/math.Sqrt(2.5), d.T, 1e-12)
	df := 2.5 * 2.5 / (0.25/4 + 4.0/4)
	assert.InDelta(t, d.Value-stats.StudentQuantile(0.975, df)*math.Sqrt(2.5), d.Low, 1e-9)
	assert.InDelta(t, 0.107531, d.P, 1e-6)

	same := stats.WelchDifference([]float64{1, 1}, []float64{1, 1}, 0.95)
	assert.Equal(t, 1.0, same.P)
	other := stats.WelchDifference([]float64{2, 2}, []float64{1, 1}, 0.95)
	assert.Equal(t, 0.0, other.P)
	assert.True(t, math.IsNaN(stats.WelchDifference([]float64{1}, []float64{1, 2}, 0.95).P))
}

func TestHolm(t *testing.T) {
	got := stats.Holm([]float64{0.04, 0.01, math.NaN(), 0.03, 0.5})
	assert.InDeltaSlice(t, []float64{0.09, 0.04, 0.09, 0.5}, []float64{got[0], got[1], got[3], got[4]}, 1e-12)
	assert.True(t, math.IsNaN(got[2]))
	assert.Equal(t, []float64{1, 1}, stats.Holm([]float64{0.6, 0.7}))
}
