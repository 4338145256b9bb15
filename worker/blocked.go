package worker

import "example.com/simrun/des"

// Blocked says who held the slots that the observed tasks of a class waited for until their first start, also those that
// never started: seconds, summed over the tasks. While a task waits in a queue, each slot of the workers that take from it
// is charged with its part of the time; while it is reserved, each slot of its worker. All parts together are Total.
type Blocked struct {
	Total     float64
	By        []Held  // of each class: whose tasks were in the slots
	Replaced  float64 // slots whose child was being replaced
	Idle      float64 // slots that were free: the message had not come to them, or they are kept for others
	Absent    float64 // there was no slot: workers that are down, or not there yet
	Countdown float64 // its own
	Elsewhere float64 // on its way to the broker or to a worker, or held back by a rate limit

	Worst Worst
}

// Worst is the five minutes of the observed window, one after the other, in which the tasks of a class waited most for slots: of
// several runs those of each of them together.
type Worst struct {
	Runs     int64     // in which anything waited
	Span     des.Time  // of all of these
	By       []float64 // of each class, in seconds, as in Blocked
	Replaced float64
	Idle     float64
	Absent   float64
}

// merge adds all of o.
func (w *Worst) merge(o *Worst) {
	if o.By == nil {
		return
	}
	if w.By == nil {
		w.By = make([]float64, len(o.By))
	}
	for i, x := range o.By {
		w.By[i] += x
	}
	w.Runs += o.Runs
	w.Span += o.Span
	w.Replaced += o.Replaced
	w.Idle += o.Idle
	w.Absent += o.Absent
}

// Held is what the tasks of one class took from another.
type Held struct {
	Seconds float64
	// Spells of the observed window during which they held every slot that the others could have.
	Spells  int64
	Full    des.Time // all of them together
	Longest des.Time
}

// Merge adds all of o.
func (b *Blocked) Merge(o *Blocked) {
	if o.By == nil {
		return
	}
	if b.By == nil {
		b.By = make([]Held, len(o.By))
	}
	for i, h := range o.By {
		sum := &b.By[i]
		sum.Seconds += h.Seconds
		sum.Spells += h.Spells
		sum.Full += h.Full
		sum.Longest = max(sum.Longest, h.Longest)
	}
	b.Total += o.Total
	b.Replaced += o.Replaced
	b.Idle += o.Idle
	b.Absent += o.Absent
	b.Countdown += o.Countdown
	b.Elsewhere += o.Elsewhere
	b.Worst.merge(&o.Worst)
}
