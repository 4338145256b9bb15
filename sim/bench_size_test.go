package sim_test

import (
	"fmt"
	"runtime"
	"runtime/debug"
	"testing"
	"time"

	"example.com/simrun/des"
	"example.com/simrun/sim"
	"example.com/simrun/system"
	"example.com/simrun/worker"
	"example.com/simrun/workloads"
)

// BenchmarkSize is what an event costs in a small and in a large system of one kind: a cost that grows with the size of the
// system rather than with the number of its events is a fault. An operation is a run.
func BenchmarkSize(b *testing.B) {
	for _, size := range []struct {
		name  string
		model *model
		rate  float64 // tasks a second
		tasks float64 // of a run
	}{
		{"waiting/steady", mm8(), 7.2, 2e5},
		{"waiting/flood", pool(8, class("task", poisson(2000), must(workloads.Exponential(1)))), 2000, 1e6},
		{"replicas/100", replicas(100), 1000, 1e5},
		{"replicas/1000", replicas(1000), 10_000, 3e5},
		{"queues/5", manyQueues(5), 1000, 1e6},
		{"queues/200", manyQueues(200), 1000, 1e6},
		{"machines/10", machines(10), 300, 1e5},
		{"machines/1000", machines(1000), 30_000, 3e5},
		{"computing/20", crowd(20), 20, 1e5},
		{"computing/2000", crowd(2000), 2000, 1e5},
	} {
		b.Run(size.name, func(b *testing.B) { perSize(b, size.model, des.Seconds(size.tasks/size.rate)) })
	}
}

// perSize reports the time of an event, and what memory the process took from the system for each task that waited in
// the end.
func perSize(b *testing.B, m *model, duration des.Time) {
	b.ReportAllocs()
	events, waiting, memory := int64(0), int64(0), int64(0)
	for range b.N {
		b.StopTimer()
		debug.FreeOSMemory()
		before := taken()
		w := sim.New(&m.layout, m.classes, m.machines, sim.Options{Key: des.NewKey(1), Duration: duration})
		b.StartTimer()
		r := w.Run()
		events += r.Events
		memory += taken() - before
		for i := range r.Classes {
			waiting += r.Classes[i].ByOutcome[worker.Unstarted]
		}
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(events), "ns/event")
	if waiting > 1e5 {
		b.ReportMetric(float64(memory)/float64(waiting), "B/waiting")
	}
	b.ReportMetric(0, "ns/op") // runs are not equally long
}

// taken is the memory that the heap has taken from the system and not given back.
func taken() int64 {
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return int64(m.HeapSys - m.HeapReleased)
}

// replicas are workers of 64 slots on redis, all of one queue, at load 0.8.
func replicas(n int) *model {
	m := &model{classes: []workloads.Class{class("task", poisson(10*float64(n)), must(workloads.Exponential(5.12)))}}
	m.addQueues()
	m.layout.Broker = worker.Broker{Kind: worker.Redis}
	for i := range n {
		m.add(worker.Config{Name: fmt.Sprint("worker-", i), Concurrency: 64, PrefetchMultiplier: 4, Queues: m.all()})
	}
	return m
}

// manyQueues are 4 workers of 64 slots on redis, at load 0.8, each of which consumes all of n queues.
func manyQueues(n int) *model {
	m := &model{}
	for i := range n {
		demand := must(workloads.Exponential(0.8 * 4 * 64 / 1000))
		m.classes = append(m.classes, class(fmt.Sprint("task-", i), poisson(1000/float64(n)), demand))
	}
	m.addQueues()
	m.layout.Broker = worker.Broker{Kind: worker.Redis}
	for i := range 4 {
		m.add(worker.Config{Name: fmt.Sprint("worker-", i), Concurrency: 64, PrefetchMultiplier: 4, Queues: m.all()})
	}
	return m
}

// machines are n machines of 4 cores, with a worker of 8 slots on each whose tasks compute, wait and compute again.
func machines(n int) *model {
	c := class("task", poisson(30*float64(n)), nil)
	law := must(workloads.Exponential(0.05))
	c.Work = []workloads.Phase{{Kind: workloads.CPU, Demand: law}, {Kind: workloads.IO, Demand: law}, {Kind: workloads.CPU, Demand: law}}
	m := &model{classes: []workloads.Class{c}}
	m.addQueues()
	m.layout.Broker = worker.Broker{Kind: worker.Redis}
	for i := range n {
		m.add(worker.Config{Name: fmt.Sprint("worker-", i), Concurrency: 8, PrefetchMultiplier: 4, Queues: m.all()})
		m.layout.Nodes = append(m.layout.Nodes, 0)
		m.layout.Node[i] = i
	}
	m.machines = []system.Machine{{Name: "m", Cores: 4, Speed: 1, Efficiency: 1, Count: n}}
	return m
}

// crowd is a worker of n slots on half as many cores: nearly all of them compute, and each arrival and each end
// changes the speed of all. The seconds of work are what the cores can do.
func crowd(n int) *model {
	c := class("task", poisson(float64(n)), nil)
	c.Work = []workloads.Phase{{Kind: workloads.CPU, Demand: must(workloads.Exponential(0.5))}}
	return pool(n, c).on(float64(n) / 2)
}

// BenchmarkDay is a part of a day of 10,000 tasks a second on one worker of 1,000 slots, in one replication: an operation is
// a second of it, and -benchtime 86400x the whole day. Its memory does not grow with the tasks served.
func BenchmarkDay(b *testing.B) {
	m := pool(1000, class("task", poisson(10_000), must(workloads.Exponential(0.05))))
	b.ReportAllocs()
	r := sim.New(&m.layout, m.classes, m.machines, sim.Options{Key: des.NewKey(1), Duration: time.Duration(b.N) * time.Second, Drain: time.Hour}).Run()
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(r.Events), "ns/event")
}
