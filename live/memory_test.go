package live_test

import (
	"os"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"example.com/simrun/des"
	"example.com/simrun/live"
	"example.com/simrun/system"
	"example.com/simrun/worker"
	"example.com/simrun/workloads"
)

const mib = 1 << 20

func size(t *testing.T, bytes float64) workloads.Dist {
	t.Helper()
	d, err := workloads.Constant(bytes)
	require.NoError(t, err)
	return d
}

// resident is the resident set of a process in bytes, or 0 where the system does not say.
func resident(pid string) int64 {
	statm, err := os.ReadFile("/proc/" + pid + "/statm")
	if f := strings.Fields(string(statm)); err == nil && len(f) > 1 {
		n, _ := strconv.ParseInt(f[1], 10, 64)
		return n * int64(os.Getpagesize())
	}
	return 0
}

// What a task holds is there while it runs, page by page, and gone when it has ended; what it leaks stays as long as
// its worker.
func TestMemoryIsHeldAndLeaked(t *testing.T) {
	if resident("self") == 0 {
		t.Skip("the system does not say what is resident")
	}
	layout, classes := script(worker.Threads, 1, []workloads.TraceRow{{IO: 200 * ms}, {IO: 200 * ms}})
	classes[0].Memory = workloads.Memory{Hold: size(t, 96*mib), Leak: size(t, 32*mib)}
	before := resident("self")
	var during []int64
	r := play(t, layout, classes, live.Options{Executor: live.Thread, Body: func(_, _ int32, _ des.Time, _ []des.Time) {
		during = append(during, resident("self")-before)
	}})
	assert.EqualValues(t, 2, r.Classes[0].ByOutcome[worker.OK])
	assert.EqualValues(t, 128*mib, r.Memory, "held by the second, left by the first")
	require.Len(t, during, 2)
	assert.InDelta(t, 32*mib, during[0], 20*mib, "what the first has left")
	assert.InDelta(t, 64*mib, during[1], 20*mib)
	assert.Less(t, resident("self")-before, int64(30*mib), "nothing is left of a run")
}

// A child that has held more than it may is replaced after its task, and its successor has leaked nothing.
func TestChildIsReplacedForItsMemory(t *testing.T) {
	layout, classes := script(worker.Prefork, 1, []workloads.TraceRow{{IO: ms}, {IO: ms}, {IO: ms}, {IO: ms}, {IO: ms}, {IO: ms}})
	classes[0].Memory = workloads.Memory{Leak: size(t, 4*mib)}
	layout.Workers[0].MaxMemoryPerChild = system.ChildMemory + 7*mib
	r := play(t, layout, classes, live.Options{Executor: live.Process})
	assert.EqualValues(t, 6, r.Classes[0].ByOutcome[worker.OK])
	assert.Equal(t, 3, r.Children.Retired, "after every second task")
	assert.EqualValues(t, 8*mib, r.Memory)
	distinct(t, r.Children)
}

// Memory that this machine does not have ends the run before the kernel ends something else.
func TestMemoryThatIsNotThereEndsTheRun(t *testing.T) {
	layout, classes := script(worker.Prefork, 1, []workloads.TraceRow{{IO: time.Hour}})
	classes[0].Memory = workloads.Memory{Hold: size(t, 1<<45)}
	_, err := live.New(layout, classes, live.Options{
		Executor: live.Process, Rate: slowRate, Key: des.NewKey(1), Duration: ms, Drain: 20 * time.Second,
	}).Run(t.Context())
	if resident("self") == 0 {
		t.Skip("the system does not say what it has")
	}
	require.ErrorContains(t, err, "tasks hold 33554432 MiB together")
}
