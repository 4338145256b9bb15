package worker

import "example.com/simrun/des"

// Kill kills the child in a slot, whatever it does: the kernel is out of memory.
// Its parent sees it as it sees a crash.
func (s *System) Kill(now des.Time, id int32) {
	s.clock(now)
	sl := &s.slots[id]
	w := &s.workers[sl.worker]
	s.count1(&s.tally.Workers[w.id].Killed)
	switch t := s.taskIn(sl); {
	case t != nil && t.state == running:
		s.host.Stop(t.id, id)
		sl.limitAt = des.Never
		s.tallyKilled(t, s.outlives(t))
		s.tallyEnd(t)
		s.record(Ended, t, Lost)
		t.state = crashed
		s.childExited(sl, 0)
	case t != nil && w.cut():
		// Without its connection the worker has no reserve to keep it in.
		s.tallyKilled(t, s.outlives(t))
		t.state = crashed
		s.childExited(sl, 0)
	case t != nil:
		// The child had not accepted it yet: the pool keeps it for another (celery/concurrency/asynpool.py: _put_back).
		sl.task = none
		t.slot = none
		s.reserve(t, true)
		sl.silent = true
		s.childExited(sl, 0)
		s.dispatch(w)
	case s.takeFree(w, id):
		w.busy.Add(s.now, 1) // until it is replaced
		s.hold(sl, none)
		s.tellChildren(ChildEnded, id)
		sl.silent = true
		s.childExited(sl, 0)
	default: // its task has ended, and the parent has the result
		s.tellChildren(ChildEnded, id)
		s.ackFreed(sl, w)
		s.childExited(sl, 0)
	}
	s.turn(w)
}

// takeFree takes a slot from those that are free, if it is one of them.
func (s *System) takeFree(w *instance, id int32) bool {
	for i, free := range w.free {
		if free == id {
			w.free = append(w.free[:i], w.free[i+1:]...)
			return true
		}
	}
	return false
}

// KillWorker kills a whole worker, as the kernel is out of memory. It is started again at once.
func (s *System) KillWorker(now des.Time, worker int32) {
	s.clock(now)
	w := &s.workers[worker]
	s.count1(&s.tally.Workers[worker].Killed)
	s.collect(worker, false)
	for _, id := range s.lost {
		t := s.tasks.at(id)
		s.tallyKilled(t, t.unacked || s.superseded(t))
	}
	s.kill(w, s.cause)
}

// Killed is what the kernel took from the tasks of a class for want of memory.
type Killed struct {
	Attempts int64   // running when their process was killed
	Lost     int64   // messages that were acked: nobody has them any more
	Again    int64   // messages that go back to the broker, those not yet started among them
	Wasted   des.Sum // time that the attempts had run
}

// Merge adds what was taken elsewhere.
func (k *Killed) Merge(other *Killed) {
	k.Attempts += other.Attempts
	k.Lost += other.Lost
	k.Again += other.Again
	k.Wasted.Merge(other.Wasted)
}

func (s *System) tallyKilled(t *task, again bool) {
	if !t.observed {
		return
	}
	k := &s.kinds[t.class].tally.Killed
	if t.state == running {
		k.Attempts++
		k.Wasted.Add(s.now - t.began)
	}
	if again {
		k.Again++
	} else {
		k.Lost++
	}
}
