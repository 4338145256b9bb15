package worker

import (
	"slices"
	"time"

	"example.com/simrun/des"
)

// Rabbitmq closes the channel of a worker that has not acked a message for longer than the consumer timeout, and delivers
// again at once all that it held (rabbitmq.com, "Consumer Acknowledgements"). It looks once a minute. Measured (rabbitmq
// 3.10.8, timeout of 5 s, late acks): the channel was closed 60.0 s after the delivery, each time of four.
//
// To Celery this is an error that it cannot recover from: the worker lets end what runs, whose acks arrive no more, starts
// nothing, and ends itself (celery/worker/worker.py: start; 5.2.6 and main of August 2026). Only with
// broker_channel_error_retry, from 5.3 on, it connects again at once, and is given the same messages again.

// channelTick is the period at which rabbitmq looks.
const channelTick = time.Minute

// overlongAt is when rabbitmq finds out that a message that is delivered now, or was, is unacked for too long; Never = it
// does not care.
func (s *System) overlongAt(t *task) des.Time {
	if s.queueOf(t).cfg.Patient {
		return des.Never
	}
	return t.delivered + (s.broker.ConsumerTimeout+channelTick-1)/channelTick*channelTick
}

// watch has somebody look when a message that is delivered now would be unacked for too long.
func (s *System) watch(t *task) {
	if at := s.overlongAt(t); at < des.Never {
		s.watched = true
		s.host.Schedule(des.Event{At: at, Kind: kindOverlong})
	}
}

// findOverlong closes the channels of workers that have a message for too long, in the order of the workers.
func (s *System) findOverlong() {
	s.watched = false
	next := des.Never
	s.scratch = s.scratch[:0]
	for id := range s.tasks.n {
		t := s.tasks.at(id)
		if !t.unacked || t.state < fetching || s.workers[t.worker].down() || s.workers[t.worker].cut() {
			continue
		}
		if at := s.overlongAt(t); at <= s.now {
			s.scratch = append(s.scratch, t.worker)
		} else {
			next = min(next, at)
		}
	}
	slices.Sort(s.scratch)
	for _, id := range slices.Clone(slices.Compact(s.scratch)) {
		s.closeChannel(&s.workers[id])
	}
	if next < des.Never && !s.watched {
		s.watched = true
		s.host.Schedule(des.Event{At: next, Kind: kindOverlong})
	}
}

// closeChannel takes from a worker its channel, and all that was not acked on it.
func (s *System) closeChannel(w *instance) {
	w.lost = s.now
	w.expelled = !w.cfg.RetriesChannel
	s.ask(w)
	s.lose(w, cutOff)
	if w.cfg.RetriesChannel {
		s.reconnect(w.id)
	} else {
		s.mayFall(w)
	}
}

// mayFall ends a worker without a channel once nothing runs in it. Whoever looks after it starts it again.
func (s *System) mayFall(w *instance) {
	if w.expelled && w.life == alive && len(w.free) == w.processes() {
		s.die(w, killed, NoCause)
	}
}
