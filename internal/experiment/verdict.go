package experiment

import (
	"cmp"
	"fmt"
	"math"
	"slices"
	"strings"

	"example.com/simrun/internal/units"
	"example.com/simrun/stats"
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
	if !e.cell {
		var err error
		if v.Headroom, err = e.headroom(states); err != nil {
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
	simplest := e.simplest(states)
	if simplest >= 0 {
		v.SimplestThatPasses = &e.sc.Layouts[simplest].Name
	}
	switch {
	case !allHold(r.Checks):
		v.Status = noVerdict
		v.Reasons = append(v.Reasons, "A check failed, so the verdict is withheld: see the checks.")
	case states[base] == pass:
		v.Status, v.Recommend = keepBaseline, &e.sc.Layouts[base].Name
	case states[base] == undecided, states[base] == marginal:
		v.Status = noVerdict
	case simplest >= 0:
		v.Status, v.Recommend = change, &e.sc.Layouts[simplest].Name
		v.Reasons = append(v.Reasons, e.whyChange(simplest))
	case slices.ContainsFunc(e.choices(), func(l int) bool { return states[l] == undecided || states[l] == marginal }):
		v.Status = noVerdict
	default:
		v.Status = nonePasses
		v.Closest = e.closest(r)
	}
	v.Headline = e.headline(r, states[base])
	v.Reasons = append(v.Reasons, e.reasons(r, states)...)
	v.Reasons = append(v.Reasons, e.whatIsShared(r, states)...)
	// An ideal broker is a model: there is nothing to deploy.
	if v.Recommend != nil && *v.Recommend != v.Baseline && e.sc.Layouts[simplest].Broker.Kind != worker.Ideal {
		c := strategies.Diff(&e.sc.Layouts[base], &e.sc.Layouts[simplest], e.sc.Classes)
		v.Apply = &c
	}
	return nil
}

func allHold(checks []Check) bool {
	return !slices.ContainsFunc(checks, func(c Check) bool { return !c.OK })
}

// state is the verdict on all targets of a layout together.
func state(s *Strategy) string {
	all := pass
	for i := range s.Classes {
		for _, o := range s.Classes[i].SLO {
			switch {
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

// simplest is the layout that passes with the fewest changes from the baseline, then the fewest workers, then the
// lowest cost, then the first; -1 if none passes.
func (e *engine) simplest(states []string) int {
	base := &e.sc.Layouts[e.sc.Baseline]
	type effort struct {
		changes, workers int
		cost             float64
		layout           int
	}
	var passing []effort
	for _, l := range e.choices() {
		if states[l] == pass {
			changes, workers := strategies.Simplicity(base, &e.sc.Layouts[l], e.sc.Classes)
			x := effort{changes: changes, workers: workers, layout: l}
			if c := e.cost(l).hourly(); c != nil {
				x.cost = *c
			}
			passing = append(passing, x)
		}
	}
	if len(passing) == 0 {
		return -1
	}
	return slices.MinFunc(passing, func(a, b effort) int {
		return cmp.Or(cmp.Compare(a.changes, b.changes), cmp.Compare(a.workers, b.workers),
			cmp.Compare(a.cost, b.cost), cmp.Compare(a.layout, b.layout))
	}).layout
}

// best names the layout whose worst target is met by most. The observation of a replication is the largest ratio of a
// duration to its target, or without targets the mean slowdown of all tasks. Layouts that cannot be told from the best
// one at the scenario's confidence tie, and the simplest of them is named.
func (e *engine) best(v *Verdict, states []string) {
	var rows [][]float64
	var kept []int
	for _, l := range e.choices() {
		if row := e.objective(l); row != nil && len(e.withheld[l]) == 0 && e.breaches(l) == nil {
			rows, kept = append(rows, row), append(kept, l)
		}
	}
	if len(kept) == 0 {
		return
	}
	tied := e.tied(rows)
	if e.cell && e.targeted() {
		tied = e.alike(rows, tied)
	}
	apart := len(tied) == 1
	if slices.ContainsFunc(tied, func(i int) bool { return states[kept[i]] == pass }) {
		tied = slices.DeleteFunc(tied, func(i int) bool { return states[kept[i]] == fail }) // what fails is not best beside what passes
	}
	best := slices.MinFunc(tied, func(a, b int) int {
		return cmp.Or(e.effort(kept[a], kept[b]), cmp.Compare(kept[a], kept[b]))
	})
	v.Best = &e.sc.Layouts[kept[best]].Name
	if apart && len(kept) > 1 && !e.exact {
		v.ProbabilityCorrect = &e.sc.Run.Confidence
	}
	if len(tied) > 1 {
		var names []string
		for _, t := range tied {
			names = append(names, e.sc.Layouts[kept[t]].Name)
		}
		v.tied = names
		v.Reasons = append(v.Reasons, fmt.Sprintf("The best is one of %s: they cannot be told apart.", strings.Join(names, ", ")))
	}
}

// tied are the rows that may have the least mean: those that survive the screening and, as far as it has got, the
// sequential selection of Kim and Nelson with an indifference of 5 % of the best mean.
func (e *engine) tied(rows [][]float64) []int {
	means := make([]float64, len(rows))
	for i, row := range rows {
		means[i] = stats.MeanInterval(row, e.sc.Run.Confidence).Value
	}
	least := slices.Min(means)
	if e.exact || len(rows[0]) < 2 {
		return []int{slices.Index(means, least)}
	}
	// Each procedure gets half of the error that the confidence allows.
	alpha := (1 - e.sc.Run.Confidence) / 2
	in := stats.Screen(rows, alpha)
	selection, err := stats.NewKN(max(2, len(rows)), min(len(rows[0]), 2*block), alpha, 0.05*least)
	if err != nil || len(rows) < 2 {
		return in
	}
	both := slices.DeleteFunc(slices.Clone(in), func(i int) bool { return !slices.Contains(selection.Survivors(rows), i) })
	if len(both) == 0 {
		return in
	}
	return both
}

// effort compares the number of changes that two layouts take.
func (e *engine) effort(a, b int) int {
	base := &e.sc.Layouts[e.sc.Baseline]
	x, xWorkers := strategies.Simplicity(base, &e.sc.Layouts[a], e.sc.Classes)
	y, yWorkers := strategies.Simplicity(base, &e.sc.Layouts[b], e.sc.Classes)
	return cmp.Or(cmp.Compare(x, y), cmp.Compare(xWorkers, yWorkers))
}

// objective is what the best layout has least of, for every replication; nil where a replication does not have it.
func (e *engine) objective(l int) []float64 {
	row := make([]float64, len(e.samples[l]))
	targets := false
	for i := range e.samples[l] {
		for c := range e.sc.Classes {
			for _, o := range e.sc.Classes[c].SLO {
				if o.Bound > 0 {
					targets = true
					x := e.samples[l][i].classes[c].of[durationOf[o.Metric]][figureFor(o.Stat)]
					row[i] = max(row[i], x/o.Bound.Seconds())
				}
			}
		}
		if !targets {
			row[i] = e.samples[l][i].classes[len(e.sc.Classes)].of[slowdown][mean]
		}
		if row[i] != row[i] {
			return nil
		}
	}
	return row
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
			if o.Value != nil && o.Target > 0 {
				factor = o.Value.Value / o.Target
			}
			all = append(all, miss{s.Name, s.Classes[i].Name, o, factor})
		}
	}
	slices.SortStableFunc(all, func(a, b miss) int { return cmp.Compare(b.factor, a.factor) })
	return all
}

// closest is the worst miss of the layout whose worst miss is least.
func (e *engine) closest(r *Result) *Closest {
	var found *miss
	for _, l := range e.choices() {
		if m := misses(&r.Strategies[l]); len(m) > 0 && len(r.Strategies[l].Breaches) == 0 && (found == nil || m[0].factor < found.factor) {
			found = &m[0]
		}
	}
	if found == nil || found.slo.Value == nil {
		return nil
	}
	return &Closest{
		Strategy: found.strategy, Class: found.class, Metric: found.slo.Metric,
		Value: found.slo.Value.Value, Target: found.slo.Target,
	}
}

// says writes a figure of a target: a duration, or a share.
func (o *SLO) says(v float64) string {
	if o.IsShare {
		return units.Share(v)
	}
	return units.Duration(v)
}

// inputs counts the arrivals and the work of every class.
func (e *engine) inputs() (n Inputs) {
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
