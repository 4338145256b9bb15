package live

import (
	"context"
	"fmt"
	"runtime"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"simrun/des"
	"simrun/strategies"
	"simrun/worker"
	"simrun/workloads"
)

// Calibration is what a machine and the executors can do.
type Calibration struct {
	Rate      Rate
	Cores     int       // as the system counts them
	Effective []float64 // cores' worth of work of 1, 2, ... 2 x Cores threads that compute
	Raised    bool      // the harness may go before the bodies
	Costs     []Cost
}

// Cost is what an executor adds to every task.
type Cost struct {
	Executor  Executor
	Overshoot Spread // of a sleep
	Overhead  Spread // from the start to the end of an attempt as the loop sees them, without its body
}

// Spread is the middle and the tail of what was measured.
type Spread struct{ P50, P99 des.Time }

// Efficiency is effective cores / cores, with as many threads as cores or more.
func (c *Calibration) Efficiency() float64 {
	var full []float64
	for n, e := range c.Effective {
		if n+1 >= c.Cores {
			full = append(full, e)
		}
	}
	slices.Sort(full)
	return min(1, full[len(full)/2]/float64(c.Cores))
}

const (
	spell  = 150 * time.Millisecond // of computing threads
	spells = 3
	sleeps = 200 // tasks that measure an executor
)

// Calibrate measures this machine, and some executors with so many tasks a second. It takes seconds, and what else the
// machine does meanwhile is part of what it finds.
func Calibrate(ctx context.Context, executors []Executor, perSecond float64, child []string) (Calibration, error) {
	c := Calibration{Rate: MeasureRate(), Cores: runtime.NumCPU()}
	for threads := 1; threads <= 2*c.Cores; threads++ {
		best := 0.0
		for range spells {
			if ctx.Err() != nil {
				return c, ctx.Err()
			}
			best = max(best, effective(threads, c.Rate))
		}
		c.Effective = append(c.Effective, best)
	}
	for _, e := range executors {
		cost, raised, err := measure(ctx, e, c.Rate, perSecond, child)
		if err != nil {
			return c, err
		}
		c.Costs = append(c.Costs, cost)
		c.Raised = raised
	}
	return c, nil
}

// effective is how many cores' worth of work threads do that compute at once.
func effective(threads int, rate Rate) float64 {
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(runtime.NumCPU() + threads + 1))
	var wg sync.WaitGroup
	var stop atomic.Bool
	var done atomic.Int64
	began := time.Now()
	for range threads {
		wg.Go(func() {
			runtime.LockOSThread() // and never unlocked: the thread ends with the goroutine
			for !stop.Load() {
				burn(chunk, stop.Load)
				done.Add(chunk)
			}
		})
	}
	time.Sleep(spell)
	work := done.Load()
	took := time.Since(began)
	stop.Store(true)
	wg.Wait()
	return float64(work) / float64(rate) / took.Seconds()
}

// measure runs tasks that sleep a few milliseconds through a real worker.
func measure(ctx context.Context, e Executor, rate Rate, perSecond float64, child []string) (Cost, bool, error) {
	const nap = 5 * time.Millisecond
	slots := min(64, max(2, int(2*perSecond*nap.Seconds())+2))
	trace := workloads.Trace{HasWork: true}
	for i := range sleeps {
		trace.Rows = append(trace.Rows, workloads.TraceRow{Due: des.Seconds(float64(i+10) / perSecond), IO: nap})
	}
	class := workloads.Class{Queue: "q", Arrivals: workloads.Arrivals{Process: trace}, Work: workloads.TracePhases(trace)}
	class.Name = "sleep"
	layout := strategies.Layout{
		Queues:     []worker.Queue{{Name: "q", MaxLength: -1, MaxPriority: -1, DeliveryLimit: -1}},
		ClassQueue: []int{0},
		Workers:    []worker.Config{{Name: "w", Concurrency: slots, Queues: []int{0}, DisablePrefetch: true}},
		Node:       []int{-1},
	}
	var m meter
	r, err := New(&layout, []workloads.Class{class}, Options{
		Key: des.NewKey(1), Duration: trace.Rows[sleeps-1].Due + 1, Drain: 10 * time.Second, Recorder: &m, Body: m.body,
		Executor: e, Rate: rate, Child: child, Precise: true,
	}).Run(ctx)
	switch {
	case err != nil:
		return Cost{}, false, err
	case r.Interrupted:
		return Cost{}, false, ctx.Err()
	case len(m.overhead) == 0:
		return Cost{}, false, fmt.Errorf("executor %v: no task ended within %v: want an idle machine", e, r.End)
	}
	for i := range m.took {
		m.took[i] = max(0, m.took[i]-nap)
	}
	return Cost{e, spread(m.took), spread(m.overhead)}, r.Raised, nil
}

// meter takes the times of tasks apart: those of the body, and those around it.
type meter struct {
	began          []des.Time // by task
	bodies         []des.Time
	took, overhead []des.Time
}

func (m *meter) Publish(_ des.Time, task int32, _ string, _ *worker.Publication) {
	for int(task) >= len(m.began) {
		m.began, m.bodies = append(m.began, 0), append(m.bodies, 0)
	}
}

func (m *meter) Record(r worker.Record) {
	switch r.Kind {
	case worker.Started:
		m.began[r.Task] = r.At
	case worker.Ended:
		m.took = append(m.took, m.bodies[r.Task])
		m.overhead = append(m.overhead, max(0, r.At-m.began[r.Task]-m.bodies[r.Task]))
	default:
	}
}

func (m *meter) body(task, _ int32, took des.Time) { m.bodies[task] = took }

func spread(x []des.Time) Spread {
	slices.Sort(x)
	return Spread{x[len(x)/2], x[len(x)*99/100]}
}
