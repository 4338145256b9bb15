package sim

import (
	"math"

	"example.com/simrun/des"
	"example.com/simrun/strategies"
	"example.com/simrun/system"
	"example.com/simrun/worker"
)

// node is one machine: its cores are shared equally by the threads that want them, each of which can use one core
// at most (processor sharing). It keeps the service that every thread has attained so far, in nanoseconds of demand;
// a thread that joins now is done when that figure has grown by its demand. So a change of the number of threads
// moves no entry, and each change costs O(log n).
type node struct {
	limited bool    // has a number of cores
	cores   float64 // effective: cores x efficiency
	speed   float64
	threads int     // that want a core
	used    float64 // cores; unless it has kin
	rate    float64 // of each thread: demand served per unit of time
	v       float64 // service attained by each thread
	at      des.Time
	heap    finishes
	next    des.Time // when the earliest finish is reached, unless stale; Never = no thread
	stale   bool     // next is to be planned anew
	staler  *node    // that has been stale for longer
	turns   *turns   // among all nodes, which know that it is stale
	number  int32    // in them

	working float64 // core-seconds used since the last mark
	window  float64 // of the observed window, once it is over

	kin *kin // with whom it shares the cores of its machine; nil = nobody
}

// layNodes lays out nodes and puts every worker on one. A worker without a machine has cores without limit.
func (w *World) layNodes(layout *strategies.Layout, machines []system.Machine) {
	places := make([]int32, len(w.slots)) // a slot is on the thread of its worker
	nodeOf := make([]int32, len(layout.Workers))
	for _, kind := range layout.Nodes {
		m := &machines[kind]
		w.nodes = append(w.nodes, newNode(true, m.Cores*m.Efficiency, m.Speed))
	}
	for i := range layout.Workers {
		w.homes = append(w.homes, int32(layout.Node[i]))
		o := &layout.Workers[i].Overheads
		th := thread{
			worker: int32(i), turn: none, kind: threadKinds[layout.Workers[i].Pool], user: w.threadUser(int32(i)),
			lock: o.Switch, wake: o.Wake, givesUp: o.GivesUpLock, takes: o.TakesLock,
		}
		n := int32(layout.Node[i])
		if n == none && th.kind != ownThread {
			// Its one thread still is a thread of some machine.
			n = int32(len(w.nodes))
			w.nodes = append(w.nodes, newNode(false, math.Inf(1), 1))
		}
		if th.kind == sharedThread {
			th.heap = finishes{place: places}
		}
		nodeOf[i] = n
		w.threads[i] = th
	}
	w.layCaps(layout, nodeOf)
	for i, n := range nodeOf { // now that the nodes do not move any more
		if n != none {
			w.threads[i].node = &w.nodes[n]
		}
	}
	users := make([]int32, w.users()) // each is on one node at most
	for i := range w.nodes {
		w.nodes[i].heap = finishes{place: users}
	}
	w.turns = newTurns(w.nodes)
}

func newNode(limited bool, cores, speed float64) node {
	return node{limited: limited, cores: cores, speed: speed, rate: speed, next: des.Never}
}

var threadKinds = [...]threadKind{
	worker.Prefork: ownThread, worker.Threads: sharedThread, worker.Gevent: oneAtATime, worker.Solo: ownThread,
}

// settle brings the attained service up to now. Every change of the node begins with it and makes next stale.
func (n *node) settle(now des.Time) {
	if n.kin != nil {
		n.kin.settle(now)
		return
	}
	if n.threads > 0 && now > n.at {
		dt := float64(now - n.at)
		n.v += float64(n.rate * dt)
		n.working += float64(n.used * dt / 1e9)
	}
	n.at = now
	if n.threads == 0 {
		n.v = 0 // keeps the figure small, so that it stays exact to a fraction of a nanosecond
	}
}

// plan finds when the earliest finish is reached. It waits until somebody asks, as most events change a node twice.
func (n *node) plan() {
	n.stale = false
	if n.heap.empty() {
		n.next = des.Never
		return
	}
	left := n.heap.least() - n.v
	took := left / n.rate
	if left >= float64(des.Longest) || took >= float64(des.Longest) {
		n.next = des.Never // burns for ever, or for longer than there is time on cores that are slow or shared
		return
	}
	n.next = n.at
	if took > 0 {
		whole := des.Time(took)
		if float64(whole) < took { // math.Ceil, without a call
			whole++
		}
		n.next += whole
	}
}

// add lets u compute until it has attained demand, with some threads.
func (n *node) add(now des.Time, u user, demand float64, threads int) {
	n.settle(now)
	n.heap.push(int32(u), n.v+demand)
	n.change(threads)
}

// remove takes u off the cores.
func (n *node) remove(now des.Time, u user, threads int) {
	n.settle(now)
	n.heap.remove(int32(u))
	n.change(-threads)
}

// finish takes who is done first off the cores. The node has reached that.
func (n *node) finish(threads int) {
	n.heap.pop()
	n.change(-threads)
}

// first is who is done first.
func (n *node) first() user { return user(n.heap.first()) }

// reach brings the attained service up to the earliest finish, which is now.
func (n *node) reach(now des.Time) {
	n.settle(now)
	if done := n.heap.least(); n.v < done {
		n.v = done
	}
}

// change counts so many threads more.
func (n *node) change(threads int) {
	n.threads += threads
	n.outdate()
	if n.kin != nil {
		n.kin.share()
		return
	}
	n.used, n.rate = float64(n.threads), n.speed
	if n.used > n.cores {
		n.used, n.rate = n.cores, n.speed*n.cores/n.used
	}
}

// move changes what u still has to attain.
func (n *node) move(u user, demand float64) {
	n.heap.move(int32(u), n.v+demand)
	n.outdate()
}

// outdate makes next stale.
func (n *node) outdate() {
	if !n.stale {
		n.stale, n.staler = true, n.turns.stale
		n.turns.stale = n
	}
}

// mark begins or ends the observed window.
func (n *node) mark(now des.Time, end bool) {
	n.settle(now)
	if end {
		n.window = n.working
	}
	n.working = 0
}

// attain handles the earliest finish on a node.
func (w *World) attain(n *node) {
	u := n.first()
	n.reach(w.now)
	if slot := w.slotOf(u); slot != none {
		p := &w.slots[slot]
		if p.starting {
			n.finish(1)
			w.takenUp(p)
			return
		}
		n.finish(int(p.threads))
		p.onCPU = false
		w.phaseDone(p)
		return
	}
	th := w.threadOf(u)
	if th == nil {
		n.finish(1)
		w.jobDone(w.labourerOf(u))
		return
	}
	slot := th.holder
	if th.kind == sharedThread {
		slot = th.heap.first()
		w.leaveThread(n, th, slot)
	} else {
		n.finish(1)
	}
	if th.own {
		w.workDone(th)
		return
	}
	p := &w.slots[slot]
	p.onCPU = false
	w.phaseDone(p)
}
