package stats

import (
	"math"
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/assert"
)

func TestLevelOfSymmetricValuesIsStudents(t *testing.T) {
	x := []float64{1, 2, 3, 4, 5}
	want, got := MeanInterval(x, 0.9), NewLevel(5, 0.9).Mean(x)
	assert.InDelta(t, want.Low, got.Low, 1e-9)
	assert.InDelta(t, want.High, got.High, 1e-9)
}

// Both ends move to the side of the long tail, and a mirrored sample has the mirrored interval.
func TestLevelFollowsTheTail(t *testing.T) {
	x := []float64{0, 0, 0, 0, 0, 1, 0, 0, 2, 9}
	student, got := MeanInterval(x, 0.95), NewLevel(10, 0.95).Mean(x)
	assert.Greater(t, got.Low, student.Low)
	assert.Greater(t, got.High, student.High)
	mirrored := make([]float64, len(x))
	for i := range x {
		mirrored[i] = -x[i]
	}
	other := NewLevel(10, 0.95).Mean(mirrored)
	assert.InDelta(t, -got.High, other.Low, 1e-12)
	assert.InDelta(t, -got.Low, other.High, 1e-12)
}

func TestLevelEdges(t *testing.T) {
	one := NewLevel(1, 0.95).Mean([]float64{7})
	assert.InDelta(t, 7, one.Value, 0)
	assert.True(t, math.IsNaN(one.Low) && math.IsNaN(one.High))
	same := NewLevel(3, 0.95).Mean([]float64{2, 2, 2})
	assert.Equal(t, Interval{2, 2, 2}, same)
	assert.True(t, math.IsNaN(NewLevel(2, 0.95).Ratio([]float64{1, 2}, []float64{0, 0}).Value))
	assert.Panics(t, func() { NewLevel(2, 0.95).Mean([]float64{1}) })
	assert.Equal(t, Interval{0.5, 0, 1}, Interval{0.5, -1, 2}.Clamp(0, 1))
}

// What weighs more counts more: the ratio is that of the sums, not the mean of the ratios.
func TestRatioIsOfSums(t *testing.T) {
	iv := NewLevel(2, 0.95).Ratio([]float64{1, 0}, []float64{1, 9})
	assert.InDelta(t, 0.1, iv.Value, 1e-15)
}

// An autoregression of first order remembers for (1+phi)/(1-phi) steps.
func TestCorrelationTime(t *testing.T) {
	for _, phi := range []float64{0, 0.5, 0.9} {
		r := rand.New(rand.NewPCG(1, 2))
		paths := make([][]float64, 10)
		for i := range paths {
			v := r.NormFloat64() / math.Sqrt(1-phi*phi)
			for range 2000 {
				v = phi*v + r.NormFloat64()
				paths[i] = append(paths[i], v)
			}
		}
		assert.InEpsilon(t, (1+phi)/(1-phi), CorrelationTime(paths), 0.15, "phi=%v", phi)
	}
	assert.Zero(t, CorrelationTime(nil))
	assert.Zero(t, CorrelationTime([][]float64{{1, 1, 1, 1}, {1, 1, 1, 1}}))
}

func TestSlope(t *testing.T) {
	assert.InDelta(t, 2.5, Slope([]float64{1, 2, 4}, []float64{0, 2.5, 7.5}), 1e-12)
	assert.True(t, math.IsNaN(Slope([]float64{1, 1}, []float64{0, 2})))
}
