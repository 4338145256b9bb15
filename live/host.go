package live

import (
	"example.com/simrun/des"
	"example.com/simrun/worker"
	"example.com/simrun/workloads"
)

// host is what the worker sees of the World.
type host World

func (h *host) Schedule(e des.Event) { h.queue.Push(e) }

func (h *host) Jitter(task int32, retry int) float64 {
	return h.source.Jitter(h.bodies[task].ref, retry)
}

func (h *host) Done(task int32, o worker.Outcome) {
	h.source.Finished(h.bodies[task].ref, h.now, o == worker.OK)
}

// Copy implements worker.Copier: the broker delivers a message that somebody still holds.
func (h *host) Copy(task, copied int32) {
	for int(copied) >= len(h.bodies) {
		h.bodies = append(h.bodies, body{})
	}
	from, to := &h.bodies[task], &h.bodies[copied]
	to.ref, to.fate, to.copied = from.ref, from.fate, true
	to.demands = append(to.demands[:0], from.demands...)
}

// Start gives the attempt to the crew of its slot.
func (h *host) Start(task, slot int32, attempt int) {
	b := &h.bodies[task]
	if attempt > 1 {
		b.fate = h.source.Demands(b.ref, attempt, b.demands)
	}
	s := &h.slots[slot]
	s.gen++
	s.task, s.attempt = task, int32(attempt)
	work := h.classes[b.ref.Class].Work
	phases := make([]phase, len(work)) // the body keeps them beyond the life of the task
	for i := range work {
		phases[i] = phase{cpu: work[i].Kind == workloads.CPU, cores: int32(work[i].Cores), demand: b.demands[i]}
	}
	j := job{slot: slot, gen: s.gen, fate: b.fate, phases: phases}
	if h.accounts != nil {
		h.accounts.start(b.ref, slot, attempt, &j)
	}
	(*World)(h).anticipate(s, &j)
	h.crews[s.crew].start(j)
}

// Fork starts the process of a prefork slot, or, before the run, notes that it is to have one.
func (h *host) Fork(slot int32) {
	s := &h.slots[slot]
	s.born = true
	if h.mustered {
		h.crews[s.crew].fork()
	}
}

// Exit ends the process of a prefork slot.
func (h *host) Exit(slot int32) {
	h.slots[slot].born = false
	if h.mustered {
		h.crews[h.slots[slot].crew].exit(slot)
	}
}

// Stop abandons the body: its end is not waited for, but for a gevent task that computes now.
func (h *host) Stop(_, slot int32) bool {
	s := &h.slots[slot]
	if h.crews[s.crew].stop(slot, s.gen) {
		h.result.Leaks++
	}
	if s.computes {
		return false
	}
	(*World)(h).claim(s, false, false)
	if h.accounts != nil {
		h.accounts.end(slot, false)
	}
	s.gen++
	s.task = none
	return true
}
