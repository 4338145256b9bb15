package worker

import (
	"time"

	"example.com/simrun/des"
)

// processes is the number of slots that the pool has now.
func (w *instance) processes() int { return w.cfg.Concurrency - len(w.absent) }

// ready makes a worker ready for the start of the run. Its timers started some time before.
func (s *System) ready(w *instance) {
	if period := max(w.cfg.Wakeup, w.cfg.Overheads.Maintenance); period > 0 && (w.cfg.Loop != Alert || w.cfg.Overheads.Maintenance > 0) {
		w.phase = -des.Time(s.choice.Float64() * float64(period))
	}
	if period := w.cfg.Overheads.Look; period > 0 && s.broker.Visibility > 0 {
		w.firstLook = des.Time(s.choice.Float64() * float64(period))
		s.host.Schedule(des.Event{At: w.firstLook, Kind: kindLook, Arg: w.id})
	}
	w.muster()
	s.shuffle(&w.rotation)
	if w.life != away {
		s.raise(w)
	}
	switch {
	case w.cfg.AutoscaleMin == 0:
	case w.cfg.Pool == Gevent:
		s.host.Schedule(des.Event{At: greenLooks, Kind: kindKeepalive, Arg: w.id})
	case w.cfg.Keepalive > 0:
		s.host.Schedule(des.Event{At: w.cfg.Keepalive, Kind: kindKeepalive, Arg: w.id})
	}
	s.ask(w)
}

// muster leaves an autoscaled pool, all of whose slots are free, with the processes that it starts with.
func (w *instance) muster() {
	w.absent = w.absent[:0]
	if n := w.cfg.Concurrency - w.cfg.AutoscaleMin; w.cfg.AutoscaleMin > 0 && n > 0 {
		w.absent = append(w.absent, w.free[:n]...)
		w.free = w.free[:copy(w.free, w.free[n:])]
	}
}

// childExited ends a child's process after some time. Its parent is told at once and looks which of its children
// are dead; one that cannot be waited for yet is found when it looks again: at the death of another child, or at the
// next maintenance of the pool (billiard/pool.py: _join_exited_workers; celery/concurrency/asynpool.py: every 5 s).
func (s *System) childExited(sl *slot, after des.Time) {
	s.childDied(sl, after, s.workers[sl.worker].cfg.Overheads.Unnoticed)
}

// childKilled ends a child that its parent has killed. It has waited for it, and finds it; but where it was the
// only child, no other event follows.
func (s *System) childKilled(sl *slot, after des.Time) {
	w := &s.workers[sl.worker]
	chance := 0.0
	if w.processes() == 1 {
		chance = w.cfg.Overheads.UnnoticedAlone
	}
	s.childDied(sl, after, chance)
}

func (s *System) childDied(sl *slot, after des.Time, unnoticed float64) {
	w := &s.workers[sl.worker]
	o := &w.cfg.Overheads
	sl.gen++
	s.tellChange(ChildDied, sl.id)
	at := s.now + after + o.Notice
	if o.Maintenance > 0 && unnoticed > 0 && s.choice.Float64() < unnoticed {
		sl.missed = true
		at = w.nextTimer(at, o.Maintenance)
	}
	if at > s.now {
		s.slotAt(at, kindNotice, sl)
		return
	}
	s.notice(sl)
}

// buryOthers finds the other children whose death went unnoticed.
func (s *System) buryOthers(w *instance) {
	for n := range w.cfg.Concurrency {
		if sl := &s.slots[w.firstSlot+int32(n)]; sl.missed {
			sl.missed = false
			sl.gen++
			s.bury(sl)
		}
	}
}

// replace starts a child in the place of a dead one. Forking blocks the parent.
func (s *System) replace(sl *slot) {
	w := &s.workers[sl.worker]
	sl.runs, sl.connected, sl.spent = 0, false, false
	s.tellChange(SlotRenewed, sl.id)
	if w.leaves() {
		s.leave(sl, w, 0) // nobody comes in its place
		return
	}
	s.tellChildren(ChildStarted, sl.id)
	s.count1(&s.tally.Workers[w.id].Restarts)
	wait := max(0, w.blocked-s.now)
	if w.cfg.Overheads.Fork > 0 {
		s.block(w, w.cfg.Overheads.Fork)
	}
	s.leave(sl, w, wait+w.cfg.Overheads.Respawn)
}

// grow asks Celery's autoscaler at the receipt of a message: when more tasks are reserved and running than there are
// processes, it starts as many as are missing before it handles the message (celery/worker/autoscale.py: maybe_scale).
// It says whether the message has to wait for that.
func (s *System) grow(t *task, w *instance) bool {
	if w.leaves() || w.cfg.Pool == Gevent {
		return false
	}
	n := min(w.wanted()+1, w.cfg.Concurrency) - w.processes() // with this message
	if n <= 0 {
		s.shrink(w, 1)
		return false
	}
	s.enlarge(w, n)
	w.grown = s.now
	if w.cfg.Overheads.Fork == 0 {
		s.dispatch(w) // what was reserved before its processes were there: for an eta or a rate limit none was started
		return false
	}
	s.block(w, des.Time(n)*w.cfg.Overheads.Fork)
	s.move(t, w, fetching)
	t.grown = true
	s.at(w.blocked, kindFetched, t)
	return true
}

// enlarge adds processes to a pool.
func (s *System) enlarge(w *instance, n int) {
	for range n {
		last := len(w.absent) - 1
		s.tellChange(SlotRenewed, w.absent[last])
		w.free = append(w.free, w.absent[last])
		s.tellChildren(ChildStarted, w.absent[last])
		w.absent = w.absent[:last]
	}
	s.resized(w)
}

// wanted is the number of tasks that the worker's autoscaler counts: reserved and running.
func (w *instance) wanted() int { return w.processes() - len(w.free) + w.reserved.n }

// shrink drops the processes that are too many, once the keepalive has passed since the last growth. More is the
// number of messages in hand that are not reserved yet.
func (s *System) shrink(w *instance, more int) {
	n := w.processes() - max(w.wanted()+more, w.cfg.AutoscaleMin)
	if n <= 0 || s.now-w.grown <= w.cfg.Keepalive {
		return
	}
	for range min(n, len(w.free)) {
		w.absent = append(w.absent, w.free[0])
		s.tellChildren(ChildEnded, w.free[0])
		s.tellChange(SlotRenewed, w.free[0])
		w.free = w.free[:copy(w.free, w.free[1:])]
	}
	s.resized(w)
}

// keepalive lets the autoscaler look by itself. At the receipt of a message with an eta or a rate limit it is not asked
// (celery/worker/strategy.py), so that it is here that the pool grows for them.
func (s *System) keepalive(id int32) {
	w := &s.workers[id]
	if w.cfg.Pool == Gevent {
		s.host.Schedule(des.Event{At: s.now + greenLooks, Kind: kindKeepalive, Arg: id})
		s.growGreen(w)
		return
	}
	s.host.Schedule(des.Event{At: s.now + w.cfg.Keepalive, Kind: kindKeepalive, Arg: id})
	if w.down() || w.leaves() {
		return
	}
	n := min(w.wanted(), w.cfg.Concurrency) - w.processes()
	if n <= 0 {
		s.shrink(w, 0)
		return
	}
	s.enlarge(w, n)
	w.grown = s.now
	if w.cfg.Overheads.Fork == 0 {
		s.born(id)
		return
	}
	s.block(w, des.Time(n)*w.cfg.Overheads.Fork)
	s.host.Schedule(des.Event{At: w.blocked, Kind: kindGrown, Arg: id})
}

// greenLooks is the period at which the autoscaler of a gevent worker looks: there it is a thread of its own, and is not
// asked when a message comes (celery/worker/autoscale.py: body).
const greenLooks = time.Second

// growGreen adds a slot to the pool of a gevent worker whose consumer stands still with a message for which none is free.
// What Celery counts as processes there are the tasks that run (celery/concurrency/gevent.py: num_processes): there are
// never more of these than there is work, so that nothing shrinks.
func (s *System) growGreen(w *instance) {
	n := min(w.reserved.n, len(w.absent))
	if n == 0 || w.down() || w.leaves() || len(w.free) > 0 {
		return
	}
	s.enlarge(w, n)
	s.dispatch(w)
	s.turn(w)
}

// born goes on once there are processes for what is reserved.
func (s *System) born(id int32) {
	if w := &s.workers[id]; !w.down() {
		s.dispatch(w)
		s.turn(w)
	}
}
