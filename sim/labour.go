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
	number int32 // consumers have that of their worker
	node   *node // nil = cores without limit
	user   user
	busy   bool
	jobs   line[job] // the first is under way while it is busy
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

// layLabour lays out the threads of Celery: the consumer of each worker, the broker and the producers.
func (w *World) layLabour(layout *strategies.Layout) {
	add := func(n *node) {
		i := len(w.labour)
		w.labour = append(w.labour, labourer{number: int32(i), node: n, user: w.labourUser(i)})
	}
	for i := range w.threads {
		add(w.threads[i].node)
	}
	for _, n := range [...]int{layout.BrokerNode, layout.ProducerNode} {
		if n >= 0 && n < len(w.nodes) {
			add(&w.nodes[n])
		} else {
			add(nil)
		}
	}
}

// Work implements worker.Labourer.
func (h *host) Work(by worker.Thread, number int32, demand des.Time, e des.Event) {
	w := (*World)(h)
	if by == worker.Child {
		w.takeUp(number, demand, e)
		return
	}
	w.giveJob(by, number, job{demand: demand, event: e})
}

// Toil implements worker.Labourer.
func (h *host) Toil(by worker.Thread, number int32, demand des.Time) {
	(*World)(h).giveJob(by, number, job{demand: demand, silent: true})
}

// giveJob gives a piece of work to the thread that does it.
func (w *World) giveJob(by worker.Thread, number int32, j job) {
	if by == worker.Consumer {
		switch th := &w.threads[number]; th.kind {
		case oneAtATime:
			w.workOnThread(th, claim{slot: none, demand: j.demand, event: j.event, silent: j.silent})
			return
		case sharedThread:
			if !j.silent && th.lock > 0 {
				j.yields, j.after = th.givesUp, th.givesUp
			}
		}
	}
	w.labour[w.labourerFor(by, number)].give(w, j)
}

func (l *labourer) give(w *World, j job) {
	l.jobs.push(j)
	if !l.busy {
		w.startJob(l)
	}
}

// lockWait is the time that a thread waits for the interpreter lock: each of the computing threads keeps it for one
// switch interval.
func (th *thread) lockWait() des.Time { return des.Time(th.heap.len()) * th.lock }

// yield lets a consumer wait for the interpreter lock after it has given it up, as long as tasks compute.
func (w *World) yield(l *labourer, yields *int) bool {
	if *yields == 0 {
		return false
	}
	th := &w.threads[l.number]
	n := th.heap.len()
	if n == 0 {
		*yields = 0
		return false
	}
	*yields--
	wait := (1 - math.Pow(1-th.takes, float64(n))) * float64(th.lockWait())
	w.queue.Push(des.Event{At: w.now + des.Time(wait), Kind: kindLabour, Arg: l.number})
	return true
}

// startJob begins the next piece of work of a thread.
func (w *World) startJob(l *labourer) {
	l.busy = true
	j := l.jobs.front()
	if l.node == nil {
		w.queue.Push(des.Event{At: w.now + j.demand, Kind: kindLabour, Arg: l.number})
		return
	}
	l.node.add(w.now, l.user, float64(j.demand), 1)
}

// jobDone goes on after a piece of work, or after a wait that followed it.
func (w *World) jobDone(l *labourer) {
	j := l.jobs.front()
	if w.yield(l, &j.yields) {
		return
	}
	if !j.silent && !j.told {
		j.told = true
		e := j.event
		e.At = w.now
		w.system.Handle(e)
		j = l.jobs.front()
	}
	if w.yield(l, &j.after) {
		return
	}
	l.busy = false
	l.jobs.pop()
	if l.jobs.len() > 0 {
		w.startJob(l)
	}
}

// takeUp lets the child in a slot take up a task.
func (w *World) takeUp(slot int32, demand des.Time, e des.Event) {
	p := &w.slots[slot]
	th := &w.threads[p.worker]
	switch n := th.node; {
	case th.kind == oneAtATime:
		w.workOnThread(th, claim{slot: none, demand: demand, event: e})
	case n == nil:
		e.At = w.now + demand
		w.queue.Push(e)
	default:
		if p.starting { // its worker has died since
			n.remove(w.now, w.slotUser(slot), 1)
		}
		p.starting, p.event = true, e
		n.add(w.now, w.slotUser(slot), float64(demand), 1)
	}
}

// takenUp ends the taking up of a task by the child in a slot. On a shared thread it still waits for the lock.
func (w *World) takenUp(p *place) {
	p.starting = false
	e := p.event
	e.At = w.now
	if th := &w.threads[p.worker]; th.kind == sharedThread && th.heap.len() > 0 && th.lock > 0 {
		e.At += th.lockWait()
		w.queue.Push(e)
		return
	}
	w.system.Handle(e)
}
