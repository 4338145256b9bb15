package worker

import "example.com/simrun/des"

// Toll is what one cause did to the observed tasks of a class: a failure of what workers run on, a deploy, or an outage
// of the broker.
type Toll struct {
	Lost       int64    // killed while they ran, and acked before
	Rerun      int64    // killed while they ran, and delivered again
	Returned   int64    // given back before they had started
	Doubled    int64    // delivered again while they went on
	Refused    int64    // never published
	ThrownAway des.Time // of runs that were cut short
}

// NoCause is the cause of what nobody planned.
const NoCause = -1

// Blame names the cause of the failures of workers that follow.
func (s *System) Blame(cause int32) { s.cause = cause }

// toll is where to count what the present cause does to a task, or nil.
func (s *System) toll(t *task) *Toll {
	if s.cause < 0 || !t.observed || len(s.tally.Tolls) == 0 {
		return nil
	}
	return &s.tally.Tolls[s.cause][t.class]
}

// suffered counts a task that its worker has taken along, before it is given back or lost.
func (s *System) suffered(t *task) {
	if r := &s.workers[t.worker].replica; r.state == retiring && t.state == running && s.now >= s.from && s.now < s.to {
		f := &s.tally.Fleets[r.fleet]
		f.Interrupted++
		f.Wasted += s.now - t.began
	}
	c := s.toll(t)
	switch {
	case c == nil:
	case t.state < running:
		c.Returned++
		return
	case t.unacked || s.superseded(t):
		c.Rerun++
	default:
		c.Lost++
	}
	if c != nil && t.state == running {
		c.ThrownAway += s.now - t.began
	}
}
