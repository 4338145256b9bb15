package workloads

import (
	"strconv"

	"example.com/simrun/des"
)

// Attributes returns what is drawn of a task when it is published.
func (s *Source) Attributes(ref Ref) (a Attributes) {
	if s.flows[ref.Class].attributes {
		a = s.attributes(ref)
	}
	return a
}

func (s *Source) attributes(ref Ref) (a Attributes) {
	f := &s.flows[ref.Class]
	if f.class.Countdown != nil && !f.ownCountdown {
		s.scratch.Reset(ref.Key.With(ofCountdown))
		a.Countdown = des.Seconds(f.class.Countdown.Draw(s.scratch))
	}
	if f.class.Expires != nil && !f.ownExpires {
		s.scratch.Reset(ref.Key.With(ofExpires))
		if a.Expires = des.Seconds(f.class.Expires.Draw(s.scratch)); a.Expires == 0 {
			a.Expires = AtOnce
		}
	}
	if f.rows != nil {
		row := &f.rows[ref.Row]
		a.Priority, a.HasPriority = row.Priority, row.HasPriority
		a.Lag = row.Lag
		a.Countdown, a.Expires = a.Countdown+row.Countdown, a.Expires+row.Expires // of each, only one is there
	}
	return a
}

// attemptFate is mixed once for all tasks.
var attemptFate = des.NewSalt(ofAttemptFate)

// Demands fills in what every phase of an attempt (counted from 1) asks for, and says what happens to it. The slice
// has one entry for each phase of the class's Work; phases of 0 do nothing. An attempt asks for the same as the first
// one unless the class is Fresh, and any call may be repeated with the same answer.
//
// Hang, crash, error and slow are drawn independently; of the first three the first that comes true is the fate. A
// slow attempt has all its demands multiplied by the factor, whatever its fate. The failure of a trace row goes before
// those of its class.
func (s *Source) Demands(ref Ref, attempt int, into []des.Time) Fate {
	return s.demands(&s.flows[ref.Class], &ref, attempt, into)
}

func (s *Source) demands(f *flow, ref *Ref, attempt int, into []des.Time) Fate {
	fate, slow := Fine, 1.0
	if f.taskFate {
		fate, slow = s.fate(ref.Key.With(ofTaskFate), &f.taskOdds, f.slowFactor)
	}
	if f.eachFate {
		once, slowOnce := s.fate(ref.Key.Salted(attemptFate).With(uint64(attempt)), &f.eachOdds, f.slowFactor)
		fate = worse(fate, once)
		if slow == 1 {
			slow = slowOnce
		}
	}
	var row *TraceRow
	if f.rows != nil {
		row = &f.rows[ref.Row]
		if row.Failure != FailNone {
			fate = row.fate(attempt)
		}
	}
	if f.ownWork {
		two := row.demands()
		demands := two[:]
		if f.demands != nil {
			demands = f.demands[ref.Row]
		}
		for p := range into {
			into[p] = stretch(demands[p], slow)
		}
		return fate
	}
	key := ref.Key
	if attempt > 1 && f.fresh {
		key = key.With(ofFresh).With(uint64(attempt))
	}
	phases := f.phases[:len(into)]
	for i := range into {
		p := &phases[i]
		if p.fixed {
			into[i] = stretch(p.time, slow)
			continue
		}
		// A key for each phase: another law of one phase changes no draw of the others. The first has the task's own,
		// which saves most tasks a derivation.
		own := key
		if p.call && attempt > 1 { // the service takes another time, whatever the task asks for
			own = ref.Key.With(ofCalls).With(uint64(attempt))
		}
		if i > 0 {
			own = own.Salted(p.salt)
		}
		s.scratch.Reset(own)
		into[i] = min(des.Seconds(p.demand.Draw(s.scratch)*slow), des.Longest)
	}
	return fate
}

// stretch multiplies a demand, exactly so by 1.
func stretch(t des.Time, factor float64) des.Time {
	if factor == 1 {
		return min(t, des.Longest)
	}
	return min(des.Seconds(t.Seconds()*factor), des.Longest)
}

// fate draws what happens. The numbers are drawn each time, so that none depends on the chance of another; but for the last,
// where it would change nothing.
func (s *Source) fate(key des.Key, o *odds, factor float64) (fate Fate, slow float64) {
	s.scratch.Reset(key)
	hang := s.scratch.Float64() < o.hang
	crash := s.scratch.Float64() < o.crash
	failed := s.scratch.Float64() < o.error
	slow = 1
	if o.slow > 0 && s.scratch.Float64() < o.slow {
		slow = factor
	}
	switch {
	case hang:
		fate = Hang
	case crash:
		fate = Crash
	case failed:
		fate = Error
	}
	return fate, slow
}

// worse returns the fate that goes first when two draws disagree: hang, crash, error, fine.
func worse(a, b Fate) Fate {
	switch {
	case a == Fine || b == Hang:
		return b
	case b == Fine || a == Hang:
		return a
	case a == Crash || b == Crash:
		return Crash
	}
	return Error
}

// CallFails says whether the call that is a phase of an attempt (from 1) ends in an error, at that chance.
func (s *Source) CallFails(ref Ref, attempt, phase int, chance float64) bool {
	if chance == 0 {
		return false
	}
	s.scratch.Reset(ref.Key.With(ofCallErrors).With(uint64(attempt)).With(uint64(phase)))
	return s.scratch.Float64() < chance
}

// Size returns what the transfer that is a phase (from 0) of an attempt sends, in bytes. It belongs to the task, as
// demands do.
func (s *Source) Size(ref Ref, attempt, phase int) float64 {
	f := &s.flows[ref.Class]
	size := f.class.Work[phase].Size
	if v, fixed := size.(constant); fixed {
		return float64(v)
	}
	key := ref.Key.With(ofSizes).With(uint64(phase))
	if attempt > 1 && f.fresh {
		key = key.With(uint64(attempt))
	}
	s.scratch.Reset(key)
	return size.Draw(s.scratch)
}

// Jitter returns a uniform number in [0, 1) for the delay before a retry, counted from 0.
func (s *Source) Jitter(ref Ref, retry int) float64 {
	s.scratch.Reset(ref.Key.With(ofJitter).With(uint64(retry)))
	return s.scratch.Float64()
}

// ID names a task in tables: by its id in the trace, or else by class and ordinal. It allocates.
func (s *Source) ID(ref Ref) string {
	f := &s.flows[ref.Class]
	if f.rows != nil && f.rows[ref.Row].ID != "" {
		return f.rows[ref.Row].ID
	}
	return f.class.Name + "-" + strconv.FormatInt(ref.Ordinal, 10)
}
