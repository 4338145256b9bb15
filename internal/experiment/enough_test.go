package experiment

import (
	"testing"

	"github.com/stretchr/testify/assert"

	"example.com/simrun/stats"
)

// So many windows in which a target holds show that it holds in 95 of 100, and one fewer do not.
func TestEnoughWindows(t *testing.T) {
	for _, confidence := range []float64{0.9, 0.95, 0.99, confidenceAt(0.95, 1, 2), confidenceAt(0.95, 1, 3)} {
		n := enoughWindows(confidence)
		assert.GreaterOrEqual(t, stats.ClopperPearson(n, n, confidence).Low, heldWindows)
		assert.Less(t, stats.ClopperPearson(n-1, n-1, confidence).Low, heldWindows)
	}
	assert.Equal(t, 72, enoughWindows(0.95))
	assert.Equal(t, []int{20, 113, 400}, windowLooks(20, 400, 0.95))
	assert.Equal(t, []int{20, 100}, windowLooks(20, 100, 0.95))
	assert.Equal(t, []int{72}, windowLooks(20, 72, 0.95), "a second look would take its confidence from the last")
	assert.Equal(t, looks(200, 400), windowLooks(200, 400, 0.95))
}
