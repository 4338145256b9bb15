package sim

import "example.com/simrun/des"

// threadKind says how the CPU phases of one worker's tasks become threads of its machine.
type threadKind uint8

const (
	ownThread    threadKind = iota // prefork, solo: every task computes in a process of its own
	sharedThread                   // threads: the interpreter lock makes one thread of all, shared equally
	oneAtATime                     // gevent: one thread, one task at a time until it blocks
)

// thread is the thread that the tasks of one worker share.
type thread struct {
	worker int32
	node   *node // on which it computes; nil = cores without limit
	user   user
	kind   threadKind
	lock   des.Time // sharedThread: how long a task keeps the interpreter lock from others
	wake   des.Time // from the end of a wait of a task to the task going on

	givesUp int     // sharedThread: how often the consumer gives up the lock for a message
	takes   float64 // sharedThread: chance that a computing task then takes it

	// sharedThread: service attained by each task that computes, as node does for threads.
	u    float64
	v    float64 // of the node, when u was brought up to date
	heap finishes

	// oneAtATime.
	held   bool
	holder int32 // slot that computes, while held; none = the worker itself
	own    bool  // held by the worker itself
	work   claim // what it does
	turn   int32 // slot that has the thread without computing, or none
	ready  line[claim]
}

// claim is a slot that wants the thread of a gevent worker: to compute, or, with no demand, just to go on. Slot none
// is the worker itself.
type claim struct {
	slot   int32
	gen    uint32
	demand des.Time
	event  des.Event // after the work of the worker itself
	silent bool      // nothing happens after it
}

// compute begins a CPU phase in a slot.
func (w *World) compute(p *place, demand des.Time, cores int) {
	th := &w.threads[p.worker]
	n := th.node
	switch {
	case th.kind == oneAtATime:
		if th.held || th.ready.len() > 0 && th.turn != p.id {
			th.ready.push(claim{slot: p.id, gen: p.gen, demand: demand})
			return
		}
		w.holdThread(th, p.id, demand)
	case n == nil:
		if demand < des.Never {
			w.queue.Push(des.Event{At: w.now + demand, Kind: kindPhase, Arg: p.id, Gen: des.MakeGen(p.gen)})
		}
	case th.kind == sharedThread:
		p.onCPU = true
		w.joinThread(n, th, p.id, float64(demand))
	default:
		p.onCPU = true
		p.threads = int32(cores)
		n.add(w.now, w.slotUser(p.id), float64(demand)/float64(cores), cores)
	}
}

// cancel takes the CPU phase of slot off its machine, or says that it cannot be interrupted.
func (w *World) cancel(slot int32) bool {
	p := &w.slots[slot]
	th := &w.threads[p.worker]
	n := th.node
	switch th.kind {
	case oneAtATime:
		return false
	case sharedThread:
		w.leaveThread(n, th, slot)
	default:
		n.remove(w.now, w.slotUser(slot), int(p.threads))
	}
	p.onCPU = false
	return true
}

// joinThread adds a task to those that share a thread.
func (w *World) joinThread(n *node, th *thread, slot int32, demand float64) {
	n.settle(w.now)
	th.settle(n)
	th.heap.push(slot, th.u+demand)
	if th.heap.len() == 1 {
		n.add(w.now, th.user, demand, 1)
		return
	}
	n.move(th.user, th.left())
}

// leaveThread takes a task off the thread it shares.
func (w *World) leaveThread(n *node, th *thread, slot int32) {
	n.settle(w.now)
	th.settle(n)
	th.heap.remove(slot)
	if th.heap.empty() {
		n.remove(w.now, th.user, 1)
		return
	}
	n.move(th.user, th.left())
}

// settle brings the service attained by each task up to that of the thread.
func (th *thread) settle(n *node) {
	if m := th.heap.len(); m > 0 {
		th.u += float64((n.v - th.v) / float64(m))
	} else {
		th.u = 0
	}
	th.v = n.v
}

// left is what the thread has to attain until the first of its tasks is done.
func (th *thread) left() float64 {
	return max(0, float64((th.heap.least()-th.u)*float64(th.heap.len())))
}

// holdThread gives the thread of a gevent worker to slot.
func (w *World) holdThread(th *thread, slot int32, demand des.Time) {
	th.held, th.holder = true, slot
	w.slots[slot].onCPU = true
	th.node.add(w.now, th.user, float64(demand), 1)
	w.system.Stall(th.worker)
}

// wantThread lets a gevent task go on, which has computed, or for which what it waited for has come. While another task
// computes it has to wait for the thread.
func (w *World) wantThread(th *thread, slot int32) {
	if th.held && th.holder != slot {
		th.ready.push(claim{slot: slot, gen: w.slots[slot].gen})
		return
	}
	th.held = false
	w.letGoOn(th, slot)
	if !th.held || th.own {
		w.system.Wake(w.now, th.worker)
	}
	w.passThread(th)
}

// workOnThread lets the worker itself work on its thread, once it gets it.
func (w *World) workOnThread(th *thread, c claim) {
	th.ready.push(c)
	if th.ready.len() == 1 && th.turn == none {
		w.passThread(th)
	}
}

// workDone ends a piece of work of the worker itself.
func (w *World) workDone(th *thread) {
	th.held, th.own = false, false
	if c := th.work; !c.silent {
		c.event.At = w.now
		w.system.Handle(c.event)
	}
	w.passThread(th)
}

// passThread gives the thread to those who want it. The loop of the worker gets its turn after every task.
func (w *World) passThread(th *thread) {
	for !th.held && th.ready.len() > 0 {
		c := th.ready.pop()
		switch {
		case c.slot == none:
			th.held, th.own, th.holder, th.work = true, true, none, c
			th.node.add(w.now, th.user, float64(c.demand), 1)
			return
		case w.slots[c.slot].gen != c.gen:
		case c.demand > 0:
			w.holdThread(th, c.slot, c.demand)
		default:
			w.letGoOn(th, c.slot)
		}
		if !th.held || th.own {
			w.system.Wake(w.now, th.worker)
		}
	}
}

// lockedOut keeps a task whose waiting is over from going on until it has the interpreter lock.
func (w *World) lockedOut(e des.Event, p *place) bool {
	return p.kind == sharedThread && w.waitsForLock(e, p)
}

func (w *World) waitsForLock(e des.Event, p *place) bool {
	th := &w.threads[p.worker]
	if th.lock == 0 {
		return false
	}
	if p.awake || th.heap.empty() {
		p.awake = false
		return false
	}
	p.awake = true
	e.At = w.now + th.lockWait()
	w.queue.Push(e)
	return true
}

// letGoOn lets a gevent task go on: it may compute at once, while others that begin meanwhile queue for the thread.
func (w *World) letGoOn(th *thread, slot int32) {
	th.turn = slot
	w.proceed(&w.slots[slot])
	th.turn = none
}
