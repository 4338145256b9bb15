package experiment

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
	for name, seconds := range map[string]float64{
		"(replaced)": class.Blocked.Replaced, "(idle)": class.Blocked.Idle, "(absent)": class.Blocked.Absent,
		"(countdown)": class.Blocked.Countdown, "(elsewhere)": class.Blocked.Elsewhere,
	} {
		if seconds > 0 {
			class.BlockedBy[name] = seconds
		}
	}
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
}
