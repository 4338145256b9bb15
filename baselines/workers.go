package baselines

import (
	"context"
	"fmt"
	"slices"

	"example.com/simrun/des"
	"example.com/simrun/live"
	"example.com/simrun/strategies"
	"example.com/simrun/worker"
	"example.com/simrun/workloads"
)

// workers are simrun's own: a broker with a queue for each class, and workers as Celery has them.
type workers struct {
	name   string
	layout func(slots int) []worker.Config
}

// OnePool is a worker that takes both queues in turn.
func OnePool() Contestant {
	return workers{"simrun-one-pool", func(slots int) []worker.Config {
		return []worker.Config{{Name: "w", Concurrency: slots, Queues: []int{0, 1}, DisablePrefetch: true}}
	}}
}

// Strict is a worker that takes short tasks first.
func Strict() Contestant {
	return workers{"simrun-strict", func(slots int) []worker.Config {
		return []worker.Config{{Name: "w", Concurrency: slots, Queues: []int{0, 1}, Order: worker.Strict, DisablePrefetch: true}}
	}}
}

// Separated are two workers, a quarter of the slots for short tasks.
func Separated() Contestant {
	return workers{"simrun-separated", func(slots int) []worker.Config {
		quarter := max(1, slots/4)
		return []worker.Config{
			{Name: "short", Concurrency: quarter, Queues: []int{0}, DisablePrefetch: true},
			{Name: "long", Concurrency: slots - quarter, Queues: []int{1}, DisablePrefetch: true},
		}
	}}
}

func (k workers) Name() string { return k.name }

func (k workers) Run(ctx context.Context, w Workload, slots int) (Result, error) {
	layout := strategies.Layout{ClassQueue: []int{0, 1}, Workers: k.layout(slots)}
	var all []workloads.Class
	last := des.Time(0)
	for c, name := range []string{"short", "long"} {
		trace := workloads.Trace{HasWork: true}
		for i := range w.Tasks {
			if t := &w.Tasks[i]; t.Class == Class(c) {
				row := workloads.TraceRow{Due: t.Due, IO: t.Sleep}
				if t.Hangs {
					row.Failure = workloads.FailHangIO
				}
				trace.Rows = append(trace.Rows, row)
				last = max(last, t.Due)
			}
		}
		class := workloads.Class{Queue: name, Arrivals: workloads.Arrivals{Process: trace}, Work: workloads.TracePhases(trace)}
		class.Name = name
		all = append(all, class)
		layout.Queues = append(layout.Queues, worker.Queue{Name: name, MaxLength: -1, MaxPriority: -1, DeliveryLimit: -1})
	}
	for i := range layout.Workers {
		layout.Workers[i].HardLimit = w.Limit
		layout.Node = append(layout.Node, -1)
	}
	var log startLog
	r, err := live.New(&layout, all, live.Options{
		Key: des.NewKey(1), Duration: last + 1, Drain: patience, Precise: true, Recorder: &log,
	}).Run(ctx)
	if err != nil {
		return Result{}, fmt.Errorf("%s: %w", k.name, err)
	}
	out := Result{Took: r.End}
	for c := range all {
		out.Asked[c] = int(r.Classes[c].Published)
		out.Done[c] = int(r.Classes[c].ByOutcome[worker.OK])
		out.Waits[c] = log.waits[c]
		slices.Sort(out.Waits[c])
	}
	return out, ctx.Err()
}

// startLog notes the wait of every task.
type startLog struct {
	waits [classes][]des.Time
}

// Publish implements live.Recorder.
func (*startLog) Publish(des.Time, int32, string, *worker.Publication) {}

// Record implements live.Recorder.
func (l *startLog) Record(r worker.Record) {
	if r.Kind == worker.Started && r.Attempt == 1 {
		l.waits[r.Class] = append(l.waits[r.Class], r.At-r.Due)
	}
}
