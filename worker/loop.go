package worker

import "example.com/simrun/des"

// Loop says when the loop of a worker finds out that its window has room again.
//
// One that is not Alert sends its acks, and on redis asks for a message, only in a turn of the loop. A turn follows an
// event; what happens after it waits for the next event, or for a timer. Celery's lost wake-ups are this: celery
// issues 7718, 6941 and 4378.
type Loop uint8

// Loops. AskFirst is kombu's before 5.3 (kombu/asynchronous/hub.py: on_tick, which asks redis, runs before the queued
// acks): room made by the acks of a turn is seen in the next one. To Deaf the start and the end of a task are no
// events: in the pools threads and gevent they happen in threads that do not wake the loop, and solo runs tasks inside
// a turn (celery/worker/loops.py). DeafAskFirst is both.
const (
	Alert Loop = iota
	AskFirst
	Deaf
	DeafAskFirst
)

func (l Loop) asksFirst() bool { return l == AskFirst || l == DeafAskFirst }
func (l Loop) deaf() bool      { return l == Deaf || l == DeafAskFirst }

// reactor is what the loop of a worker is at.
type reactor struct {
	blind     bool     // it sleeps without having asked for a message
	ripe      bool     // an eta has come, and it has not looked at its children since
	alarmed   bool     // a timer is set that wakes it
	stalled   bool     // gevent: its thread is taken by a task
	overdue   bool     // a turn has come due while it was
	throttled bool     // a token has come while it was
	turned    des.Time // its last turn
	lastFreed des.Time // a slot
	blocked   des.Time // it does nothing before
	phase     des.Time // of its timers
	firstLook des.Time // for messages that are unacked for too long
}

// turn runs the worker's loop once: it sends the acks, and asks for a message if there is room. One whose thread is taken comes when
// it is free again.
func (s *System) turn(w *instance) {
	if w.stalled {
		w.overdue = true
		return
	}
	s.handOver(w)
	s.goOn(w)
}

// goOn is a turn after its look at the children.
func (s *System) goOn(w *instance) {
	if w.cfg.Loop == Alert {
		s.pull(w)
		return
	}
	w.turned = s.now
	if !w.cfg.Loop.asksFirst() {
		s.sendAcks(w)
	}
	w.blind = false
	s.pull(w)
	w.blind = w.serial && !w.room()
	if w.cfg.Loop.asksFirst() {
		s.sendAcks(w)
	}
	s.setAlarm(w)
}

// started tells the loop that a child has accepted its task.
func (s *System) started(w *instance) {
	if w.cfg.Loop.deaf() || w.cfg.Loop == AskFirst && w.cfg.Pool == Solo {
		s.setAlarm(w)
		return
	}
	if w.unheard == 0 {
		s.turn(w)
	}
}

// freed tells a loop that is not Alert that a slot is free again. Blocked says that the consumer stood still with a message for it.
func (s *System) freed(w *instance, acked, blocked bool) {
	last := w.lastFreed
	w.lastFreed = s.now
	switch {
	case w.cfg.Loop.deaf() && !(blocked && (w.cfg.Pool == Gevent || w.cfg.Pool == Solo)):
		s.setAlarm(w)
	case w.cfg.Loop == AskFirst && acked && len(w.free) == w.processes() && w.processes() > 1 &&
		w.cfg.Overheads.Batched > 0 && s.now-last < w.cfg.Overheads.BatchWithin && s.choice.Float64() < w.cfg.Overheads.Batched:
		s.sendAcks(w)
		s.setAlarm(w)
	default:
		s.turn(w)
	}
}

// overtaken lets the loop receive a message before it hands a reserved one to a slot that is free. Celery 5.2 asks redis
// at the beginning of a turn, and what it writes to children it writes at the end (kombu/asynchronous/hub.py: events of
// children that can be written to are consolidated). Whether the answer comes in between is a race.
func (s *System) overtaken(w *instance, sl *slot) bool {
	o := &w.cfg.Overheads
	chance := o.OvertakenAlone
	if s.now-w.lastFreed <= o.BatchWithin { // redis waits for a core as the other child does, and answers later
		chance = o.Overtaken
	}
	if sl.overtaken || chance == 0 || w.reserved.n == 0 || sl.ackWhenFree || sl.spent ||
		s.waiting == 0 || !w.vacant() || s.choice.Float64() >= chance {
		sl.overtaken = false
		return false
	}
	sl.overtaken = true
	s.turn(w)
	s.slotAt(s.now+o.Fetch, kindFree, sl)
	return true
}

// setAlarm sets the alarm that ends the sleep of a loop that has something to do and does not know.
func (s *System) setAlarm(w *instance) {
	if w.cfg.Loop == Alert || w.alarmed || w.in[fetching] > 0 || w.acking == 0 && !(w.blind && w.vacant()) {
		return
	}
	at := w.turned + w.cfg.Overheads.Drain
	switch {
	case w.cfg.Pool == Gevent:
		if w.cfg.Overheads.Drain == 0 {
			return
		}
	case w.cfg.Wakeup == 0:
		return
	default:
		at = w.nextTimer(s.now, w.cfg.Wakeup)
	}
	w.alarmed = true
	s.host.Schedule(des.Event{At: max(at, s.now), Kind: kindTimer, Arg: w.id})
}

// nextTimer is the first time after now at which one of its timers of a period fires.
func (w *instance) nextTimer(now, period des.Time) des.Time {
	return w.phase + (now-w.phase)/period*period + period
}

// timer wakes the loop.
func (s *System) timer(id int32) {
	w := &s.workers[id]
	w.alarmed = false
	if !w.down() && w.in[fetching] == 0 {
		s.turn(w)
	}
}

// nudge wakes the loop at a time limit, also when its task has ended long ago
// (kombu/asynchronous/timer.py: a cancelled entry stays in the heap until its time).
func (s *System) nudge(id int32) {
	if w := &s.workers[id]; !w.down() && w.in[fetching] == 0 {
		s.turn(w)
	}
}

// block keeps the loop from doing anything for some time: it waits for a child to die, or to be born.
func (s *System) block(w *instance, d des.Time) {
	w.blocked = max(w.blocked, s.now) + d
	s.blocked = max(s.blocked, w.blocked)
}

// Stall tells that the only thread of a gevent worker is taken by a CPU phase: its loop stands still, and neither
// receives nor starts anything. Unlike the other calls, a Host may make it from inside Start.
func (s *System) Stall(worker int32) { s.workers[worker].stalled = true }

// Wake tells that the thread is free again.
func (s *System) Wake(now des.Time, worker int32) {
	s.clock(now)
	w := &s.workers[worker]
	w.stalled = false
	if w.throttled {
		s.spendAllTokens(w)
	}
	s.dispatch(w)
	if w.leaves() && s.mayLeave(w) {
		return
	}
	if w.overdue {
		w.overdue = false
		s.turn(w)
		return
	}
	s.pull(w)
}
