package live

import (
	"context"
	"fmt"
	"runtime"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"example.com/simrun/des"
	"example.com/simrun/strategies"
	"example.com/simrun/worker"
	"example.com/simrun/workloads"
)

// Calibration is what a machine and the executors can do.
type Calibration struct {
	Rate      Rate
	Cores     int       // as the system counts them
	Effective []float64 // cores' worth of work of 1, 2, ... 2 x Cores threads that compute
	Raised    bool      // the harness may go before the bodies
	Touch     float64   // seconds for which a body is busy with taking a byte of memory
	Costs     []Cost
}

// Cost is what an executor adds to every task.
type Cost struct {
	Executor  Executor
	Overshoot Spread   // of a sleep
	Overhead  Spread   // from the start to the end of an attempt as the loop sees them, without its body
	Lag       Spread   // of an arrival: from its due to its being published
	Spawn     des.Time // processes: until a new child takes tasks, median
}

// Spread is what was measured: its middle, its tail, and the mean of all but that tail, which is what adds up over the
// tasks of a busy worker.
type Spread struct{ P50, P99, Mean des.Time }

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
	spell   = 150 * time.Millisecond // of computing threads
	spells  = 3
	sleeps  = 200                  // tasks that measure an executor
	meanNap = 5 * time.Millisecond // of each
	births  = 9                    // of children
)

// Calibrate measures this machine, and some executors with so many tasks a second. It takes seconds, and what else the
// machine does meanwhile is part of what it finds.
func Calibrate(ctx context.Context, executors []Executor, perSecond float64, child []string) (Calibration, error) {
	c := Calibration{Rate: MeasureRate(), Cores: runtime.NumCPU()}
	for threads := 1; threads <= 2*c.Cores; threads++ {
		var found []float64
		for range spells {
			if ctx.Err() != nil {
				return c, ctx.Err()
			}
			found = append(found, effective(threads, c.Rate))
		}
		slices.Sort(found)
		c.Effective = append(c.Effective, found[spells/2])
	}
	var err error
	if c.Touch, err = touching(); err != nil {
		return c, err
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

// touching is what taking memory costs: the kernel clears every page.
func touching() (secondsPerByte float64, err error) {
	const size = 32 << 20
	var took []des.Time
	for range spells {
		began := time.Now()
		p, err := grab(size)
		if err != nil {
			return 0, err
		}
		p.touch(func() bool { return false })
		took = append(took, time.Since(began))
		p.free()
	}
	return spread(took).P50.Seconds() / size, nil
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

// napping are tasks that come and sleep at random: at regular times the end of one would fall on the arrival of another,
// and whoever is awake already is not woken late.
func napping(perSecond float64) workloads.Trace {
	s := des.NewStream(des.NewKey(1).WithName("calibration"))
	t := workloads.Trace{HasWork: true}
	due := 0.05
	for range sleeps {
		due += s.ExpFloat64() / perSecond
		nap := des.Seconds(s.ExpFloat64() * meanNap.Seconds())
		t.Rows = append(t.Rows, workloads.TraceRow{Due: des.Seconds(due), IO: max(nap, time.Millisecond/10)})
	}
	return t
}

// measure runs tasks that sleep a few milliseconds through a real worker.
func measure(ctx context.Context, e Executor, rate Rate, perSecond float64, child []string) (Cost, bool, error) {
	slots := min(64, 4+int(4*perSecond*meanNap.Seconds())) // enough for nobody to wait
	trace := napping(perSecond)
	class := workloads.Class{Queue: "q", Arrivals: workloads.Arrivals{Process: trace}, Work: workloads.TracePhases(trace)}
	class.Name = "sleep"
	layout := strategies.Layout{
		Queues:     []worker.Queue{{Name: "q", MaxLength: -1, MaxPriority: -1, DeliveryLimit: -1}},
		ClassQueue: []int{0},
		Workers:    []worker.Config{{Name: "w", Concurrency: slots, Queues: []int{0}, DisablePrefetch: true}},
		Node:       []int{-1},
	}
	m := meter{rows: trace.Rows}
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
	c := Cost{Executor: e, Overshoot: spread(m.overshoot), Overhead: spread(m.overhead), Lag: spread(m.lag)}
	if e == Process {
		c.Spawn, err = spawning(rate, child)
	}
	return c, r.Raised, err
}

// spawning is how long it takes until a new child takes tasks.
func spawning(rate Rate, command []string) (des.Time, error) {
	if command == nil {
		command = ownCommand()
	}
	var took []des.Time
	for range births {
		k := newKeeper(command, worker.Prefork, rate, func(notice) {}, make(chan struct{}))
		began := time.Now()
		if err := k.begin(true); err != nil {
			return 0, err
		}
		took = append(took, time.Since(began))
		k.close()
	}
	return spread(took).P50, nil
}

// meter takes the times of tasks apart: those of the body, and those around it.
type meter struct {
	rows                     []workloads.TraceRow // published in this order
	published                int
	tasks                    []metered // by the worker's index
	overshoot, overhead, lag []des.Time
}

type metered struct{ asked, began, took des.Time }

func (m *meter) Publish(now des.Time, task int32, _ string, p *worker.Publication) {
	for int(task) >= len(m.tasks) {
		m.tasks = append(m.tasks, metered{})
	}
	m.tasks[task] = metered{asked: m.rows[m.published].IO}
	m.published++
	m.lag = append(m.lag, now-p.Due)
}

func (m *meter) Record(r worker.Record) {
	switch r.Kind {
	case worker.Started:
		m.tasks[r.Task].began = r.At
	case worker.Ended:
		t := &m.tasks[r.Task]
		m.overshoot = append(m.overshoot, max(0, t.took-t.asked))
		m.overhead = append(m.overhead, max(0, r.At-t.began-t.took))
	default:
	}
}

func (m *meter) body(task, _ int32, took des.Time, _ []des.Time) { m.tasks[task].took = took }

func spread(x []des.Time) Spread {
	slices.Sort(x)
	tail := len(x) * 99 / 100
	sum := des.Time(0)
	for _, v := range x[:tail+1] {
		sum += v
	}
	return Spread{P50: x[len(x)/2], P99: x[tail], Mean: sum / des.Time(tail+1)}
}
