package experiment

import "example.com/simrun/worker"

// block says whose tasks held the slots that a class waited for, where anything waited.
func (e *engine) block(class *Class, l, c int) {
	p := &e.pools[l].classes[c]
	b := &p.Blocked
	if b.Total == 0 || p.Published == 0 {
		return
	}
	n, runs := float64(p.Published), float64(len(e.samples[l]))
	class.Blocked = &Blocked{
		Total: b.Total / n, By: map[string]float64{},
		Replaced: b.Replaced / n, Idle: b.Idle / n, Absent: b.Absent / n, Countdown: b.Countdown / n, Elsewhere: b.Elsewhere / n,
	}
	class.BlockedBy, class.Spells = map[string]float64{}, map[string]Spells{}
	named(class.BlockedBy, map[string]float64{
		"(replaced)": class.Blocked.Replaced, "(idle)": class.Blocked.Idle, "(absent)": class.Blocked.Absent,
		"(countdown)": class.Blocked.Countdown, "(elsewhere)": class.Blocked.Elsewhere,
	})
	for k, h := range b.By {
		name := e.sc.Classes[k].Name
		if h.Seconds > 0 {
			class.Blocked.By[name] = h.Seconds / n
			class.BlockedBy[name] = h.Seconds / n
		}
		if h.Spells > 0 && k != c {
			class.Spells[name] = Spells{
				Count: float64(h.Spells) / runs, Seconds: h.Full.Seconds() / runs, Longest: h.Longest.Seconds(),
				Share: h.Full.Seconds() / runs / e.horizon.Seconds(),
			}
		}
	}
	class.BlockedWorst = e.worst(&b.Worst)
}

// named adds what is not 0.
func named(to, parts map[string]float64) {
	for name, x := range parts {
		if x > 0 {
			to[name] = x
		}
	}
}

// worst is the worst five minutes of each replication; nil where nothing waited for slots.
func (e *engine) worst(w *worker.Worst) *BlockedWorst {
	if w.By == nil {
		return nil
	}
	span := w.Span.Seconds()
	found := &BlockedWorst{Seconds: span / float64(w.Runs), By: map[string]float64{}}
	parts := map[string]float64{"(replaced)": w.Replaced / span, "(idle)": w.Idle / span, "(absent)": w.Absent / span}
	found.Waiting = (w.Replaced + w.Idle + w.Absent) / span
	for k, x := range w.By {
		parts[e.sc.Classes[k].Name] = x / span
		found.Waiting += x / span
	}
	named(found.By, parts)
	return found
}
