package worker

import "example.com/simrun/des"

// tallyStart counts the start of an attempt.
func (s *System) tallyStart(t *task) {
	if !t.observed {
		return
	}
	c := &s.tally.Classes[t.class]
	c.Attempts++
	if t.attempts > 1 {
		c.WaitPerAttempt.Add(t.began - t.published)
		return
	}
	wait := t.began - t.due
	if t.published == t.due {
		c.punctual.Add(wait) // most attempts of a virtual run: counted once instead of three times
	} else {
		c.Wait.Add(wait)
		c.WaitAll.Add(wait)
		c.WaitPerAttempt.Add(t.began - t.published)
	}
	// Of a task with a countdown, what comes before its eta is nobody's fault, wherever it was then.
	ripe := max(t.due, t.eta)
	received := max(t.received, ripe)
	c.InETA.Add(ripe - t.due)
	c.InQueue.Add(received - ripe)
	c.InReserved.Add(t.began - received)
	s.count(t, Wait, wait)
	if len(c.Bins) > 0 {
		b := &c.Bins[(t.due-s.from)/s.binWidth]
		b.Tasks++
		b.Wait.Add(wait)
	}
}

// present keeps the number of tasks in the system until the observed window ends.
func (s *System) present(t *task, d int) {
	if !s.seen {
		s.tally.Classes[t.class].InSystem.Add(s.now, d)
	}
}

// count notes exactly, task by task, whether the targets on a metric are met.
func (s *System) count(t *task, m Metric, d des.Time) {
	for i, target := range s.targets[t.class] {
		if target.Metric == m {
			within := &s.tally.Classes[t.class].Within[i]
			within[1]++
			if d <= target.Bound {
				within[0]++
			} else {
				t.missed = true
			}
		}
	}
}

// tallyEnd counts the end of an attempt.
func (s *System) tallyEnd(t *task) {
	if t.observed {
		run := s.now - t.began
		s.tally.Classes[t.class].Run.Add(run)
		s.count(t, Run, run)
	}
}

// finish ends a task for good.
func (s *System) finish(id int32, o Outcome) { s.finishAt(id, o, s.now) }

// finishAt ends a task that had its outcome at a time.
func (s *System) finishAt(id int32, o Outcome, at des.Time) {
	t := &s.tasks[id]
	if t.message != 0 && s.copied(id) {
		s.finishCopy(id, o)
		return
	}
	c := &s.tally.Classes[t.class]
	s.present(t, -1)
	if t.observed {
		s.open--
		c.ByOutcome[o]++
		switch o {
		case OK, Failed, TimedOut:
			response := at - t.due
			c.Response.Add(response)
			s.count(t, Response, response)
			if o == OK && t.demand > 0 {
				c.Slowdown.Add(des.Seconds(float64(response) / float64(t.demand)))
			}
		case Expired:
			if t.attempts == 0 { // a retry has waited before
				c.WaitAll.Add(t.expires - t.due)
			}
		}
		s.trace(t, o)
	}
	s.record(Done, id, o)
	name := id
	if t.message != 0 {
		name = s.nameOf(id)
		s.part(id, o)
	}
	s.host.Done(name, o)
	s.release(id)
	if name != id {
		s.forgetName(name)
	}
}

// censor counts an observed task that the end of the run cut off. One that has already waited longer than a target
// allows misses it.
func (s *System) censor(t *task, o Outcome) {
	if !t.observed {
		return
	}
	c := &s.tally.Classes[t.class]
	c.ByOutcome[o]++
	for i, target := range s.targets[t.class] {
		unknown := target.Metric == Response || target.Metric == Wait && t.attempts == 0
		if unknown && s.now-t.due > target.Bound {
			c.Within[i][1]++
			t.missed = true
		}
	}
	s.trace(t, o)
}

// count1 counts something of the observed window.
func (s *System) count1(n *int64) {
	if s.now >= s.from && s.now < s.to {
		*n++
	}
}
