package live_test

import (
	"slices"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"example.com/simrun/des"
	"example.com/simrun/live"
	"example.com/simrun/worker"
	"example.com/simrun/workloads"
)

// distinct says that every child was a process of its own, and that none is left.
func distinct(t *testing.T, c live.Children) {
	t.Helper()
	assert.Len(t, c.PIDs, c.Started)
	pids := slices.Clone(c.PIDs)
	slices.Sort(pids)
	assert.Len(t, slices.Compact(pids), c.Started, "a process was taken for another")
	for _, pid := range pids {
		assert.ErrorIs(t, syscall.Kill(pid, 0), syscall.ESRCH, "process %d is left", pid)
	}
}

// A child that has run as many tasks as it may is really replaced, by another process.
func TestRecycledChildIsAnotherProcess(t *testing.T) {
	layout, classes := script(worker.Prefork, 1, slices.Repeat([]workloads.TraceRow{{IO: ms}}, 10))
	layout.Workers[0].MaxTasksPerChild = 3
	r := play(t, layout, classes, live.Options{Executor: live.Process})
	assert.EqualValues(t, 10, r.Classes[0].ByOutcome[worker.OK])
	assert.Equal(t, 4, r.Children.Started, "3 + 3 + 3 + 1 tasks")
	assert.Equal(t, 3, r.Children.Retired)
	assert.Zero(t, r.Children.Killed+r.Children.Died)
	distinct(t, r.Children)
}

// An autoscaled pool has as many processes as it has slots, no more: they are started and ended with them.
func TestAutoscaledChildrenComeAndGo(t *testing.T) {
	var rows []workloads.TraceRow
	for _, at := range []time.Duration{0, 1500 * ms} {
		for range 4 {
			rows = append(rows, workloads.TraceRow{Due: at, IO: 100 * ms})
		}
	}
	layout, classes := script(worker.Prefork, 4, rows)
	layout.Workers[0].DisablePrefetch, layout.Workers[0].PrefetchMultiplier = false, 4
	layout.Workers[0].AutoscaleMin, layout.Workers[0].Keepalive = 1, 400*ms
	r, err := live.New(layout, classes, live.Options{
		Executor: live.Process, Rate: slowRate, Key: des.NewKey(1), Duration: 1600 * ms, Drain: 20 * time.Second,
	}).Run(t.Context())
	require.NoError(t, err)
	assert.EqualValues(t, 8, r.Classes[0].ByOutcome[worker.OK])
	// How many are one too many between the bursts, and after them, goes by how long a busy machine takes for each.
	assert.GreaterOrEqual(t, r.Children.Started, 4, "1 from the beginning, 3 for the first burst")
	assert.Positive(t, r.Children.Retired, "one too many")
	left := r.Children.Started - r.Children.Retired
	assert.True(t, left >= 1 && left <= 4, "as many as there are slots: %d", left)
	distinct(t, r.Children)
}

// The child of a crashed task is replaced, and so is one whose task was killed at its limit.
func TestLostChildrenAreReplaced(t *testing.T) {
	layout, classes := script(worker.Prefork, 1, []workloads.TraceRow{
		{IO: ms, Failure: workloads.FailCrashAlways}, {IO: ms}, {IO: ms, Due: ms * 3 / 4},
	})
	classes = afterwards(layout, classes, workloads.TraceRow{Failure: workloads.FailHangIO}) // but before the third
	classes[1].HardLimit = 100 * ms
	layout.Workers[0].Overheads.Respawn = 30 * ms
	r := play(t, layout, classes, live.Options{Executor: live.Process})
	assert.EqualValues(t, 2, r.Classes[0].ByOutcome[worker.OK])
	assert.EqualValues(t, 1, r.Classes[1].ByOutcome[worker.TimedOut])
	assert.Equal(t, live.Children{Started: 3, Killed: 1, Died: 1, PIDs: r.Children.PIDs}, r.Children)
	distinct(t, r.Children)
}
