package live_test

import (
	"context"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"example.com/simrun/des"
	"example.com/simrun/live"
	"example.com/simrun/sim"
	"example.com/simrun/strategies"
	"example.com/simrun/system"
	"example.com/simrun/worker"
	"example.com/simrun/workloads"
)

// callers are four workers of one slot, each with a queue of its own, so that what is answered to several of them in one
// nanosecond frees none for another's task. Each task prepares its call for a while, so that no two come at once.
func callers(t *testing.T, latency, timeout time.Duration) (*strategies.Layout, []workloads.Class) {
	t.Helper()
	prepare, err := workloads.Exponential(0.3)
	require.NoError(t, err)
	serve, err := workloads.Exponential(latency.Seconds())
	require.NoError(t, err)
	layout := &strategies.Layout{}
	var classes []workloads.Class
	for i, name := range []string{"a", "b", "c", "d"} {
		c := workloads.Class{
			Queue: name, Arrivals: workloads.Arrivals{Process: workloads.Poisson{PerSecond: 0.6}},
			Work: []workloads.Phase{
				{Kind: workloads.IO, Demand: prepare}, {Kind: workloads.Call, Demand: serve, Timeout: timeout}, {Kind: workloads.IO, Demand: prepare},
			},
		}
		c.Name = name
		c.Retry = worker.Retry{Max: 2, Delay: 500 * ms, Backoff: 2, Cap: 10 * time.Second, Jitter: true, OnError: true, OnService: true}
		classes = append(classes, c)
		layout.Queues = append(layout.Queues, worker.Queue{Name: name, MaxLength: -1, MaxPriority: -1, DeliveryLimit: -1})
		layout.Workers = append(layout.Workers, worker.Config{Name: name, Concurrency: 1, Queues: []int{i}, DisablePrefetch: true, HardLimit: 4 * time.Second})
		layout.ClassQueue, layout.Node = append(layout.ClassQueue, i), append(layout.Node, -1)
	}
	return layout, classes
}

// TestServiceEqualsSim compares every change of state of every task with the simulator's, to the nanosecond: lines,
// refusals, rates, errors, timeouts, hard limits, and planned faults that follow on and overlap each other.
func TestServiceEqualsSim(t *testing.T) {
	strikes := func(mode system.Mode, at, span time.Duration) system.Fault {
		return system.Fault{At: at + 7, For: span + 3, Mode: mode, Factor: 3}
	}
	for _, c := range []struct {
		name    string
		service system.Service
		timeout time.Duration
		faults  []system.Fault
	}{
		{"no limit", system.Service{}, 0, nil},
		{"a line", system.Service{Capacity: 1}, 0, nil},
		{"a line that callers leave", system.Service{Capacity: 1}, 800 * ms, nil},
		{"full refuses", system.Service{Capacity: 2, RejectFull: true}, 0, nil},
		{"errors", system.Service{Capacity: 2, Errors: 0.2}, time.Second, nil},
		{"a rate", system.Service{Rate: 1.5, Capacity: 2}, 0, nil},
		{"a rate that refuses", system.Service{Rate: 1.5, RejectRate: true}, 0, nil},
		{"down", system.Service{Capacity: 2}, 0, []system.Fault{strikes(system.Down, 300*time.Second, 100*time.Second)}},
		{"hanging", system.Service{Capacity: 2}, 3 * time.Second, []system.Fault{strikes(system.Hang, 300*time.Second, 100*time.Second)}},
		{"slow", system.Service{Capacity: 2}, 3 * time.Second, []system.Fault{strikes(system.Slow, 300*time.Second, 100*time.Second)}},
		{"everything", system.Service{Capacity: 2, Rate: 2, Errors: 0.05}, 3 * time.Second, []system.Fault{
			strikes(system.Slow, 200*time.Second, 100*time.Second), strikes(system.Hang, 250*time.Second, 2*time.Second),
			strikes(system.Hang, 251*time.Second, 3*time.Second), strikes(system.Down, 280*time.Second, 40*time.Second),
			strikes(system.Down, 300*time.Second, 50*time.Second), strikes(system.Hang, 500*time.Second, 5*time.Second),
			strikes(system.Down, 502*time.Second, 20*time.Second),
		}},
	} {
		t.Run(c.name, func(t *testing.T) {
			layout, classes := callers(t, 500*ms, c.timeout)
			services := []system.Service{c.service}
			const span = 700 * time.Second
			virtual, actual := newTrail(), newTrail()
			want := sim.New(layout, classes, nil, sim.Options{
				Key: des.NewKey(7), Duration: span, Drain: span, Recorder: virtual, Services: services, Faults: c.faults, Holders: true,
			}).Run()
			synctest.Test(t, func(t *testing.T) {
				got, err := live.New(layout, classes, live.Options{
					Key: des.NewKey(7), Duration: span, Drain: span, Recorder: actual, Services: services, Faults: c.faults,
				}).Run(context.Background())
				require.NoError(t, err)
				require.Equal(t, want.End, got.End)
				for i := range want.Classes {
					require.Equal(t, want.Classes[i].ByOutcome, got.Classes[i].ByOutcome)
					require.Equal(t, want.Classes[i].ServiceFailures, got.Classes[i].ServiceFailures)
				}
			})
			slices.Sort(virtual.lines) // of one nanosecond, as goroutines come
			slices.Sort(actual.lines)
			require.Greater(t, len(virtual.lines), 5000)
			require.Len(t, actual.lines, len(virtual.lines))
			for i := range virtual.lines {
				require.Equal(t, virtual.lines[i], actual.lines[i], "record %d", i)
			}
		})
	}
}

// A service of one call at a time, down for a while: what is called then fails and comes again, by real clocks.
func TestServiceIsSharedAndGoesDown(t *testing.T) {
	for _, e := range executors {
		for pool, name := range []string{"prefork", "threads", "gevent"} {
			t.Run(e.String()+" "+name, func(t *testing.T) {
				t.Parallel()
				latency, err := workloads.Constant(0.02)
				require.NoError(t, err)
				layout, classes := script(worker.Pool(pool), 4, slices.Repeat([]workloads.TraceRow{{IO: ms}}, 4))
				// They come after it has gone down, which one loop sees to in turn, and nobody comes again before the delay is over: what
				// is between is left to who is late.
				rows := slices.Repeat([]workloads.TraceRow{{Due: 900 * time.Microsecond}}, 4)
				classes[0].Arrivals.Process = workloads.Trace{Rows: rows}
				classes[0].Work = []workloads.Phase{{Kind: workloads.Call, Demand: latency, Timeout: 10 * time.Second}}
				classes[0].Retry = worker.Retry{Max: 1, Delay: 2 * time.Second, Backoff: 1, OnError: true, OnService: true}
				r := play(t, layout, classes, live.Options{
					Executor: e, Precise: true, Services: []system.Service{{Capacity: 1}},
					Faults: []system.Fault{{At: 50 * time.Microsecond, For: 1950 * ms, Mode: system.Down}},
				})
				assert.EqualValues(t, 4, r.Classes[0].ByOutcome[worker.OK])
				assert.EqualValues(t, 8, r.Classes[0].Attempts, "each once while it is down")
				assert.GreaterOrEqual(t, r.End, 2080*ms, "one after the other")
			})
		}
	}
}

// Who gives up, or is given up, hangs up: it leaves the line, but what the service has begun it works on.
func TestWhoHangsUpLeavesTheLine(t *testing.T) {
	for _, e := range executors {
		for pool, name := range []string{"prefork", "threads", "gevent"} {
			t.Run(e.String()+" "+name, func(t *testing.T) {
				t.Parallel()
				// Far beyond the timeout, so that whoever sleeps for too long on a busy machine still finds no answer.
				latency, err := workloads.Constant(0.9)
				require.NoError(t, err)
				first, err := workloads.Constant(0.8)
				require.NoError(t, err)
				layout, classes := script(worker.Pool(pool), 9, nil)
				classes[0].Arrivals.Process = workloads.Trace{Rows: make([]workloads.TraceRow, 8)}
				classes[0].Work = []workloads.Phase{{Kind: workloads.Call, Demand: latency, Timeout: 150 * ms}}
				classes = append(classes, classes[0])
				classes[1].Name, layout.ClassQueue = "patient", []int{0, 0}
				classes[1].Arrivals.Process = workloads.Trace{Rows: []workloads.TraceRow{{}}}
				// It waits first, as long as what another has begun is worked on, so that one has, however slowly processes come
				// to the service.
				classes[1].Work = []workloads.Phase{{Kind: workloads.IO, Demand: first}, {Kind: workloads.Call, Demand: latency}}
				r := play(t, layout, classes, live.Options{Executor: e, Precise: true, Services: []system.Service{{Capacity: 1}}})
				assert.EqualValues(t, 8, r.Classes[0].ServiceFailures)
				assert.EqualValues(t, 1, r.Classes[1].ByOutcome[worker.OK])
				assert.GreaterOrEqual(t, r.End, 1800*ms, "after the first, which is given up")
				assert.Less(t, r.End, 7200*ms, "not after the others, which have left the line")
			})
		}
	}
}
