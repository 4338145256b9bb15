package stats

import (
	"math"
	"math/bits"
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/assert"
)

// splits calls visit with every way to deal the pooled sample into na and the
// rest: the permutation law by brute force.
func splits(pooled []float64, na int, visit func(a, b []float64)) {
	for mask := range 1 << len(pooled) {
		if bits.OnesCount(uint(mask)) != na {
			continue
		}
		var a, b []float64
		for i, v := range pooled {
			if mask&(1<<i) != 0 {
				a = append(a, v)
			} else {
				b = append(b, v)
			}
		}
		visit(a, b)
	}
}

func TestExactTestsByEnumeration(t *testing.T) {
	r := rand.New(rand.NewPCG(5, 6))
	for _, levels := range []int{3, 6, 1000} { // few levels: many ties
		for range 6 {
			pooled := make([]float64, 10)
			for i := range pooled {
				pooled[i] = float64(r.IntN(levels))
			}
			na := 3 + r.IntN(4)
			a, b := pooled[:na], pooled[na:]
			u, pu := MannWhitneyExact(a, b)
			d, pd := KSTwoSample(a, b)
			var all, below, above, far float64
			splits(pooled, na, func(a, b []float64) {
				all++
				other, _ := MannWhitneyExact(a, b)
				if other <= u {
					below++
				}
				if other >= u {
					above++
				}
				if dist, _ := KSTwoSample(a, b); dist >= d {
					far++
				}
			})
			assert.InDelta(t, min(1, 2*min(below, above)/all), pu, 1e-12, "%v | %v", a, b)
			assert.InDelta(t, far/all, pd, 1e-12, "%v | %v", a, b)
		}
	}
}

func TestMannWhitneyCountsPairs(t *testing.T) {
	u, p := MannWhitneyExact([]float64{1, 2, 2}, []float64{2, 3})
	assert.InDelta(t, 1, u, 0, "two ties, a half each")
	assert.LessOrEqual(t, p, 1.0)
	// Two groups of four that do not overlap: the least p there is, 2/C(8,4).
	_, p = MannWhitneyExact([]float64{1, 2, 3, 4}, []float64{5, 6, 7, 8})
	assert.InEpsilon(t, 2.0/70, p, 1e-12)
	_, p = MannWhitneyExact(nil, []float64{1})
	assert.True(t, math.IsNaN(p))
}

func TestHodgesLehmannShift(t *testing.T) {
	a := []float64{3, 1, 8, 5, 2}
	b := []float64{13, 11, 18, 15, 12}
	assert.InDelta(t, 10, HodgesLehmann(a, b), 1e-12)
	assert.InDelta(t, -10, HodgesLehmann(b, a), 1e-12)
	assert.InDelta(t, 1.5, HodgesLehmann([]float64{0}, []float64{1, 2}), 1e-12)
	assert.True(t, math.IsNaN(HodgesLehmann(nil, a)))
}

func TestWasserstein(t *testing.T) {
	a := []float64{3, 1, 2}
	assert.Zero(t, Wasserstein1(a, []float64{1, 2, 3}))
	assert.InDelta(t, 5, Wasserstein1(a, []float64{6, 7, 8}), 1e-12, "a shift is the distance")
	// Half the mass moves from 0 to 1.
	assert.InDelta(t, 0.5, Wasserstein1([]float64{0}, []float64{0, 1}), 1e-12)
	assert.True(t, math.IsNaN(Wasserstein1(a, nil)))
}

func TestWelchDegenerate(t *testing.T) {
	_, _, p := WelchT([]float64{1}, []float64{1, 2})
	assert.True(t, math.IsNaN(p))
	_, _, p = WelchT([]float64{1, 1}, []float64{2, 2})
	assert.True(t, math.IsNaN(p))
	// Equal sizes and variances: the degrees of freedom are those of the pooled t.
	_, df, _ := WelchT([]float64{1, 2, 3}, []float64{2, 3, 4})
	assert.InDelta(t, 4, df, 1e-12)
}

// TestAndersonPublished is the smoothness of paper in four laboratories, the
// example of Scholz & Stephens (1987): T = 4.480 with mid-ranks.
func TestAndersonPublished(t *testing.T) {
	labs := [][]float64{
		{38.7, 41.5, 43.8, 44.5, 45.5, 46.0, 47.7, 58.0},
		{39.2, 39.3, 39.7, 41.4, 41.8, 42.9, 43.3, 45.8},
		{34.0, 35.0, 39.0, 40.0, 43.0, 43.0, 44.0, 45.0},
		{34.0, 34.8, 34.8, 35.4, 37.2, 37.8, 41.2, 42.8},
	}
	_, stat := AndersonKSamp(labs...)
	assert.InDelta(t, 4.480, stat, 5e-4)
	_, stat = AndersonKSamp(labs[3], labs[1], labs[0], labs[2])
	assert.InDelta(t, 4.480, stat, 5e-4, "the order of the samples does not matter")
	_, stat = AndersonKSamp(labs[0])
	assert.True(t, math.IsNaN(stat))
	_, stat = AndersonKSamp([]float64{1, 1}, []float64{1, 1})
	assert.True(t, math.IsNaN(stat))
}
