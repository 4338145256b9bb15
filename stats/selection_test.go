package stats

import (
	"math"
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestRinottLimits(t *testing.T) {
	// Known variances, two systems: h = sqrt(2) z_{P*}.
	assert.InEpsilon(t, math.Sqrt2*normalQuantile(0.95), RinottH(2, 20000, 0.95), 1e-3)
	assert.Greater(t, RinottH(3, 2, 0.9), RinottH(3, 10, 0.9), "less knowledge costs more")
	assert.Panics(t, func() { RinottH(2, 10, 0.5) })
}

func TestNewKNRefuses(t *testing.T) {
	for _, bad := range []KN{{1, 10, 0.05, 1}, {2, 1, 0.05, 1}, {2, 10, 0.5, 1}, {2, 10, 0, 1}, {2, 10, 0.05, 0}, {2, 10, 0.05, math.NaN()}} {
		_, err := NewKN(bad.K, bad.N0, bad.Alpha, bad.Delta)
		assert.ErrorContains(t, err, "selection: ", "%+v", bad)
	}
}

func TestKNSurvivors(t *testing.T) {
	kn, err := NewKN(3, 4, 0.05, 0.1)
	require.NoError(t, err)
	// Differences without variance: the boundary is zero from the first stage on.
	x := [][]float64{{1, 2, 3, 4}, {2, 3, 4, 5}, {1, 2, 3, 4}}
	assert.Equal(t, []int{0, 2}, kn.Survivors(x), "equal systems both stay")
	assert.Equal(t, 4, kn.Limit(x))
	early := [][]float64{{1, 2}, {9, 9}, {5, 5}}
	assert.Equal(t, []int{0, 1, 2}, kn.Survivors(early), "no verdict before the first stage is full")
	assert.Panics(t, func() { kn.Limit(early) })
	assert.Panics(t, func() { kn.Survivors(x[:2]) })
	assert.Panics(t, func() { kn.Survivors([][]float64{{1}, {1, 2}, {1}}) })
}

// TestKNBoundary evaluates the rule by hand at one stage.
func TestKNBoundary(t *testing.T) {
	kn, err := NewKN(2, 3, 0.1, 1)
	require.NoError(t, err)
	// Differences 1, 2, 3: S^2 = 1. eta = (0.2^{-1}-1)/2 = 2, h^2 = 8. The boundary
	// at stage r is (8-r)/2: 2.5, 2, 1.5 at r = 3, 4, 5. The sum at r = 3 is 6.
	assert.InDelta(t, 8, kn.H2(), 1e-12)
	assert.Equal(t, []int{0}, kn.Survivors([][]float64{{0, 0, 0}, {1, 2, 3}}))
	// Differences -1, 0, 1, 1.9: sums 0 and 1.9 stay below 2.5 and 2.
	x := [][]float64{{0, 0, 0, 0}, {-1, 0, 1, 1.9}}
	assert.Equal(t, []int{0, 1}, kn.Survivors(x))
	// A sum of 2.1 at r = 4 does not.
	x[1][3] = 2.1
	assert.Equal(t, []int{0}, kn.Survivors(x))
	assert.Equal(t, 9, kn.Limit(x))
}

// TestKNSelects draws 300 selections among five systems with common random
// numbers, the best better by delta: it must be kept at least 95 % of the time,
// less four standard errors. Asking in blocks must not change an answer.
func TestKNSelects(t *testing.T) {
	r := rand.New(rand.NewPCG(9, 10))
	kn, err := NewKN(5, 10, 0.05, 0.5)
	require.NoError(t, err)
	right := 0
	for range 300 {
		x := make([][]float64, kn.K)
		for range 400 {
			common := 3 * r.NormFloat64()
			for i := range x {
				v := common + r.NormFloat64()
				if i > 0 {
					v += 0.5
				}
				x[i] = append(x[i], v)
			}
		}
		limit := kn.Limit(x)
		require.LessOrEqual(t, limit, 400, "enough observations to decide")
		alive := kn.Survivors(x)
		require.Len(t, alive, 1)
		if alive[0] == 0 {
			right++
		}
		half := make([][]float64, kn.K)
		for i := range half {
			half[i] = x[i][:limit/2]
		}
		assert.Contains(t, kn.Survivors(half), alive[0], "the winner was in play all along")
	}
	assert.GreaterOrEqual(t, float64(right)/300, 0.95-4*math.Sqrt(0.95*0.05/300))
}

func TestOCBA(t *testing.T) {
	sum := func(x []float64) (s float64) {
		for _, v := range x {
			s += v
		}
		return s
	}
	n := OCBAFractions([]float64{3, 1, 2}, []float64{1, 1, 1})
	assert.InDelta(t, 1, sum(n), 1e-12)
	assert.Greater(t, n[2], n[0], "the close rival gets more")
	tied := OCBAFractions([]float64{1, 1, 5}, []float64{1, 2, 1})
	assert.InDelta(t, 1, sum(tied), 1e-12)
	assert.Zero(t, tied[2])
	assert.Equal(t, []float64{0.5, 0.5}, OCBAFractions([]float64{1, 2}, []float64{0, 0}))
	assert.Empty(t, OCBAFractions(nil, nil))
}

func TestHolmKeepsOrderAndBounds(t *testing.T) {
	p := []float64{0.9, 0.001, 0.5, 0.001, 0.04}
	adjusted := Holm(p)
	for i := range p {
		assert.GreaterOrEqual(t, adjusted[i], p[i])
		assert.LessOrEqual(t, adjusted[i], 1.0)
		for j := range p {
			if p[i] < p[j] {
				assert.LessOrEqual(t, adjusted[i], adjusted[j])
			}
		}
	}
	assert.InDelta(t, 0.005, adjusted[1], 1e-15)
	assert.Empty(t, Holm(nil))
}

func TestPrecisionReached(t *testing.T) {
	iv := Interval{Value: 100, Low: 95.5, High: 104.5} // half 4.5: 4.5 %
	assert.True(t, PrecisionReached(iv, 0.05), "4.5 %% is below 0.05/1.05 = 4.76 %%")
	assert.False(t, PrecisionReached(Interval{100, 95.1, 104.9}, 0.05), "4.9 %% is not")
	assert.True(t, PrecisionReached(Interval{-100, -104.5, -95.5}, 0.05))
	assert.True(t, PrecisionReached(Interval{0, 0, 0}, 0.05))
	assert.False(t, PrecisionReached(Interval{0, -1, 1}, 0.05))
	assert.False(t, PrecisionReached(MeanInterval([]float64{3}, 0.95), 0.05))
	assert.False(t, PrecisionReached(Interval{1, math.Inf(-1), math.Inf(1)}, 0.05))
}

func TestControlVariateDegenerate(t *testing.T) {
	got := ControlVariate([]float64{1, 2, 3}, []float64{4, 4, 4}, 4, 0.95)
	assert.InDelta(t, 2, got.Value, 1e-15)
	assert.True(t, math.IsNaN(got.Low) && math.IsNaN(got.Beta))
	perfect := ControlVariate([]float64{2, 4, 6, 8}, []float64{1, 2, 3, 4}, 2, 0.95)
	assert.InDelta(t, 4, perfect.Value, 1e-12, "a control that explains all leaves no noise")
	assert.InDelta(t, 0, perfect.Half(), 1e-12)
}
