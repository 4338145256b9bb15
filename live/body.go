package live

import (
	"sync"
	"sync/atomic"
	"time"

	"example.com/simrun/des"
	"example.com/simrun/worker"
	"example.com/simrun/workloads"
)

// attempt is one attempt while its body runs.
type attempt struct {
	job
	gone  atomic.Bool   // abandoned: looked at by what burns
	dead  atomic.Bool   // so is its worker: looked at by what cannot be interrupted
	left  chan struct{} // closed at the same time: for what waits
	holds bool          // the one thread of a gevent worker
	ran   bool          // it computed while it held the thread
	asked bool          // it has asked for the thread when it was started
	turn  chan struct{} // which it then waits for
	spent []des.Time    // gevent: by its phases, without waiting for the thread
	ill   bool          // a service has failed it
}

func (a *attempt) leave() {
	if a.gone.CompareAndSwap(false, true) {
		close(a.left)
	}
}

// hangs says that a body of this fate waits for ever, and so cannot notice that it was abandoned.
func hangs(fate workloads.Fate, e Executor) bool {
	return fate == workloads.Hang || fate == workloads.HangCPU && e == Goroutine
}

// run is the life of a body.
func (r *room) run(a *attempt) {
	began := time.Now()
	result := r.occupy(a)
	r.post(notice{kind: ended, slot: a.slot, gen: a.gen, result: result, took: time.Since(began), phases: a.spent})
	if a.stalls && !a.ran { // it was taken for computing and never did, or does no longer
		r.post(notice{kind: woken, slot: a.slot, gen: a.gen, crowd: r.thread.wanted()})
	}
	r.yield(a)
}

// occupy is perform with the memory that the attempt holds meanwhile and leaves behind. An attempt that finds none
// dies of it.
func (r *room) occupy(a *attempt) worker.Result {
	held, err := grab(a.hold)
	if err != nil {
		return worker.Crashed
	}
	defer held.free()
	if !held.touch(a.gone.Load) {
		return worker.Stopped
	}
	result := r.perform(a)
	if a.leak > 0 && result != worker.Crashed && result != worker.Stopped {
		left, err := grab(a.leak)
		if err != nil {
			return worker.Crashed
		}
		left.touch(r.closed)
		r.keep(a.slot, left)
	}
	return result
}

// perform goes through the phases and meets the fate of the attempt.
func (r *room) perform(a *attempt) (result worker.Result) {
	defer func() {
		switch p := recover(); p {
		case nil:
		case crash:
			result = worker.Crashed
		default:
			panic(p)
		}
	}()
	switch {
	case hangs(a.fate, r.executor):
		<-r.over
		return worker.Stopped
	case a.fate == workloads.HangCPU:
		r.compute(a, phase{demand: des.Never, cores: 1}, none)
		return worker.Stopped
	}
	for i, p := range a.phases {
		if r.pool == worker.Gevent {
			a.spent = append(a.spent, 0)
		}
		if p.asks() && !r.step(a, p, i) {
			return worker.Stopped
		}
		if a.ill {
			return worker.ServiceFailed
		}
	}
	if a.fate == workloads.Crash {
		r.die()
	}
	return results[a.fate]
}

// results of a body that has done its work, by its fate.
var results = [...]worker.Result{
	workloads.Fine:  worker.Succeeded,
	workloads.Error: worker.Errored,
	workloads.Fatal: worker.Fatal,
}

// step is one phase; false when the attempt was abandoned in it.
func (r *room) step(a *attempt, p phase, number int) bool {
	if p.cpu && r.executor != Goroutine {
		return r.compute(a, p, number) && !a.gone.Load()
	}
	r.yield(a)
	began := time.Now()
	ok := r.wait(a, &p)
	a.spend(number, began)
	// What it waited for has come, but going on takes the thread.
	return ok && (r.pool != worker.Gevent || r.executor == Goroutine || r.hold(a))
}

// wait is a phase that does not compute; false when the attempt was abandoned meanwhile.
func (r *room) wait(a *attempt, p *phase) bool {
	if !p.call {
		return r.sleep(a, p.demand)
	}
	got := r.services.call(p, a.left)
	a.ill = got == refused
	return got != hungUp && !a.gone.Load()
}

// sleep waits; false when the attempt was abandoned meanwhile.
func (r *room) sleep(a *attempt, d des.Time) bool {
	switch {
	case r.executor != Goroutine:
		return pause(d, &a.gone)
	case r.sleeper != nil:
		return r.sleeper.pause(d, a.left) && !a.gone.Load()
	}
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return !a.gone.Load()
	case <-a.left:
		return false
	}
}

// spend notes how long a phase took, for those who ask.
func (a *attempt) spend(phase int, began time.Time) {
	if phase != none && phase < len(a.spent) {
		a.spent[phase] = time.Since(began)
	}
}

// compute burns a phase. What is killed stops burning; a gevent task cannot be interrupted before it waits again.
func (r *room) compute(a *attempt, p phase, number int) bool {
	switch r.pool {
	case worker.Threads:
		return r.thread.enter(a.left) && r.burnLocked(a, r.rate.amount(p.demand))
	case worker.Gevent:
		if !r.hold(a) || a.gone.Load() {
			return false
		}
		began := time.Now()
		if !a.ran {
			began = r.thread.taken()
			a.ran, a.stalls = true, false
			r.post(notice{kind: stalled, slot: a.slot, gen: a.gen})
		}
		defer func() { a.spend(number, began) }()
		return burn(r.rate.amount(p.demand), func() bool { return a.dead.Load() || r.closed() })
	default: // a process or a thread of its own
	}
	amount := r.rate.amount(p.demand)
	if p.cores <= 1 {
		return burn(amount, a.gone.Load)
	}
	// Threads inside the task share its work.
	var wg sync.WaitGroup
	for range p.cores {
		wg.Go(func() { burn(amount/int64(p.cores), a.gone.Load) })
	}
	wg.Wait()
	return !a.gone.Load()
}

// hold takes the one thread of a gevent worker, unless the attempt has it.
func (r *room) hold(a *attempt) bool {
	switch {
	case a.holds:
	case a.asked:
		a.asked = false
		a.holds = r.thread.await(a.turn, a.left)
	default:
		a.holds = r.thread.enter(a.left)
	}
	return a.holds
}

// yield gives the thread back. The loop of the worker hears of it before the next task can take the thread.
func (r *room) yield(a *attempt) {
	if !a.holds {
		return
	}
	if a.ran {
		r.post(notice{kind: woken, slot: a.slot, gen: a.gen, crowd: r.thread.wanted()})
	}
	a.holds, a.ran = false, false
	r.thread.leave()
}

func (r *room) closed() bool {
	select {
	case <-r.over:
		return true
	default:
		return false
	}
}
