package worker

import "example.com/simrun/des"

// ledger is the account of the messages that a worker has: where each of them is, and which count in the window. It
// changes in the methods of this file only.
//
// A message goes through the states of a task from fetching to running. Those before it has a slot are counted by state;
// in a slot the slot counts, from the hand-over until it is free again. Whether the broker has the ack is another matter:
// unacked is the number for which it has not.
type ledger struct {
	in       [starting]int // messages by state, before they have a slot
	unacked  int           // messages that count in the window
	widened  int           // by which the window is wider now
	narrowed int           // by which it is narrower, since a connection was lost
	keeps    *kept         // nil = no slot is kept for a queue
	channel  *channel      // nil = one window for all queues
	reserved list          // those that wait for a slot
	waiting  des.Area      // their number
	acking   int           // messages in the window, whose acks the loop has to send yet
	unheard  int           // others, whose start the loop has not heard of yet: it is busy with a message
	widening bool          // the broker is about to be told of one more
}

// take gives a message that the broker delivers to a worker: on its way, or into its hands.
func (s *System) take(t *task, w *instance, to state) {
	t.worker, t.state = w.id, to
	t.unacked = true
	w.in[to]++
	if s.weigher != nil {
		s.weigh(t, fetching, to)
	}
	w.unacked++
	s.changed()
	if w.channel != nil {
		w.channel.unacked[s.queueOf(t).id]++
	}
	s.tag(t)
	if w.keeps != nil {
		w.keeps.hands.take(s.queueOf(t).id)
		w.keeps.window.take(s.queueOf(t).id)
	}
}

// move notes that a message goes on within its worker.
func (s *System) move(t *task, w *instance, to state) {
	from := t.state
	if from == reserved {
		s.quit(t)
	}
	t.state = to
	if from < starting {
		w.in[from]--
	}
	if to < starting {
		w.in[to]++
	}
	if s.weigher != nil {
		s.weigh(t, from, to)
	}
	if w.keeps != nil {
		w.keeps.move(s.queueOf(t).id, from, to)
		if to == starting {
			w.keeps.inSlot[t.slot-w.firstSlot] = s.queueOf(t).id
		}
	}
}

// reserve puts a message into the reserve, or back to its front.
func (s *System) reserve(t *task, front bool) {
	w := &s.workers[t.worker]
	s.move(t, w, reserved)
	s.join(t)
	if front {
		s.pushFront(&w.reserved, t)
	} else {
		s.pushBack(&w.reserved, t)
	}
	w.waiting.Set(s.now, w.reserved.n)
}

// drop takes a message that has no slot out of its worker's hands; its place in the window is another matter.
func (s *System) drop(t *task) {
	w := &s.workers[t.worker]
	s.quit(t)
	w.in[t.state]--
	if s.weigher != nil {
		s.weigh(t, t.state, fetching)
	}
	if w.keeps != nil {
		w.keeps.drop(s.queueOf(t).id, t.state)
	}
}

// weigh tells of a message that comes into a worker's memory, or leaves it: what is on its way is not there yet, and what
// has a slot is the affair of the attempt.
func (s *System) weigh(t *task, from, to state) {
	if from.weighs() != to.weighs() {
		n := 1
		if from.weighs() {
			n = -1
		}
		s.weigher.Weigh(t.worker, t.class, n)
	}
}

func (st state) weighs() bool { return st > fetching && st < starting }

// holding is the number of messages in hand: on their way, reserved or in a slot that is not free yet.
func (w *instance) holding() int {
	return w.in[fetching] + w.in[received] + w.in[reserved] + w.processes() - len(w.free)
}

// ack sends the ack of a message, or leaves it to the loop to do so.
func (s *System) ack(t *task, w *instance) {
	if t.unacked {
		s.settle(t, w, true)
	}
}

// forgo takes a message out of the window, acked or not.
func (s *System) forgo(t *task) {
	if t.unacked {
		s.settle(t, &s.workers[t.worker], false)
	}
}

// settle takes a message that counts out of the window of its worker.
func (s *System) settle(t *task, w *instance, acked bool) {
	t.unacked = false
	if w.down() {
		return // its window has gone with it
	}
	if acked {
		s.untag(t)
	}
	w.recover()
	if w.keeps != nil && t.state != held {
		w.keeps.window.give(s.queueOf(t).id)
	}
	switch {
	case w.cfg.Loop == Alert:
		s.acked(w, t.class)
		w.occupyWire(s.now, 1)
	case w.cfg.Loop == AskFirst && w.in[fetching] > 0:
		w.unheard++
	default:
		w.acking++
		w.channel.toAck(s.queueOf(t).id)
	}
}

// acked takes a message of a class, whose ack the broker has, out of the window.
func (s *System) acked(w *instance, class int32) {
	if w.lines != nil {
		s.relieve(w, s.kinds[class].queue.id, 1)
	}
	w.unacked--
	s.changed()
	if w.channel != nil {
		w.channel.unacked[s.kinds[class].queue.id]--
	}
}

// ackFreed sends the ack that waits for a slot to be free, and says whether there was one.
func (s *System) ackFreed(sl *slot, w *instance) bool {
	if !sl.ackWhenFree {
		return false
	}
	sl.ackWhenFree = false
	w.recover()
	if w.cfg.Loop == Alert {
		s.acked(w, sl.class)
	} else {
		w.acking++
		w.channel.toAck(s.kinds[sl.class].queue.id)
	}
	if w.keeps != nil {
		w.keeps.window.give(w.keeps.inSlot[sl.id-w.firstSlot])
	}
	return true
}

// recover widens a window that was narrowed when its worker connected again: with each ack, by the multiplier, to what it
// was (celery/worker/consumer/consumer.py: _restore_prefetch_count_after_connection_restart).
func (w *instance) recover() {
	if w.narrowed > 0 && w.channel == nil {
		w.narrowed = max(0, w.narrowed-w.cfg.PrefetchMultiplier)
	}
}

// sendAcks sends the acks that have waited for a turn of the loop.
func (s *System) sendAcks(w *instance) {
	if w.acking > 0 {
		w.occupyWire(s.now, w.acking)
		if w.channel == nil {
			s.relieve(w, none, w.acking)
		} else {
			for q, n := range w.channel.acking {
				s.relieve(w, int32(q), n)
			}
		}
		w.unacked -= w.acking
		s.changed()
		w.channel.flush()
		w.acking = 0
	}
}

// vacate notes that a slot is free, whatever its last message was.
func (w *instance) vacate(slot int32) {
	if w.keeps != nil {
		queue := w.keeps.inSlot[slot-w.firstSlot]
		w.keeps.hands.give(queue)
		w.keeps.slots.give(queue)
	}
}

// wipe empties the account of a worker that is down: its connection, and with it the window, is gone.
func (s *System) wipe(w *instance) {
	w.unacked = 0
	s.changed()
	w.in = [starting]int{}
	w.reserved = emptyList()
	w.waiting.Set(s.now, 0)
	w.acking, w.unheard, w.widened, w.narrowed = 0, 0, 0, 0
	if w.keeps != nil {
		w.keeps.reset()
	}
	w.channel.reset()
	w.channel.narrow(0)
}
