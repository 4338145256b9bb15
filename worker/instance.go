package worker

import "example.com/simrun/des"

// instance is one worker: its loop takes messages while its window has room, reserves them in order, and hands them
// to free slots.
type instance struct {
	cfg       *Config
	id        int32
	firstSlot int32
	life      life
	free      []int32 // slots without a task; the last is used first
	reserved  list
	unacked   int      // messages that count in the window
	held      int      // of these, with an eta to come: each widens the window by one
	widened   int      // by which the window is wider now
	widening  bool     // the broker is about to be told of one more
	acking    int      // of the unacked, whose acks the loop has to send yet
	unheard   int      // of the unacked, whose start the loop has not heard of yet: it is busy with a message
	fetching  int      // messages on their way
	holding   int      // fetching + reserved + in a slot
	window    int      // 0 = no limit
	most      int      // the largest holding; 0 = no limit but the window
	serial    bool     // redis: it asks for one message at a time; rabbitmq pushes
	outages   int      // of what it runs on, which have not ended
	lost      des.Time // since when it has no connection to the broker; Never = it has one
	drains    int      // of its reserve, that still start while it is leaving
	stalled   bool     // gevent: its thread is taken by a task
	asking    bool     // waits for a message
	rotation  rotation
	asked     uint64   // serial of the present ask for a message
	blind     bool     // its loop sleeps without having asked
	overdue   bool     // a timer has come while its thread was taken by a task
	ripe      bool     // an eta has come, and its loop has not looked at its children since
	alarmed   bool     // a timer is set that wakes it
	turned    des.Time // last turn of the loop
	fetched   des.Time // when it has the last of the messages on their way
	looks     des.Time // one of the times when it looks for unacked messages
	phase     des.Time // of its timers
	lastFreed des.Time
	blocked   des.Time     // its loop does nothing before
	sent      des.Time     // far broker: when the present ask for messages was sent
	wire      des.Time     // far redis: its loop waits for an answer until then
	absent    []int32      // slots without a process: autoscaled
	grown     des.Time     // last growth
	rollout   int32        // of the deploy in whose hands it is, from 1; 0 = none
	cause     int32        // of its shutdown
	deaths    uint32       // what was scheduled for it in an earlier life does not concern it
	keeps     *reservation // nil = no slot is kept for a queue
	throttled bool         // a token has come while its thread was taken by a task

	replica replica

	busy    des.Area
	waiting des.Area
}

func newInstance(id int, cfg *Config, kind BrokerKind, queues []queue) instance {
	w := instance{
		cfg:      cfg,
		id:       int32(id),
		reserved: emptyList(),
		window:   cfg.PrefetchMultiplier * cfg.Concurrency,
		lost:     des.Never,
		serial:   kind == Redis,
		rotation: newRotation(cfg, queues),
		cause:    NoCause,
		keeps:    newReservation(cfg, len(queues)),
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
	case w.life != alive, w.cut(), w.stalled, w.serial && w.fetching > 0, w.most > 0 && w.holding >= w.most:
		return false
	case w.window == 0:
		return true
	}
	return w.unacked < w.window+w.widened
}

// idle says whether a message of a queue would start at once.
func (w *instance) idle(queue int32) bool {
	if w.keeps != nil {
		return w.keeps.hands.has(queue)
	}
	return len(w.free) > w.reserved.n+w.fetching
}

// ask notes whether the worker waits for a message, and since when: redis serves the longest waiting first.
func (s *System) ask(w *instance) {
	room := w.room()
	if room && !w.asking {
		s.asks++
		w.asked = s.asks
		w.sent = max(s.now, w.wire)
	}
	w.asking = room
}

// pull takes messages while there is room and the worker's queues have any.
func (s *System) pull(w *instance) {
	for w.room() {
		q := s.choose(w)
		if q == none {
			break
		}
		id := s.pop(&s.queues[q])
		s.deliver(id, w)
	}
	s.ask(w)
}

// deliver gives a message to a worker.
func (s *System) deliver(id int32, w *instance) {
	t := &s.tasks[id]
	t.worker = w.id
	p := &s.policies[int(t.worker)*len(s.classes)+int(t.class)]
	t.late = p.late
	t.unacked = true
	t.state = fetching
	t.delivered = s.now
	s.window(w, 1)
	w.holding++
	if w.keeps != nil {
		w.keeps.hands.take(t.queue)
		w.keeps.window.take(t.queue)
	}
	if w.cfg.RoundTrip > 0 {
		s.carry(id, w)
		return
	}
	w.asking = false
	if w.cfg.Overheads.Fetch > 0 {
		w.fetching++
		w.blind = w.serial && w.cfg.Loop != Alert
		s.fetch(id, w)
		return
	}
	s.receive(id)
}

// receive puts a message into the worker's hands.
func (s *System) receive(id int32) {
	t := &s.tasks[id]
	if t.grown {
		t.grown = false
		s.dispatchReserved(&s.workers[t.worker])
		s.enlist(id)
		return
	}
	t.received = s.now
	s.record(Received, id, OK)
	if t.eta > s.now {
		// Held in memory until due; the window is widened so that others can pass (celery/worker/strategy.py).
		w := &s.workers[t.worker]
		t.state = held
		w.held++
		w.holding--
		if w.keeps != nil {
			w.keeps.hands.give(t.queue)
			w.keeps.window.give(t.queue)
		}
		s.widen(w)
		s.at(t.eta, kindDue, id)
		return
	}
	if s.limited(t) {
		w := &s.workers[t.worker]
		w.holding--
		if w.keeps != nil {
			w.keeps.hands.give(t.queue)
		}
		s.throttle(id)
		return
	}
	if !s.grow(id) {
		s.enlist(id)
	}
}

// widen makes the window wider by the messages held. Rabbitmq is told of one after the other (celery/worker/
// consumer/consumer.py: qos.update, once a turn that follows a message).
func (s *System) widen(w *instance) {
	switch {
	case w.cfg.Overheads.Widen == 0:
		w.widened = w.held
	case w.widened < w.held && !w.widening:
		w.widening = true
		s.host.Schedule(des.Event{At: s.now + w.cfg.Overheads.Widen, Kind: kindWiden, Arg: w.id})
	default:
		w.widened = min(w.widened, w.held)
	}
}

// wider is the broker having been told of one more.
func (s *System) wider(id int32) {
	w := &s.workers[id]
	w.widening = false
	if w.widened < w.held {
		w.widened++
		s.widen(w)
		s.pull(w)
	}
}

// reserve takes a message whose eta has come.
func (s *System) reserve(id int32) {
	t := &s.tasks[id]
	w := &s.workers[t.worker]
	t.state = reserved
	if w.keeps != nil {
		w.keeps.window.take(t.queue)
	}
	if s.limited(t) {
		s.throttle(id)
		return
	}
	w.holding++
	if w.keeps != nil {
		w.keeps.hands.take(t.queue)
	}
	s.enlist(id)
}

// enlist puts a message at the end of the worker's reserve and hands out what it can.
func (s *System) enlist(id int32) {
	w := &s.workers[s.tasks[id].worker]
	s.handOver(w)
	switch {
	case len(w.free) == 0, w.stalled, w.leaves():
	case w.reserved.n == 0 && w.keeps == nil, w.keeps != nil && w.keeps.slots.has(s.tasks[id].queue):
		s.occupy(id, w)
		return
	}
	s.tasks[id].state = reserved
	s.pushBack(&w.reserved, id)
	if w.keeps != nil {
		w.keeps.waiting[s.tasks[id].queue]++
	}
	w.waiting.Set(s.now, w.reserved.n)
}

// dispatch hands reserved messages to free slots.
func (s *System) dispatch(w *instance) {
	if w.keeps != nil {
		s.dispatchKept(w)
		return
	}
	for w.reserved.n > 0 && len(w.free) > 0 && !w.stalled && (!w.leaves() || w.drain()) {
		s.occupy(s.popFront(&w.reserved), w)
	}
}

// occupy hands a message to a free slot. One that has expired is dropped only now, as Celery looks at it when it is
// about to run (celery/worker/request.py: revoked).
func (s *System) occupy(id int32, w *instance) {
	t := &s.tasks[id]
	if t.expires > 0 && s.now >= t.expires {
		w.holding--
		if w.keeps != nil {
			w.keeps.hands.give(t.queue)
		}
		s.ack(t)
		s.finish(id, Expired)
		return
	}
	n := len(w.free) - 1
	sl := w.free[n]
	w.free = w.free[:n]
	s.slots[sl].task = id
	t.slot = sl
	t.state = starting
	w.busy.Add(s.now, 1)
	w.occupied(sl, t.queue)
	if w.cfg.Overheads.Start > 0 {
		s.takeUp(sl, w)
	} else {
		s.begin(id)
	}
}

// ack takes the message out of its worker's window.
func (s *System) ack(t *task) {
	if !t.unacked {
		return
	}
	t.unacked = false
	w := &s.workers[t.worker]
	if w.keeps != nil && t.state != held {
		w.keeps.window.give(t.queue)
	}
	switch {
	case w.cfg.Loop == Alert:
		s.window(w, -1)
		w.occupyWire(s.now, 1)
	case w.cfg.Loop == AskFirst && w.fetching > 0:
		w.unheard++
	default:
		w.acking++
	}
}
