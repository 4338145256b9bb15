package worker

import "example.com/simrun/des"

// A broker in another zone is a round trip away. What a worker waits for is what its client library does:
//
//   - Rabbitmq pushes: a message takes half a round trip, and an ack the other half before the next one is pushed into
//     a window that was full. Nobody waits for an answer, and messages travel one behind the other.
//   - Redis is asked. BRPOP brings one message; before the worker has it, the loop writes it to the list of the unacked
//     ones and waits for the answer, and an ack is such a call too (kombu/transport/redis.py: QoS.append and QoS.ack,
//     each with execute). Meanwhile the loop does nothing else, so that one worker gets at most a message each two
//     round trips, however many slots it has.
//
// What the broker hands out is chosen when the worker asks, not half a round trip later.

// carry sends a message on its way to a worker that is far from the broker.
func (s *System) carry(t *task, w *instance) {
	asked := w.sent
	if !w.asking {
		asked = max(s.now, w.wire)
	}
	// Room in the window of a pushing broker stays known to it; redis has to be asked again.
	w.asking = w.asking && !w.serial
	w.blind = w.serial && w.cfg.Loop != Alert
	half := w.cfg.RoundTrip / 2
	s.at(max(s.now, asked+half)+w.cfg.RoundTrip-half, kindCarried, t)
}

// carried takes in a message that has come from a far broker. Far redis is told of it first.
func (s *System) carried(t *task) {
	if w := &s.workers[t.worker]; w.serial {
		w.occupyWire(s.now, 1)
		s.at(w.wire, kindNoted, t)
		return
	}
	s.noted(t)
}

// noted lets a worker handle a message that its far broker knows it has.
func (s *System) noted(t *task) {
	if w := &s.workers[t.worker]; w.cfg.Overheads.Fetch > 0 {
		s.fetch(t, w)
	} else {
		s.at(s.now, kindFetched, t)
	}
}

// occupyWire makes the loop of a worker wait for the answers to n calls of a far redis, one after the other.
func (w *instance) occupyWire(now des.Time, n int) {
	if w.cfg.RoundTrip > 0 && w.serial && !w.down() {
		w.wire = max(now, w.wire) + des.Time(n)*w.cfg.RoundTrip
	}
}

// replies says that a slot whose body has ended is free only after an answer of the broker: to its late ack, or to
// something else that the loop, which hears of the end of a child, waits for. What is left to do then takes after.
func (s *System) replies(sl *slot, w *instance, after des.Time) bool {
	if !w.serial {
		return false
	}
	until := s.now
	switch {
	case sl.ackWhenFree && w.cfg.Loop == Alert:
		w.occupyWire(s.now, 1)
		until = w.wire
	case w.cfg.Pool == Prefork || w.cfg.Pool == Solo:
		until = max(s.now, w.wire)
	}
	if until == s.now {
		return false
	}
	sl.gen++
	sl.settling = after
	s.slotAt(until, kindReplied, sl)
	return true
}
