package live_test

import (
	"context"
	"runtime"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"example.com/simrun/live"
)

// What a machine can do is not for a test to say; that everything is measured is.
func TestCalibrateMeasuresEverything(t *testing.T) {
	c, err := live.Calibrate(t.Context(), executors, 500, nil)
	require.NoError(t, err)
	assert.Positive(t, c.Rate)
	assert.Equal(t, runtime.NumCPU(), c.Cores)
	assert.Len(t, c.Effective, 2*c.Cores)
	for _, e := range c.Effective {
		assert.Positive(t, e)
	}
	require.Len(t, c.Costs, 3)
	for i, cost := range c.Costs {
		assert.Equal(t, executors[i], cost.Executor)
		assert.Positive(t, cost.Overhead.P50)
		assert.GreaterOrEqual(t, cost.Overhead.P99, cost.Overhead.P50)
		assert.GreaterOrEqual(t, cost.Overshoot.P99, cost.Overshoot.P50)
	}
}

func TestEfficiencyIsThatOfFullCores(t *testing.T) {
	c := live.Calibration{Cores: 2, Effective: []float64{1, 1.8, 1.9, 1.6}}
	assert.InDelta(t, 0.9, c.Efficiency(), 1e-12)
	c.Effective = []float64{1, 2.2, 2.2, 2.2}
	assert.InDelta(t, 1, c.Efficiency(), 0, "never more than the cores there are")
}

func TestCalibrateCanBeInterrupted(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	_, err := live.Calibrate(ctx, executors, 500, nil)
	assert.ErrorIs(t, err, context.Canceled)
}
