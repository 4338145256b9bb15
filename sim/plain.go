package sim

import (
	"math"
	"reflect"

	"example.com/simrun/des"
	"example.com/simrun/strategies"
	"example.com/simrun/worker"
	"example.com/simrun/workloads"
)

// Plain says that a layout is a plain pool: slots that take tasks in the order of their arrival, each for as long as it
// asks for, and nothing else happens. Its waits follow from a recursion, which takes half the time of a run (Wait).
func Plain(l *strategies.Layout, classes []workloads.Class, o *Options) bool {
	ideal := worker.Broker{Kind: worker.Ideal, Dispatch: l.Broker.Dispatch, PrioritySteps: l.Broker.PrioritySteps}
	if !reflect.DeepEqual(l.Broker, ideal) || len(l.Workers) != 1 || len(l.Queues) != 1 || len(l.Fleets) > 0 || l.Node[0] >= 0 || l.BrokerZone != "" ||
		len(o.Faults) > 0 || o.Recorder != nil || o.Steps > 0 || o.MemorySteps > 0 || l.Clearance != nil {
		return false
	}
	w := l.Workers[0]
	like := worker.Config{ // where tasks wait in one order, these change nothing
		Name: w.Name, Pool: w.Pool, Concurrency: w.Concurrency, Queues: w.Queues, Order: w.Order, PrefetchMultiplier: w.PrefetchMultiplier,
		DisablePrefetch: w.DisablePrefetch, AcksLate: w.AcksLate, RejectOnWorkerLost: w.RejectOnWorkerLost, SoftShutdown: w.SoftShutdown,
		Wakeup: w.Wakeup, TimersLast: w.TimersLast,
	}
	if w.Pool != worker.Prefork || w.Order == worker.Weighted || !reflect.DeepEqual(w, like) {
		return false
	}
	q := l.Queues[0]
	if q.MaxLength >= 0 {
		return false
	}
	for i := range classes {
		if !plainClass(&classes[i]) {
			return false
		}
	}
	return true
}

// plainClass says that tasks of a class come by themselves and only take time.
func plainClass(c *workloads.Class) bool {
	switch c.Arrivals.Process.(type) {
	case workloads.Closed, workloads.After, workloads.Trace:
		return false
	}
	f := &c.Failures
	if f.Error.P+f.Hang.P+f.Crash.P > 0 || c.Expires != nil || c.Countdown != nil || c.HasPriority || c.SoftLimit+c.HardLimit+c.Pace > 0 ||
		c.Zone != "" || len(c.Labels) > 0 || c.Memory != (workloads.Memory{}) {
		return false
	}
	for _, p := range c.Work {
		if p.Kind != workloads.IO && (p.Kind != workloads.CPU || p.Cores > 1) {
			return false
		}
	}
	for _, t := range c.Targets() {
		if t.Slice > 0 || t.HasBy {
			return false
		}
	}
	return true
}

// Wait is the run of a plain pool by the recursion of Kiefer and Wolfowitz (Trans. Am. Math. Soc. 78 (1955) 1): a task
// starts when the slot that is free first is free, at its arrival at the earliest. The tasks are those that New would run,
// and so are all durations, to the nanosecond. Of the tally it has what targets and pilots need: tasks by outcome, waits,
// responses, run times, targets and bins. False where some task would not end in time: then only a run knows.
func Wait(l *strategies.Layout, classes []workloads.Class, o Options) (Result, bool) {
	load := o.Load
	if load == 0 {
		load = 1
	}
	source := workloads.NewSource(classes, o.Key.WithName("tasks"), workloads.Options{Load: load, Origin: o.Start - o.Warmup})
	t := &worker.Tally{Classes: make([]worker.ClassTally, len(classes)), Queues: make([]worker.QueueTally, 1), Workers: make([]worker.WorkerTally, 1)}
	targets := make([][]worker.Target, len(classes))
	stride := 0
	for i := range classes {
		targets[i] = classes[i].Targets()
		t.Classes[i].Within = make([]worker.Share, len(targets[i]))
		t.Classes[i].Slices = make([][]worker.Share, len(targets[i]))
		t.Classes[i].Bins = make([]worker.Bin, o.Bins)
		stride = max(stride, len(classes[i].Work))
	}
	width := des.Time(1)
	if o.Bins > 0 {
		width = (o.Duration + des.Time(o.Bins) - 1) / des.Time(o.Bins)
	}
	free := make(slotsFree, l.Workers[0].Concurrency)
	demands := make([]des.Time, stride)
	to := o.Warmup + o.Duration
	var a workloads.Arrival
	r := Result{Tally: t, Stretch: make([]Stretch, len(classes))}
	for source.Peek() < to && source.Next(&a) {
		r.Events++
		demand := des.Time(0)
		work := demands[:len(classes[a.Class].Work)]
		source.Demands(a.Ref, 1, work)
		for _, d := range work {
			demand += d
		}
		start := max(a.Due, free[0])
		end := start + demand
		if end > to+o.Drain || demand > math.MaxInt64/8 {
			return Result{}, false
		}
		free.take(end)
		if a.Due < o.Warmup {
			continue
		}
		r.End = max(r.End, end)
		c := &t.Classes[a.Class]
		c.Published++
		c.Attempts++
		c.ByOutcome[worker.OK]++
		c.Wait.Add(start - a.Due)
		c.Response.Add(end - a.Due)
		c.Run.Add(demand)
		for i := range targets[a.Class] {
			d := [...]des.Time{worker.Wait: start - a.Due, worker.Response: end - a.Due, worker.Run: demand}[targets[a.Class][i].Metric]
			within := &c.Within[i]
			within.Of++
			if d <= targets[a.Class][i].Bound {
				within.Within++
			}
		}
		if o.Bins > 0 {
			b := &c.Bins[(a.Due-o.Warmup)/width]
			b.Tasks++
			b.Wait.Add(start - a.Due)
		}
	}
	return r, true
}

// slotsFree is a heap of the times at which slots are free, the first in front.
type slotsFree []des.Time

// take gives the slot that is free first to a task that ends at a time no earlier.
func (f slotsFree) take(until des.Time) {
	i := 0
	for {
		child := 2*i + 1
		if child >= len(f) {
			break
		}
		if child+1 < len(f) && f[child+1] < f[child] {
			child++
		}
		if f[child] >= until {
			break
		}
		f[i] = f[child]
		i = child
	}
	f[i] = until
}
