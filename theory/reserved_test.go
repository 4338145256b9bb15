package theory

import (
	"math"
	"testing"

	"github.com/stretchr/testify/assert"
)

// Equal tasks and nothing kept are M/M/c with priorities. What is kept makes short tasks wait less, though never less
// than alone on all servers, and long ones more, and more than alone on those that they may have.
func TestReservedBetweenItsLimits(t *testing.T) {
	equal := Reserved{LambdaShort: 1, LambdaLong: 1.2, Short: 1, Long: 1, C: 3, MaxLong: 3}
	short, long := equal.Waits()
	want := MMCNonPreemptive(3, 1, []float64{1, 1.2})
	assert.InEpsilon(t, want[0], short, 1e-8)
	assert.InEpsilon(t, want[1], long, 1e-8)

	last := short
	for kept := 1; kept < 3; kept++ {
		q := equal
		q.LambdaLong, q.MaxLong = 0.5, 3-kept
		s, l := q.Waits()
		assert.Less(t, s, last, "%d kept", kept)
		assert.GreaterOrEqual(t, l, MMC{Lambda: 0.5, Mu: 1, C: 3 - kept}.MeanWait(), "as if they were alone")
		assert.Greater(t, s, MMC{Lambda: 1, Mu: 1, C: 3}.MeanWait())
		last = s
	}
	equal.MaxLong = 1
	short, long = equal.Waits()
	assert.True(t, math.IsInf(short, 1) && math.IsInf(long, 1))
}
