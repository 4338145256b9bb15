package worker

import "example.com/simrun/des"

// Moment is what became of the tasks of a class that arrived in one step of the observed window.
type Moment struct {
	Tasks   int64
	Missed  int64 // a bound of their class, or that did not succeed
	Failed  int64 // for good, time limits among them
	Lost    int64 // lost, dead, expired or rejected
	Retried int64 // attempts after an error
}

// Follow asks for the course of every class in so many steps of the observed window. It comes after Observe.
func (s *System) Follow(steps int) {
	s.stepWidth = (s.to - s.from + des.Time(steps) - 1) / des.Time(steps)
	for i := range s.tally.Classes {
		s.tally.Classes[i].Course = make([]Moment, steps)
		s.kinds[i].judged = true
	}
}

// trace adds an observed task that has ended, or was cut off, to the course of its class.
func (s *System) trace(t *task, o Outcome) {
	c := s.kinds[t.class].tally
	m := &c.Course[(t.due-s.from)/s.stepWidth]
	m.Tasks++
	m.Retried += int64(t.retries)
	missed := t.missed
	switch o {
	case Failed, TimedOut:
		m.Failed++
		missed = true
	case Lost, Dead, Expired, Rejected:
		m.Lost++
		missed = true
	}
	if missed {
		m.Missed++
	}
}
