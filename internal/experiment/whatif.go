package experiment

import (
	"context"

	"example.com/simrun/scenarios"
)

// WhatIf answers a scenario as Run does, with the same replications and so with the same figures, but for what only a
// report needs: nothing is written down of the course of a run, no headroom is looked for, and nothing is swept.
func WhatIf(ctx context.Context, sc *scenarios.Scenario, o Options) (*Result, error) {
	o.Backend = o.backend()
	return newEngine(ctx, sc, 0, o).answer()
}

// Sample answers it from so many replications, without a pilot: at once, and roughly.
func Sample(ctx context.Context, sc *scenarios.Scenario, replications int, o Options) (*Result, error) {
	o.Backend = o.backend()
	e := newEngine(ctx, sc, 0, o)
	if !e.exact {
		e.looks = []int{min(replications, sc.Run.Max)}
	}
	e.judgeStability()
	e.relax = make([]float64, len(sc.Layouts))
	if e.steady() && sc.Run.AutoWarmup {
		e.rule = "a guess"
		for l := range e.relax {
			if e.relax[l] = e.relaxation(l); e.relax[l] > 0 {
				e.warmup = max(e.warmup, min(e.horizon, rounded(forgotten*e.relax[l])))
			}
		}
	}
	reached, err := e.replicate()
	if err != nil {
		return nil, err
	}
	r := e.summarise(reached)
	return r, e.decide(r)
}

// Verdict is that on all targets of a layout together: pass, marginal, undecided or fail; empty where it has none.
func (s *Strategy) Verdict() string {
	if len(s.Breaches) > 0 {
		return fail
	}
	for i := range s.Classes {
		if len(s.Classes[i].SLO) > 0 {
			return state(s)
		}
	}
	return ""
}
