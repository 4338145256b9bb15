package worker

import (
	"time"

	"example.com/simrun/des"
)

// due is the timer of a message whose eta has come.
func (s *System) due(id int32) {
	w := &s.workers[s.tasks[id].worker]
	w.held--
	s.widen(w)
	if !w.cfg.TimersLast || w.keeps != nil || s.limited(&s.tasks[id]) {
		s.reserve(id)
		s.turn(w)
		return
	}
	w.holding++
	s.tasks[id].state = reserved
	s.pushBack(&w.reserved, id)
	w.waiting.Set(s.now, w.reserved.n)
	if w.ripe { // the turn that this timer has woken it for began with a look at its children
		s.handOver(w)
		return
	}
	w.ripe = true
	s.rouse(w)
}

// handOver gives idle children what became due since the loop last looked at them.
func (s *System) handOver(w *instance) {
	if w.ripe {
		w.ripe = false
		s.dispatch(w)
		w.waiting.Set(s.now, w.reserved.n)
	}
}

// rouse sets the alarm that ends the sleep of a loop with something to hand over: its next timer.
func (s *System) rouse(w *instance) {
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
	at := w.phase + (s.now-w.phase)/period*period + period
	s.host.Schedule(des.Event{At: at, Kind: kindTimer, Arg: w.id})
}
