package live

import (
	"maps"
	"runtime"
	"slices"
	"sync"

	"example.com/simrun/worker"
)

// room runs attempts in this process: those of one worker, or, in a child, those of the worker or slot that the child
// stands for.
type room struct {
	executor Executor
	pool     worker.Pool
	rate     Rate
	die      func() // what a crash does
	post     func(notice)
	over     chan struct{} // closed at the end: nothing goes on after it
	wg       sync.WaitGroup
	thread   section // of pools whose bodies share one
	attempts map[int32]*attempt
	seats    map[int32]chan *attempt
	litter   sync.Mutex
	left     map[int32][]pages // by attempts that leaked, by their slots
	services caller
	sleeper  *sleeper // of goroutines, where time is real; nil = the runtime's timers
}

// crash is the panic of a body that kills its own process, where there is no process to kill.
var crash = new(int)

func newRoom(e Executor, pool worker.Pool, rate Rate, post func(notice)) *room {
	return &room{
		executor: e, pool: pool, rate: rate, post: post, over: make(chan struct{}),
		die:      func() { panic(crash) },
		attempts: map[int32]*attempt{}, seats: map[int32]chan *attempt{},
	}
}

func (r *room) start(j job) {
	a := &attempt{job: j, left: make(chan struct{})}
	r.attempts[j.slot] = a
	if r.pool == worker.Gevent && r.executor != Goroutine && j.computes() {
		// In the order in which they are started, not in that in which their threads get to run.
		a.asked, a.turn = true, r.thread.ask()
	}
	if r.executor == Goroutine {
		r.wg.Go(func() { r.run(a) })
		return
	}
	seat := r.seats[j.slot]
	if seat == nil {
		seat = make(chan *attempt, 1)
		r.seats[j.slot] = seat
		r.wg.Go(func() { r.sit(seat) })
	}
	seat <- a // empty: the attempt before has ended, or its seat was given up
}

// sit is a thread that runs one attempt after the other. It ends locked, so that the thread ends, too.
func (r *room) sit(seat <-chan *attempt) {
	runtime.LockOSThread()
	lowerThread()
	for a := range seat {
		r.run(a)
	}
}

func (r *room) stop(slot int32, gen uint64) (leaked bool) {
	a := r.attempts[slot]
	if a == nil || a.gen != gen {
		return false
	}
	a.leave()
	// A hang is never seen again, and what sleeps or burns takes a moment to notice: the next attempt gets a new seat.
	if seat := r.seats[slot]; seat != nil {
		close(seat)
		delete(r.seats, slot)
	}
	delete(r.attempts, slot)
	return hangs(a.fate, r.executor)
}

// fork does nothing: here no slot has a process of its own.
func (r *room) fork() {}

// exit gives back what the child in a slot had leaked, if there had been one.
func (r *room) exit(slot int32) {
	r.litter.Lock()
	defer r.litter.Unlock()
	for _, p := range r.left[slot] {
		p.free()
	}
	delete(r.left, slot)
}

// keep leaves memory in the process.
func (r *room) keep(slot int32, p pages) {
	r.litter.Lock()
	defer r.litter.Unlock()
	if r.left == nil {
		r.left = map[int32][]pages{}
	}
	r.left[slot] = append(r.left[slot], p)
}

// clean gives back all that was left in the process.
func (r *room) clean() {
	r.litter.Lock()
	slots := slices.Collect(maps.Keys(r.left))
	r.litter.Unlock()
	for _, slot := range slots {
		r.exit(slot)
	}
}

// kill makes also those stop that compute on the one thread of their worker.
func (r *room) kill() {
	for _, a := range r.attempts {
		a.dead.Store(true)
	}
	r.clean()
}

func (r *room) close() {
	close(r.over)
	for _, a := range r.attempts {
		a.leave()
	}
	for _, seat := range r.seats {
		close(seat)
	}
	r.wg.Wait()
	r.clean()
}
