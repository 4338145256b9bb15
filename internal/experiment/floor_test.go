package experiment

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"example.com/simrun/scenarios"
)

// Of 0, 0 and 3 the t interval is 1 +- 4.3: what cannot be below 0 is not said to be.
func TestIntervalsOfWhatCannotBeNegativeEndAtZero(t *testing.T) {
	e := &engine{sc: &scenarios.Scenario{Run: scenarios.Run{Confidence: 0.95}}}
	got := e.estimate([]float64{0, 0, 3}, 1)
	require.NotNil(t, got.Low)
	assert.Zero(t, *got.Low)
	assert.InDelta(t, 1+4.302653, *got.High, 1e-6)
	one := e.estimate([]float64{3}, 3)
	assert.Nil(t, one.Low, "one value has no interval")

	iv, ok := e.interval([]float64{0, 0, 3})
	require.True(t, ok)
	assert.Negative(t, iv.Low, "a verdict goes by the interval as it is")
}
