package worker

import "example.com/simrun/des"

// slot is one unit of a worker's concurrency.
type slot struct {
	id, worker  int32
	task        int32 // none = it is free
	class       int32 // of its task, or of its last one
	holder      int32 // class whose task holds it, from 1; 0 = none does
	gen         uint32
	timerGen    uint32
	runs        int32 // of its child
	ackWhenFree bool
	overtaken   bool     // its next task waits until a message is received
	missed      bool     // the child is dead and its parent did not notice
	spent       bool     // its child has run as many tasks as it may, or held more than it may
	silent      bool     // its child was killed while no task ran in it: its being free again is no end of a task
	connected   bool     // its child has published a retry, and can publish more without connecting to the broker
	killed      Outcome  // of the attempt that a limit ended while its body could not be interrupted
	limitAt     des.Time // deadline of the present attempt
	settling    des.Time // far redis: what is left to do for its free slot, once the broker has replied
	timer       des.Time // when the timer armed last fires; Never = none
}

// taskIn is the task in a slot, or nil.
func (s *System) taskIn(sl *slot) *task {
	if sl.task == none {
		return nil
	}
	return s.tasks.at(sl.task)
}

func (sl *slot) mine(e des.Event) bool { return des.MakeGen(sl.gen) == e.Gen }

func (s *System) slotAt(when des.Time, kind des.Kind, sl *slot) {
	s.host.Schedule(des.Event{At: when, Kind: kind, Arg: sl.id, Gen: des.MakeGen(sl.gen)})
}

// begin starts an attempt in its slot.
func (s *System) begin(t *task, sl *slot, w *instance) {
	p := &w.policies[t.class]
	t.state = running
	t.attempts++
	t.began = s.now
	if !t.late && w.cfg.Pool != Solo {
		// A solo worker runs the task itself, and sends the ack only when its loop has come round again.
		s.ack(t, w)
	}
	s.tallyStart(t)
	s.record(Started, t, OK)
	sl.killed = OK
	sl.limitAt = des.Never
	if p.limit > 0 {
		s.arm(sl, s.now+p.limit)
		if w.cfg.Loop != Alert && w.cfg.Pool == Prefork {
			s.host.Schedule(des.Event{At: s.now + p.limit, Kind: kindNudge, Arg: t.worker})
		}
	}
	s.host.Start(t.id, sl.id, int(t.attempts))
}

// arm sets the deadline of a slot. A slot has one timer that is armed again when it fires early, so that ending in
// time, which most attempts do, costs nothing.
func (s *System) arm(sl *slot, deadline des.Time) {
	sl.limitAt = deadline
	if sl.timer <= deadline {
		return
	}
	sl.timer = deadline
	sl.timerGen++
	s.host.Schedule(des.Event{At: deadline, Kind: kindLimit, Arg: sl.id, Gen: des.MakeGen(sl.timerGen)})
}

func (s *System) limit(e des.Event) {
	sl := &s.slots[e.Arg]
	if des.MakeGen(sl.timerGen) != e.Gen {
		s.tally.Stale++
		return
	}
	sl.timer = des.Never
	if sl.task == none || s.tasks.at(sl.task).state != running || sl.limitAt == des.Never {
		return
	}
	if sl.limitAt > s.now {
		s.arm(sl, sl.limitAt)
		return
	}
	s.overrun(sl)
}

// overrun ends an attempt at its time limit: the soft one raises an error in the task, the hard one kills its child.
func (s *System) overrun(sl *slot) {
	t := s.tasks.at(sl.task)
	p := &s.workers[sl.worker].policies[t.class]
	sl.limitAt = des.Never
	o := TimedOut
	if p.soft {
		o = Failed
	}
	if !s.host.Stop(t.id, sl.id) {
		sl.killed = o
		return
	}
	s.cut(sl, o)
}

// cut ends an attempt whose body was stopped.
func (s *System) cut(sl *slot, o Outcome) {
	t, w := s.tasks.at(sl.task), &s.workers[sl.worker]
	if o == Failed {
		s.close(sl, Failed, s.kinds[t.class].class.Retry.OnSoft)
		return
	}
	s.tallyEnd(t)
	s.record(Ended, t, TimedOut)
	s.ack(t, w) // task_acks_on_failure_or_timeout
	sl.task = none
	s.finish(t, TimedOut)
	if w.cfg.Pool == Prefork {
		// The parent waits until the child is dead (billiard/pool.py: trywaitkill).
		if w.cfg.Overheads.Kill > 0 {
			s.block(w, w.cfg.Overheads.Kill)
		}
		s.childKilled(sl, max(0, w.blocked-s.now))
	} else {
		s.leave(sl, w, w.cfg.Overheads.Finish)
	}
	s.turn(w) // its ack has made room
}

// Ended tells that the body in slot is over.
func (s *System) Ended(now des.Time, slot int32, r Result) {
	s.clock(now)
	sl := &s.slots[slot]
	sl.limitAt = des.Never
	switch r {
	case Succeeded:
		s.close(sl, OK, false)
	case Errored:
		s.close(sl, Failed, s.kindIn(sl).class.Retry.OnError)
	case ServiceFailed:
		if s.tasks.at(sl.task).observed {
			s.kindIn(sl).tally.ServiceFailures++
		}
		s.close(sl, Failed, s.kindIn(sl).class.Retry.OnService)
	case Fatal:
		s.close(sl, Failed, false)
	case Stopped:
		s.cut(sl, sl.killed)
	case Crashed:
		s.crash(sl)
	}
}

// kindIn is that of the task in a slot.
func (s *System) kindIn(sl *slot) *kind { return &s.kinds[s.tasks.at(sl.task).class] }

// close ends an attempt that returned or raised, and frees its slot.
func (s *System) close(sl *slot, o Outcome, mayRetry bool) {
	t, w := s.tasks.at(sl.task), &s.workers[sl.worker]
	cfg := w.cfg
	s.tallyEnd(t)
	s.record(Ended, t, o)
	overhead := cfg.Overheads.Finish
	if t.late {
		overhead = cfg.Overheads.FinishLate
	}
	if t.unacked {
		// The window counts the message until its ack is sent, just before the slot is free.
		sl.ackWhenFree = true
		t.unacked = false
		s.untag(t)
	}
	sl.task = none
	if o == Failed && mayRetry && s.retries(t) {
		// The child waits for the broker's answer to what it publishes.
		busy := cfg.Overheads.Retry
		if !sl.connected {
			sl.connected = true
			busy += cfg.Overheads.Connect
		}
		s.retry(t, busy+cfg.RoundTrip/2)
		overhead += busy + cfg.RoundTrip
	} else {
		s.finish(t, o)
	}
	if most := cfg.MaxTasksPerChild; most > 0 && cfg.Pool == Prefork {
		sl.runs++
		sl.spent = int(sl.runs) >= most
	}
	if cfg.MaxMemoryPerChild > 0 && s.outgrown(sl, cfg) {
		sl.spent = true
	}
	switch {
	case cfg.RoundTrip > 0 && s.replies(sl, w, overhead):
	case cfg.Charged:
		s.conclude(sl, w, overhead)
	default:
		s.leave(sl, w, overhead)
	}
}

// leave frees a slot after some time.
func (s *System) leave(sl *slot, w *instance, after des.Time) {
	sl.gen++
	if after > 0 {
		s.slotAt(s.now+after, kindFree, sl)
		return
	}
	s.freeSlot(sl, w)
}

func (s *System) freeSlot(sl *slot, w *instance) {
	if w.cfg.Loop == AskFirst && s.overtaken(w, sl) {
		return
	}
	acked := sl.ackWhenFree && s.ackFreed(sl, w)
	if sl.spent && !w.leaves() {
		s.tellChildren(ChildEnded, sl.id)
		s.childExited(sl, w.cfg.Overheads.Exit)
		s.turn(w)
		return
	}
	if !sl.silent {
		w.vacate(sl.id)
	}
	w.busy.Add(s.now, -1)
	s.unhold(sl)
	w.free = append(w.free, sl.id)
	if sl.silent {
		sl.silent = false // nobody had taken it
	} else if s.recorder != nil {
		s.recorder.Record(Record{At: s.now, Kind: Freed, Task: none, Class: none, Queue: none, Worker: w.id, Slot: sl.id})
	}
	blocked := w.reserved.n > 0
	if blocked {
		s.dispatch(w)
	}
	switch {
	case w.leaves() && s.mayLeave(w):
		return
	case w.expelled:
		s.mayFall(w)
		return
	}
	if w.cfg.Loop == Alert {
		s.handOver(w)
		s.pull(w)
	} else {
		s.freed(w, acked, blocked)
	}
}

// retries says whether a task whose attempt has failed is published anew.
func (s *System) retries(t *task) bool {
	return !s.copied(t) && int(t.retries) < s.kinds[t.class].class.Retry.Max
}

// retry publishes the task anew, to the back of its queue, with an eta.
func (s *System) retry(t *task, busy des.Time) {
	policy := &s.kinds[t.class].class.Retry
	delay := policy.delay(int(t.retries))
	if policy.Jitter {
		delay = des.Time(s.host.Jitter(t.id, int(t.retries)) * float64(delay))
	}
	s.renew(t)
	t.retries++
	t.redeliveries = 0
	t.worker, t.slot = none, none
	t.eta = s.now + delay
	t.published = t.eta
	if t.observed {
		s.kinds[t.class].tally.Retried++
	}
	s.record(Retried, t, OK)
	s.send(t, 0, busy)
}

// delay before retry n, from 0: Delay x Backoff^n, at most Cap.
func (r *Retry) delay(n int) des.Time {
	d := float64(r.Delay)
	for range n {
		d *= r.Backoff
	}
	if r.Cap > 0 {
		d = min(d, float64(r.Cap))
	}
	return des.Time(min(d, float64(des.Longest)))
}
