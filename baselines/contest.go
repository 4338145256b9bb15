package baselines

import (
	"context"
	"slices"
	"sync"
	"sync/atomic"
	"time"
)

// Contestant runs workloads.
type Contestant interface {
	Name() string
	// Run submits every task when it is due, whatever became of those before it, and returns what was done by the time
	// nothing more happens, at most the patience after the last due. It leaves nothing running.
	Run(ctx context.Context, w Workload, slots int) (Result, error)
}

// patience is how long a workload may take after its last arrival.
const patience = 3 * time.Second

// Result is what became of a workload.
type Result struct {
	Waits [classes][]time.Duration // from the due to the start, sorted; of tasks that started
	Done  [classes]int             // that ended by themselves
	Asked [classes]int
	Took  time.Duration
}

// Quantile is a quantile of the waits of a class, those that never started counted as waiting for ever.
func (r *Result) Quantile(c Class, p float64) (wait time.Duration, started bool) {
	at := int(p * float64(r.Asked[c]))
	if at >= len(r.Waits[c]) {
		return 0, false
	}
	return r.Waits[c][at], true
}

// book is where bodies write down what happens to them.
type book struct {
	w       Workload
	start   time.Time
	over    chan struct{} // closed at the end: hangs end
	started []atomic.Int64
	ended   []atomic.Bool
	left    atomic.Int64 // tasks that have not ended, hangs apart
	all     chan struct{}
}

func newBook(w Workload) *book {
	b := &book{w: w, over: make(chan struct{}), started: make([]atomic.Int64, len(w.Tasks)), ended: make([]atomic.Bool, len(w.Tasks)), all: make(chan struct{})}
	for i := range w.Tasks {
		if !w.Tasks[i].Hangs {
			b.left.Add(1)
		}
	}
	if b.left.Load() == 0 {
		close(b.all)
	}
	b.start = time.Now()
	return b
}

// body is task i. It does not listen to whoever runs it: that is what a hang is.
func (b *book) body(i int) {
	t := &b.w.Tasks[i]
	if !b.started[i].CompareAndSwap(0, int64(time.Since(b.start))|1) {
		return // a second attempt
	}
	if t.Hangs {
		<-b.over
		return
	}
	if t.Sleep > 0 {
		select {
		case <-time.After(t.Sleep):
		case <-b.over:
			return
		}
	}
	b.ended[i].Store(true)
	if b.left.Add(-1) == 0 {
		close(b.all)
	}
}

// drive submits the tasks when they are due, and waits until they have ended or patience has. A submit that blocks
// holds up the later ones, whose waits count from when they were due.
func (b *book) drive(ctx context.Context, submit func(i int) error) error {
	deadline := time.NewTimer(span + patience)
	defer deadline.Stop()
	failed := make(chan error, 1)
	var wg sync.WaitGroup
	defer wg.Wait()
	defer close(b.over) // before waiting: it frees who blocks a submit
	wg.Go(func() {
		for i := range b.w.Tasks {
			if d := b.w.Tasks[i].Due - time.Since(b.start); d > 0 {
				select {
				case <-time.After(d):
				case <-b.over:
					return
				}
			}
			select {
			case <-b.over:
				return
			default:
			}
			if err := submit(i); err != nil {
				failed <- err
				return
			}
		}
	})
	select {
	case <-b.all:
		return nil
	case <-deadline.C:
		return nil
	case err := <-failed:
		return err
	case <-ctx.Done():
		return ctx.Err()
	}
}

// result is taken when drive has returned.
func (b *book) result() (r Result) {
	r.Took = time.Since(b.start)
	for i := range b.w.Tasks {
		t := &b.w.Tasks[i]
		r.Asked[t.Class]++
		if at := b.started[i].Load(); at > 0 {
			r.Waits[t.Class] = append(r.Waits[t.Class], max(0, time.Duration(at)-t.Due))
		}
		if b.ended[i].Load() {
			r.Done[t.Class]++
		}
	}
	for c := range r.Waits {
		slices.Sort(r.Waits[c])
	}
	return r
}
