package worker

import "example.com/simrun/des"

// message is one that the broker has delivered again while somebody held it. Each delivery has an entry of its own among
// the tasks; one of them is the task that is recorded and counted, the others are copies. The broker holds the message
// for the last delivery only: whoever loses an earlier one has nothing to give back, and the task goes on as the last.
type message struct {
	name    int32    // index by which the world knows the task
	task    int32    // delivery that is the task now; none = it has ended
	last    int32    // delivery; none = it has ended
	outcome Outcome  // of the last, once it has ended
	ended   des.Time // when
	live    int      // deliveries that have not ended
	acked   bool     // a delivery was, and none has come since
}

// copied says that a delivery is no task of its own.
func (s *System) copied(t *task) bool {
	m := t.message
	return m != 0 && s.messages[m-1].task != t.id
}

// superseded says that the broker has given a message to a later delivery.
func (s *System) superseded(t *task) bool {
	m := t.message
	return m != 0 && s.messages[m-1].last != t.id
}

// nameOf is the index by which the world knows a task.
func (s *System) nameOf(t *task) int32 {
	if m := t.message; m != 0 {
		return s.messages[m-1].name
	}
	return t.id
}

// register makes a message with one delivery.
func (s *System) register(t *task, name int32) {
	if len(s.freeMessages) == 0 {
		s.messages = append(s.messages, message{})
		s.freeMessages = append(s.freeMessages, int32(len(s.messages)))
	}
	last := len(s.freeMessages) - 1
	m := s.freeMessages[last]
	s.freeMessages = s.freeMessages[:last]
	s.messages[m-1] = message{name: name, task: t.id, last: t.id, live: 1}
	t.message = m
}

// copyOf makes one delivery more of a message that is held. It is neither recorded nor counted, except that its completed
// runs are duplicates, as long as the task is another.
func (s *System) copyOf(t *task) *task {
	if t.message == 0 {
		s.register(t, t.id)
	}
	c := s.newTask()
	id, gen, pending := c.id, c.gen, c.pending
	*c = task{
		id: id, class: t.class, worker: none, slot: none, gen: gen, pending: pending, level: t.level,
		due: t.due, published: s.now, eta: t.eta, expires: t.expires, demand: t.demand,
		waited: t.waited, attempts: t.attempts, redeliveries: t.redeliveries + 1, message: t.message,
	}
	m := &s.messages[t.message-1]
	m.last = c.id
	m.live++
	s.copier.Copy(t.id, c.id)
	return c
}

// part takes a delivery that has ended out of its message.
func (s *System) part(t *task, o Outcome) {
	if t.message == 0 {
		return
	}
	m := &s.messages[t.message-1]
	if m.last == t.id {
		m.last, m.outcome, m.ended = none, o, s.now
	}
	if m.task == t.id {
		m.task = none
	}
	if m.live--; m.live == 0 {
		s.freeMessages = append(s.freeMessages, t.message)
	}
	t.message = 0
}

// renew makes a delivery, which is the task, a message of its own: the world still knows it by the same name.
func (s *System) renew(t *task) {
	name := s.nameOf(t)
	s.part(t, Retrying)
	if name != t.id {
		s.register(t, name)
	}
}

// carryOn ends a delivery that was lost after the broker had given its message to a later one. If it was the task, that is
// the last delivery from now on, or has ended with it.
func (s *System) carryOn(t *task) {
	s.forgo(t)
	if s.copied(t) {
		s.finish(t, Lost)
		return
	}
	m := &s.messages[t.message-1]
	if m.last == none {
		if o := m.outcome; o == OK && t.observed {
			s.kinds[t.class].tally.Duplicated-- // nothing was done twice
		}
		s.finishAt(t, m.outcome, m.ended)
		return
	}
	s.record(Requeued, t, OK)
	next := s.tasks.at(m.last)
	next.observed, next.missed, next.retries = t.observed, t.missed, t.retries
	if t.attempts > 0 {
		next.waited = t.waited
	}
	if next.state == queued || next.state == reserved {
		s.join(next)
	}
	m.task = m.last
	m.live--
	t.message = 0
	if m.name == t.id {
		t.pending++ // its entry keeps the name
	}
	s.release(t)
	if next.state > fetching {
		s.record(Received, next, OK)
	}
	if next.state == running {
		s.tallyStart(next)
		s.record(Started, next, OK)
	}
}

// forgetName lets the entry that a task had its name from be used again.
func (s *System) forgetName(name int32) {
	t := s.tasks.at(name)
	t.pending--
	if t.pending == 0 {
		s.reuse(t)
	}
}

// finishCopy ends a copy.
func (s *System) finishCopy(t *task, o Outcome) {
	if o == OK && t.due >= s.from && t.due < s.to {
		s.kinds[t.class].tally.Duplicated++
	}
	s.part(t, o)
	s.release(t)
}
