package worker

import "example.com/simrun/des"

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
	s.clock(now)
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
	w.toStart = 0
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
		s.kill(w, w.cause)
		return
	case w.cfg.Pool == Threads:
		w.toStart = w.reserved.n
	case w.cfg.Pool == Gevent:
		w.toStart = min(1, w.reserved.n)
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
	s.clock(now)
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

// mayStart says whether one more of its reserve starts, although the worker is leaving.
func (w *instance) mayStart() bool {
	if w.toStart == 0 {
		return false
	}
	w.toStart--
	return true
}

// mayLeave lets a worker go that has nothing left to run, and says whether it has gone.
func (s *System) mayLeave(w *instance) bool {
	if w.life == patient || len(w.free) < w.processes() || w.toStart > 0 && w.reserved.n > 0 {
		return false
	}
	s.die(w, closing, w.cause)
	return true
}

// gone puts a worker away until Restart.
func (s *System) gone(w *instance) {
	w.become(away)
	w.cause = NoCause
	w.deaths++
	if r := w.rollout; r > 0 {
		at := s.now + s.rollouts[r-1].boot
		s.host.Schedule(des.Event{At: at, Kind: kindRestart, Arg: w.id, Gen: des.MakeGen(w.deaths)})
	}
	s.tellChange(WorkerGone, w.id)
	if w.replica.state == retiring {
		s.departed(w.id)
	}
}
