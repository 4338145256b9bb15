package experiment

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"example.com/simrun/scenarios"
)

// What cannot be below 0 is not said to be, and the end where the tail is lies further away.
func TestIntervalsOfWhatCannotBeNegativeEndAtZero(t *testing.T) {
	e := &engine{sc: &scenarios.Scenario{Run: scenarios.Run{Confidence: 0.95}}, evidence: []evidence{{confidence: 0.95}}}
	e.look(0, 3)
	got := e.estimate(0, []float64{0, 0, 3})
	require.NotNil(t, got.Low)
	assert.Zero(t, *got.Low)
	assert.Greater(t, *got.High, 1+4.302653)
	e.look(0, 1)
	one := e.estimate(0, []float64{3})
	assert.Nil(t, one.Low, "one value has no interval")
}
