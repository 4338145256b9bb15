package worker

import "example.com/simrun/des"

// Fail takes away what some workers run on: they die, and stay dead until Recover. All of them are dead before
// the first message is given back, so that none goes to another that is about to die.
func (s *System) Fail(now des.Time, workers []int32) {
	s.clock(now)
	s.struck = s.struck[:0]
	for _, id := range workers {
		w := &s.workers[id]
		w.outages++
		switch {
		case !w.down():
			s.struck = append(s.struck, id)
		case w.outages == 1 && w.life == dead:
			w.deaths++ // it had died by itself, and is not up before Recover
		}
		w.fall()
	}
	for _, id := range s.struck {
		s.die(&s.workers[id], killed, s.cause)
	}
}

// Recover ends one failure. A worker is up again when none is left.
func (s *System) Recover(now des.Time, workers []int32) {
	s.clock(now)
	for _, id := range workers {
		w := &s.workers[id]
		if w.outages--; w.outages == 0 {
			s.up(id)
		}
	}
}

// Waiting is the number of tasks in the system that nobody works on: in the broker, reserved, or held until their next
// attempt. It stands still once the observed window is over.
func (s *System) Waiting() int {
	n := 0
	for i := range s.tally.Classes {
		n += s.tally.Classes[i].InSystem.Level()
	}
	for i := range s.slots {
		if t := s.taskIn(&s.slots[i]); t != nil && t.state == running {
			n--
		}
	}
	return max(0, n)
}

// Await says that what some workers run on is not there yet: they are up with Recover. It comes before anything else.
func (s *System) Await(workers []int32) {
	for _, id := range workers {
		w := &s.workers[id]
		w.outages++
		w.fall()
		s.tellChildren(ChildEnded, w.free...)
		s.tellChange(WorkerDown, id)
		s.ask(w)
	}
}
