package worker

import (
	"time"

	"example.com/simrun/des"
)

// due goes on with a message whose eta has come.
func (s *System) due(t *task) {
	w := &s.workers[t.worker]
	s.move(t, w, received)
	s.widen(w)
	switch {
	case s.limited(t):
		s.throttle(t, true)
	case w.late():
		s.letGo(t, w)
		return
	default:
		s.enlist(t, w)
	}
	s.turnAfterTimer(w)
}

// late says whether what a timer lets go of waits for the loop's next look at its children.
func (w *instance) late() bool { return w.cfg.TimersLast && w.keeps == nil }

// letGo hands on what a timer has let go of: an eta that has come, a token.
func (s *System) letGo(t *task, w *instance) {
	if !w.late() {
		s.enlist(t, w)
		return
	}
	s.reserve(t, false)
	if w.ripe { // the turn that this timer has woken it for began with a look at its children
		s.handOver(w)
		return
	}
	w.ripe = true
	s.alarmAtTimer(w)
}

// turnAfterTimer goes on with the turn that a timer has woken the loop for, which has looked at its children already where
// that comes first.
func (s *System) turnAfterTimer(w *instance) {
	if w.late() {
		s.goOn(w)
	} else {
		s.turn(w)
	}
}

// widen makes the window wider by the messages held. Rabbitmq is told of one after the other (celery/worker/
// consumer/consumer.py: qos.update, once a turn that follows a message).
func (s *System) widen(w *instance) {
	switch {
	case w.channel != nil:
	case w.cfg.Overheads.Widen == 0:
		w.widened = w.in[held]
	case w.widened < w.in[held] && !w.widening:
		w.widening = true
		s.host.Schedule(des.Event{At: s.now + w.cfg.Overheads.Widen, Kind: kindWiden, Arg: w.id})
	default:
		w.widened = min(w.widened, w.in[held])
	}
}

// widenByOne widens the window by one: the broker has been told.
func (s *System) widenByOne(id int32) {
	w := &s.workers[id]
	w.widening = false
	if w.widened < w.in[held] {
		w.widened++
		s.widen(w)
		s.pull(w)
	}
}

// handOver gives idle children what became due since the loop last looked at them.
func (s *System) handOver(w *instance) {
	if w.ripe {
		w.ripe = false
		s.dispatch(w)
	}
}

// alarmAtTimer sets the alarm that ends the sleep of a loop with something to hand over: its next timer.
func (s *System) alarmAtTimer(w *instance) {
	if w.alarmed {
		return
	}
	period := w.cfg.Wakeup
	if period == 0 {
		period = w.cfg.Overheads.Maintenance
	}
	if period == 0 {
		period = time.Second // kombu/asynchronous/hub.py: fire_timers, when no timer is left
	}
	w.alarmed = true
	s.host.Schedule(des.Event{At: w.nextTimer(s.now, period), Kind: kindTimer, Arg: w.id})
}
