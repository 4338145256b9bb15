package experiment

import (
	"cmp"
	"math"
	"slices"

	"example.com/simrun/strategies"
	"example.com/simrun/worker"
	"example.com/simrun/workloads"
)

// Statuses of a verdict.
const (
	keepBaseline = "keep_baseline"
	change       = "change"
	nonePasses   = "none_passes"
	noVerdict    = "undecided"
)

// decide says which layout to take, and why.
func (e *engine) decide(r *Result) error {
	v := &r.Verdict
	base := e.sc.Baseline
	v.Baseline = e.sc.Layouts[base].Name
	v.Inputs = e.inputs()
	v.ModelError = e.model
	states := make([]string, len(r.Strategies))
	for l := range r.Strategies {
		states[l] = state(&r.Strategies[l])
	}
	if e.heard != nil {
		var err error
		if v.Headroom, err = e.headroom(); err != nil {
			return err
		}
	}
	for l := range r.Strategies { // after the headroom, which is about load
		if len(r.Strategies[l].Breaches) > 0 {
			states[l] = fail
		}
	}
	if open := states[base] == undecided || states[base] == marginal; !open {
		passes := states[base] == pass
		v.BaselinePasses = &passes
	}
	e.best(v, states)
	passing := e.passing(states)
	taken := recommended(passing)
	if taken != nil {
		v.SimplestThatPasses = &e.sc.Layouts[passing[0].layout].Name
	}
	switch {
	case !allHold(r.Checks):
		v.Status = noVerdict
		v.Reasons = append(v.Reasons, "A check failed, so the verdict is withheld: see the checks.")
	case taken != nil && taken.layout == base:
		v.Status, v.Recommend = keepBaseline, &e.sc.Layouts[base].Name
	case taken != nil:
		v.Status, v.Recommend = change, &e.sc.Layouts[taken.layout].Name
		v.Reasons = slices.Insert(v.Reasons, 0, e.whyTaken(r, taken, &passing[0]))
	case states[base] == undecided, states[base] == marginal,
		slices.ContainsFunc(e.choices(), func(l int) bool { return states[l] == undecided || states[l] == marginal }):
		v.Status = noVerdict
	default:
		v.Status = nonePasses
		v.Closest = e.closest(r)
	}
	v.Headline = e.headline(r, states[base])
	v.Reasons = append(v.Reasons, e.reasons(r, states)...)
	v.Reasons = append(v.Reasons, e.whatIsShared(r, states)...)
	// An ideal broker is a model: there is nothing to deploy.
	if v.Recommend != nil && *v.Recommend != v.Baseline && e.sc.Layouts[taken.layout].Broker.Kind != worker.Ideal {
		c := strategies.Diff(&e.sc.Layouts[base], &e.sc.Layouts[taken.layout], e.sc.Classes)
		v.Apply = &c
	}
	return nil
}

func allHold(checks []Check) bool {
	return !slices.ContainsFunc(checks, func(c Check) bool { return !c.OK })
}

// state is the verdict on all targets of a layout together. Where there are any, a layout with a queue that grows without end
// fails even if no target is on that queue: its tasks would never be done.
func state(s *Strategy) string {
	all := pass
	for i := range s.Classes {
		for _, o := range s.Classes[i].SLO {
			switch {
			case len(s.Unstable) > 0:
				return fail
			case o.Verdict == fail:
				return fail
			case o.Verdict == undecided:
				all = undecided
			case o.Verdict == marginal && all == pass:
				all = marginal
			}
		}
	}
	return all
}

// choices are the layouts that may be recommended: those that can be deployed.
func (e *engine) choices() []int {
	var some []int
	for l := range e.sc.Layouts {
		if len(e.sc.Layouts[l].WhatIf) == 0 || e.sc.Run.AllowWhatIf || l == e.sc.Baseline {
			some = append(some, l)
		}
	}
	return some
}

// miss is a target that is not met.
type miss struct {
	strategy string
	class    string
	slo      *SLO
	factor   float64 // value / target
}

// misses are the targets that a layout fails, the worst first; a share with target 0 counts as infinitely far.
func misses(s *Strategy) []miss {
	var all []miss
	for i := range s.Classes {
		for j := range s.Classes[i].SLO {
			o := &s.Classes[i].SLO[j]
			if o.Verdict != fail {
				continue
			}
			factor := math.Inf(1)
			if o.Value.Known() && o.Target > 0 {
				factor = o.Value.Value / o.Target
			}
			all = append(all, miss{s.Name, s.Classes[i].Name, o, factor})
		}
	}
	slices.SortStableFunc(all, func(a, b miss) int { return cmp.Compare(b.factor, a.factor) })
	return all
}

// less says which of two misses is less: the one that is less far from its target or, where both are infinitely far, as any
// figure is from a target of 0, the one with the smaller figure.
func (m *miss) less(than *miss) bool {
	if math.IsInf(m.factor, 1) && m.slo.Metric == than.slo.Metric && m.slo.Value.Known() && than.slo.Value.Known() {
		return m.factor < than.factor || math.IsInf(than.factor, 1) && m.slo.Value.Value < than.slo.Value.Value
	}
	return m.factor < than.factor
}

// closest is the worst miss of the layout whose worst miss is least.
func (e *engine) closest(r *Result) *Closest {
	var found *miss
	for _, l := range e.choices() {
		if m := misses(&r.Strategies[l]); len(m) > 0 && len(r.Strategies[l].Breaches) == 0 && (found == nil || m[0].less(found)) {
			found = &m[0]
		}
	}
	if found == nil || !found.slo.Value.Known() {
		return nil
	}
	return &Closest{
		Strategy: found.strategy, Class: found.class, Metric: found.slo.Metric,
		Value: found.slo.Value.Value, Target: found.slo.Target,
	}
}

// inputs counts the arrivals and the work of every class.
func (e *engine) inputs() (n Inputs) {
	if i := e.sc.Imported; i.Of > 0 {
		return Inputs{Measured: i.Measured, Assumed: i.Of - i.Measured}
	}
	for c := range e.sc.Classes {
		t, traced := e.sc.Classes[c].Arrivals.Process.(workloads.Trace)
		for _, measured := range []bool{traced, traced && t.HasWork} {
			if measured {
				n.Measured++
			} else {
				n.Assumed++
			}
		}
	}
	return n
}
