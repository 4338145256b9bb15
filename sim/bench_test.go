package sim_test

import (
	"strconv"
	"sync"
	"testing"
	"time"

	"example.com/simrun/des"
	"example.com/simrun/sim"
	"example.com/simrun/worker"
	"example.com/simrun/workloads"
)

// BenchmarkWorkerMM8 is the M/M/8 queue at load 0.9 of the kernel's benchmark, served by a whole worker.
func BenchmarkWorkerMM8(b *testing.B) { perTask(b, mm8(), 7.2) }

// BenchmarkWorkerMM1 is M/M/1 at the same load, and BenchmarkWorkerPriority M/M/8 with messages of two priorities in one queue.
func BenchmarkWorkerMM1(b *testing.B) {
	perTask(b, pool(1, class("task", poisson(0.9), must(workloads.Exponential(1)))), 0.9)
}

func BenchmarkWorkerPriority(b *testing.B) {
	low, high := class("low", poisson(3.6), must(workloads.Exponential(1))), class("high", poisson(3.6), must(workloads.Exponential(1)))
	high.Queue, high.Priority, high.HasPriority = "low", 5, true
	perTask(b, pool(8, low, high), 7.2)
}

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

// BenchmarkTwoReplications runs two replications one after the other, and then side by side on cores of their own. As
// they share nothing, the speed-up is that of the cores.
func BenchmarkTwoReplications(b *testing.B) {
	pair := func() (worlds [2]*sim.World) {
		for i := range worlds {
			worlds[i] = full().world(des.Seconds(float64(b.N) / (8 * fullRate)))
		}
		return worlds
	}
	began := time.Now()
	for _, w := range pair() {
		w.Run()
	}
	apart := time.Since(began)
	began = time.Now()
	var all sync.WaitGroup
	for _, w := range pair() {
		all.Go(func() { w.Run() })
	}
	all.Wait()
	together := time.Since(began)
	b.ReportMetric(apart.Seconds()/together.Seconds(), "speed-up")
	b.ReportMetric(float64(2*b.N)/together.Seconds(), "tasks/s")
	b.ReportMetric(0, "ns/op") // of both ways together: it says nothing
}

// counter counts what a worker asks of its host.
type counter struct {
	queue des.Queue
	calls int
}

func (c *counter) Schedule(e des.Event)     { c.calls++; c.queue.Push(e) }
func (*counter) Start(int32, int32, int)    {}
func (*counter) Stop(int32, int32) bool     { return true }
func (*counter) Jitter(int32, int) float64  { return 0 }
func (*counter) Done(int32, worker.Outcome) {}

// BenchmarkHost is what it costs that a worker knows its host by an interface. An event is taken from the queue and
// scheduled again, by the method itself and by the interface in turns, so that what disturbs the one disturbs the other.
// The difference is set against an event of a whole worker, M/M/8, which makes one such call: Start or Done.
func BenchmarkHost(b *testing.B) {
	const batch = 1 << 14
	direct, hidden := &counter{}, &counter{}
	host := hosts[b.N%2](hidden) // so that the compiler cannot know what it is
	for i := range des.Time(256) {
		direct.queue.Push(des.Event{At: i * 3991})
		hidden.queue.Push(des.Event{At: i * 3991})
	}
	var one, other time.Duration
	for n := 0; n < b.N; n += batch {
		began := time.Now()
		for range batch {
			e := direct.queue.Pop()
			e.At += 1e6
			direct.Schedule(e)
		}
		one += time.Since(began)
		began = time.Now()
		for range batch {
			e := hidden.queue.Pop()
			e.At += 1e6
			host.Schedule(e)
		}
		other += time.Since(began)
	}
	began := time.Now()
	events := mm8().world(des.Seconds(float64(max(b.N, batch)) / 7.2)).Run().Events
	event := float64(time.Since(began).Nanoseconds()) / float64(events)
	more := float64((other - one).Nanoseconds()) / float64(hidden.calls)
	b.ReportMetric(more, "ns/call")
	b.ReportMetric(100*more/event, "%-of-event")
	b.ReportMetric(0, "ns/op")
}

var hosts = [2]func(*counter) worker.Host{
	func(c *counter) worker.Host { return c },
	func(c *counter) worker.Host { return struct{ worker.Host }{c}.Host },
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
