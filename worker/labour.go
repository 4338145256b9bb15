package worker

import "example.com/simrun/des"

// Labourer is a Host with cores, on which the work of Celery itself takes CPU time.
type Labourer interface {
	// Work asks for CPU time by one of the threads of Celery, and for e to be handed to System.Handle once that time
	// was had. Threads are numbered by worker (Consumer) or slot (Child).
	Work(by Thread, number int32, demand des.Time, e des.Event)
	// Toil asks for CPU time after which nothing happens.
	Toil(by Thread, number int32, demand des.Time)
}

// Thread is a kind of thread of Celery, its broker and its producers.
type Thread uint8

// Threads. A consumer does one thing after the other, as do the broker and the producers.
const (
	Consumer Thread = iota
	Child
	Server
	Producer
)

// fetch schedules the receipt of a message that is on its way.
func (s *System) fetch(t *task, w *instance) {
	if !w.cfg.Charged || s.labour == nil {
		start := s.now
		if w.cfg.Loop != Alert { // what its loop hears between two messages matters
			start = max(start, w.fetched)
		}
		w.fetched = start + w.cfg.Overheads.Fetch
		s.at(w.fetched, kindFetched, t)
		return
	}
	t.pending++
	s.labour.Work(Consumer, t.worker, w.cfg.Overheads.Fetch, des.Event{Kind: kindFetched, Arg: t.id, Gen: des.MakeGen(t.gen)})
}

// takeUp schedules the start of the body in a slot.
func (s *System) takeUp(sl *slot, w *instance) {
	if !w.cfg.Charged || s.labour == nil {
		s.slotAt(s.now+w.cfg.Overheads.Start, kindStart, sl)
		return
	}
	s.labour.Work(Child, sl.id, w.cfg.Overheads.Start, des.Event{Kind: kindStart, Arg: sl.id, Gen: des.MakeGen(sl.gen)})
}

// conclude schedules the freeing of a slot whose body has ended, once nothing has to be asked of a far broker any more.
func (s *System) conclude(sl *slot, w *instance, after des.Time) {
	if !w.cfg.Charged || s.labour == nil {
		s.leave(sl, w, after)
		return
	}
	if after > 0 {
		sl.gen++
		s.labour.Work(Consumer, w.id, after, des.Event{Kind: kindFree, Arg: sl.id, Gen: des.MakeGen(sl.gen)})
	} else {
		s.leave(sl, w, 0)
	}
	if w.cfg.Overheads.After > 0 {
		s.labour.Toil(Consumer, w.id, w.cfg.Overheads.After)
	}
}

// charge makes the producer and the broker work for a message that has come to it.
func (s *System) charge(t *task) {
	if s.broker.PublishCPU+s.broker.ServeCPU > 0 {
		s.toil(t)
	}
}

func (s *System) toil(t *task) {
	if s.labour == nil {
		return
	}
	if s.broker.PublishCPU > 0 {
		s.labour.Toil(Producer, 0, s.broker.PublishCPU)
	}
	if s.broker.ServeCPU > 0 {
		s.labour.Toil(Server, 0, s.broker.ServeCPU+s.queueOf(t).cfg.ServeCPU)
	}
}
