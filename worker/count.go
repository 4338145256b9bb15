package worker

import (
	"time"

	"example.com/simrun/des"
)

// tallyStart counts the start of an attempt.
func (s *System) tallyStart(t *task) {
	if !t.observed {
		return
	}
	c := s.kinds[t.class].tally
	c.Attempts++
	if t.attempts > 1 {
		c.WaitPerAttempt.Add(t.began - t.published)
		return
	}
	wait := t.began - t.due
	s.waitedFor(t, wait)
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
	t.waited = wait
	if len(c.Bins) > 0 {
		b := &c.Bins[(t.due-s.from)/s.binWidth]
		b.Tasks++
		b.Wait.Add(wait)
	}
}

// present keeps the number of tasks in the system until the observed window ends.
func (s *System) present(c *ClassTally, d int) {
	if !s.seen {
		c.InSystem.Add(s.now, d)
	}
}

// stayed adds the stay of an observed task that is gone, or the run over; and overlap, of one that was not observed, the part
// in the observed window. With the area under the number of tasks they must agree to the nanosecond (Little 1961, the edges
// measured instead of hoped to be small).
func (s *System) stayed(c *ClassTally, t *task) {
	c.Sojourn.Add(s.now - t.due)
	if s.now > s.to {
		c.After.Add(s.now - s.to)
	}
}

func (s *System) overlap(c *ClassTally, t *task) {
	if from, to := max(t.due, s.from), min(s.now, s.to); to > from {
		c.Before.Add(to - from)
	}
}

// judge counts an observed task against the targets of its class, and in its course.
func (s *System) judge(t *task, o Outcome, at des.Time, cut bool) {
	s.meet(t, o, at, cut)
	if len(s.kinds[t.class].tally.Course) > 0 {
		s.trace(t, o)
	}
}

// meet counts an observed task against the targets of its class, once: when it ended, or the run did. One that never
// ran, expired, was rejected, is lost or dead meets none. Of what had not ended, that which nothing but the end of the run cut
// off misses a target as soon as it has been there for longer than that allows; before, nobody can tell, and it is left
// out.
func (s *System) meet(t *task, o Outcome, at des.Time, cut bool) {
	k := &s.kinds[t.class]
	tally := k.tally
	for i := range k.targets {
		target := &k.targets[i]
		if target.Metric == Run { // counted attempt by attempt
			continue
		}
		bound := s.bound(target, t)
		d, ended := s.reached(t, o, target.Metric, at)
		if cut && !ended && d <= bound {
			continue
		}
		tally.Within[i].add(ended && d <= bound)
		if target.Slice > 0 {
			tally.Slices[i][(t.due-s.from)/target.Slice].add(ended && d <= bound)
		}
		t.missed = t.missed || !ended || d > bound
	}
}

// reached is the wait or the response of a task with outcome o; where it has none (yet), how long it has been there,
// and Never for one that will have none.
func (s *System) reached(t *task, o Outcome, m Metric, at des.Time) (d des.Time, ended bool) {
	switch o {
	case Lost, Dead, Expired, Rejected:
		return des.Never, false
	case Retrying, Unfinished, Unstarted:
		if m == Wait && t.attempts > 0 {
			return t.waited, true
		}
		return at - t.due, false
	}
	if m == Wait {
		return t.waited, true
	}
	return at - t.due, true
}

// bound is what a target allows a task: a duration, or the time from its arrival to an hour of the day.
func (s *System) bound(target *Target, t *task) des.Time {
	if !target.HasBy {
		return target.Bound
	}
	const day = 24 * time.Hour
	into := (s.origin + t.due - target.By) % day
	if into <= 0 { // before the hour, or before Monday of the first week
		return -into
	}
	return day - into
}

// tallyEnd counts the end of an attempt.
func (s *System) tallyEnd(t *task) {
	if !t.observed {
		return
	}
	run := s.now - t.began
	k := &s.kinds[t.class]
	c := k.tally
	c.Run.Add(run)
	for i := range k.targets {
		if target := &k.targets[i]; target.Metric == Run {
			c.Within[i].add(run <= target.Bound)
			t.missed = t.missed || run > target.Bound
		}
	}
}

// finish ends a task for good.
func (s *System) finish(t *task, o Outcome) { s.finishAt(t, o, s.now) }

// finishAt ends a task that had its outcome at a time.
func (s *System) finishAt(t *task, o Outcome, at des.Time) {
	if t.message != 0 && s.copied(t) {
		s.finishCopy(t, o)
		return
	}
	k := &s.kinds[t.class]
	c := k.tally
	s.present(c, -1)
	if !t.observed {
		s.overlap(c, t)
	} else {
		s.stayed(c, t)
		s.open--
		c.ByOutcome[o]++
		if t.attempts == 0 {
			s.waitedFor(t, at-t.due)
		}
		switch o {
		case OK, Failed, TimedOut:
			response := at - t.due
			c.Response.Add(response)
			if o == OK && t.demand > 0 {
				c.Slowdown.Add(des.Seconds(float64(response) / float64(t.demand)))
			}
		case Lost, Dead, Expired, Rejected:
			if t.attempts > 0 {
				c.Forfeited.Add(t.waited)
			} else if o == Expired {
				c.WaitAll.Add(t.expires - t.due)
			}
		}
		if k.judged {
			s.judge(t, o, at, false)
		}
	}
	s.record(Done, t, o)
	name := t.id
	if t.message != 0 {
		name = s.nameOf(t)
		s.part(t, o)
	}
	s.host.Done(name, o)
	s.release(t)
	if name != t.id {
		s.forgetName(name)
	}
}

// censor counts a task that the end of the run cut off.
func (s *System) censor(t *task, o Outcome) {
	c := s.kinds[t.class].tally
	if !t.observed {
		s.overlap(c, t)
		return
	}
	s.stayed(c, t)
	c.ByOutcome[o]++
	if t.attempts == 0 {
		s.waitedFor(t, s.now-t.due)
	}
	cut := false
	switch o {
	case Retrying, Unfinished, Unstarted:
		// No longer there than others were that ended, or than its work takes: only the end of the run is to blame.
		if cut = s.now-max(t.due, t.eta) <= max(t.demand, c.Response.Max()); cut {
			c.Cut++
		}
	case Lost, Dead, Expired, Rejected:
		if t.attempts > 0 {
			c.Forfeited.Add(t.waited)
		}
	}
	s.judge(t, o, s.now, cut)
}

// count1 counts something of the observed window.
func (s *System) count1(n *int64) {
	if s.now >= s.from && s.now < s.to {
		*n++
	}
}
