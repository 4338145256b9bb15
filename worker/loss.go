package worker

import (
	"cmp"
	"slices"

	"example.com/simrun/des"
)

// crash ends the process that ran a body. A prefork child dies alone, and its parent sees it a little
// later; in the other pools the task takes its whole worker along.
func (s *System) crash(sl *slot) {
	t, w := s.tasks.at(sl.task), &s.workers[sl.worker]
	s.tallyEnd(t)
	s.record(Ended, t, Lost)
	t.state = crashed
	if w.cfg.Pool != Prefork {
		s.die(w, killed, s.cause)
		return
	}
	s.childExited(sl, 0)
}

// notice lets the parent see that a child is dead, and others with it.
func (s *System) notice(sl *slot) {
	sl.missed = false
	w := &s.workers[sl.worker]
	s.bury(sl)
	s.buryOthers(w)
	s.turn(w) // the acks of lost messages have made room
}

// bury replaces a dead child. Without late ack and reject_on_worker_lost the task that it ran is lost.
func (s *System) bury(sl *slot) {
	if sl.task != none {
		t := s.tasks.at(sl.task)
		sl.task = none
		if !s.outlives(t) {
			s.ack(t, &s.workers[sl.worker])
		}
		if s.spares(t) {
			s.requeue(t, 0, s.broker.Kind != Redis)
		}
	}
	s.replace(sl)
}

// outlives says whether a message is delivered again when the child that runs it is lost.
func (s *System) outlives(t *task) bool {
	return t.late && s.workers[t.worker].policies[t.class].reject || s.superseded(t)
}

// loss is how a worker loses the messages in its hands.
type loss uint8

const (
	// killed: the broker finds out, rabbitmq at once and redis after its visibility timeout. What was acked is lost.
	killed loss = iota
	// closing: the worker closes its connection itself, as nothing runs any more or its soft timeout is over. With redis,
	// too, all goes back to the front (kombu/transport/virtual/base.py: restore_unacked_once takes the last one first, and
	// kombu/transport/redis.py puts it where it is read next). What was acked and still runs is lost; only a soft timeout
	// can leave any.
	closing
	// cutOff: the worker has lost its connection. It drops what has not started (celery/worker/consumer/consumer.py:
	// on_close), and what runs goes on: worker_cancel_long_running_tasks_on_connection_loss is off. What a threads worker has
	// reserved is in the hands of its pool already, and runs too. As no ack can arrive any more, the broker delivers again
	// all that was unacked, also what still runs: rabbitmq when it is back, redis after its visibility timeout.
	cutOff
)

// lose takes from a worker what it loses, and gives back to the broker what that delivers again.
func (s *System) lose(w *instance, by loss) {
	var ended []*slot
	toFront := by == closing || s.broker.Kind != Redis
	s.collect(w.id, toFront)
	if by == cutOff {
		s.dropReserve(w)
	} else {
		s.clear(w)
	}
	for _, id := range s.lost {
		t := s.tasks.at(id)
		switch {
		case by != cutOff:
			s.quit(t)
		case w.cancels(t):
			ended = append(ended, s.cancel(t))
		case w.goesOn(t):
			s.again(t)
			continue
		default:
			s.drop(t)
		}
		s.suffered(t)
		switch {
		case !s.spares(t):
		case by == closing:
			s.requeue(t, 0, true)
		default:
			s.requeue(t, s.restoreDelay(t), toFront)
		}
	}
	if by == cutOff {
		s.emptyWindow(w)
	}
	for _, sl := range ended {
		s.childExited(sl, 0)
	}
}

// goesOn says whether a message of a worker that has lost its connection is run all the same.
func (w *instance) goesOn(t *task) bool {
	return t.state >= starting || t.state == reserved && w.cfg.Pool == Threads
}

// cancels says whether what a worker runs is to end with its connection (celery/worker/consumer/consumer.py:
// on_connection_error_after_connected).
func (w *instance) cancels(t *task) bool {
	return w.cfg.CancelsOnLoss && w.cfg.Pool == Prefork && t.late && t.state == running
}

// cancel ends what runs in a slot, whose child is about to end.
func (s *System) cancel(t *task) *slot {
	sl := &s.slots[t.slot]
	s.host.Stop(t.id, t.slot)
	s.tallyEnd(t)
	s.record(Ended, t, Lost)
	sl.task, sl.limitAt = none, des.Never
	return sl
}

// collect lists the messages that a worker has in its hands, in the order in which the broker has them back. What goes to
// the front comes latest first, so that the first is first again. Those that a later delivery carries on give nothing back,
// and come when it is known what becomes of that.
func (s *System) collect(worker int32, toFront bool) {
	s.lost = s.lost[:0]
	for id := range s.tasks.n {
		t := s.tasks.at(id)
		if t.worker == worker && t.state >= fetching {
			s.lost = append(s.lost, t.id)
		}
	}
	slices.SortFunc(s.lost, func(a, b int32) int {
		x, y := s.tasks.at(a), s.tasks.at(b)
		if late := s.superseded(x); late != s.superseded(y) {
			if late {
				return 1
			}
			return -1
		}
		c := cmp.Or(cmp.Compare(x.delivered, y.delivered), cmp.Compare(x.published, y.published), cmp.Compare(a, b))
		if toFront {
			return -c
		}
		return c
	})
}

// dropReserve empties what a worker without a connection does not keep.
func (s *System) dropReserve(w *instance) {
	if w.cfg.Pool != Threads {
		w.reserved = emptyList()
		w.waiting.Set(s.now, 0)
	}
	s.dropThrottled(w.id)
	w.widened, w.blind, w.wire = 0, false, 0
}

// clear empties the hands of a worker that is down, and stops what runs there.
func (s *System) clear(w *instance) {
	s.tellChange(WorkerDown, w.id)
	s.wipe(w)
	w.busy.Set(s.now, 0)
	w.blind, w.blocked, w.wire, w.throttled, w.stalled, w.overdue = false, s.now, 0, false, false, false
	s.emptyBuckets(w.id)
	w.free = w.free[:0]
	for n := range w.cfg.Concurrency {
		id := w.firstSlot + int32(w.cfg.Concurrency-1-n)
		sl := &s.slots[id]
		sl.gen++
		s.unhold(sl)
		sl.ackWhenFree = false
		if t := s.taskIn(sl); t != nil && t.state == running {
			s.host.Stop(t.id, id)
			s.tallyEnd(t)
			s.record(Ended, t, Lost)
		}
		sl.task = none
		sl.limitAt = des.Never
		sl.missed, sl.spent, sl.silent, sl.connected, sl.overtaken, sl.runs = false, false, false, false, false, 0
		s.tellChange(SlotRenewed, id)
		w.free = append(w.free, id)
	}
	s.tellChildren(ChildEnded, w.free...)
	w.muster()
	s.resized(w)
}
