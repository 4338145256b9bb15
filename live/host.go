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
		p := &phases[i]
		*p = phase{cpu: work[i].Kind == workloads.CPU, cores: int32(work[i].Cores), demand: b.demands[i]}
		if work[i].Kind == workloads.Call {
			p.call, p.service, p.timeout = true, int32(work[i].Service), work[i].Timeout
			p.fails = h.source.CallFails(b.ref, attempt, i+1, h.opts.Services[p.service].Errors)
		}
	}
	j := job{slot: slot, gen: s.gen, fate: b.fate, phases: phases}
	if h.accounts != nil {
		h.accounts.start(b.ref, slot, attempt, &j)
	}
	(*World)(h).anticipate(s, &j)
	h.crews[s.crew].start(j)
}

// Observe implements worker.Observer: a worker that is killed takes its bodies along, and a prefork slot has a process of
// its own from its start to its end, or, before the run, is to have one.
func (h *host) Observe(what worker.Change, id int32) {
	switch what {
	case worker.WorkerKilled:
		(*World)(h).slay(id)
	case worker.ChildStarted, worker.ChildEnded:
		s := &h.slots[id]
		s.born = what == worker.ChildStarted
		switch {
		case !h.mustered:
		case s.born:
			h.crews[s.crew].fork()
		default:
			h.crews[s.crew].exit(id)
		}
	}
	if h.accounts != nil {
		h.accounts.observe(what, id)
	}
}

// Peak implements worker.Observer.
func (h *host) Peak(slot int32) int64 {
	if h.accounts == nil {
		return 0
	}
	return h.accounts.slots[slot].peak
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
