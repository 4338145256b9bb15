package sim

import (
	"math"

	"example.com/simrun/des"
	"example.com/simrun/strategies"
	"example.com/simrun/worker"
)

// labourer is a thread of Celery, of the broker or of the producers: it does one piece of work after the other, on the
// cores of its machine.
type labourer struct {
	node  int32 // none = cores without limit
	id    int32 // in the heap of its node
	busy  bool
	first int // of the pieces that are left
	jobs  []job
}

// job is a piece of work, and what becomes of it.
type job struct {
	demand des.Time
	yields int // after it: how often it gives up the interpreter lock
	after  int // and after its event
	event  des.Event
	silent bool // nothing happens after it
	told   bool // the event has been handled
}

// employ lays out the threads of Celery: the consumer of each worker, the broker and the producers.
func (w *World) employ(layout *strategies.Layout) {
	first := len(w.slots) + len(layout.Workers)
	for i := range layout.Workers {
		w.labour = append(w.labour, labourer{node: w.nodeOf[i], id: int32(first + i)})
	}
	for i, n := range []int{layout.BrokerNode, layout.ProducerNode} {
		w.labour = append(w.labour, labourer{node: int32(n), id: int32(first + len(layout.Workers) + i)})
	}
}

// Work implements worker.Labourer.
func (h *host) Work(by worker.Thread, number int32, demand des.Time, e des.Event) {
	w := (*World)(h)
	if by == worker.Child {
		w.begin(number, demand, e)
		return
	}
	w.hire(by, number, job{demand: demand, event: e})
}

// Toil implements worker.Labourer.
func (h *host) Toil(by worker.Thread, number int32, demand des.Time) {
	(*World)(h).hire(by, number, job{demand: demand, silent: true})
}

// hire gives a piece of work to the thread that does it.
func (w *World) hire(by worker.Thread, number int32, j job) {
	i := number
	switch by {
	case worker.Server:
		i = int32(len(w.threads))
	case worker.Producer:
		i = int32(len(w.threads)) + 1
	default:
		switch th := &w.threads[number]; th.kind {
		case oneAtATime:
			w.queueUp(th, claim{slot: none, demand: j.demand, event: j.event, silent: j.silent})
			return
		case sharedThread:
			if !j.silent && th.lock > 0 {
				j.yields, j.after = th.givesUp, th.givesUp
			}
		}
	}
	w.labour[i].give(w, j)
}

func (l *labourer) give(w *World, j job) {
	if l.busy {
		l.jobs = append(l.jobs, j)
		return
	}
	l.jobs = append(l.jobs[:0], j)
	l.first = 0
	w.toil(l)
}

// lockWait is the time that a thread waits for the interpreter lock: each of the computing threads keeps it for one
// switch interval.
func (th *thread) lockWait() des.Time { return des.Time(th.heap.len()) * th.lock }

// yield lets a consumer wait for the interpreter lock after it has given it up, as long as tasks compute.
func (w *World) yield(l *labourer, yields *int) bool {
	if *yields == 0 {
		return false
	}
	th := &w.threads[l.id-w.labour[0].id]
	n := th.heap.len()
	if n == 0 {
		*yields = 0
		return false
	}
	*yields--
	wait := (1 - math.Pow(1-th.takes, float64(n))) * float64(th.lockWait())
	w.queue.Push(des.Event{At: w.now + des.Time(wait), Kind: kindLabour, Arg: l.id})
	return true
}

// toil begins the next piece of work of a thread.
func (w *World) toil(l *labourer) {
	l.busy = true
	j := &l.jobs[l.first]
	if l.node == none {
		w.queue.Push(des.Event{At: w.now + j.demand, Kind: kindLabour, Arg: l.id})
		return
	}
	w.nodes[l.node].add(w.now, l.id, float64(j.demand), 1)
}

// toiled is the end of a piece of work, or of a wait after it.
func (w *World) toiled(l *labourer) {
	j := &l.jobs[l.first]
	if w.yield(l, &j.yields) {
		return
	}
	if !j.silent && !j.told {
		j.told = true
		e := j.event
		e.At = w.now
		w.system.Handle(e)
		j = &l.jobs[l.first]
	}
	if w.yield(l, &j.after) {
		return
	}
	l.busy = false
	l.first++
	if l.first == len(l.jobs) {
		return
	}
	if l.first > 64 && 2*l.first > len(l.jobs) {
		l.jobs = l.jobs[:copy(l.jobs, l.jobs[l.first:])]
		l.first = 0
	}
	w.toil(l)
}

// begin lets the child in a slot take up a task.
func (w *World) begin(slot int32, demand des.Time, e des.Event) {
	p := &w.slots[slot]
	th := &w.threads[p.worker]
	n := w.nodeOf[p.worker]
	switch {
	case th.kind == oneAtATime:
		w.queueUp(th, claim{slot: none, demand: demand, event: e})
	case n == none:
		e.At = w.now + demand
		w.queue.Push(e)
	default:
		if p.starting { // its worker has died since
			w.nodes[n].remove(w.now, slot, 1)
		}
		p.starting, p.event = true, e
		w.nodes[n].add(w.now, slot, float64(demand), 1)
	}
}

// attained is the earliest finish of a node.
func (w *World) attained(n *node) {
	id := n.heap.first()
	first := int32(len(w.slots) + len(w.threads))
	switch {
	case id >= first:
		n.drop(w.now, id)
		w.toiled(&w.labour[id-first])
	case int(id) < len(w.slots) && w.slots[id].starting:
		n.drop(w.now, id)
		p := &w.slots[id]
		p.starting = false
		e := p.event
		e.At = w.now
		if th := &w.threads[p.worker]; th.kind == sharedThread && th.heap.len() > 0 && th.lock > 0 {
			e.At += th.lockWait()
			w.queue.Push(e)
			return
		}
		w.system.Handle(e)
	case int(id) >= len(w.slots) && w.threads[int(id)-len(w.slots)].own:
		th := &w.threads[int(id)-len(w.slots)]
		n.drop(w.now, id)
		w.worked(th)
	default:
		w.phaseDone(n.pop(w, w.now))
	}
}

// drop takes the entry that is done off the node.
func (n *node) drop(now des.Time, id int32) {
	done := n.heap.least()
	n.remove(now, id, 1)
	n.v = max(n.v, done)
	if n.threads == 0 {
		n.v = 0
	}
}

// Copy implements worker.Copier: the copy has the work and the fate of the task, whatever happens to that meanwhile.
func (h *host) Copy(task, copied int32) {
	w := (*World)(h)
	w.room(copied)
	w.bodies[copied] = w.bodies[task]
	copy(w.demandsOf(copied), w.demandsOf(task))
	if w.guard != nil {
		w.guard.copied(copied)
	}
}
