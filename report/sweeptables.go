package report

import (
	"fmt"
	"io"
	"slices"
	"strings"

	"example.com/simrun/internal/experiment"
	"example.com/simrun/internal/units"
)

// sweepGrids returns the tables of a sweep: over one axis the figures, over two who is best and what to take.
func sweepGrids(r *experiment.Result) []*grid {
	v := viewOf(r)
	if v == nil {
		return nil
	}
	if len(v.vary) == 1 {
		return []*grid{v.oneAxis(v.vary[0])}
	}
	var out []*grid
	for _, p := range v.pairs() {
		take := v.matrix(p, "What to take", func(c *experiment.Point) string {
			t := v.take(c)
			if t == noneWord || t == undecidedWord {
				return t
			}
			return v.letter(t)
		})
		take.note("%s. Of the layouts that meet every target, the one with the fewest changes from today's; none: no layout does; open: too close to tell.", v.legend())
		best := v.matrix(p, "Which layout is best", v.bestLetters)
		best.note("Best by its worst figure over its target; without targets, by mean response. Several letters: they cannot be told apart, or differ by less than a twentieth of a target.")
		out = append(out, take, best)
	}
	if len(out) > 0 && len(v.vary) == 2 {
		out[0].Notes = append(out[0].Notes, v.crossings()...)
	}
	return out
}

// legend says which letter stands for which layout.
func (v *sweepView) legend() string {
	all := make([]string, len(v.names))
	for i, n := range v.names {
		all[i] = letter(i) + " = " + n
	}
	return strings.Join(all, ", ")
}

// matrix returns a table with one axis down, the larger values first as on the map, and one across.
func (v *sweepView) matrix(p [2]int, title string, cell func(*experiment.Point) string) *grid {
	rows, columns := &v.Axes[p[0]], &v.Axes[p[1]]
	g := &grid{
		Title: fmt.Sprintf("%s, over %s and %s%s", title, rows.Name, columns.Name, v.holding(p[0], p[1])),
		Head:  []string{rows.Name + " \\ " + columns.Name}, Text: 1, Groups: []group{{}},
	}
	g.Head = append(g.Head, columns.Values...)
	for i, v0 := range slices.Backward(rows.Values) {
		line := []string{v0}
		for j := range columns.Values {
			line = append(line, cell(v.at(p[0], i, p[1], j)))
		}
		g.Groups[0].Rows = append(g.Groups[0].Rows, line)
	}
	return g
}

// oneAxis returns a row a value: the figure that decides, of every layout, and the answer.
func (v *sweepView) oneAxis(axis int) *grid {
	a := &v.Axes[axis]
	g := &grid{Title: "Over " + a.Name, Head: []string{a.Name}, Text: 1, Groups: []group{{}}}
	g.Head = append(g.Head, v.names...)
	g.Head = append(g.Head, "best", "take")
	for i, value := range a.Values {
		c := v.at(axis, i, axis, i)
		line := []string{value}
		for j := range c.Strategies {
			line = append(line, v.says(&c.Strategies[j]))
		}
		best := v.best(c)
		if len(c.Verdict.Tied) > 1 {
			best = strings.Join(c.Verdict.Tied, " = ")
		}
		g.Groups[0].Rows = append(g.Groups[0].Rows, append(line, best, v.take(c)))
	}
	if v.metric != nil {
		g.note("%s %s against a target of %s.", v.metric.class, v.metric.metric.Words(), v.metric.metric.Show(v.metric.bound))
	} else {
		g.note("The %s.", v.ranked())
	}
	g.Notes = append(g.Notes, v.crossings()...)
	return g
}

// says returns the figure of a layout in a cell.
func (v *sweepView) says(s *experiment.PointStrategy) string {
	if v.metric == nil {
		return v.worst(s.Worst)
	}
	o := v.of(s)
	switch {
	case o == nil || o.Value == nil:
		return "unstable"
	case !o.Value.Known() && o.Attained != nil: // too few tasks for a claim on the figure
		return units.Share(o.Attained.Value) + " in time"
	}
	return value(o.Metric, o.Value)
}

// SweepCSV writes sweep.csv: one row a cell, strategy, class and figure, the values of the axes in the first columns.
func SweepCSV(w io.Writer, r *experiment.Result) error {
	var head []string
	for _, a := range r.Sweep.Axes {
		head = append(head, a.Name)
	}
	rows := [][]string{append(head, "strategy", "class", "metric", "value", "low", "high")}
	for i := range r.Sweep.Cells {
		c := &r.Sweep.Cells[i]
		var at []string
		for k, n := range c.At {
			at = append(at, r.Sweep.Axes[k].Values[n])
		}
		for j := range c.Strategies {
			out := &records{}
			out.cellStrategy(&c.Strategies[j])
			for _, row := range out.rows {
				rows = append(rows, append(append([]string{}, at...), row...))
			}
		}
	}
	return (&records{rows: rows}).write(w)
}

func (r *records) cellStrategy(s *experiment.PointStrategy) {
	r.key = []string{s.Name, "(all)"}
	r.plain("slots", float64(s.Slots))
	r.estimate("worst", s.Worst)
	classes := s.Classes
	if s.All != nil {
		classes = append(append([]experiment.PointClass{}, classes...), *s.All)
	}
	for i := range classes {
		c := &classes[i]
		r.key = []string{s.Name, c.Name}
		if i == len(s.Classes) {
			r.key[1] = "(all)"
		}
		for _, q := range []struct {
			name string
			q    *experiment.PointQuantiles
		}{{"wait", c.Wait}, {"response", c.Response}} {
			if q.q == nil {
				continue
			}
			r.estimate(q.name+".mean", q.q.Mean)
			r.estimate(q.name+".p50", q.q.P50)
			r.estimate(q.name+".p95", q.q.P95)
			r.estimate(q.name+".p99", q.q.P99)
		}
		for _, t := range c.SLO {
			r.plain("slo."+t.Metric.String()+".target", t.Target)
			r.estimate("slo."+t.Metric.String()+".value", t.Value)
			r.estimate("slo."+t.Metric.String()+".attained", t.Attained)
		}
	}
}

// sweepLine says how much stands behind a map.
func sweepLine(r *experiment.Result) string {
	least, most, open := r.Sweep.Cells[0].Replications, 0, 0
	for i := range r.Sweep.Cells {
		n := r.Sweep.Cells[i].Replications
		least, most = min(least, n), max(most, n)
		if !r.Sweep.Cells[i].PrecisionReached {
			open++
		}
	}
	span := units.Plural(most, "replication", "replications")
	if least < most {
		span = fmt.Sprintf("%d to %s", least, span)
	}
	line := fmt.Sprintf("%s, each with %s of the same tasks.", units.Plural(len(r.Sweep.Cells), "cell", "cells"), span)
	if open > 0 {
		line += fmt.Sprintf(" In %d the requested precision was not reached.", open)
	}
	return line
}
