package sim

import (
	"example.com/simrun/des"
	"example.com/simrun/worker"
)

// Observe implements worker.Observer.
func (h *host) Observe(what worker.Change, id int32) {
	w := (*World)(h)
	switch what {
	case worker.WorkerKilled:
		w.unplug(id)
		if w.threads[id].kind == oneAtATime {
			w.queue.Push(des.Event{At: w.now, Kind: kindThread, Arg: id})
		}
	case worker.WorkerGone:
		w.unplug(id)
	case worker.SlotRenewed:
		w.disconnect(id) // its connections are those of the process that is gone
		if w.guard != nil {
			w.guard.renewed(id)
		}
	default:
		if w.memory != nil {
			w.accountFor(what, id)
		}
	}
}

// accountFor keeps the account of memory up to date with the processes there are.
func (w *World) accountFor(what worker.Change, id int32) {
	switch what {
	case worker.WorkerUp:
		w.up(id)
	case worker.WorkerDown:
		w.down(id)
	case worker.ChildStarted:
		w.born(id)
	case worker.ChildEnded, worker.ChildDied:
		w.died(id)
	}
}

// Peak implements worker.Observer.
func (h *host) Peak(slot int32) int64 {
	if h.memory == nil {
		return 0
	}
	return h.memory.slots[slot].peak
}

// unplug takes the connections of a worker's slots, and the thread of a body that computes on the only one of its
// worker: nothing else could interrupt that.
func (w *World) unplug(worker int32) {
	for slot := range w.slots {
		if w.slots[slot].worker == worker {
			w.disconnect(int32(slot))
		}
	}
	if th := &w.threads[worker]; th.kind == oneAtATime && th.held && !th.own {
		th.node.remove(w.now, th.user, 1)
		w.slots[th.holder].onCPU = false
		th.held = false
	}
}
