package bench

import (
	"slices"

	"example.com/simrun/des"
	"example.com/simrun/strategies"
	"example.com/simrun/workloads"
)

// burdened returns the classes as an executor runs them: every sleep overshoots, and taking memory is work, of so many
// seconds a byte.
func burdened(classes []workloads.Class, cost ExecutorCost, touch float64) []workloads.Class {
	classes = slices.Clone(classes)
	for i := range classes {
		c := &classes[i]
		hold, leak := c.Memory.Mean()
		clearing := (hold + leak) * touch
		if t, ok := c.Arrivals.Process.(workloads.Trace); ok && t.HasWork {
			t.Rows = slices.Clone(t.Rows)
			for j := range t.Rows {
				if r := &t.Rows[j]; r.IO > 0 {
					r.IO += des.Seconds(cost.Overshoot.Mean)
				}
				t.Rows[j].CPU += des.Seconds(clearing)
			}
			c.Arrivals.Process = t
			continue
		}
		c.Work = slices.Clone(c.Work)
		for p := range c.Work {
			if k := c.Work[p].Kind; k == workloads.IO || k == workloads.Call {
				c.Work[p].Demand = scaledBy(c.Work[p].Demand, 1, cost.Overshoot.Mean)
			}
		}
		if law, err := workloads.Constant(clearing); clearing > 0 && err == nil {
			// Last, so that the demands of the others stay what they are: the stream of a phase goes by its number.
			c.Work = append(c.Work, workloads.Phase{Kind: workloads.CPU, Demand: law, Cores: 1})
		}
	}
	return classes
}

// encumbered returns a layout as an executor runs it. Whatever the loop does at a time it does a little late: it
// publishes, and it is done with an overhead. Handing a task to its body and hearing of its end takes time of the slot;
// all of it is put before the body, where it needs no thread of a pool whose tasks share one.
func encumbered(l *strategies.Layout, cost ExecutorCost) *strategies.Layout {
	out := *l
	lag := des.Seconds(cost.Lag.Mean)
	out.Broker.Publish += lag
	if l.Broker.Publish > 0 {
		out.Broker.Publish += lag
	}
	out.Workers = slices.Clone(l.Workers)
	for i := range out.Workers {
		o := &out.Workers[i].Overheads
		for _, t := range []*des.Time{&o.Fetch, &o.Start, &o.Finish, &o.FinishLate, &o.Notice, &o.Respawn, &o.Exit} {
			if *t > 0 {
				*t += lag
			}
		}
		o.Start += des.Seconds(cost.Overhead.Mean)
		o.Respawn = max(o.Respawn, des.Seconds(cost.Spawn))
	}
	return &out
}
