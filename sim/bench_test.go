package sim_test

import (
	"strconv"
	"sync"
	"testing"
	"time"

	"simrun/des"
	"simrun/sim"
	"simrun/worker"
	"simrun/workloads"
)

// BenchmarkWorkerMM8 is the M/M/8 queue at load 0.9 of the kernel's benchmark, served by a whole worker.
func BenchmarkWorkerMM8(b *testing.B) { perTask(b, mm8(), 7.2) }

// BenchmarkWorkerFull is a worker with everything on, see full.
func BenchmarkWorkerFull(b *testing.B) { perTask(b, full(), 8*fullRate) }

// perTask simulates b.N tasks in one run: an operation is a task with everything that it causes. An event is what
// Result.Events counts.
func perTask(b *testing.B, m *model, perSecond float64) {
	b.ReportAllocs()
	r := m.world(des.Seconds(float64(b.N) / perSecond)).Run()
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(r.Events), "ns/event")
	b.ReportMetric(float64(r.Events)/float64(b.N), "events/task")
}

// BenchmarkTwoReplications runs one replication and two side by side, on cores of their own: as they share nothing, two
// take as long as one.
func BenchmarkTwoReplications(b *testing.B) {
	for _, n := range []int{1, 2} {
		b.Run(strconv.Itoa(n), func(b *testing.B) {
			var all sync.WaitGroup
			for range n {
				w := full().world(des.Seconds(float64(b.N) / (8 * fullRate)))
				all.Go(func() { w.Run() })
			}
			all.Wait()
			b.ReportMetric(float64(n*b.N)/b.Elapsed().Seconds(), "tasks/s")
		})
	}
}

func (m *model) world(duration des.Time) *sim.World {
	return sim.New(&m.layout, m.classes, m.machines, sim.Options{
		Key: des.NewKey(1), Duration: duration, Drain: time.Hour,
	})
}

func mm8() *model {
	return pool(8, class("task", poisson(7.2), must(workloads.Exponential(1))))
}

// fullRate is the rate of each of the classes of full, per second: it keeps some 50 of the 64 slots busy.
const fullRate = 4

// full is one worker of 64 slots with a window of 4 tasks a slot on a machine of 24 cores. Each of its 8 classes has a
// queue of its own, tasks that compute, wait and compute again, errors that are retried with backoff and jitter, soft
// and hard time limits that some reach, and a late ack in every other class.
func full() *model {
	var classes []workloads.Class
	for i := range 8 {
		c := class("class-"+strconv.Itoa(i), poisson(fullRate), nil)
		c.Work = []workloads.Phase{
			{Kind: workloads.CPU, Demand: must(workloads.Exponential(0.3))},
			{Kind: workloads.IO, Demand: must(workloads.Exponential(0.6))},
			{Kind: workloads.CPU, Demand: must(workloads.Exponential(0.3))},
		}
		c.Failures.Error.P = 0.05
		c.Retry = worker.Retry{Max: 3, Delay: time.Second, Backoff: 2, Cap: time.Minute, Jitter: true, OnError: true}
		c.SoftLimit, c.HardLimit = 4*time.Second, 5*time.Second
		if i%2 == 0 {
			c.SoftLimit = 0
			c.AcksLate = worker.On
		}
		classes = append(classes, c)
	}
	m := pool(64, classes...)
	m.layout.Workers[0].DisablePrefetch = false
	m.layout.Workers[0].PrefetchMultiplier = 4
	return m.on(24)
}

// TestSteadyStateAllocatesNothing: ten times the tasks allocate only for the tables that still grow now and then (a
// new longest queue, a new longest wait), far from once an event or a task.
func TestSteadyStateAllocatesNothing(t *testing.T) {
	for name, m := range map[string]*model{"mm8": mm8(), "full": full()} {
		t.Run(name, func(t *testing.T) {
			allocations := func(d des.Time) (n float64, events int64) {
				n = testing.AllocsPerRun(1, func() { events = m.world(d).Run().Events })
				return n, events
			}
			short, before := allocations(hour / 2)
			long, after := allocations(5 * hour)
			if more := long - short; more*2000 > float64(after-before) {
				t.Errorf("%d more events made %v more allocations", after-before, more)
			}
		})
	}
}
