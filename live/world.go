package live

import (
	"context"
	"time"

	"simrun/des"
	"simrun/strategies"
	"simrun/worker"
	"simrun/workloads"
)

// Options say what one run does.
type Options struct {
	Key      des.Key  // as in package sim: the same key brings the same tasks
	Warmup   des.Time // before the observed window
	Duration des.Time // of the observed window
	Drain    des.Time // at most, after it, for tasks that arrived in it
	Recorder Recorder // nil = nobody listens
}

// Recorder receives every change of state, and what of a task the worker does not know. It is called from one
// goroutine.
type Recorder interface {
	worker.Recorder
	Publish(now des.Time, task int32, id string, p *worker.Publication)
}

// Result is what one run observed.
type Result struct {
	*worker.Tally
	Lag des.Time // the longest that the loop was late for a timer
	End des.Time
}

// World is one run. It is not reused.
type World struct {
	opts    Options
	classes []workloads.Class
	source  *workloads.Source
	system  *worker.System
	queue   des.Queue
	bodies  []body
	slots   []run
	ends    chan end
	start   time.Time
	now     des.Time
	lag     des.Time
}

// body is the world's side of a task.
type body struct {
	ref     workloads.Ref
	fate    workloads.Fate
	demands []des.Time
}

// run is the world's side of a slot: the attempt in it, and how to abandon it.
type run struct {
	gen  uint64
	stop chan struct{}
}

// end is posted by a body.
type end struct {
	slot   int32
	gen    uint64
	result worker.Result
}

// New prepares a run of a layout.
func New(layout *strategies.Layout, classes []workloads.Class, o Options) *World {
	w := &World{
		opts:    o,
		classes: classes,
		source:  workloads.NewSource(classes, o.Key.WithName("tasks"), workloads.Options{Load: 1}),
		slots:   make([]run, layout.Slots()),
		ends:    make(chan end),
	}
	var listener worker.Recorder
	if o.Recorder != nil {
		listener = o.Recorder
	}
	w.system = worker.New(layout.Setup(classes, o.Key.WithName("broker"), listener), (*host)(w))
	w.system.Observe(o.Warmup, o.Warmup+o.Duration, 0)
	return w
}

// Run lasts until every observed task has ended, at most Drain after the observed window, or until ctx is done; then
// it abandons the bodies that still run and waits for them to be gone.
func (w *World) Run(ctx context.Context) Result {
	last := w.opts.Warmup + w.opts.Duration + w.opts.Drain
	w.start = time.Now()
	timer := time.NewTimer(0)
	defer timer.Stop()
	for !w.system.Settled() {
		next := min(w.queue.Peek(), w.source.Peek(), last)
		timer.Reset(next - des.Time(time.Since(w.start)))
		select {
		case <-ctx.Done():
			return w.close()
		case e := <-w.ends:
			w.clock()
			if e.gen == w.slots[e.slot].gen {
				w.slots[e.slot].stop = nil
				w.system.Ended(w.now, e.slot, e.result)
			}
		case <-timer.C:
			w.clock()
			w.lag = max(w.lag, w.now-next)
			w.due()
			if w.now >= last {
				return w.close()
			}
		}
	}
	return w.close()
}

func (w *World) clock() { w.now = des.Time(time.Since(w.start)) }

// due handles what the timer was set for, in the order in which package sim would: events of the queue before
// arrivals of the same time.
func (w *World) due() {
	for !w.system.Settled() {
		event, arrival := w.queue.Peek(), w.source.Peek()
		switch {
		case event <= min(arrival, w.now):
			e := w.queue.Pop()
			e.At = w.now
			w.system.Handle(e)
		case arrival <= w.now:
			w.publish()
		default:
			return
		}
	}
}

func (w *World) publish() {
	a, _ := w.source.Next()
	id := w.system.NextTask()
	for int(id) >= len(w.bodies) {
		w.bodies = append(w.bodies, body{})
	}
	b := &w.bodies[id]
	b.ref = a.Ref
	b.demands = append(b.demands[:0], make([]des.Time, len(w.classes[a.Class].Work))...)
	var p worker.Publication
	p, b.fate = w.source.Publication(a, b.demands)
	if w.opts.Recorder != nil {
		w.opts.Recorder.Publish(w.now, id, w.source.ID(a.Ref), &p)
	}
	w.system.Publish(w.now, p)
}

// close ends the run and leaves no goroutine behind.
func (w *World) close() Result {
	w.clock()
	for i := range w.slots {
		w.abandon(int32(i))
	}
	return Result{Tally: w.system.Close(w.now), Lag: w.lag, End: w.now}
}
