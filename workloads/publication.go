package workloads

import (
	"slices"

	"example.com/simrun/des"
	"example.com/simrun/worker"
)

// Publication draws everything that a world needs to publish an arrival: the message (into p), the demands of its
// first attempt (into demands, one a phase) and what happens to that attempt.
func (s *Source) Publication(a *Arrival, demands []des.Time, p *worker.Publication) (fate Fate) {
	f := &s.flows[a.Class]
	fate = s.demands(f, &a.Ref, 1, demands)
	*p = worker.Publication{}
	p.Class, p.Due = a.Class, a.Due
	if f.attributes {
		extra := s.attributes(a.Ref)
		p.Countdown, p.Expires = extra.Countdown, extra.Expires
		p.Lag = extra.Lag
		p.Priority, p.HasPriority = extra.Priority, extra.HasPriority
	}
	all := des.Time(0)
	for _, d := range demands {
		all = min(all+d, des.Longest)
	}
	p.Demand = all
	return fate
}

// Targets returns the bounds that must be counted task by task to judge the class's SLOs: one for each SLO on a
// duration, in their order.
func (c *Class) Targets() []worker.Target {
	var targets []worker.Target
	for _, o := range c.SLO {
		if o.Share == NoShare {
			targets = append(targets, worker.Target{Metric: o.Of, Bound: o.Bound, Slice: o.Slice, By: o.By, HasBy: o.HasBy})
		}
	}
	return targets
}

// Priorities returns all those that messages of the classes may carry, ascending.
func Priorities(classes []Class) []int {
	var all []int
	for i := range classes {
		if classes[i].HasPriority {
			all = append(all, classes[i].Priority)
		}
		if t, ok := classes[i].Arrivals.Process.(Trace); ok {
			for j := range t.Rows {
				if t.Rows[j].HasPriority {
					all = append(all, t.Rows[j].Priority)
				}
			}
		}
		slices.Sort(all)
		all = slices.Compact(all)
	}
	return all
}
