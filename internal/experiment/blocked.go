package experiment

// blocked says whose tasks held the slots that a class waited for; nil where nothing waited.
func (e *engine) blocked(l, c int) *Blocked {
	p := &e.pools[l].classes[c]
	b := &p.Blocked
	if b.Total == 0 || p.Published == 0 {
		return nil
	}
	n := float64(p.Published)
	runs := float64(len(e.samples[l]))
	out := &Blocked{
		Total: b.Total / n, By: map[string]float64{}, Full: map[string]Spells{},
		Replaced: b.Replaced / n, Idle: b.Idle / n, Absent: b.Absent / n, Countdown: b.Countdown / n, Elsewhere: b.Elsewhere / n,
	}
	for k, h := range b.By {
		name := e.sc.Classes[k].Name
		if h.Seconds > 0 {
			out.By[name] = h.Seconds / n
		}
		if h.Spells > 0 && k != c {
			out.Full[name] = Spells{
				Count: float64(h.Spells) / runs, Seconds: h.Full.Seconds() / runs, Longest: h.Longest.Seconds(),
				Share: h.Full.Seconds() / runs / e.horizon.Seconds(),
			}
		}
	}
	return out
}
