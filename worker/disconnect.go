package worker

import (
	"time"

	"example.com/simrun/des"
)

// Outage is a time in which nobody reaches the broker. It keeps its messages.
type Outage struct {
	From, To des.Time
	Cause    int32 // in the tolls; none = -1
}

// publishRetries are the times after the first at which a publisher tries again before the call fails (celery/app/
// defaults.py: task_publish_retry_policy, at most 3 retries after 0, 0.2 and 0.4 s).
var publishRetries = [...]des.Time{0, 200 * time.Millisecond, 600 * time.Millisecond}

// A worker tries to connect again at once, after 2 s more, 4 s more, and so on up to 32 s (kombu/connection.py:
// _ensure_connection, and kombu/utils/functional.py: retry_over_time).
const (
	reconnectStep = 2 * time.Second
	reconnectMost = 32 * time.Second
)

// expect schedules outages of the broker.
func (s *System) expect(outages []Outage) {
	s.outages = outages
	for i := range outages {
		s.host.Schedule(des.Event{At: outages[i].From, Kind: kindOutage, Arg: int32(i)})
	}
}

// reachable is the first time, not before at, at which the broker can be reached: the end of the outages that overlap or
// adjoin then, or at itself.
func (s *System) reachable(at des.Time) des.Time {
	for i := 0; i < len(s.outages); i++ {
		if o := &s.outages[i]; o.From <= at && at < o.To {
			at, i = o.To, -1
		}
	}
	return at
}

// broken says that the broker cannot be reached now.
func (s *System) broken() bool { return s.now < s.back }

// breakDown begins an outage: all workers lose their connections before the first message is given back.
func (s *System) breakDown(o *Outage) {
	s.back = s.reachable(s.now)
	s.refusals = o.Cause
	for i := range s.workers {
		if w := &s.workers[i]; !w.cut() && !w.down() {
			s.detach(w)
		}
	}
	s.cause = o.Cause
	for i := range s.workers {
		if w := &s.workers[i]; w.lost == s.now && !w.down() {
			s.lose(w, cutOff)
		}
	}
	s.cause = NoCause
}

// detach leaves a worker without a connection until it has one again.
func (s *System) detach(w *instance) {
	w.lost = s.now
	s.ask(w)
	s.redial(w)
}

// cut says that a worker has no connection to the broker.
func (w *instance) cut() bool { return w.lost != des.Never }

// redial schedules the first of a worker's attempts to connect that the broker will answer.
func (s *System) redial(w *instance) {
	at, wait := w.lost, des.Time(0)
	for at <= s.now || s.reachable(at) > at {
		wait = min(wait+reconnectStep, reconnectMost)
		at += wait
	}
	s.host.Schedule(des.Event{At: at, Kind: kindReconnect, Arg: w.id, Gen: des.MakeGen(w.deaths)})
}

// reconnect gives a worker its connection again: it has reached the broker.
func (s *System) reconnect(id int32) {
	w := &s.workers[id]
	w.lost = des.Never
	w.connected = s.now
	s.turn(w)
}

// emptyWindow leaves to the next connection a window in which nothing counts: no ack of what goes on arrives any more, so
// that its worker soon holds a window beside what it runs. Measured (5.2.6 and main of August 2026, two slots, multiplier
// 2, late acks, connections closed by the broker): beside two running tasks four more are received, on both brokers. From
// 5.4 on a worker whose count is for all its queues asks for less at first (celery/worker/consumer/consumer.py:
// on_connection_error_after_connected).
func (s *System) emptyWindow(w *instance) {
	running := 0
	for n := range w.cfg.Concurrency {
		sl := &s.slots[w.firstSlot+int32(n)]
		sl.ackWhenFree = false
		if sl.task != none {
			s.tasks.at(sl.task).unacked = false
			running++
		}
	}
	for id := w.reserved.head; id != none; id = s.tasks.at(id).next {
		s.tasks.at(id).unacked = false
	}
	w.unacked = 0
	s.changed()
	w.acking, w.unheard = 0, 0
	w.channel.reset()
	if w.keeps != nil {
		w.keeps.window.reset()
	}
	w.narrowed = 0
	if full := w.cfg.PrefetchMultiplier * w.processes(); w.cfg.NarrowsWindow && !w.cfg.KeepsWindow {
		w.narrowed = max(0, full-max(w.cfg.PrefetchMultiplier, full-running*w.cfg.PrefetchMultiplier))
	}
	w.channel.narrow(w.narrowed)
}

// again delivers a message once more, while the first delivery of it runs on.
func (s *System) again(t *task) {
	if s.copier == nil || s.superseded(t) || !t.unacked {
		return
	}
	if c := s.toll(t); c != nil && t.state != crashed {
		c.Doubled++
	}
	delay := s.restoreDelay(t)
	copied := s.copyOf(t)
	if delay > 0 {
		copied.state = delayed
		s.at(s.now+delay, kindPublished, copied)
		return
	}
	s.enqueue(copied, s.broker.Kind != Redis)
}

// withhold keeps back a message that cannot be published now. Its publisher tries again for a little while; then the call
// fails, and there is no such task. That of a retry is lost in the same way (celery/app/task.py: retry rejects).
func (s *System) withhold(t *task, busy des.Time) {
	t.state = delayed
	for _, d := range publishRetries {
		if at := s.now + d; s.reachable(at) == at {
			at += s.broker.Publish + busy
			if s.broker.Kind == Ideal {
				at = max(at, t.eta)
			}
			s.at(at, kindPublished, t)
			return
		}
	}
	s.at(s.now+publishRetries[len(publishRetries)-1], kindGiveUp, t)
}

// giveUp ends a task whose publisher has tried in vain.
func (s *System) giveUp(t *task) {
	s.cause = s.refusals
	if c := s.toll(t); c != nil {
		c.Refused++
	}
	s.cause = NoCause
	s.finish(t, Rejected)
}
