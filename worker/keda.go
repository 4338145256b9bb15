package worker

import "example.com/simrun/des"

// control is a look at a fleet of KEDA's or of an HPA, or of both at once: then KEDA's comes first.
func (s *System) control(i int32) {
	f := &s.fleets[i]
	if s.now == f.poll {
		s.activate(f)
		f.poll += f.cfg.Poll
	}
	if s.now == f.sync {
		s.reconcile(f)
		f.sync += f.cfg.loop()
	}
	have := f.up + f.coming
	s.hire(i, f.asked-have)
	for range have - f.asked {
		s.dismiss(i)
	}
	s.inspectAt(i, min(f.poll, f.sync))
}

// loop is the time from one look of the HPA to the next.
func (f *Fleet) loop() des.Time {
	if f.Policy == KEDA {
		return f.Sync
	}
	return f.Poll
}

// activate is a poll of KEDA, to which the steps from 0 and to 0 belong: the cooldown is about the latter alone, and
// begins anew with each poll that finds more than the activation value (scale_scaledobjects.go, RequestScale). Where it
// never has, there is none. Idle is an idleReplicaCount of 0: the step from 0 then goes to Min.
func (s *System) activate(f *fleet) {
	active := false
	for i := range f.follows { // one is enough (scale_handler.go, getScaledObjectState)
		_, one := s.measured(f, &f.follows[i])
		active = active || one
	}
	switch {
	case active:
		f.active = s.now
		if f.asked == 0 {
			f.asked = max(1, f.cfg.Min)
		}
	case (f.cfg.Min == 0 || f.cfg.Idle) && (f.active < 0 || f.active+f.cfg.Cooldown < s.now):
		f.asked = 0
	}
}
