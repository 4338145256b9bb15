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
	id     int32 // in the heap of its node
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
	holder int32   // slot that computes, while held; none = the worker itself
	own    bool    // held by the worker itself
	work   claim   // what it does
	turn   int32   // slot that has the thread without computing, or none
	ready  []claim // slots that want the thread, in order
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

// compute begins a CPU phase in slot.
func (w *World) compute(slot int32, demand des.Time, cores int) {
	p := &w.slots[slot]
	th := &w.threads[p.worker]
	n := w.nodeOf[p.worker]
	switch {
	case th.kind == oneAtATime:
		if th.held || len(th.ready) > 0 && th.turn != slot {
			th.ready = append(th.ready, claim{slot: slot, gen: p.gen, demand: demand})
			return
		}
		w.hold(th, slot, demand)
	case n == none:
		if demand < des.Never {
			w.queue.Push(des.Event{At: w.now + demand, Kind: kindPhase, Arg: slot, Gen: des.MakeGen(p.gen)})
		}
	case th.kind == sharedThread:
		p.onCPU = true
		w.join(&w.nodes[n], th, slot, float64(demand))
	default:
		p.onCPU = true
		p.threads = int32(cores)
		w.nodes[n].add(w.now, slot, float64(demand)/float64(cores), cores)
	}
}

// cancel takes the CPU phase of slot off its machine, or says that it cannot be interrupted.
func (w *World) cancel(slot int32) bool {
	p := &w.slots[slot]
	th := &w.threads[p.worker]
	n := &w.nodes[w.nodeOf[p.worker]]
	switch th.kind {
	case oneAtATime:
		return false
	case sharedThread:
		w.depart(n, th, slot)
	default:
		n.remove(w.now, slot, int(p.threads))
	}
	p.onCPU = false
	return true
}

// pop takes the entry that is done off the node and returns its slot.
func (n *node) pop(w *World, now des.Time) int32 {
	id := n.heap.first()
	done := n.heap.least()
	n.settle(now)
	n.v = max(n.v, done)
	if int(id) >= len(w.slots) {
		th := &w.threads[int(id)-len(w.slots)]
		if th.kind == sharedThread {
			slot := th.heap.first()
			w.depart(n, th, slot)
			w.slots[slot].onCPU = false
			return slot
		}
		n.remove(now, id, 1)
		w.slots[th.holder].onCPU = false
		return th.holder
	}
	p := &w.slots[id]
	n.remove(now, id, int(p.threads))
	p.onCPU = false
	return id
}

// join adds a task to those that share a thread.
func (w *World) join(n *node, th *thread, slot int32, demand float64) {
	n.settle(w.now)
	th.settle(n)
	th.heap.push(slot, th.u+demand)
	if th.heap.len() == 1 {
		n.add(w.now, th.id, demand, 1)
		return
	}
	n.move(th.id, th.left())
}

// depart takes a task off the thread it shares.
func (w *World) depart(n *node, th *thread, slot int32) {
	n.settle(w.now)
	th.settle(n)
	th.heap.remove(slot)
	if th.heap.empty() {
		n.remove(w.now, th.id, 1)
		return
	}
	n.move(th.id, th.left())
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

// hold gives the thread of a gevent worker to slot.
func (w *World) hold(th *thread, slot int32, demand des.Time) {
	th.held, th.holder = true, slot
	w.slots[slot].onCPU = true
	w.nodes[w.nodeOf[th.worker]].add(w.now, th.id, float64(demand), 1)
	w.system.Stall(th.worker)
}

// gotThread is a gevent task that wants to go on: it has computed, or what it waited for has come. While another
// task computes it has to wait for the thread.
func (w *World) gotThread(th *thread, slot int32) {
	if th.held && th.holder != slot {
		th.ready = append(th.ready, claim{slot: slot, gen: w.slots[slot].gen})
		return
	}
	th.held = false
	w.turn(th, slot)
	if !th.held || th.own {
		w.system.Wake(w.now, th.worker)
	}
	w.goOn(th)
}

// queueUp lets the worker itself work on its thread, once it gets it.
func (w *World) queueUp(th *thread, c claim) {
	th.ready = append(th.ready, c)
	if len(th.ready) == 1 && th.turn == none {
		w.goOn(th)
	}
}

// worked is the end of a piece of work of the worker itself.
func (w *World) worked(th *thread) {
	th.held, th.own = false, false
	if c := th.work; !c.silent {
		c.event.At = w.now
		w.system.Handle(c.event)
	}
	w.goOn(th)
}

// goOn gives the thread to those who want it. The loop of the worker gets its turn after every task.
func (w *World) goOn(th *thread) {
	for !th.held && len(th.ready) > 0 {
		c := th.ready[0]
		th.ready = th.ready[:copy(th.ready, th.ready[1:])]
		switch {
		case c.slot == none:
			th.held, th.own, th.holder, th.work = true, true, none, c
			w.nodes[w.nodeOf[th.worker]].add(w.now, th.id, float64(c.demand), 1)
			return
		case w.slots[c.slot].gen != c.gen:
		case c.demand > 0:
			w.hold(th, c.slot, c.demand)
		default:
			w.turn(th, c.slot)
		}
		if !th.held || th.own {
			w.system.Wake(w.now, th.worker)
		}
	}
}

// lockedOut keeps a task whose waiting is over from going on until it has the interpreter lock.
func (w *World) lockedOut(e des.Event, p *place) bool {
	th := &w.threads[p.worker]
	if th.kind != sharedThread || th.lock == 0 {
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

// turn lets a gevent task go on: it may compute at once, while others that begin meanwhile queue for the thread.
func (w *World) turn(th *thread, slot int32) {
	th.turn = slot
	w.proceed(slot)
	th.turn = none
}
