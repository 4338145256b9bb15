package stats

import (
	"math"
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/assert"
)

// mserByDefinition evaluates the formula as it is written, in n^2.
func mserByDefinition(y []float64) int {
	best, at := math.Inf(1), 0
	for d := 0; d <= len(y)/2; d++ {
		rest := float64(len(y) - d)
		if s := comoment(y[d:], y[d:]) / (rest * rest); s < best {
			best, at = s, d
		}
	}
	return at
}

func TestMSERIsItsDefinition(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	for n := 2; n < 60; n++ {
		y := normals(r, n, 0, 1)
		for i := range y {
			y[i] += 8 * math.Exp(-float64(i)/6)
		}
		d, _ := MSER(y)
		assert.Equal(t, mserByDefinition(y), d, "n=%d", n)
	}
}

func TestMSERWithoutWarmUp(t *testing.T) {
	constant := make([]float64, 40)
	for i := range constant {
		constant[i] = 0.1
	}
	d, stat := MSER(constant)
	assert.Equal(t, 0, d, "ties go to the shortest truncation")
	assert.Zero(t, stat)
	obs, ok := MSER5(constant)
	assert.Equal(t, 0, obs)
	assert.True(t, ok)
	_, stat = MSER(nil)
	assert.True(t, math.IsNaN(stat))
}

func TestMSER5RefusesAnUnsettledRun(t *testing.T) {
	ramp := make([]float64, 100)
	for i := range ramp {
		ramp[i] = float64(i)
	}
	obs, ok := MSER5(ramp)
	assert.False(t, ok, "a ramp never settles")
	assert.Equal(t, 50, obs)
	_, ok = MSER5(ramp[:19])
	assert.False(t, ok, "three batches say nothing")
}

func TestBatchDegenerate(t *testing.T) {
	y := []float64{1, 2, 3, 4, 5}
	assert.Equal(t, []float64{1.5, 3.5}, batchMeans(y, 2), "the rest is left out")
	assert.True(t, math.IsNaN(BatchMeans(y, 5, 0.95).Low))
	assert.True(t, math.IsNaN(OverlappingBatchMeans(y, 5, 0.95).Variance))
	assert.Panics(t, func() { BatchMeans(y, 0, 0.95) })
	// 1.5 (6/2 - 1) degrees of freedom; of the batches, 3-1.
	six := []float64{1, 2, 3, 4, 5, 6}
	assert.InDelta(t, 3, OverlappingBatchMeans(six, 2, 0.95).DF, 0)
	assert.InDelta(t, 2, BatchMeans(six, 2, 0.95).DF, 0)
	ratio, _ := VonNeumannRatio([]float64{2, 2, 2})
	assert.True(t, math.IsNaN(ratio))
	assert.True(t, math.IsNaN(Lag1Autocorrelation([]float64{2})))
}

func TestVonNeumannSeesCorrelation(t *testing.T) {
	r := rand.New(rand.NewPCG(3, 4))
	_, z := VonNeumannRatio(autoregression(r, 200, 0.6))
	assert.Less(t, z, -4.0)
	_, z = VonNeumannRatio(normals(r, 200, 0, 1))
	assert.Less(t, math.Abs(z), 4.0)
}
