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
	const lo, hi = 915, 980 // binomial(1000, 0.95): 4.9 standard deviations below and 4.4 above
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
		"mean of 20 skewed": func(r *rand.Rand) bool {
			return NewLevel(20, 0.95).Mean(skewed(r, 20)).Contains(math.Exp(0.5))
		},
		"ratio of sums": func(r *rand.Rand) bool {
			n, sum := make([]float64, 20), make([]float64, 20)
			for i := range n {
				n[i] = float64(1 + r.IntN(50))
				for range int(n[i]) {
					sum[i] += r.ExpFloat64()
				}
			}
			return NewLevel(20, 0.95).Ratio(sum, n).Contains(1)
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

// skewed are means of ten lognormal values.
func skewed(r *rand.Rand, n int) []float64 {
	x := make([]float64, n)
	for i := range x {
		for range 10 {
			x[i] += math.Exp(r.NormFloat64()) / 10
		}
	}
	return x
}
