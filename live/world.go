package live

import (
	"context"
	"errors"
	"fmt"
	"os"
	"runtime"
	"sync"
	"time"

	"example.com/simrun/des"
	"example.com/simrun/strategies"
	"example.com/simrun/worker"
	"example.com/simrun/workloads"
)

// World is one run. It is not reused.
type World struct {
	opts     Options
	classes  []workloads.Class
	source   *workloads.Source
	system   *worker.System
	queue    des.Queue
	bodies   []body
	slots    []place
	services directory
	exchange *exchange // nil = no process calls any
	crews    []crew
	gevent   []bool    // by worker: its tasks share one thread, one at a time
	prefork  []bool    // by worker
	accounts *accounts // of memory; nil = nothing asks for any
	crowd    bool      // a gevent worker's loop has its turn while tasks wait for the thread
	claims   []int32   // by gevent worker: slots that compute or want to
	notices  chan notice
	over     chan struct{}
	mustered bool   // the processes are there
	finish   func() // closes over
	start    time.Time
	now      des.Time
	result   Result
}

// body is the world's side of a task.
type body struct {
	ref     workloads.Ref
	fate    workloads.Fate
	demands []des.Time
	copied  bool // of another task: nobody hears of it
}

// place is the world's side of a slot.
type place struct {
	worker, crew  int32
	task, attempt int32
	gen           uint64 // of the attempt in it, or, after that was abandoned, of none
	computes      bool   // gevent: holds the thread of its worker
	wants         bool   // gevent: will compute when it gets the thread
	born          bool   // prefork: has a process
}

const none = -1

// New prepares a run of a layout.
func New(layout *strategies.Layout, classes []workloads.Class, o Options) *World {
	classes = layout.Sent(classes)
	if o.Load == 0 {
		o.Load = 1
	}
	w := &World{
		opts:    o,
		classes: classes,
		source: workloads.NewSource(classes, o.Key.WithName("tasks"), workloads.Options{
			Load: o.Load, Origin: o.Start - o.Warmup,
		}),
		notices: make(chan notice, 1024),
		over:    make(chan struct{}),

		services: newServices(o.Services),
	}
	w.finish = sync.OnceFunc(func() { close(w.over) })
	for i := range layout.Workers {
		cfg := &layout.Workers[i]
		w.prefork = append(w.prefork, cfg.Pool == worker.Prefork)
		w.gevent = append(w.gevent, cfg.Pool == worker.Gevent && o.Executor != Goroutine)
		w.claims = append(w.claims, 0)
		for n := range cfg.Concurrency {
			if n == 0 || o.Executor == Process && cfg.Pool == worker.Prefork {
				w.crews = append(w.crews, w.hire(cfg.Pool))
			}
			w.slots = append(w.slots, place{worker: int32(i), crew: int32(len(w.crews) - 1), task: none})
		}
	}
	var listener worker.Recorder
	if o.Recorder != nil {
		listener = o.Recorder
	}
	setup := layout.Setup(classes, o.Key.WithName("broker"), listener)
	setup.Origin, setup.Holders = o.Start-o.Warmup, true
	layout.Plan(&setup, nil, o.Faults, o.Warmup)
	w.accounts = w.audit(layout)
	w.system = worker.New(setup, (*host)(w))
	w.plan()
	w.system.Observe(o.Warmup, o.Warmup+o.Duration, 0)
	return w
}

func (w *World) hire(pool worker.Pool) crew {
	if w.opts.Executor == Process {
		command := w.opts.Child
		if command == nil {
			command = ownCommand()
		}
		return newKeeper(command, pool, w.opts.Rate, w.post, w.over)
	}
	r := newRoom(w.opts.Executor, pool, w.opts.Rate, w.post)
	r.services = w.services
	return r
}

// ownCommand starts this program again, as a child of itself.
func ownCommand() []string {
	if self, err := os.Executable(); err == nil {
		return []string{self}
	}
	return []string{os.Args[0]}
}

// post is how bodies reach the loop. After the end of the run nobody listens.
func (w *World) post(n notice) {
	select {
	case w.notices <- n:
	case <-w.over:
	}
}

// Run lasts until every observed task has ended, at most Drain after the observed window, or until ctx is done; then
// it abandons the bodies that still run and waits for them to be gone. The error says why a run could not begin.
func (w *World) Run(ctx context.Context) (Result, error) {
	if w.opts.Executor != Goroutine && !(w.opts.Rate > 0) {
		return w.result, fmt.Errorf("rate: %v: want more than 0 units of work a second", float64(w.opts.Rate))
	}
	if w.opts.Executor == Thread {
		// Every body that computes has a thread, and the kernel shares the cores among them, not the runtime.
		defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(runtime.NumCPU() + len(w.slots) + 1))
	}
	defer context.AfterFunc(ctx, w.finish)() // also when children are only being started
	if err := w.muster(); err != nil {
		return w.result, errors.Join(err, w.dismiss())
	}
	alarm := newRuntimeAlarm
	if w.opts.Precise {
		alarm = newAlarm
		if w.result.Raised = raise(); w.result.Raised {
			defer lower()
		}
		if w.opts.Executor == Goroutine || w.services != nil {
			defer w.rest()()
		}
	}
	bell := alarm()
	defer bell.close()
	before, ok := foreign()
	w.start = time.Now()
	if w.accounts != nil && !w.accounts.idle {
		w.accounts.budget = Spare()
	}
	scarce := w.loop(ctx, bell)
	w.clock()
	w.result.End = w.now
	err := errors.Join(scarce, w.dismiss())
	if w.accounts != nil {
		w.result.Memory = w.accounts.most
	}
	if after, still := foreign(); ok && still {
		w.result.Others = max(0, (after-before).Seconds()/time.Since(w.start).Seconds())
	}
	w.result.Tally = w.system.Close(w.now)
	return w.result, err
}

// rest gives the goroutines of all crews and the services a precise sleeper, and returns how to end it when none of them
// is left.
func (w *World) rest() (end func()) {
	s := newSleeper(newAlarm())
	for _, c := range w.crews {
		if r, ok := c.(*room); ok {
			r.sleeper = s
		}
	}
	for _, service := range w.services {
		service.after = s.soon
	}
	return s.close
}

// muster starts the processes of all crews at once.
func (w *World) muster() (err error) {
	if w.opts.Executor == Process && w.services != nil {
		if w.exchange, err = openExchange(w.services); err != nil {
			return err
		}
	}
	errs := make(chan error)
	n := 0
	unborn := make([]bool, len(w.crews))
	for i := range w.slots {
		s := &w.slots[i]
		unborn[s.crew] = w.prefork[s.worker] && !s.born
	}
	for i, c := range w.crews {
		if k, ok := c.(*keeper); ok {
			n++
			k.services = w.exchange.address()
			go func() { errs <- k.begin(!unborn[i]) }()
		}
	}
	w.mustered = true
	var all error
	for range n {
		if err := <-errs; err != nil {
			all = err // one is enough: they all start the same program
		}
	}
	return all
}

// loop is the run. The error is that of a machine that has not enough memory for it.
func (w *World) loop(ctx context.Context, bell alarm) error {
	last := w.opts.Warmup + w.opts.Duration + w.opts.Drain
	set := des.Never
	for !w.system.Settled() {
		w.due()
		w.clock()
		if w.now >= last || w.system.Settled() {
			return nil
		}
		if err := w.accounts.short(); err != nil {
			return err
		}
		next := min(w.queue.Peek(), w.source.Peek(), last)
		if next != set {
			set = next
			bell.set(next - w.now)
		}
		select {
		case <-ctx.Done():
			w.result.Interrupted = true
			return nil
		case n := <-w.notices:
			w.hear(n)
		case <-bell.ticks():
			set = des.Never // a tick is used up
		}
	}
	return nil
}

// hear handles a notice and those behind it, as far as they have come.
func (w *World) hear(n notice) {
	for range cap(w.notices) {
		w.clock()
		w.handle(n)
		select {
		case n = <-w.notices:
		default:
			return
		}
	}
}

func (w *World) handle(n notice) {
	s := &w.slots[n.slot]
	switch n.kind {
	case stalled:
		w.claim(s, true, false)
		w.system.Stall(s.worker)
	case woken:
		w.claim(s, false, s.wants)
		if w.system.Away(s.worker) {
			return // it has died meanwhile
		}
		w.crowd = n.crowd
		w.system.Wake(w.now, s.worker)
		w.crowd = false
	case ended:
		if n.gen != s.gen {
			return
		}
		if w.opts.Body != nil && !w.bodies[s.task].copied {
			w.opts.Body(s.task, s.attempt, n.took, n.phases)
		}
		s.task = none
		w.claim(s, false, false)
		if w.accounts != nil {
			w.accounts.end(n.slot, n.result != worker.Crashed && n.result != worker.Stopped)
		}
		if n.result == worker.Crashed {
			w.release(s.worker)
		}
		w.system.Ended(w.now, n.slot, n.result)
	}
}

func (w *World) clock() { w.now = time.Since(w.start) }

// due handles what is due, in the order in which package sim would: events of the queue before arrivals of the same
// time.
func (w *World) due() {
	w.clock()
	for until := w.now; !w.system.Settled(); w.clock() {
		event, arrival := w.queue.Peek(), w.source.Peek()
		switch {
		case event <= min(arrival, until):
			e := w.queue.Pop()
			w.result.Lag.Add(w.now - e.At)
			e.At = w.now
			if e.Kind >= worker.FirstHostKind {
				w.strike(e)
			} else {
				w.system.Handle(e)
			}
		case arrival <= until:
			w.publish()
		default:
			return
		}
	}
}

func (w *World) publish() {
	var a workloads.Arrival
	w.source.Next(&a)
	id := w.system.NextTask()
	for int(id) >= len(w.bodies) {
		w.bodies = append(w.bodies, body{})
	}
	b := &w.bodies[id]
	b.ref, b.copied = a.Ref, false
	b.demands = append(b.demands[:0], make([]des.Time, len(w.classes[a.Class].Work))...)
	var p worker.Publication
	b.fate = w.source.Publication(&a, b.demands, &p)
	w.result.SendLag.Add(w.now - a.Due)
	if w.opts.Recorder != nil {
		w.opts.Recorder.Publish(w.now, id, w.source.ID(a.Ref), &p)
	}
	w.system.Publish(w.now, &p)
}

// dismiss leaves no goroutine and no process behind. The error is of a crew that could not go on.
func (w *World) dismiss() (err error) {
	for i := range w.slots {
		if s := &w.slots[i]; s.task != none && w.opts.Executor != Process && hangs(w.bodies[s.task].fate, w.opts.Executor) {
			w.result.Leaks++
		}
	}
	w.finish()
	for _, c := range w.crews {
		c.close()
		if k, ok := c.(*keeper); ok {
			w.result.Children.add(k.children)
			err = errors.Join(err, k.failure)
		}
	}
	err = errors.Join(err, w.exchange.close())
	for _, s := range w.services {
		s.close()
	}
	return err
}
