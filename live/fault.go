package live

import (
	"example.com/simrun/des"
	"example.com/simrun/system"
	"example.com/simrun/worker"
)

// Kinds of events of this world. Arg is the index of a planned fault.
const (
	kindBreak des.Kind = worker.FirstHostKind + iota // some workers die with what they run on, or a service fails
	kindMend                                         // they are up again, or it is
)

// plan schedules the faults that are not the worker's own.
func (w *World) plan() {
	for i := range w.opts.Faults {
		if f := &w.opts.Faults[i]; f.Of == system.OfWorkers || f.Of == system.OfService {
			w.queue.Push(des.Event{At: w.opts.Warmup + f.At, Kind: kindBreak, Arg: int32(i)})
			w.queue.Push(des.Event{At: w.opts.Warmup + f.End(), Kind: kindMend, Arg: int32(i)})
		}
	}
}

func (w *World) strike(e des.Event) {
	f := &w.opts.Faults[e.Arg]
	if f.Of == system.OfService {
		w.adjust(f.Target, e.Kind == kindBreak && f.Mode == system.Down)
		return
	}
	if e.Kind == kindMend {
		for _, id := range f.Workers {
			w.rise(id)
		}
		w.system.Recover(w.now, f.Workers)
		return
	}
	for _, id := range f.Workers {
		w.slay(id)
	}
	w.system.Blame(e.Arg)
	w.system.Fail(w.now, f.Workers)
	w.system.Blame(worker.NoCause)
}

// slay kills what a worker is made of. The children of a prefork worker end one by one, as the worker says.
func (w *World) slay(id int32) {
	w.release(id)
	w.crewsOf(id, crew.kill)
}

// rise starts the process of a worker that has one.
func (w *World) rise(id int32) { w.crewsOf(id, crew.fork) }

func (w *World) crewsOf(id int32, do func(crew)) {
	last := int32(none)
	for i := range w.slots {
		if s := &w.slots[i]; s.worker == id && s.crew != last && !(w.prefork[id] && w.opts.Executor == Process) {
			last = s.crew
			do(w.crews[last])
		}
	}
}

// adjust finds what the planned faults of this moment make of a service.
func (w *World) adjust(id int, breaks bool) {
	down, slow := false, 1.0
	now, stuck := w.now-w.opts.Warmup, w.now-w.opts.Warmup
	for again := true; again; { // one that hangs may follow on another without an answer between them
		again = false
		for i := range w.opts.Faults {
			f := &w.opts.Faults[i]
			if f.Of == system.OfService && f.Target == id && f.Mode == system.Hang && f.At <= stuck && stuck < f.End() {
				stuck, again = f.End(), true
			}
		}
	}
	for i := range w.opts.Faults {
		f := &w.opts.Faults[i]
		if f.Of != system.OfService || f.Target != id || now < f.At || now >= f.End() {
			continue
		}
		switch f.Mode {
		case system.Down:
			down = true
		case system.Slow:
			slow *= f.Factor
		case system.Hang: // stuck
		}
	}
	w.services[id].adjust(down, breaks, w.start.Add(w.opts.Warmup+stuck), slow)
}
