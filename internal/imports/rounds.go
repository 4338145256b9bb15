package imports

import (
	"context"
	"math"

	"example.com/simrun/des"
	"example.com/simrun/internal/logs"
	"example.com/simrun/scenarios"
	"example.com/simrun/workloads"
)

// The walk through the log ([ask]) knows who computed when, but not what the simulation leaves to chance, nor the part of
// Celery's own work whose moment is in no log. So it is held against the simulation of the layout that was seen: as long as
// the mean run time of a class that computes is not given back, its demands are scaled.
const (
	mostRounds = 6
	least      = 0.6 // of the factor of one round
	most       = 1.5
	near       = 0.005 // of the observed mean
	roundRuns  = 10
)

// settle scales the demands of the classes that compute until the simulation gives back their mean run times. It returns
// those for which it does not, with what is predicted over what was observed; the demands are then those that came nearest.
func settle(ctx context.Context, sc *scenarios.Scenario, l *logs.Log) (open map[string]float64, err error) {
	classes := map[string]*root{}
	for name, want := range meanRuns(l) {
		classes[name] = &root{want: want, slope: 1}
	}
	nearest := math.Inf(1)
	for range mostRounds {
		r, err := again(ctx, sc, l, roundRuns)
		if err != nil {
			return nil, err
		}
		now, furthest := map[string]float64{}, 0.0
		for _, c := range r.Strategies[0].Classes {
			x := classes[c.Name]
			if x == nil || c.Run == nil || !c.Run.Mean.Known() {
				continue
			}
			off := c.Run.Mean.Value / x.want
			furthest = max(furthest, math.Abs(math.Log(off)))
			if x.found(math.Log(off)); math.Abs(off-1) > near {
				now[c.Name] = off
			}
		}
		if len(now) == 0 {
			return nil, nil
		}
		if furthest < nearest {
			nearest, open = furthest, now
			for _, x := range classes {
				x.best = x.at
			}
		}
		step := map[string]float64{}
		for name, x := range classes {
			if x.was = 0; now[name] != 0 {
				step[name] = math.Exp(x.step())
			}
		}
		scale(sc, l, step)
	}
	back := map[string]float64{}
	for name, x := range classes {
		back[name] = math.Exp(x.best - x.at)
	}
	scale(sc, l, back)
	return open, nil
}

// root is the search for the demands of a class at which its run times are given back, by secants: where cores are short a
// little more work is much more time, and dividing by what is off would go from one side to the other. All are logarithms:
// of the factor of the demands, of what is predicted over what was observed.
type root struct {
	want     float64 // mean run time, s
	at, best float64
	was, off float64 // the step before, and what was found then
	slope    float64 // of what is found by the demands
}

// found takes in what the present demands lead to.
func (x *root) found(off float64) {
	if x.was != 0 {
		x.slope = min(10, max(1, (off-x.off)/x.was))
	}
	x.off = off
}

// step goes on to the next demands, and returns by how much.
func (x *root) step() float64 {
	x.was = min(math.Log(most), max(math.Log(least), -x.off/x.slope))
	x.at += x.was
	return x.was
}

// meanRuns are the mean run times of the classes that compute, as observed, s.
func meanRuns(l *logs.Log) map[string]float64 {
	sum, n, cpu := map[string]float64{}, map[string]float64{}, map[string]float64{}
	for i := range l.Tasks {
		t := &l.Tasks[i]
		for k := range t.Attempts {
			if a := &t.Attempts[k]; !math.IsNaN(a.Runtime) && a.Asked != nil && t.Outcome != "timeout" {
				name := logs.Nameable(t.Class)
				sum[name] += a.Runtime
				cpu[name] += a.Asked.CPU
				n[name]++
			}
		}
	}
	for name := range sum {
		if cpu[name] < sum[name]/10 {
			delete(sum, name)
			continue
		}
		sum[name] /= n[name]
	}
	return sum
}

// scale multiplies the CPU time that is asked for, in the log and in the scenario that replays it.
func scale(sc *scenarios.Scenario, l *logs.Log, factor map[string]float64) {
	for i := range l.Tasks {
		t := &l.Tasks[i]
		if f, given := factor[logs.Nameable(t.Class)]; given {
			for k := range t.Attempts {
				if asked := t.Attempts[k].Asked; asked != nil {
					asked.CPU *= f
				}
			}
		}
	}
	for i := range sc.Classes {
		c := &sc.Classes[i]
		if f, given := factor[c.Name]; given {
			if trace, ok := c.Arrivals.Process.(workloads.Trace); ok {
				for k := range trace.Rows {
					trace.Rows[k].CPU = des.Time(float64(trace.Rows[k].CPU) * f)
				}
				c.Work = workloads.TracePhases(trace)
			}
		}
	}
}
