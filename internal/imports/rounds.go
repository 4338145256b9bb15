package imports

import (
	"context"
	"math"

	"example.com/simrun/des"
	"example.com/simrun/internal/logs"
	"example.com/simrun/internal/recordings"
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
// those for which it does not, with what is predicted over what was observed.
func settle(ctx context.Context, sc *scenarios.Scenario, l *logs.Log) (open map[string]float64, err error) {
	factor := map[string]float64{}
	for range mostRounds {
		r, err := again(ctx, sc, l, roundRuns)
		if err != nil {
			return nil, err
		}
		open = map[string]float64{}
		seen := meanRuns(l)
		for _, c := range r.Strategies[0].Classes {
			want, known := seen[c.Name]
			if !known || c.Run == nil || !c.Run.Mean.Known() {
				continue
			}
			if off := c.Run.Mean.Value / want; math.Abs(off-1) > near {
				open[c.Name] = off
				factor[c.Name] = min(most, max(least, 1/off))
			}
		}
		if len(open) == 0 {
			return nil, nil
		}
		scale(sc, l, factor)
		clear(factor)
	}
	return open, nil
}

// meanRuns are the mean run times of the classes that compute, as observed, s.
func meanRuns(l *logs.Log) map[string]float64 {
	sum, n, cpu := map[string]float64{}, map[string]float64{}, map[string]float64{}
	for i := range l.Tasks {
		t := &l.Tasks[i]
		for k := range t.Attempts {
			if a := &t.Attempts[k]; !math.IsNaN(a.Runtime) && a.Asked != nil && t.Outcome != "timeout" {
				name := recordings.ClassName(t.Class)
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
		if f, given := factor[recordings.ClassName(t.Class)]; given {
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
