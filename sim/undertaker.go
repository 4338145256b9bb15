package sim

import "example.com/simrun/des"

// Kill implements worker.Undertaker.
func (h *host) Kill(worker int32) {
	w := (*World)(h)
	w.unplug(worker)
	if w.threads[worker].kind == oneAtATime {
		w.queue.Push(des.Event{At: w.now, Kind: kindThread, Arg: worker})
	}
}

// Gone implements worker.Undertaker.
func (h *host) Gone(worker int32) { (*World)(h).unplug(worker) }

// unplug takes the connections of a worker's slots, and the thread of a body that computes on the only one of its
// worker: nothing else could interrupt that.
func (w *World) unplug(worker int32) {
	for slot := range w.slots {
		if w.slots[slot].worker == worker {
			w.disconnect(int32(slot))
		}
	}
	if th := &w.threads[worker]; th.kind == oneAtATime && th.held && !th.own {
		w.nodes[w.nodeOf[worker]].remove(w.now, th.id, 1)
		w.slots[th.holder].onCPU = false
		th.held = false
	}
}
