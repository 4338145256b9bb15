package worker

import (
	"time"

	"example.com/simrun/des"
)

// Publication is one message to be published now.
type Publication struct {
	Class       int32
	Due         des.Time // intended arrival, from which waits count
	Lag         des.Time // from now until the message is in the broker, where that is known; 0 = as the broker's settings say
	Demand      des.Time // of its first attempt, for the slowdown
	Countdown   des.Time // not to start earlier than this from now; 0 = none
	Expires     des.Time // to start earlier than this from now; 0 = whenever, below 0 = it has expired as it is published
	Priority    int
	HasPriority bool // its own instead of its class's
}

// Publish sends a message and returns the index of its task, which is valid until Host.Done.
func (s *System) Publish(now des.Time, p *Publication) int32 {
	s.clock(now)
	t := s.newTask()
	s.fill(t, now, p)
	c := s.kinds[t.class].tally
	s.present(c, 1)
	if t.observed {
		c.Published++
		s.open++
	}
	id := t.id
	s.send(t, p.Lag, s.broker.Way)
	return id
}

// fill makes the entry of a task that was published at a time.
func (s *System) fill(t *task, at des.Time, p *Publication) {
	id, gen, pending := t.id, t.gen, t.pending
	*t = task{} // field by field from here: a composite literal would be made elsewhere and copied, twice
	t.id, t.gen, t.pending = id, gen, pending
	k := &s.kinds[p.Class]
	t.class, t.level = p.Class, k.level
	t.worker, t.slot = none, none
	t.due, t.published, t.demand = p.Due, at, p.Demand
	t.observed = p.Due >= s.from && p.Due < s.to
	if p.HasPriority {
		t.level = s.priorities.level(p.Priority, k.queue.cfg)
	}
	if p.Countdown > 0 {
		t.eta = at + p.Countdown
	}
	t.expires = des.Never
	if p.Expires != 0 {
		t.expires = at + max(0, p.Expires)
	}
}

// send puts a message on its way to the broker. An ideal broker keeps what has an eta until then; the others give
// it to a worker at once, which holds it. Lag is that of its Publication, busy the time that the publisher takes beforehand.
func (s *System) send(t *task, lag, busy des.Time) {
	if s.broken() {
		s.withhold(t, busy)
		return
	}
	arrival := s.now + s.broker.Publish + busy
	switch {
	case lag > 0:
		arrival = s.now + lag + busy
	case t.retries == 0 && s.broker.PublishCPU > 0 && s.labour != nil:
		// The producers publish one message after the other.
		start := max(s.now, s.publishing)
		s.publishing = start + s.broker.PublishCPU
		arrival = start + s.broker.Publish + busy
	}
	switch {
	case s.broker.Kind == Ideal:
		arrival = max(arrival, t.eta)
	case s.queueOf(t).cfg.Delays && t.eta > s.now:
		// In whole seconds (celery/app/base.py: send_task). A worker holds it for what is left of the last one.
		arrival += (t.eta - s.now).Truncate(time.Second)
	}
	if arrival > s.now {
		t.state = delayed
		s.at(arrival, kindPublished, t)
		return
	}
	s.charge(t)
	s.enqueue(t, false)
}

// enqueue gives a message to a worker that has room, or else to the queue. Whoever has room has found its queues
// empty, so a message that finds others waiting joins them.
func (s *System) enqueue(t *task, front bool) {
	q := s.queueOf(t)
	t.worker = none
	if t.redeliveries == 0 {
		s.record(Published, t, OK)
		if s.metered {
			s.meter(t, false)
		}
	}
	if q.n == 0 {
		if w := s.taker(q); w != none {
			w := &s.workers[w]
			w.rotation.served(q)
			s.deliver(t, w)
			s.pull(w) // its pool may have grown, and what was reserved before has left the window
			return
		}
	}
	if q.cfg.MaxLength >= 0 && q.n >= q.cfg.MaxLength && t.redeliveries == 0 {
		if q.cfg.Overflow == Reject || q.cfg.MaxLength == 0 {
			s.finish(t, Rejected)
			return
		}
		for q.n >= q.cfg.MaxLength { // what was delivered again may have come on top
			s.finish(s.pop(q), Rejected)
		}
	}
	s.push(q, t, front)
}

// taker picks the worker that gets a message arriving in an empty queue, or none.
func (s *System) taker(q *queue) int32 {
	id := q.id
	if len(q.consumers) == 1 && len(q.overflow) == 0 {
		if w := q.consumers[0]; hasRoom(&s.workers[w], id) {
			return w
		}
		return none
	}
	switch s.broker.Kind {
	case Redis:
		if w := s.longestAsking(q, id); w != none {
			return w
		}
	case RabbitMQ:
		if w := s.firstInLine(q.consumers, id); w != none {
			return w
		}
	case Ideal:
		if s.broker.Dispatch == FreeSlot {
			if w := s.anyOf(q.consumers, id, idleWithRoom); w != none {
				return w
			}
			if w := s.anyOf(q.overflow, id, idleWithRoom); w != none {
				return w
			}
		}
		if w := s.anyOf(q.consumers, id, hasRoom); w != none {
			return w
		}
	}
	return s.anyOf(q.overflow, id, idleWithRoom)
}

func hasRoom(w *instance, queue int32) bool { return w.room() && w.takes(queue) }

func idleWithRoom(w *instance, queue int32) bool { return hasRoom(w, queue) && w.idle(queue) }

// anyOf picks one of the workers that fit, uniformly at random, or none.
func (s *System) anyOf(workers []int32, queue int32, fits func(w *instance, queue int32) bool) int32 {
	s.scratch = s.scratch[:0]
	for _, w := range workers {
		if fits(&s.workers[w], queue) {
			s.scratch = append(s.scratch, w)
		}
	}
	switch n := len(s.scratch); n {
	case 0:
		return none
	case 1:
		return s.scratch[0]
	default:
		return s.scratch[s.choice.IntN(n)]
	}
}

// requeue gives a message back to the broker after its worker or child was lost: to the front, or with redis to the
// back (observed on 5.2.6 and 5.6.2), unless the worker gives it back itself.
func (s *System) requeue(t *task, delay des.Time, toFront bool) {
	s.forgo(t)
	s.record(Requeued, t, OK)
	t.slot = none
	t.redeliveries++
	if limit := s.queueOf(t).cfg.DeliveryLimit; limit >= 0 && int(t.redeliveries) > limit {
		s.finish(t, Dead)
		return
	}
	t.grown = false
	t.gen++ // whatever was scheduled for it with that worker
	if delay > 0 {
		t.state = delayed
		s.at(s.now+delay, kindPublished, t)
		return
	}
	s.enqueue(t, toFront)
}

// spares says whether a message that its worker has lost is the broker's to deliver again. Otherwise that is settled here:
// it was acked, and is lost; or a later delivery carries on.
func (s *System) spares(t *task) bool {
	switch {
	case s.superseded(t):
		s.carryOn(t)
	case t.unacked && s.tagged(t):
		return true
	default:
		s.forgo(t)
		s.finish(t, Lost)
	}
	return false
}

// NextTask is the index that the next call of Publish will return, so that a world can prepare what belongs to it.
func (s *System) NextTask() int32 {
	if s.freeTask != none {
		return s.freeTask
	}
	return s.tasks.n
}
