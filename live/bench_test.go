package live_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"example.com/simrun/des"
	"example.com/simrun/live"
	"example.com/simrun/strategies"
	"example.com/simrun/worker"
	"example.com/simrun/workloads"
)

// BenchmarkWorkers runs live workers, open loop: an operation is one run of two seconds of arrivals. Its figures are the
// tasks that were done a second and the quantiles of their wait, of the tasks in whose name the workload is there.
func BenchmarkWorkers(b *testing.B) {
	rate := live.MeasureRate()
	for _, w := range benchWorkloads() {
		for _, s := range benchStrategies {
			b.Run("workload="+w.name+"/strategy="+s.name, func(b *testing.B) {
				layout := s.layout(w)
				var waits des.Histogram
				var done int64
				var spent float64
				round := uint64(0)
				for b.Loop() {
					r, err := live.New(layout, w.classes, live.Options{
						Key: des.NewKey(round), Duration: 2 * time.Second, Drain: 10 * time.Second,
						Executor: w.executor, Rate: rate, Precise: true,
					}).Run(b.Context())
					require.NoError(b, err)
					round++
					waits.Merge(&r.Classes[0].Wait)
					spent += r.End.Seconds()
					for i := range r.Classes {
						done += r.Classes[i].ByOutcome[worker.OK]
					}
				}
				b.ReportMetric(float64(done)/spent, "tasks/s")
				for _, p := range []int{50, 95, 99} {
					b.ReportMetric(waits.Quantile(float64(p)/100)*1e9, fmt.Sprintf("wait-p%d-ns", p))
				}
			})
		}
	}
}

// benchWorkload is two classes of tasks; the first is the one that people wait for.
type benchWorkload struct {
	name     string
	executor live.Executor
	classes  []workloads.Class
	limit    time.Duration
}

func benchWorkloads() []benchWorkload {
	class := func(name string, perSecond, mean float64, kind workloads.PhaseKind) workloads.Class {
		demand, err := workloads.Exponential(mean)
		if err != nil {
			panic(err)
		}
		c := workloads.Class{
			Queue: name, Arrivals: workloads.Arrivals{Process: workloads.Poisson{PerSecond: perSecond}},
			Work: []workloads.Phase{{Kind: kind, Demand: demand, Cores: 1}},
		}
		c.Name = name
		return c
	}
	failing := class("short", 200, 0.005, workloads.IO)
	failing.Failures.Error.P, failing.Failures.Crash.P = 0.1, 0.01
	failing.Retry = worker.Retry{Max: 3, Delay: 20 * time.Millisecond, Backoff: 2, OnError: true}
	hanging := class("long", 20, 0.05, workloads.IO)
	hanging.Failures.Hang.P = 0.05
	return []benchWorkload{
		{"cpu", live.Thread, []workloads.Class{class("short", 200, 0.002, workloads.CPU), class("long", 6, 0.05, workloads.CPU)}, 0},
		{"io", live.Goroutine, []workloads.Class{class("short", 250, 0.005, workloads.IO), class("long", 80, 0.05, workloads.IO)}, 0},
		{"priority", live.Goroutine, []workloads.Class{class("short", 100, 0.005, workloads.IO), class("long", 18, 0.25, workloads.IO)}, 0},
		{"failures", live.Goroutine, []workloads.Class{failing, hanging}, 200 * time.Millisecond},
	}
}

var benchStrategies = []struct {
	name   string
	layout func(benchWorkload) *strategies.Layout
}{
	{"one-pool", func(w benchWorkload) *strategies.Layout { return benchLayout(w, false, worker.RoundRobin) }},
	{"prefetch", func(w benchWorkload) *strategies.Layout { return benchLayout(w, true, worker.RoundRobin) }},
	{"strict", func(w benchWorkload) *strategies.Layout { return benchLayout(w, false, worker.Strict) }},
	{"separated", func(w benchWorkload) *strategies.Layout {
		l := benchLayout(w, false, worker.RoundRobin)
		short := l.Workers[0]
		long := short
		short.Queues, short.Concurrency, long.Queues, long.Concurrency = []int{0}, 2, []int{1}, 6
		l.Workers, l.Node = []worker.Config{short, long}, []int{-1, -1}
		return l
	}},
}

// benchLayout is one pool of eight slots.
func benchLayout(w benchWorkload, prefetch bool, order worker.Order) *strategies.Layout {
	l := &strategies.Layout{ClassQueue: []int{0, 1}, Node: []int{-1}}
	for i := range w.classes {
		l.Queues = append(l.Queues, worker.Queue{Name: w.classes[i].Queue, MaxLength: -1, MaxPriority: -1, DeliveryLimit: -1})
	}
	l.Workers = []worker.Config{{
		Name: "w", Concurrency: 8, Queues: []int{0, 1}, Order: order, PrefetchMultiplier: 4, DisablePrefetch: !prefetch, HardLimit: w.limit,
	}}
	return l
}
