package sim

import (
	"math"

	"simrun/des"
	"simrun/strategies"
	"simrun/worker"
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
	wait   des.Time // after it, for the interpreter lock
	event  des.Event
	silent bool // nothing happens after it
}

// What the consumer of a threads worker suffers from tasks that compute beside it: for each message it gives up the
// interpreter lock consumerGivesUp times, and each of them takes it with a chance of takesLock. Fitted to the receipts
// of recording 14 with one computing task (13-14 ms instead of 2) and with two (75-100 ms).
const (
	consumerGivesUp = 8
	takesLock       = 0.29
)

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
			if n := th.heap.len(); n > 0 && !j.silent {
				j.wait = w.lockWait(th, consumerGivesUp*(1-math.Pow(1-takesLock, float64(n))))
			}
		}
	}
	l := &w.labour[i]
	if l.busy {
		l.jobs = append(l.jobs, j)
		return
	}
	l.jobs = append(l.jobs[:0], j)
	l.first = 0
	w.toil(l)
}

// lockWait is the time that a thread waits for the interpreter lock when it needs it a number of times: each of the
// computing threads keeps it for one switch interval.
func (w *World) lockWait(th *thread, times float64) des.Time {
	return des.Time(times * float64(th.heap.len()) * float64(th.lock))
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

// toiled is the end of a piece of work, or of the wait after it.
func (w *World) toiled(l *labourer) {
	j := l.jobs[l.first]
	if j.wait > 0 {
		l.jobs[l.first].wait = 0
		w.queue.Push(des.Event{At: w.now + j.wait, Kind: kindLabour, Arg: l.id})
		return
	}
	l.busy = false
	l.first++
	if l.first < len(l.jobs) {
		if l.first > 64 && 2*l.first > len(l.jobs) {
			l.jobs = l.jobs[:copy(l.jobs, l.jobs[l.first:])]
			l.first = 0
		}
		w.toil(l)
	}
	if !j.silent {
		j.event.At = w.now
		w.system.Handle(j.event)
	}
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
			e.At += w.lockWait(th, 1)
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
