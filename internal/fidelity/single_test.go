package fidelity

import (
	"math"
	"testing"

	"github.com/stretchr/testify/assert"
)

// One run of reality says nothing of the noise between runs: none is shown, which is not a noise of 0 %.
func TestASingleRunHasNoNoise(t *testing.T) {
	one := Figure{Metric: "wait", Stat: "mean", Predicted: 1, Runs: []float64{1}}
	one.settle(false)
	assert.True(t, math.IsNaN(one.Noise))
	assert.True(t, one.Holds)
	two := Figure{Metric: "wait", Stat: "mean", Predicted: 1, Runs: []float64{1, 1.1}}
	two.settle(false)
	assert.InDelta(t, 0.095, two.Noise, 0.001)
	d := newDistance(&overlaid{class: "a", predicted: []float64{1, 2}, observed: [][]float64{{1, 2}}})
	assert.Equal(t, "–", share(d.NoiseW))
}
