package worker

import "example.com/simrun/des"

// Keeper is told of the processes of every worker, so that it can keep account of their memory. Of a process it may be
// told twice. It must not call back from inside any of these.
type Keeper interface {
	Up(worker int32)   // the worker's own process has started
	Down(worker int32) // it is gone, and its children with it
	Born(slot int32)   // a child of a prefork pool has started
	Died(slot int32)   // it is gone
	// Peak is the most that the child in slot has held in its life, in bytes.
	Peak(slot int32) int64
}

// raise tells that a worker is up with its children.
func (s *System) raise(w *instance) {
	if s.keeper != nil {
		s.keeper.Up(w.id)
	}
	s.fork(w.free...)
}

// outgrown says that a child is to be replaced for its memory. Celery looks once a task has ended, and at the highest
// resident set size of the child's life (billiard/pool.py: workloop; billiard/compat.py: mem_rss, ru_maxrss): what the
// task has given back counts as well.
func (s *System) outgrown(id int32, cfg *Config) bool {
	return s.keeper != nil && cfg.Pool == Prefork && s.keeper.Peak(id) > cfg.MaxMemoryPerChild
}

// Kill is the death of the child in a slot by the hand of the kernel, which was out of memory, whatever the child does.
// Its parent sees it as it sees a crash.
func (s *System) Kill(now des.Time, id int32) {
	s.now = now
	sl := &s.slots[id]
	w := &s.workers[sl.worker]
	s.countKill(sl.worker)
	switch task := sl.task; {
	case task != none && s.tasks[task].state == running:
		t := &s.tasks[task]
		p := &s.policies[int(t.worker)*len(s.classes)+int(t.class)]
		s.host.Stop(task, id)
		sl.limitAt = des.Never
		s.tallyKilled(t, t.late && p.reject)
		s.tallyEnd(t)
		s.record(Ended, task, Lost)
		t.state = crashed
		s.exited(id, 0)
	case task != none && w.cut():
		// Without its connection the worker has no reserve to keep it in.
		t := &s.tasks[task]
		s.tallyKilled(t, t.late && s.policies[int(t.worker)*len(s.classes)+int(t.class)].reject)
		s.tasks[task].state = crashed
		s.exited(id, 0)
	case task != none:
		// The child had not accepted it yet: the pool keeps it for another (celery/concurrency/asynpool.py: _put_back).
		sl.task = none
		s.tasks[task].slot, s.tasks[task].state = none, reserved
		s.pushFront(&w.reserved, task)
		if w.keeps != nil {
			w.keeps.slots.give(s.tasks[task].queue)
			w.keeps.waiting[s.tasks[task].queue]++
		}
		w.waiting.Set(s.now, w.reserved.n)
		w.holding++
		sl.silent = true
		s.exited(id, 0)
		s.dispatch(w)
		w.waiting.Set(s.now, w.reserved.n)
	case s.takeFree(w, id):
		w.holding++
		w.busy.Add(s.now, 1) // until it is replaced
		s.exit(id)
		sl.silent = true
		s.exited(id, 0)
	default: // its task has ended, and the parent has the result
		s.exit(id)
		s.ackFreed(id, w)
		s.exited(id, 0)
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

// ackFreed sends the ack that waits for a slot to be free, and says whether there was one.
func (s *System) ackFreed(id int32, w *instance) bool {
	sl := &s.slots[id]
	if !sl.ackWhenFree {
		return false
	}
	sl.ackWhenFree = false
	if w.cfg.Loop == Alert {
		s.window(w, -1)
	} else {
		w.acking++
	}
	if w.keeps != nil {
		w.keeps.window.give(w.keeps.inSlot[id-w.firstSlot])
	}
	return true
}

// KillWorker is the death of a whole worker by the hand of the kernel. It is started again at once.
func (s *System) KillWorker(now des.Time, worker int32) {
	s.now = now
	w := &s.workers[worker]
	s.countKill(worker)
	s.collect(worker, false)
	for _, id := range s.lost {
		s.tallyKilled(&s.tasks[id], s.tasks[id].unacked || s.superseded(id))
	}
	if s.undertaker != nil {
		s.undertaker.Kill(worker)
	}
	w.stalled = false
	s.perish(w)
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
	k := &s.tally.Classes[t.class].Killed
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

func (s *System) countKill(worker int32) {
	if s.now >= s.from && s.now < s.to {
		s.tally.Workers[worker].Killed++
	}
}
