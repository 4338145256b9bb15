package live

// claim notes what a slot of a gevent worker does with the one thread of its worker.
func (w *World) claim(s *place, computes, wants bool) {
	before, after := s.computes || s.wants, computes || wants
	s.computes, s.wants = computes, wants
	switch {
	case after && !before:
		w.claims[s.worker]++
	case before && !after:
		w.claims[s.worker]--
	}
}

// anticipate stalls a gevent worker in the moment in which it starts a task that computes, unless others have the
// thread or wait for it: then the task gets in line, and more may start until its turn comes. Its notice would be late
// by the time in which a thread wakes up, and the loop would meanwhile start others, whose turn has not come.
func (w *World) anticipate(s *place, j *job) {
	if !w.gevent[s.worker] || !j.computes() {
		return
	}
	j.stalls = w.claims[s.worker] == 0 && !w.crowd
	w.claim(s, j.stalls, !j.stalls)
	if j.stalls {
		w.system.Stall(s.worker)
	}
}

// release takes the thread from all slots of a worker that dies: nothing of it goes on that would have to be waited for.
func (w *World) release(id int32) {
	if !w.gevent[id] {
		return
	}
	for i := range w.slots {
		if s := &w.slots[i]; s.worker == id {
			w.claim(s, false, false)
		}
	}
}
