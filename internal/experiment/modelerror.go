package experiment

import (
	"math"
	"slices"

	"example.com/simrun/internal/fidelity/known"
	"example.com/simrun/scenarios"
	"example.com/simrun/worker"
	"example.com/simrun/workloads"
)

// cpuHeavy is the share of the cores that tasks must ask for to count as CPU-heavy, as in the recordings.
const cpuHeavy = 0.1

// modelError is how far predictions of this kind were off against recordings of real Celery: the most of what the
// layouts are made of. Nil where a part of it was never compared; an ideal broker is no Celery, and is left out. What a
// log tells of its tasks is less than what they asked for, so a scenario that was imported from one is off by what such
// scenarios were off under other layouts, if that is more.
func modelError(sc *scenarios.Scenario) *ModelError {
	var worst *ModelError
	crowds := false
	for i := range sc.Layouts {
		l := &sc.Layouts[i]
		if l.Broker.Kind == worker.Ideal {
			continue
		}
		heavy := computing(sc, i)
		crowds = crowds || heavy
		for w := range l.Workers {
			release, broker, pool := l.Preset(w)
			p95, preset, ok := known.ModelError(release, broker, pool, heavy)
			if !ok {
				return nil
			}
			if worst == nil || p95 > worst.P95 {
				worst = &ModelError{P95: p95, Preset: preset}
			}
		}
	}
	if sc.Imported.Of > 0 && worst != nil {
		p95, kind := known.Transfer(crowds, hangs(sc))
		worst = &ModelError{P95: max(p95, worst.P95), Preset: kind}
	}
	return worst
}

// hangs says whether tasks may hang: by chance, or in a trace.
func hangs(sc *scenarios.Scenario) bool {
	return slices.ContainsFunc(sc.Classes, func(c workloads.Class) bool {
		t, _ := c.Arrivals.Process.(workloads.Trace)
		return c.Failures.Hang.P > 0 || slices.ContainsFunc(t.Rows, func(r workloads.TraceRow) bool {
			return r.Failure == workloads.FailHangIO || r.Failure == workloads.FailHangCPU
		})
	})
}

// computing says whether the tasks ask for enough CPU to crowd the cores of a layout.
func computing(sc *scenarios.Scenario, layout int) bool {
	cores := 0.0
	for _, kind := range sc.Layouts[layout].Nodes {
		cores += sc.Machines[kind].Cores
	}
	if cores == 0 {
		return false // without limit
	}
	asked := 0.0
	for c := range sc.Classes {
		for _, p := range sc.Classes[c].Work {
			if rate := workloads.MeanRate(sc.Classes, c); p.Kind == workloads.CPU && !math.IsNaN(rate) {
				asked += rate * p.Demand.Mean()
			}
		}
	}
	return asked >= cpuHeavy*cores
}

// close says that a duration meets its target by less than predictions of this kind were off: reality may miss it.
func (m *ModelError) close(value, target float64) bool {
	return m != nil && value > target-float64(m.P95*target)
}
