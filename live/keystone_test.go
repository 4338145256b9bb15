package live_test

import (
	"context"
	"fmt"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"simrun/des"
	"simrun/live"
	"simrun/sim"
	"simrun/strategies"
	"simrun/worker"
	"simrun/workloads"
)

// trail writes down every change of state of every task, by the task's own name.
type trail struct {
	names map[int32]string
	lines []string
}

func newTrail() *trail { return &trail{names: map[int32]string{}} }

func (t *trail) Publish(_ des.Time, task int32, id string, _ *worker.Publication) { t.names[task] = id }

func (t *trail) Record(r worker.Record) {
	if r.Task < 0 {
		t.lines = append(t.lines, fmt.Sprintf("%d freed w%d s%d", r.At, r.Worker, r.Slot))
		return
	}
	t.lines = append(t.lines, fmt.Sprintf("%d kind %d %s q%d w%d s%d attempt %d %v",
		r.At, r.Kind, t.names[r.Task], r.Queue, r.Worker, r.Slot, r.Attempt, r.Outcome))
}

// TestLiveEqualsSim runs the same workers in a bubble of exact time and in the simulator, and compares every change
// of state of every task to the nanosecond.
func TestLiveEqualsSim(t *testing.T) {
	retry := worker.Retry{Max: 3, Delay: 500 * time.Millisecond, Backoff: 2, Cap: 10 * time.Second, Jitter: true, OnError: true}
	for _, c := range []struct {
		name string
		edit func(*strategies.Layout, []workloads.Class)
	}{
		{"M/M/2", func(*strategies.Layout, []workloads.Class) {}},
		{"prefetch 1", func(l *strategies.Layout, _ []workloads.Class) {
			l.Workers[0].DisablePrefetch, l.Workers[0].PrefetchMultiplier = false, 1
		}},
		{"prefetch 4, late acks", func(l *strategies.Layout, _ []workloads.Class) {
			l.Workers[0].DisablePrefetch, l.Workers[0].PrefetchMultiplier, l.Workers[0].AcksLate = false, 4, true
		}},
		{"retries", func(_ *strategies.Layout, classes []workloads.Class) {
			classes[0].Retry = retry
			classes[0].Failures.Error.P = 0.2
		}},
		{"hard limit", func(l *strategies.Layout, classes []workloads.Class) {
			l.Workers[0].HardLimit = 2 * time.Second
			classes[0].Failures.Hang.P = 0.02
		}},
		{"prefetch, retries and limits on redis", func(l *strategies.Layout, classes []workloads.Class) {
			l.Broker.Kind, l.Broker.PrioritySteps = worker.Redis, []int{0, 3, 6, 9}
			w := &l.Workers[0]
			w.DisablePrefetch, w.PrefetchMultiplier, w.HardLimit, w.SoftLimit = false, 4, 3*time.Second, 2*time.Second
			classes[0].Retry, classes[1].Retry = retry, retry
			classes[0].Failures.Error.P = 0.1
			classes[0].Failures.Crash.P = 0.01
			classes[1].Retry.OnSoft = true
		}},
	} {
		t.Run(c.name, func(t *testing.T) {
			layout, classes := mm2()
			c.edit(layout, classes)
			const span = 2500 * time.Second // about 5,000 tasks
			virtual, real := newTrail(), newTrail()
			want := sim.New(layout, classes, nil, sim.Options{
				Key: des.NewKey(7), Duration: span, Drain: span, Recorder: virtual,
			}).Run()
			require.Greater(t, want.Classes[0].Published+want.Classes[1].Published, int64(4000))
			synctest.Test(t, func(t *testing.T) {
				got, err := live.New(layout, classes, live.Options{
					Key: des.NewKey(7), Duration: span, Drain: span, Recorder: real,
				}).Run(context.Background())
				require.NoError(t, err)
				require.Zero(t, got.Lag.Max())
				require.Zero(t, got.SendLag.Max())
				require.Equal(t, want.End, got.End)
				for i := range want.Classes {
					require.Equal(t, want.Classes[i].ByOutcome, got.Classes[i].ByOutcome)
				}
			})
			require.Equal(t, len(virtual.lines), len(real.lines))
			for i := range virtual.lines {
				require.Equal(t, virtual.lines[i], real.lines[i], "record %d", i)
			}
		})
	}
}

// mm2 is two slots that take two kinds of sleeping tasks from two queues.
func mm2() (*strategies.Layout, []workloads.Class) {
	demand, err := workloads.Exponential(0.8)
	if err != nil {
		panic(err)
	}
	var classes []workloads.Class
	for i, name := range []string{"a", "b"} {
		c := workloads.Class{
			Queue:    name,
			Arrivals: workloads.Arrivals{Process: workloads.Poisson{PerSecond: 1}},
			Work:     []workloads.Phase{{Kind: workloads.IO, Demand: demand}},
		}
		c.Name = name
		c.Priority = i
		classes = append(classes, c)
	}
	none := worker.Queue{MaxLength: -1, MaxPriority: -1, DeliveryLimit: -1}
	a, b := none, none
	a.Name, b.Name = "a", "b"
	return &strategies.Layout{
		Queues: []worker.Queue{a, b}, ClassQueue: []int{0, 1},
		Workers: []worker.Config{{Name: "w", Concurrency: 2, Queues: []int{0, 1}, DisablePrefetch: true}},
		Node:    []int{-1},
	}, classes
}
