package worker_test

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"example.com/simrun/worker"
)

// requireBlocked holds what was charged against what is reckoned instant by instant, and against the waits themselves.
func requireBlocked(t *testing.T, want worker.Blocked, c *worker.ClassTally) {
	t.Helper()
	got := &c.Blocked
	scale := 1e-9 * (1 + got.Total)
	sum := got.Replaced + got.Idle + got.Absent + got.Countdown + got.Elsewhere
	for k, x := range got.Worst.By {
		require.LessOrEqual(t, x, got.By[k].Seconds+scale, "a window is a part of the whole")
	}
	for k, h := range got.By {
		require.InDelta(t, want.By[k].Seconds, h.Seconds, scale, "held by class %d", k)
		sum += h.Seconds
	}
	require.InDelta(t, want.Replaced, got.Replaced, scale, "held by a child that is replaced")
	require.InDelta(t, want.Idle, got.Idle, scale, "held by nobody")
	require.InDelta(t, want.Absent, got.Absent, scale, "no slot")
	require.InDelta(t, got.Total, sum, scale, "the parts are the whole")
	require.GreaterOrEqual(t, got.Total, want.Total-scale, "nothing is charged that did not wait")
	require.GreaterOrEqual(t, got.Total, float64(c.Wait.Count())*c.Wait.Mean()-scale, "those that started are in it")
}

// Two classes on one slot: each waits for what is before it, to the nanosecond.
func TestWhoHoldsTheSlot(t *testing.T) {
	s := worker.Setup{
		Queues:  []worker.Queue{queue("a")},
		Classes: []worker.Class{{Name: "long"}, {Name: "short"}},
		Workers: []worker.Config{{Name: "w", Concurrency: 1, Queues: []int{0}, PrefetchMultiplier: 1}},
	}
	h := play(t, s, []message{
		{at: 0, class: 0, run: 10 * sec},
		{at: 1 * sec, class: 1, run: 2 * sec},
		{at: 2 * sec, class: 1, run: 2 * sec},
		{at: 30 * sec, class: 1, run: sec},
	})
	long, short := h.tally.Classes[0].Blocked, h.tally.Classes[1].Blocked
	assert.Zero(t, long.Total)
	assert.InDelta(t, 9+10, short.Total, 1e-12)
	assert.InDelta(t, 9+8, short.By[0].Seconds, 1e-12)
	assert.InDelta(t, 2, short.By[1].Seconds, 1e-12)
	assert.Equal(t, worker.Held{Seconds: short.By[0].Seconds, Spells: 1, Full: 10 * sec, Longest: 10 * sec}, short.By[0])
	assert.EqualValues(t, 2, short.By[1].Spells)
	assert.Equal(t, 2*2*sec+sec, short.By[1].Full)
	assert.Equal(t, 4*sec, short.By[1].Longest)
}

// The worst five minutes are those in which most is waited: here the first, 200 s behind the long task; in those after it
// 100 s and 50 s behind that, and 10 s behind another short one.
func TestTheWorstFiveMinutes(t *testing.T) {
	s := worker.Setup{
		Queues:  []worker.Queue{queue("a")},
		Classes: []worker.Class{{Name: "long"}, {Name: "short"}},
		Workers: []worker.Config{{Name: "w", Concurrency: 1, Queues: []int{0}, PrefetchMultiplier: 1}},
	}
	h := play(t, s, []message{
		{at: 0, class: 0, run: 400 * sec},
		{at: 100 * sec, class: 1, run: 10 * sec},
		{at: 350 * sec, class: 1, run: 10 * sec},
		{at: 2000 * sec, class: 1, run: sec},
	})
	assert.Zero(t, h.tally.Classes[0].Blocked.Worst)
	short := h.tally.Classes[1].Blocked
	assert.InDeltaSlice(t, []float64{200, 0}, short.Worst.By, 1e-9)
	assert.Equal(t, 300*sec, short.Worst.Span)
	assert.InDelta(t, 350, short.By[0].Seconds, 1e-9)
	assert.InDelta(t, 10, short.By[1].Seconds, 1e-9)
}
