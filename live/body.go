package live

import (
	"time"

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

// Start lets a goroutine be the body: it sleeps through the phases and posts its end.
func (h *host) Start(task, slot int32, attempt int) {
	b := &h.bodies[task]
	if attempt > 1 {
		b.fate = h.source.Demands(b.ref, attempt, b.demands)
	}
	var total des.Time
	for _, d := range b.demands {
		total += d
	}
	r := &h.slots[slot]
	r.gen++
	r.stop = make(chan struct{})
	go sleep(total, b.fate, end{slot: slot, gen: r.gen}, r.stop, h.ends)
}

// Stop abandons the body: its end is not waited for.
func (h *host) Stop(_, slot int32) bool {
	(*World)(h).abandon(slot)
	return true
}

func (w *World) abandon(slot int32) {
	r := &w.slots[slot]
	r.gen++
	if r.stop != nil {
		close(r.stop)
		r.stop = nil
	}
}

// sleep is a body that takes its time and meets its fate; a hang lasts until it is abandoned.
func sleep(total des.Time, fate workloads.Fate, e end, stop <-chan struct{}, ends chan<- end) {
	if fate == workloads.Hang || fate == workloads.HangCPU {
		<-stop
		return
	}
	timer := time.NewTimer(total)
	defer timer.Stop()
	select {
	case <-stop:
		return
	case <-timer.C:
	}
	e.result = results[fate]
	select {
	case <-stop:
	case ends <- e:
	}
}

// results of a body that has slept to its end, by its fate.
var results = [...]worker.Result{
	workloads.Fine:  worker.Succeeded,
	workloads.Error: worker.Errored,
	workloads.Fatal: worker.Fatal,
	workloads.Crash: worker.Crashed,
}
