package worker

import (
	"cmp"
	"slices"

	"example.com/simrun/des"
)

// crash is the death of the process that ran a body. A prefork child dies alone, and its parent sees it a little
// later; in the other pools the task takes its whole worker along.
func (s *System) crash(id int32) {
	sl := &s.slots[id]
	t := &s.tasks[sl.task]
	s.tallyEnd(t)
	s.record(Ended, sl.task, Lost)
	t.state = crashed
	w := &s.workers[sl.worker]
	if w.cfg.Pool != Prefork {
		s.perish(w)
		return
	}
	s.exited(id, 0)
}

// notice is the parent seeing that a child is dead, and others with it.
func (s *System) notice(id int32) {
	sl := &s.slots[id]
	sl.missed = false
	w := &s.workers[sl.worker]
	s.bury(id)
	s.lookRound(w)
	s.turn(w) // the acks of lost messages have made room
}

// bury replaces a dead child. Without late ack and reject_on_worker_lost the task that it ran is lost.
func (s *System) bury(id int32) {
	sl := &s.slots[id]
	if task := sl.task; task != none {
		t := &s.tasks[task]
		p := &s.policies[int(t.worker)*len(s.classes)+int(t.class)]
		sl.task = none
		if t.late && p.reject {
			s.requeue(task, 0)
		} else {
			s.ack(t)
			s.finish(task, Lost)
		}
	}
	s.replace(id)
}

// perish is the death of a whole worker. What it had acked is lost; the broker gives the rest to others, redis only
// once its visibility timeout has passed.
func (s *System) perish(w *instance) {
	me := s.slots[w.firstSlot].worker
	w.down = true
	s.collect(me)
	// Back to the front, the first received last, so that it is first again; redis puts them at the back.
	back := s.broker.Kind == Redis
	slices.SortFunc(s.lost, func(a, b int32) int {
		c := cmp.Or(cmp.Compare(s.tasks[a].received, s.tasks[b].received), cmp.Compare(a, b))
		if back {
			return c
		}
		return -c
	})
	for _, id := range s.lost {
		s.suffered(&s.tasks[id])
	}
	s.clear(w)
	for _, id := range s.lost {
		if t := &s.tasks[id]; t.unacked {
			s.requeue(id, s.restoreDelay(t))
		} else {
			s.finish(id, Lost)
		}
	}
	s.forget(w)
	w.busy.Set(s.now, 0)
	if s.now >= s.from && s.now < s.to && w.presence != retiring {
		s.tally.Workers[me].Restarts++
	}
	w.deaths++
	switch {
	case w.leaving:
		s.gone(w)
		return
	case w.outages > 0:
		return // until Recover
	}
	after := w.cfg.Overheads.Respawn
	if w.cfg.Pool == Prefork { // killed as a whole: its children have a time of their own
		after = w.cfg.Overheads.Restart
	}
	if after > 0 {
		s.host.Schedule(des.Event{At: s.now + after, Kind: kindUp, Arg: me, Gen: des.MakeGen(w.deaths)})
		return
	}
	s.up(me)
}

// up is a worker that has restarted.
func (s *System) up(id int32) {
	w := &s.workers[id]
	if w.outages > 0 || w.off {
		return // it had died by itself before, or is not wanted now
	}
	w.down = false
	w.cut = false
	if s.broken() {
		s.detach(w)
	}
	s.raise(w)
	s.emptyBuckets(id)
	s.pull(w)
	s.rolled(w)
}

// Stall tells that the only thread of a gevent worker is taken by a CPU phase: its loop stands still, and neither
// receives nor starts anything. Unlike the other calls, a Host may make it from inside Start.
func (s *System) Stall(worker int32) { s.workers[worker].stalled = true }

// Wake tells that the thread is free again.
func (s *System) Wake(now des.Time, worker int32) {
	s.now = now
	w := &s.workers[worker]
	w.stalled = false
	if w.throttled {
		s.drainAll(w)
	}
	s.dispatch(w)
	w.waiting.Set(now, w.reserved.n)
	if w.leaving && s.mayLeave(w) {
		return
	}
	if w.overdue {
		w.overdue = false
		s.turn(w)
		return
	}
	s.pull(w)
}
