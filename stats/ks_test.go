package stats

import (
	"math"
	"testing"

	"github.com/stretchr/testify/assert"
)

func TestKolmogorovSmallN(t *testing.T) {
	// n = 1: D = max(U, 1-U), so P(D < d) = 2d-1.
	assert.InDelta(t, 0.4, kolmogorovCDF(1, 0.7), 1e-14)
	// n = 2, 1/4 <= d <= 1/2: P = 2 (2d-1/2)^2; 1/2 <= d: P = 1-2(1-d)^2.
	assert.InDelta(t, 2*0.3*0.3, kolmogorovCDF(2, 0.4), 1e-14)
	assert.InDelta(t, 1-2*0.3*0.3, kolmogorovCDF(2, 0.7), 1e-14)
	assert.Zero(t, kolmogorovCDF(5, 0))
	assert.InDelta(t, 1, kolmogorovCDF(5, 1), 0)
	// The value of Marsaglia, Tsang & Wang's paper: K(10, 0.274).
	assert.InDelta(t, 0.6284796154565043, kolmogorovCDF(10, 0.274), 1e-12)
}

func TestKolmogorovBranchesMeet(t *testing.T) {
	// Where n d^2 passes 4, twice the one-sided tail takes over.
	for _, n := range []int{8, 20, 100, 1000} {
		d := 2 / math.Sqrt(float64(n))
		assert.InDelta(t, 1-kolmogorovCDF(n, d), 2*smirnovTail(n, d), 1e-12, "n=%d", n)
	}
	// Past n = 2000 the limiting law takes over.
	for _, z := range []float64{0.6, 0.9, 1.36} {
		d := z / math.Sqrt(2000)
		limit := kolmogorovTail(z + 1/(6*math.Sqrt(2000)))
		assert.InDelta(t, 1-kolmogorovCDF(2000, d), limit, 1e-4, "z=%v", z)
	}
	assert.InDelta(t, 0.05, kolmogorovTail(1.3581), 1e-4)
	assert.InDelta(t, 1, kolmogorovTail(0.1), 0)
}

func TestKSOneSample(t *testing.T) {
	// One uniform value at 0.9 is at distance 0.9: P = 2(1-0.9).
	uniform := func(x float64) float64 { return max(0, min(1, x)) }
	d, p := KSOneSample([]float64{0.9}, uniform)
	assert.InDelta(t, 0.9, d, 1e-15)
	assert.InDelta(t, 0.2, p, 1e-12)
	// Every value outside the support: certain rejection.
	_, p = KSOneSample([]float64{5, 6, 7, 8, 9}, uniform)
	assert.Zero(t, p)
	_, p = KSOneSample(nil, uniform)
	assert.True(t, math.IsNaN(p))
	// A perfect sample of 3000 is accepted, a shifted one is not.
	x := make([]float64, 3000)
	for i := range x {
		x[i] = (float64(i) + 0.5) / 3000
	}
	_, p = KSOneSample(x, uniform)
	assert.Greater(t, p, 0.999)
	_, p = KSOneSample(x, func(v float64) float64 { return uniform(v + 0.1) })
	assert.Less(t, p, 1e-20)
}
