package worker

import "example.com/simrun/des"

// spells are the times during which the tasks of a class hold all slots of a station. A gap of less than a hundredth of
// the spell before it does not end that: a message takes a little to come.
type spells struct {
	on      bool     // they hold all now
	since   des.Time // the present or last spell
	until   des.Time // where it ended, unless on
	full    des.Time // since when they hold all, if on
	n       int64
	sum     des.Time
	longest des.Time
}

const gap = 100

// turn begins a spell, takes it up again, or ends it.
func (f *spells) turn(now des.Time) {
	f.on = !f.on
	if !f.on {
		f.until = now
		f.sum += now - f.full
		f.longest = max(f.longest, now-f.since)
		return
	}
	f.full = now
	if f.n == 0 || now-f.until > (f.until-f.since)/gap {
		f.since = now
		f.n++
	}
}

// mark notes whether the tasks of a class hold all slots.
func (st *station) mark(k int, now des.Time) {
	if k >= len(st.full) || st.seen {
		return
	}
	if all := st.slots > 0 && st.parts[k].held == st.slots; all != st.full[k].on {
		st.full[k].turn(now)
	}
}
