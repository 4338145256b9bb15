package experiment

import (
	"slices"

	"example.com/simrun/des"
	"example.com/simrun/sim"
	"example.com/simrun/system"
	"example.com/simrun/worker"
	"example.com/simrun/workloads"
)

// Fault is what one fault did to a strategy. Durations in seconds, shares 0..1. A fault by chance has no time: its
// figures cover the whole run, and what compares before with after is absent.
type Fault struct {
	Fault         string    `json:"fault"`
	At            *float64  `json:"at,omitempty"` // from the start of the observed time
	For           *float64  `json:"for,omitempty"`
	AtMost        bool      `json:"at_most,omitempty"`        // so long if every worker needs all the time that it is given
	WaitingBefore *Estimate `json:"waiting_before,omitempty"` // most tasks that waited at the end of a step in as much time before it
	WaitingMost   *Estimate `json:"waiting_most,omitempty"`   // the same from its begin on
	Drain         *Estimate `json:"drain,omitempty"`          // from its end until no more wait than before it; nil = never in the observed time
	Drained       *float64  `json:"drained,omitempty"`        // share of the replications in which that was so
	Blast         []Blast   `json:"blast"`
}

// Blast is what a fault did to one class. Missed is the share of the tasks, by arrival, that missed a target on a
// duration or did not succeed.
type Blast struct {
	Class        string    `json:"class"`
	MissedBefore *Estimate `json:"missed_before,omitempty"` // in as much time before it
	Missed       *Estimate `json:"missed"`                  // during the fault
	MissedAfter  *Estimate `json:"missed_after,omitempty"`  // in as much time after it
	MissedLater  *Estimate `json:"missed_later,omitempty"`  // until the end of the observed time
	OutFor       float64   `json:"out_for"`                 // time from its begin on in which more missed than the targets allow
	Failed       float64   `json:"failed"`                  // tasks of the three windows from its begin on, mean per replication
	Lost         float64   `json:"lost"`                    // lost, dead, expired or rejected
	Retried      float64   `json:"retried"`                 // attempts
	Toll         *Toll     `json:"toll,omitempty"`          // of a fault that strikes workers or the broker
}

// watched says that something is meant to break, and what it does is followed step by step.
func (e *engine) watched() bool {
	return slices.ContainsFunc(e.sc.Faults, disturbs) || len(e.sc.TaskFaults) > 0
}

// faults is what every fault did to layout l.
func (e *engine) faults(l int) []Fault {
	var all []Fault
	for i := range e.sc.Faults {
		f := &e.sc.Faults[i]
		if !disturbs(*f) {
			continue // see compromised
		}
		at, length := f.At.Seconds(), f.For.Seconds()
		out := Fault{Fault: f.Name, At: &at, For: &length, AtMost: f.Of == system.OfDeploy}
		e.drain(&out, l, f.At, f.End())
		width := e.stepWidth()
		from, to := int(f.At/width), min(steps, int((f.End()+width-1)/width))
		for c := range e.sc.Classes {
			b := e.blast(l, c, from, to)
			if f.Of != system.OfService && f.Of != system.OfClass {
				b.Toll = e.pools[l].toll(i, c, len(e.samples[l]))
			}
			out.Blast = append(out.Blast, b)
		}
		all = append(all, out)
	}
	for _, f := range e.sc.TaskFaults {
		out := Fault{Fault: f.Name}
		for c := range e.sc.Classes {
			out.Blast = append(out.Blast, e.blast(l, c, 0, steps))
		}
		all = append(all, out)
	}
	return all
}

// stepWidth is that of the courses that the simulator keeps.
func (e *engine) stepWidth() des.Time { return (e.horizon + steps - 1) / steps }

// blast is what became of a class when a fault lasted from one step to another.
func (e *engine) blast(l, c, from, to int) Blast {
	b := Blast{Class: e.sc.Classes[c].Name}
	after := min(steps, 2*to-from)
	b.MissedBefore = e.missed(l, c, max(0, 2*from-to), from)
	b.Missed = e.missed(l, c, from, to)
	b.MissedAfter = e.missed(l, c, to, after)
	b.MissedLater = e.missed(l, c, after, steps)
	allowed := allowance(e.sc.Classes[c].SLO)
	n := float64(len(e.samples[l]))
	for i := from; i < steps; i++ {
		m := e.moment(l, c, i, i+1)
		if float64(m.Missed) > allowed*float64(m.Tasks) {
			b.OutFor += e.stepWidth().Seconds()
		}
		b.Failed += float64(m.Failed) / n
		b.Lost += float64(m.Lost) / n
		b.Retried += float64(m.Retried) / n
	}
	return b
}

// allowance is the share of a class's tasks that may miss: what its most lenient target on a quantile leaves, or 5 %.
func allowance(targets []workloads.SLO) float64 {
	most := 0.0
	for _, o := range targets {
		if o.Share == workloads.NoShare && o.Stat.Kind == workloads.Quantile {
			most = max(most, 1-o.Stat.P)
		}
	}
	if most == 0 {
		return 0.05
	}
	return most
}

// moment adds up steps of a class over all replications.
func (e *engine) moment(l, c, from, to int) (sum worker.Moment) {
	for r := range e.samples[l] {
		add(&sum, e.samples[l][r].course[c][from:to])
	}
	return sum
}

func add(sum *worker.Moment, course []worker.Moment) {
	for _, m := range course {
		sum.Tasks += m.Tasks
		sum.Missed += m.Missed
		sum.Failed += m.Failed
		sum.Lost += m.Lost
		sum.Retried += m.Retried
	}
}

// missed is the share that missed among the tasks of some steps; nil where none arrived.
func (e *engine) missed(l, c, from, to int) *Estimate {
	var missed, of []float64
	for r := range e.samples[l] {
		var m worker.Moment
		add(&m, e.samples[l][r].course[c][from:max(from, to)])
		missed, of = append(missed, float64(m.Missed)), append(of, float64(m.Tasks))
	}
	return e.shareOf(l, missed, of)
}

// drain finds when no more tasks wait than before the fault. Before it the level moves, too: its largest value counts.
func (e *engine) drain(f *Fault, l int, from, to des.Time) {
	var before, most, times []float64
	width := e.stepWidth()
	for r := range e.samples[l] {
		level, peak, at := 0.0, 0.0, -1.0
		for i, n := range e.samples[l][r].waiting {
			end := des.Time(i+1) * width
			switch x := float64(n); {
			case end <= from-max(to-from, 8*width):
			case end <= from:
				level = max(level, x)
			default:
				peak = max(peak, x)
				if end >= to && at < 0 && x <= level {
					at = (end - to).Seconds()
				}
			}
		}
		before, most = append(before, level), append(most, peak)
		if at >= 0 {
			times = append(times, at)
		}
	}
	mean := func(x []float64) *Estimate {
		if len(x) == 0 {
			return nil
		}
		return e.estimate(l, x)
	}
	f.WaitingBefore, f.WaitingMost, f.Drain = mean(before), mean(most), mean(times)
	share := float64(len(times)) / float64(len(e.samples[l]))
	f.Drained = &share
}

// StretchCause is by how much longer than its demand a task took, by cause, in mean seconds a task that started.
type StretchCause struct {
	CPU     float64 `json:"cpu"`            // sharing cores, or the one thread of its worker
	Service float64 `json:"service"`        // queues, limits, round trips and faults of services
	Disk    float64 `json:"disk,omitempty"` // the queue of the machine's disk
}

// stretch is that of a class over all replications, or with the last of all tasks.
func (p *pool) stretchOf(c int) *StretchCause {
	started := float64(p.classes[c].Wait.Count())
	if started == 0 {
		return nil
	}
	return &StretchCause{p.stretch[c].CPU.Seconds() / started, p.stretch[c].Service.Seconds() / started, p.stretch[c].Disk.Seconds() / started}
}

func (p *pool) addStretch(r *sim.Result) {
	if p.stretch == nil {
		p.stretch = make([]sim.Stretch, len(r.Stretch)+1)
	}
	for i := range r.Stretch {
		for _, to := range []int{i, len(r.Stretch)} {
			p.stretch[to].CPU.Merge(r.Stretch[i].CPU)
			p.stretch[to].Service.Merge(r.Stretch[i].Service)
			p.stretch[to].Disk.Merge(r.Stretch[i].Disk)
		}
	}
}
