package sim

import (
	"simrun/des"
	"simrun/worker"
	"simrun/workloads"
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

// Start runs the body from its first phase.
func (h *host) Start(task, slot int32, attempt int) {
	w := (*World)(h)
	b := &w.bodies[task]
	if attempt > 1 {
		b.fate = w.source.Demands(b.ref, attempt, w.demandsOf(task))
	}
	p := &w.slots[slot]
	p.task, p.phase = task, 0
	p.gen++
	switch b.fate {
	case workloads.Hang:
		return
	case workloads.HangCPU:
		w.compute(slot, des.Never, 1)
		return
	}
	if !w.step(slot) {
		// Nothing to do: the body ends at once, but not before Start has returned.
		w.queue.Push(des.Event{At: w.now, Kind: kindPhase, Arg: slot, Gen: des.MakeGen(p.gen)})
	}
}

// Stop abandons the body in slot.
func (h *host) Stop(_, slot int32) bool {
	w := (*World)(h)
	p := &w.slots[slot]
	if p.onCPU && !w.cancel(slot) {
		p.task = none
		return false
	}
	p.task = none
	p.gen++
	return true
}

// step begins the next phase that asks for anything, and says whether there was one. Phase counts how many of the
// task's phases have begun.
func (w *World) step(slot int32) bool {
	p := &w.slots[slot]
	class := w.bodies[p.task].ref.Class
	demands := w.demandsOf(p.task)
	for int(p.phase) < len(demands) {
		d := demands[p.phase]
		phase := &w.phases[class][p.phase]
		p.phase++
		switch {
		case d == 0:
		case phase.Kind == workloads.CPU:
			w.compute(slot, d, max(1, phase.Cores))
			return true
		default:
			w.queue.Push(des.Event{At: w.now + d, Kind: kindPhase, Arg: slot, Gen: des.MakeGen(p.gen)})
			return true
		}
	}
	return false
}

// phaseDone goes on with the body in slot once its present phase is over.
func (w *World) phaseDone(slot int32) {
	p := &w.slots[slot]
	if th := &w.threads[p.worker]; th.kind == oneAtATime {
		w.gotThread(th, slot)
		return
	}
	w.proceed(slot)
}

// proceed begins the next phase of the body in slot, or ends it.
func (w *World) proceed(slot int32) {
	p := &w.slots[slot]
	if p.task == none {
		// Stopped while it could not be interrupted.
		p.gen++
		w.system.Ended(w.now, slot, worker.Stopped)
		return
	}
	if w.step(slot) {
		return
	}
	fate := w.bodies[p.task].fate
	p.task = none
	p.gen++
	w.threads[p.worker].turn = none
	w.system.Ended(w.now, slot, results[fate])
}

// results of a body that has done its work, by its fate.
var results = [...]worker.Result{
	workloads.Fine:  worker.Succeeded,
	workloads.Error: worker.Errored,
	workloads.Fatal: worker.Fatal,
	workloads.Crash: worker.Crashed,
}
