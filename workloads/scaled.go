package workloads

import (
	"fmt"
	"slices"

	"example.com/simrun/des"
)

// Scaled is a law times a factor above 0: the same draws, each so many times as large.
func Scaled(d Dist, factor float64) Dist {
	switch c, fixed := d.(constant); {
	case factor == 1:
		return d
	case fixed:
		return constant(float64(c) * factor)
	}
	return multiple{d, factor}
}

type multiple struct {
	Dist
	factor float64
}

// Draw implements Dist.
func (d multiple) Draw(s *des.Stream) float64 { return d.factor * d.Dist.Draw(s) }

// Mean implements Dist.
func (d multiple) Mean() float64 { return d.factor * d.Dist.Mean() }

// String implements Dist; no scenario file can say it.
func (d multiple) String() string { return fmt.Sprintf("%v x %v", d.factor, d.Dist) }

// Working returns the class with demands so many times as large, those of the phases that are meant: what its tasks ask
// for, whether they draw it or a trace brings it.
func (c *Class) Working(factor float64, meant func(*Phase) bool) Class {
	changed := *c
	changed.Work = slices.Clone(c.Work)
	times := make([]float64, len(c.Work))
	for i := range changed.Work {
		p := &changed.Work[i]
		if times[i] = 1; meant(p) {
			times[i] = factor
			p.Demand = Scaled(p.Demand, factor)
		}
	}
	t, traced := c.Arrivals.Process.(Trace)
	if !traced || !t.HasWork {
		return changed
	}
	t.Rows, t.Demands = slices.Clone(t.Rows), slices.Clone(t.Demands)
	for i := range t.Demands {
		t.Demands[i] = slices.Clone(t.Demands[i])
		for p := range t.Demands[i] {
			t.Demands[i][p] = stretch(t.Demands[i][p], times[p])
		}
	}
	if t.Demands == nil { // the phases are TracePhases: cpu, io, cpu
		for i := range t.Rows {
			t.Rows[i].CPU, t.Rows[i].IO = stretch(t.Rows[i].CPU, times[0]), stretch(t.Rows[i].IO, times[1])
		}
	}
	changed.Arrivals.Process = t
	return changed
}

// Failing returns the class with what goes wrong so many times as likely, at most always.
func (c *Class) Failing(factor float64) Class {
	changed := *c
	for _, p := range []*float64{&changed.Failures.Error.P, &changed.Failures.Hang.P, &changed.Failures.Crash.P} {
		*p = min(1, *p*factor)
	}
	return changed
}
