package sim

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
	if h.guard != nil {
		h.guard.done(task)
	}
	if h.followed {
		h.source.Finished(h.bodies[task].ref, h.now, o == worker.OK)
	}
}

// Start runs the body from its first phase.
func (h *host) Start(task, slot int32, attempt int) {
	w := (*World)(h)
	b := &w.bodies[task]
	if attempt > 1 {
		b.fate = w.source.Demands(b.ref, attempt, w.demandsOf(task, b))
	}
	b.attempt = int32(attempt)
	p := &w.slots[slot]
	p.task, p.phase, p.last, p.awake = task, 0, false, false
	p.gen++
	p.began, p.due = w.now, 0
	if w.guard != nil {
		w.guard.enter(slot, task)
	}
	if w.memory != nil {
		w.allocate(slot)
	}
	switch b.fate {
	case workloads.Hang:
		return
	case workloads.HangCPU:
		w.compute(p, des.Never, 1)
		return
	}
	if w.net.homes != nil && w.approach(slot) {
		return
	}
	if !w.step(p, b) {
		// Nothing to do: the body ends at once, but not before Start has returned.
		w.queue.Push(des.Event{At: w.now, Kind: kindPhase, Arg: slot, Gen: des.MakeGen(p.gen)})
	}
}

// Stop abandons the body in slot.
func (h *host) Stop(_, slot int32) bool {
	w := (*World)(h)
	p := &w.slots[slot]
	w.hangUp(slot)
	if p.reading != notReading {
		w.leaveDisk(slot)
	}
	if p.onCPU && !w.cancel(slot) {
		p.task = none
		return false
	}
	if w.memory != nil {
		w.release(slot)
	}
	p.task = none
	p.gen++
	if w.guard != nil {
		w.guard.leave(slot)
	}
	return true
}

// Copy implements worker.Copier: the copy has the work and the fate of the task, whatever happens to that meanwhile.
func (h *host) Copy(task, copied int32) {
	w := (*World)(h)
	w.makeRoom(copied)
	b, c := &w.bodies[task], &w.bodies[copied]
	*c = *b
	copy(w.demandsOf(copied, c), w.demandsOf(task, b))
	if w.guard != nil {
		w.guard.copied(copied)
	}
}

// Forget implements worker.Drawer. What is known of labels is kept by task.
func (h *host) Forget(task int32) (worker.Draft, bool) {
	ref := &h.bodies[task].ref
	if h.guard != nil || !h.source.Numbered(ref.Class) {
		return worker.Draft{}, false
	}
	return worker.Draft{Number: ref.Ordinal, Class: ref.Class, Row: ref.Row}, true
}

// Recall implements worker.Drawer.
func (h *host) Recall(task int32, d worker.Draft, p *worker.Publication) {
	w := (*World)(h)
	w.embody(task, &workloads.Arrival{Ref: w.source.Ref(d.Class, d.Row, d.Number), Due: d.Due}, p)
}

// step begins the next phase that asks for anything, and says whether there was one. Phase counts how many of the
// task's phases have begun.
func (w *World) step(p *place, b *body) bool {
	for work := w.phases[b.ref.Class]; int(p.phase) < len(work); {
		phase, d := &work[p.phase], w.demands[int(p.task)*w.stride+int(p.phase)]
		p.phase++
		p.last = int(p.phase) == len(work)
		p.began, p.due = w.now, d
		switch {
		case phase.Kind == workloads.Transfer:
			if w.send(p.id, int(p.phase)-1) {
				return true
			}
		case phase.Kind == workloads.Call:
			w.call(p.id, phase, int(p.phase), d)
			return true
		case d == 0:
		case phase.Kind == workloads.Disk:
			w.useDisk(p.id, d)
			return true
		case phase.Kind == workloads.CPU:
			cores := max(1, phase.Cores)
			if cores > 1 {
				p.due /= des.Time(cores)
			}
			w.compute(p, d, cores)
			return true
		default:
			p.due += w.threads[p.worker].wake
			w.queue.Push(des.Event{At: w.now + p.due, Kind: kindPhase, Arg: p.id, Gen: des.MakeGen(p.gen)})
			return true
		}
	}
	return false
}

// phaseDone goes on with the body in a slot once its present phase is over.
func (w *World) phaseDone(p *place) {
	if p.kind == oneAtATime {
		w.wantThread(&w.threads[p.worker], p.id)
		return
	}
	w.proceed(p)
}

// proceed begins the next phase of the body in a slot, or ends it.
func (w *World) proceed(p *place) {
	if p.task == none {
		// Stopped while it could not be interrupted.
		if w.memory != nil {
			w.release(p.id)
		}
		p.gen++
		if w.guard != nil {
			w.guard.leave(p.id)
		}
		w.system.Ended(w.now, p.id, worker.Stopped)
		return
	}
	b := &w.bodies[p.task]
	if longer := w.now - p.began - p.due; longer > 0 && b.observed {
		w.stretch[b.ref.Class].CPU.Add(longer)
	}
	r := worker.ServiceFailed
	switch {
	case p.failed:
		w.hangUp(p.id)
	case !p.last && w.step(p, b):
		return
	default:
		r = results[b.fate]
	}
	if w.memory != nil {
		w.release(p.id)
	}
	p.task = none
	p.gen++
	if p.kind == oneAtATime {
		w.threads[p.worker].turn = none
	}
	if w.guard != nil {
		w.guard.leave(p.id)
	}
	w.system.Ended(w.now, p.id, r)
}

// results of a body that has done its work, by its fate.
var results = [...]worker.Result{
	workloads.Fine:  worker.Succeeded,
	workloads.Error: worker.Errored,
	workloads.Fatal: worker.Fatal,
	workloads.Crash: worker.Crashed,
}
