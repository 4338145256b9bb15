package fidelity

import (
	"math"
	"testing"

	"github.com/stretchr/testify/assert"
)

// Two runs are compared with the replications taken two by two: one that is far out does not move what is typical.
func TestTypical(t *testing.T) {
	assert.Equal(t, []float64{1.5, 2, 2.5}, typical([]float64{3, 1, 2}, 2))
	assert.Equal(t, []float64{1, 2, 3}, typical([]float64{3, 1, 2}, 1))
	assert.Equal(t, []float64{7}, typical([]float64{7}, 2))
	assert.Nil(t, typical([]float64{1, math.NaN()}, 2))
	assert.InDelta(t, 2.5, median(typical([]float64{1, 2, 3, 4}, 2)), 1e-12, "symmetric luck: the mean")
	assert.InDelta(t, 2.5, median(typical([]float64{1, 2, 3, 4, 1000}, 2)), 1, "not 202")
	assert.True(t, math.IsNaN(median(nil)))
}

func TestChanceOf(t *testing.T) {
	sorted := []float64{1, 2, 3, 4, 5, 6, 7, 8, 9, 10}
	assert.InDelta(t, 0, chanceOf(0.5, sorted), 1e-12)
	assert.InDelta(t, 0.2, chanceOf(1, sorted), 1e-12, "one of ten is as low, and one as high on the other side")
	assert.InDelta(t, 0.4, chanceOf(9, sorted), 1e-12)
	assert.InDelta(t, 1, chanceOf(5, sorted), 1e-12)
	assert.InDelta(t, 1, chanceOf(7, []float64{7}), 1e-12, "nothing is left to chance, and it agrees")
	assert.InDelta(t, 0, chanceOf(7.1, []float64{7}), 1e-12)
	assert.True(t, math.IsNaN(chanceOf(1, nil)))
}
