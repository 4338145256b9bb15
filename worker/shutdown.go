package worker

import "example.com/simrun/des"

// Undertaker is a Host that wants to know when workers end.
type Undertaker interface {
	// Kill tells that a worker's process is killed now: until this instant is over Stop can end every body of it, also
	// one that computes.
	Kill(worker int32)
	// Gone tells that a worker that was shut down is gone. It stays away until Restart.
	Gone(worker int32)
}

// Shutdown asks a worker to end, as SIGTERM does: it takes no more messages, what runs goes on, and once nothing runs
// its connection closes and the worker is gone. Only then the broker has back what was reserved or held for an eta: a
// long task keeps them from everybody (celery/worker/worker.py: on_stopped closes the consumer after the pool has been
// joined). Grace later it is killed, with all that this means (des.Never = it is given all the time it needs).
//
// What a pool has taken in runs, too: all of the reserve of a threads worker (celery/concurrency/thread.py: on_stop,
// until 5.6.2) and the message with which the consumer of a gevent worker stands before a full pool.
//
// With a soft timeout (SIGQUIT instead of SIGTERM) what runs gets only as long as that; then it is killed, and the worker
// itself gives back what was not acked. It waits for the whole of it if anything ran (celery/worker/worker.py:
// wait_for_soft_shutdown).
func (s *System) Shutdown(now des.Time, worker int32, grace des.Time) {
	s.now = now
	w := &s.workers[worker]
	if w.rollout > 0 && w.life == away {
		w.deaths++ // no deploy brings it back
	}
	s.spare(w) // somebody else wants it away
	if !w.leaves() && w.life != away {
		w.cause = NoCause
		s.shutdown(w, grace)
	}
}

func (s *System) shutdown(w *instance, grace des.Time) {
	worker := w.id
	w.drains = 0
	if w.life == dead {
		w.become(finished)
	} else {
		w.become(leaving)
	}
	s.ask(w)
	switch {
	case w.life == finished:
		s.gone(w)
		return
	case grace <= 0:
		s.slay(w)
		return
	case w.cfg.Pool == Threads:
		w.drains = w.reserved.n
	case w.cfg.Pool == Gevent:
		w.drains = min(1, w.reserved.n)
	}
	if soft := w.cfg.SoftShutdown; soft > 0 && w.cfg.Pool == Prefork && len(w.free) < w.processes() {
		w.become(patient)
		s.host.Schedule(des.Event{At: s.now + soft, Kind: kindCold, Arg: worker, Gen: des.MakeGen(w.deaths)})
	}
	if !s.mayLeave(w) && grace < des.Never {
		s.host.Schedule(des.Event{At: s.now + grace, Kind: kindKill, Arg: worker, Gen: des.MakeGen(w.deaths)})
	}
}

// Restart brings back a worker that has been shut down, with nothing in its hands. If what it runs on has failed
// meanwhile, it is up with the end of that.
func (s *System) Restart(now des.Time, worker int32) {
	s.now = now
	w := &s.workers[worker]
	if w.life == away && w.replica.state == present {
		w.become(dead)
		if !s.itsTurn(w) {
			w.rollout = 0 // it starts with the new code
		}
		s.up(worker)
	}
}

// Away says that a worker is not there: dead, or gone after a shutdown.
func (s *System) Away(worker int32) bool { return s.workers[worker].down() }

// drain says whether one more of its reserve starts, although the worker is leaving.
func (w *instance) drain() bool {
	if w.drains == 0 {
		return false
	}
	w.drains--
	return true
}

// mayLeave lets a worker go that has nothing left to run, and says whether it has gone.
func (s *System) mayLeave(w *instance) bool {
	if w.life == patient || len(w.free) < w.processes() || w.drains > 0 && w.reserved.n > 0 {
		return false
	}
	s.depart(w)
	return true
}

// depart is the end of a worker that closes its connection itself, when nothing runs any more or its soft timeout is
// over. What was acked and still runs is lost, which only then is anything. Its unacked messages go back to the front of their queues in
// the order in which they came, with redis, too (kombu/transport/virtual/base.py: restore_unacked_once takes the last
// one first, and kombu/transport/redis.py puts it where it is read next).
func (s *System) depart(w *instance) {
	s.cause = w.cause
	s.die(w, true, func(id int32) {
		if s.returned(id) {
			s.enqueue(id, true)
		}
	})
	s.cause = NoCause
	s.gone(w)
}

// gone is a worker that is away until Restart.
func (s *System) gone(w *instance) {
	w.become(away)
	w.cause = NoCause
	w.deaths++
	if r := w.rollout; r > 0 {
		at := s.now + s.rollouts[r-1].boot
		s.host.Schedule(des.Event{At: at, Kind: kindRestart, Arg: w.id, Gen: des.MakeGen(w.deaths)})
	}
	if s.undertaker != nil {
		s.undertaker.Gone(w.id)
	}
	if w.replica.state == retiring {
		s.departed(w.id)
	}
}

// slay is SIGKILL.
func (s *System) slay(w *instance) {
	if s.undertaker != nil {
		s.undertaker.Kill(w.id)
	}
	w.stalled = false
	s.cause = w.cause
	s.perish(w)
	s.cause = NoCause
}

// clear empties the hands of a worker that is down, and stops what runs there.
func (s *System) clear(w *instance) {
	if s.keeper != nil {
		s.keeper.Down(w.id)
	}
	w.reserved = emptyList()
	w.waiting.Set(s.now, 0)
	w.fetching, w.held, w.holding, w.widened, w.acking, w.unheard = 0, 0, 0, 0, 0, 0
	w.blind, w.blocked, w.wire, w.throttled = false, s.now, 0, false
	s.emptyBuckets(w.id)
	w.free = w.free[:0]
	for n := range w.cfg.Concurrency {
		id := w.firstSlot + int32(w.cfg.Concurrency-1-n)
		sl := &s.slots[id]
		sl.gen++
		sl.ackWhenFree = false
		if sl.task != none && s.tasks[sl.task].state == running {
			s.host.Stop(sl.task, id)
			s.tallyEnd(&s.tasks[sl.task])
			s.record(Ended, sl.task, Lost)
		}
		sl.task = none
		sl.limitAt = des.Never
		sl.missed, sl.spent, sl.silent, sl.connected, sl.overtaken, sl.runs = false, false, false, false, false, 0
		s.replaced(id)
		w.free = append(w.free, id)
	}
	s.exit(w.free...)
	w.muster()
}

// forget ends the accounts of a worker whose messages have been given back.
func (s *System) forget(w *instance) {
	s.window(w, -w.unacked)
	w.acking, w.unheard = 0, 0
	if w.keeps != nil {
		w.keeps.reset()
	}
}
