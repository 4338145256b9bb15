package worker

import "example.com/simrun/des"

// instance is one worker: its loop takes messages while its window has room, reserves them in order, and hands them
// to free slots. What every message needs comes first, and lies together.
type instance struct {
	cfg       *Config
	id        int32
	firstSlot int32
	window    int      // 0 = no limit
	most      int      // messages in hand; 0 = no limit but the window
	lost      des.Time // since when it has no connection to the broker; Never = it has one
	life      life
	serial    bool  // redis: it asks for one message at a time; rabbitmq pushes
	arrives   state // what the broker delivers: on its way, or in its hands
	asks      bool  // since when it has asked matters: it is serial, or far from the broker
	asking    bool  // waits for a message
	expelled  bool  // rabbitmq has closed its channel, and it ends
	reactor
	ledger
	policies []policy // by class
	free     []int32  // slots without a task; the last is used first
	absent   []int32  // slots without a process: autoscaled
	busy     des.Area // slots that are not free
	rotation rotation
	lines    []uint64 // rabbitmq: since when it stands in the line of each queue; nil = it is alone

	asked   uint64   // serial of the present ask for a message
	sent    des.Time // when the present ask for messages was sent
	seats   []seat   // where it is found by that
	fetched des.Time // when it has the last of the messages on their way
	wire    des.Time // far redis: its loop waits for an answer until then

	deaths    uint32   // what was scheduled for it in an earlier life does not concern it
	outages   int      // of what it runs on, which have not ended
	connected des.Time // since when it has the present connection
	grown     des.Time // last growth
	toStart   int      // of its reserve, although it is leaving
	cause     int32    // of its shutdown
	rollout   int32    // of the deploy in whose hands it is, from 1; 0 = none
	replica   replica
}

func newInstance(id int, cfg *Config, kind BrokerKind, queues []queue) instance {
	w := instance{
		cfg:      cfg,
		id:       int32(id),
		ledger:   ledger{reserved: emptyList(), keeps: newKept(cfg, len(queues)), channel: newChannel(cfg, len(queues))},
		window:   cfg.PrefetchMultiplier * cfg.Concurrency,
		lost:     des.Never,
		serial:   kind == Redis,
		asks:     kind == Redis || cfg.RoundTrip > 0,
		rotation: newRotation(cfg, queues),
		arrives:  fetching,
		cause:    NoCause,
	}
	if cfg.RoundTrip == 0 && cfg.Overheads.Fetch == 0 {
		w.arrives = received
	}
	switch {
	case cfg.DisablePrefetch:
		w.most = cfg.Concurrency
	case kind == RabbitMQ:
		// The broker fills the window whatever the pool does: what the pool does not accept lies in the socket.
	case cfg.Pool == Gevent && w.keeps == nil:
		// The consumer blocks when it spawns into a full pool, with one message in its hands.
		w.most = cfg.Concurrency + 1
	case cfg.Pool == Solo, cfg.Pool == Gevent:
		// The consumer runs the task itself; or a message in its hands would stand in the way of those that have a slot.
		w.most = cfg.Concurrency
	}
	return w
}

// room says whether the worker takes one more message now.
func (w *instance) room() bool { return !w.blind && w.vacant() }

// vacant is room, whether or not the loop has found out.
func (w *instance) vacant() bool {
	switch {
	case w.life != alive, w.cut(), w.stalled, w.serial && w.in[fetching] > 0, w.most > 0 && w.holding() >= w.hands():
		return false
	case w.window == 0:
		return true
	case w.channel != nil:
		return w.channel.any(w.cfg.Queues)
	}
	most := w.window + w.widened - w.narrowed
	if limit := w.cfg.EtaTaskLimit; limit > 0 && w.in[held] > 0 {
		// kombu/common.py: QoS.increment_eventually, up to max_prefetch. That it takes off again also what it did not
		// add is left out: the window is here as wide after a flood as before.
		most = min(most, limit)
	}
	return w.unacked < most
}

// hands is how many messages its pool lets the consumer have. What a gevent worker does not have slots for yet, it cannot
// spawn; the limit of disable_prefetch is the most that the autoscaler may grow to.
func (w *instance) hands() int {
	if w.cfg.Pool == Gevent {
		return w.most - len(w.absent)
	}
	return w.most
}

// idle says whether a message of a queue would start at once.
func (w *instance) idle(queue int32) bool {
	if w.keeps != nil {
		return w.keeps.hands.has(queue)
	}
	return len(w.free) > w.reserved.n+w.in[fetching]
}

// ask notes whether the worker waits for a message.
func (s *System) ask(w *instance) { s.asksIf(w, w.room()) }

// asksIf notes whether the worker waits for a message, and since when: redis serves the longest waiting first.
func (s *System) asksIf(w *instance, room bool) {
	if room != w.asking {
		s.turnAsking(w)
	}
}

// turnAsking begins or ends that.
func (s *System) turnAsking(w *instance) {
	if w.asking = !w.asking; w.asking {
		s.asks++
		w.asked = s.asks
		w.send(max(s.now, w.wire))
	}
}

// pull takes messages while there is room and the worker's queues have any.
func (s *System) pull(w *instance) {
	for s.waiting > 0 && w.room() {
		q := s.choose(w)
		if q == nil {
			break
		}
		s.deliver(s.pop(q), w)
	}
	if w.asks {
		s.ask(w)
	}
}

// deliver gives a message to a worker.
func (s *System) deliver(t *task, w *instance) {
	s.take(t, w, w.arrives)
	if s.metered {
		s.meter(t, true)
	}
	t.late = w.policies[t.class].late
	t.delivered = s.now
	if s.broker.ConsumerTimeout > 0 && !s.watched {
		s.watch(t)
	}
	if w.lines != nil {
		s.lineUp(w, s.queueOf(t).id)
	}
	if w.cfg.RoundTrip > 0 {
		s.carry(t, w)
		return
	}
	w.asking = false
	if w.arrives == received {
		s.receive(t, w)
		return
	}
	w.blind = w.serial && w.cfg.Loop != Alert
	s.fetch(t, w)
}

// fetched is the turn of the loop in which a message is in the worker's hands.
func (s *System) fetched(t *task) {
	w := &s.workers[t.worker]
	s.move(t, w, received)
	s.receive(t, w)
	if w.cfg.Loop != Alert && w.cfg.Pool == Solo && len(w.free) == 0 {
		return // it runs the task in this very turn
	}
	s.turn(w)
	if w.unheard > 0 {
		w.acking += w.unheard
		w.unheard = 0
		s.turn(w)
	}
}

// receive finds the place of a message that has come into the worker's hands.
func (s *System) receive(t *task, w *instance) {
	if t.grown {
		t.grown = false
		s.dispatch(w)
		s.enlist(t, w)
		return
	}
	t.received = s.now
	s.record(Received, t, OK)
	switch {
	case t.eta > s.now:
		// Held in memory until due; the window is widened so that others can pass (celery/worker/strategy.py).
		s.move(t, w, held)
		s.widen(w)
		s.at(t.eta, kindDue, t)
	case s.limited(t):
		s.throttle(t, false)
	case w.cfg.AutoscaleMin == 0 || !s.grow(t, w):
		s.enlist(t, w)
	}
}

// enlist puts a message at the end of the worker's reserve and hands out what it can.
func (s *System) enlist(t *task, w *instance) {
	s.handOver(w)
	switch {
	case len(w.free) == 0, w.stalled, w.leaves():
	case w.reserved.n == 0 && w.keeps == nil, w.keeps != nil && w.keeps.slots.has(s.queueOf(t).id):
		s.occupy(t, w)
		return
	}
	s.reserve(t, false)
}

// dispatch hands reserved messages to free slots.
func (s *System) dispatch(w *instance) {
	if w.keeps != nil {
		s.dispatchKept(w)
	} else {
		for w.reserved.n > 0 && len(w.free) > 0 && !w.stalled && (!w.leaves() || w.mayStart()) {
			s.occupy(s.popFront(&w.reserved), w)
		}
	}
	w.waiting.Set(s.now, w.reserved.n)
}

// occupy hands a message to a free slot. One that has expired is dropped only now, as Celery looks at it when it is
// about to run (celery/worker/request.py: revoked).
func (s *System) occupy(t *task, w *instance) {
	if s.now >= t.expires {
		s.drop(t)
		s.ack(t, w)
		s.finish(t, Expired)
		return
	}
	n := len(w.free) - 1
	t.slot = w.free[n]
	w.free = w.free[:n]
	sl := &s.slots[t.slot]
	sl.task, sl.class = t.id, t.class
	s.move(t, w, starting)
	w.busy.Add(s.now, 1)
	s.hold(sl, t.class)
	if w.cfg.Overheads.Start > 0 {
		s.takeUp(sl, w)
	} else {
		s.begin(t, sl, w)
	}
}
