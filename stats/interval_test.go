package stats

import (
	"math"
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/assert"
)

func TestMeanIntervalByHand(t *testing.T) {
	iv := MeanInterval([]float64{1, 2, 3}, 0.95)
	// s = 1, t_{0.975,2} = 4.302653, half = 4.302653/sqrt(3).
	assert.InDelta(t, 2, iv.Value, 1e-15)
	assert.InDelta(t, 2.484138, iv.Half(), 1e-6)
	assert.True(t, iv.Contains(2))
	assert.False(t, iv.Contains(5))
}

func TestTooFewReplicationsHaveNoBounds(t *testing.T) {
	one := MeanInterval([]float64{7}, 0.95)
	assert.InDelta(t, 7, one.Value, 0)
	assert.True(t, math.IsNaN(one.Low) && math.IsNaN(one.High))
	assert.False(t, one.Contains(7), "no interval covers nothing")
	assert.True(t, math.IsNaN(MeanInterval(nil, 0.95).Value))

	d := PairedDifference([]float64{3}, []float64{1}, 0.95)
	assert.InDelta(t, 2, d.Value, 0)
	assert.True(t, math.IsNaN(d.P) && math.IsNaN(d.Low) && math.IsNaN(d.Correlation))
	assert.True(t, math.IsNaN(RatioInterval([]float64{3}, []float64{1}, 0.95).Low))
	assert.True(t, math.IsNaN(SectionedInterval(1, []float64{1}, 0.95).Low))
}

func TestSectionedIntervalByHand(t *testing.T) {
	// Deviations -1, 1, 2 from the overall 5: sqrt(6/2/3) = 1, t_{0.975,2} = 4.302653.
	iv := SectionedInterval(5, []float64{4, 6, 7}, 0.95)
	assert.InDelta(t, 5, iv.Value, 0)
	assert.InDelta(t, 4.302653, iv.Half(), 1e-6)
}

func TestPairedDifference(t *testing.T) {
	a := []float64{10, 12, 11, 15, 9}
	b := []float64{9, 11, 10, 14, 8}
	d := PairedDifference(a, b, 0.95)
	assert.InDelta(t, 1, d.VarianceReduction, 1e-12, "a constant shift leaves no variance")
	assert.InDelta(t, 1, d.Correlation, 1e-12)
	assert.InDelta(t, 0, d.P, 1e-12)
	assert.InDelta(t, 1, d.Low, 1e-12)

	same := PairedDifference(a, a, 0.95)
	assert.Equal(t, [3]float64{0, 0, 1}, [3]float64{same.Value, same.T, same.P})

	opposed := PairedDifference([]float64{1, 2, 3, 4}, []float64{4, 3, 2, 1}, 0.95)
	assert.Negative(t, opposed.VarianceReduction)
	assert.InDelta(t, -1, opposed.Correlation, 1e-12)

	swapped := PairedDifference(b, a, 0.95)
	assert.InDelta(t, -d.Value, swapped.Value, 1e-15)
}

func TestRatioInterval(t *testing.T) {
	a, b := []float64{2, 4, 6, 8.2}, []float64{1, 2.1, 3, 4}
	iv := RatioInterval(a, b, 0.95)
	assert.InDelta(t, 2, iv.Value, 1e-12)
	assert.True(t, iv.Contains(2))
	// Its bounds are the ratios at which a paired test of mean(a - r b) = 0 is at
	// exactly 5 %.
	for _, r := range []float64{iv.Low, iv.High} {
		scaled := make([]float64, len(b))
		for i := range b {
			scaled[i] = r * b[i]
		}
		assert.InDelta(t, 0.05, PairedDifference(a, scaled, 0.95).P, 1e-9)
	}
	equal := RatioInterval(a, a, 0.95)
	assert.InDelta(t, 1, equal.Low, 1e-7)
	assert.InDelta(t, 1, equal.High, 1e-7)

	open := RatioInterval(a, []float64{-1, 1, -1, 1.1}, 0.95)
	assert.True(t, math.IsInf(open.Low, -1) && math.IsInf(open.High, 1))
}

// TestCoverage counts covering intervals in 1000 experiments; the seed is fixed
// and the band allows one false alarm in a million.
func TestCoverage(t *testing.T) {
	lo, hi := CoverageBand(1000, 0.95, 1e-6)
	tests := map[string]func(r *rand.Rand) bool{
		"mean of 10 normals": func(r *rand.Rand) bool {
			return MeanInterval(normals(r, 10, 3, 2), 0.95).Contains(3)
		},
		"paired difference": func(r *rand.Rand) bool {
			a, b := normals(r, 8, 5, 1), normals(r, 8, 4, 1)
			return PairedDifference(a, b, 0.95).Contains(1)
		},
		"ratio of means, noisy denominator": func(r *rand.Rand) bool {
			return RatioInterval(normals(r, 12, 6, 2), normals(r, 12, 3, 2), 0.95).Contains(2)
		},
		"control variate": func(r *rand.Rand) bool {
			c := normals(r, 15, 1, 0.5)
			y := normals(r, 15, 0, 1)
			for i := range y {
				y[i] += 3 * c[i]
			}
			return ControlVariate(y, c, 1, 0.95).Contains(3)
		},
		"batch means of an autoregression": func(r *rand.Rand) bool {
			return BatchMeans(autoregression(r, 4000, 0.5), 200, 0.95).Contains(0)
		},
		"overlapping batch means of the same": func(r *rand.Rand) bool {
			return OverlappingBatchMeans(autoregression(r, 4000, 0.5), 200, 0.95).Contains(0)
		},
	}
	for name, covers := range tests {
		t.Run(name, func(t *testing.T) {
			r := rand.New(rand.NewPCG(20261122, 7))
			count := 0
			for range 1000 {
				if covers(r) {
					count++
				}
			}
			assert.GreaterOrEqual(t, count, lo)
			assert.LessOrEqual(t, count, hi)
		})
	}
}

func normals(r *rand.Rand, n int, mean, sd float64) []float64 {
	x := make([]float64, n)
	for i := range x {
		x[i] = mean + sd*r.NormFloat64()
	}
	return x
}

func autoregression(r *rand.Rand, n int, phi float64) []float64 {
	x := make([]float64, n)
	v := r.NormFloat64() / math.Sqrt(1-phi*phi)
	for i := range x {
		v = phi*v + r.NormFloat64()
		x[i] = v
	}
	return x
}
