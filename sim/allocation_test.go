package sim_test

import (
	"runtime"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"

	"example.com/simrun/des"
	"example.com/simrun/sim"
	"example.com/simrun/system"
	"example.com/simrun/worker"
	"example.com/simrun/workloads"
)

// troubled is 8 classes on 64 slots of 8 cores, with prefetch, priorities, retries, limits, expiry, crashes and CPU sharing.
func troubled(p worker.Pool) *model {
	var classes []workloads.Class
	for i, name := range []string{"a", "b", "c", "d", "e", "f", "g", "h"} {
		c := computing(name, 20/float64(i+1), exponential(0.02*float64(i+1)))
		c.Work = append(c.Work, workloads.Phase{Kind: workloads.IO, Demand: exponential(0.1 * float64(i+1))})
		c.HasPriority, c.Priority = true, i
		c.Failures.Error.P, c.Failures.Crash.P, c.Failures.Hang.P = 0.05, 0.0001, 0.001
		c.Retry = worker.Retry{Max: 3, Delay: time.Second, Backoff: 2, Cap: 10 * time.Second, Jitter: true, OnError: true}
		c.HardLimit = 20 * time.Second
		c.Expires = constant(600)
		classes = append(classes, c)
	}
	m := &model{classes: classes}
	m.addQueues()
	m.layout.Broker = worker.Broker{Kind: worker.Redis, PrioritySteps: []int{0, 3, 6, 9}, Restore: time.Minute}
	m.add(worker.Config{
		Name: "w", Pool: p, Concurrency: 64, Queues: m.all(), PrefetchMultiplier: 4, AcksLate: true, RejectOnWorkerLost: true,
		Overheads: worker.Overheads{Fetch: time.Millisecond, Start: time.Millisecond, FinishLate: time.Millisecond, Respawn: time.Second},
	})
	return m.on(8)
}

// TestTroubleAllocatesNothing: a run three times as long handles some hundred thousand events more, and allocates
// no more but for tables that grow with the most tasks ever present, and histograms with the spread of their values.
func TestTroubleAllocatesNothing(t *testing.T) {
	for name, p := range map[string]worker.Pool{
		"prefork": worker.Prefork, "gevent": worker.Gevent, "threads": worker.Threads, "watched": worker.Prefork, "far": worker.Prefork,
	} {
		t.Run(name, func(t *testing.T) {
			m := troubled(p)
			var faults []system.Fault
			if name == "far" {
				m.layout.Workers[0].RoundTrip = 2 * time.Millisecond
				for i := range m.classes {
					m.classes[i].Work = append(m.classes[i].Work, workloads.Phase{Kind: workloads.Transfer, Demand: constant(0), To: "home", Size: exponential(1e6)})
				}
			}
			if name == "watched" {
				m.classes[0].Labels, m.classes[3].Labels = []string{"a"}, []string{"a", "b"}
				faults = []system.Fault{{Of: system.OfClass, Target: 1, At: hour / 6, For: hour / 6}}
			}
			if p != worker.Prefork {
				// One thread has to carry all; without hangs, which nothing ends in a threads pool.
				for i := range m.classes {
					m.classes[i].Work[0].Demand = exponential(0.003)
					m.classes[i].Failures.Hang.P = 0
				}
			}
			allocations := func(duration des.Time) (mallocs uint64, events int64) {
				var before, after runtime.MemStats
				world := sim.New(&m.layout, m.classes, m.machines, sim.Options{
					Key: des.NewKey(1), Warmup: hour / 6, Duration: duration, Drain: hour, Faults: faults,
				})
				runtime.ReadMemStats(&before)
				r := world.Run()
				runtime.ReadMemStats(&after)
				return after.Mallocs - before.Mallocs, r.Events
			}
			short, few := allocations(hour)
			long, many := allocations(3 * hour)
			assert.Greater(t, many-few, int64(500_000))
			t.Logf("%d allocations in %d events, %d in %d", short, few, long, many)
			assert.LessOrEqual(t, long, short+150)
		})
	}
}
