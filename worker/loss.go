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
		if !t.late || !p.reject {
			s.ack(t)
		}
		if s.spares(task) {
			s.requeue(task, 0)
		}
	}
	s.replace(id)
}

// perish is the death of a whole worker. What it had acked is lost; the broker gives the rest to others, redis only
// once its visibility timeout has passed.
func (s *System) perish(w *instance) {
	me := w.id
	s.die(w, s.broker.Kind != Redis, func(id int32) { s.requeue(id, s.restoreDelay(&s.tasks[id])) })
	w.deaths++
	switch {
	case w.life == finished:
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

// die takes a worker down with everything in its hands, and gives what the broker delivers again to giveBack.
func (s *System) die(w *instance, toFront bool, giveBack func(id int32)) {
	me := w.id
	w.fall()
	s.collect(me, toFront)
	for _, id := range s.lost {
		s.suffered(id)
	}
	s.clear(w)
	for _, id := range s.lost {
		if s.spares(id) {
			giveBack(id)
		}
	}
	s.forget(w)
	w.busy.Set(s.now, 0)
	if s.now >= s.from && s.now < s.to && w.replica.state != retiring {
		s.tally.Workers[me].Restarts++
	}
}

// collect lists the messages that a worker has in its hands, in the order in which the broker has them back. What goes to
// the front comes latest first, so that the first is first again. Those that a later delivery carries on give nothing back,
// and come when it is known what becomes of that.
func (s *System) collect(worker int32, toFront bool) {
	s.lost = s.lost[:0]
	for id := range s.tasks {
		if t := &s.tasks[id]; t.worker == worker && t.state >= fetching {
			s.lost = append(s.lost, int32(id))
		}
	}
	slices.SortFunc(s.lost, func(a, b int32) int {
		if late := s.superseded(a); late != s.superseded(b) {
			if late {
				return 1
			}
			return -1
		}
		x, y := &s.tasks[a], &s.tasks[b]
		c := cmp.Or(cmp.Compare(x.delivered, y.delivered), cmp.Compare(x.published, y.published), cmp.Compare(a, b))
		if toFront {
			return -c
		}
		return c
	})
}

// up is a worker that has restarted.
func (s *System) up(id int32) {
	w := &s.workers[id]
	if w.outages > 0 || w.life != dead {
		return // it had died by itself before, or is not wanted now
	}
	w.become(alive)
	w.lost = des.Never
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
	if w.leaves() && s.mayLeave(w) {
		return
	}
	if w.overdue {
		w.overdue = false
		s.turn(w)
		return
	}
	s.pull(w)
}
