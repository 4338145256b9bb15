package main

import (
	"fmt"
	"math"
	"reflect"
	"slices"

	"example.com/simrun/internal/experiment"
	"example.com/simrun/internal/imports"
	"example.com/simrun/internal/units"
	"example.com/simrun/report"
	"example.com/simrun/scenarios"
	"example.com/simrun/strategies"
	"example.com/simrun/worker"
	"example.com/simrun/workloads"
)

// alsoPassing are the lines and steps of the layouts that meet every target beside the recommended one, and do something
// for these tasks; the others are named.
func alsoPassing(sc *scenarios.Scenario, r *experiment.Result) (all []report.Section) {
	var idle []string
	for i := range r.Strategies {
		st := &r.Strategies[i]
		if i == sc.Baseline || r.Verdict.Recommend != nil && st.Name == *r.Verdict.Recommend {
			continue
		}
		how := ", which passes too"
		switch st.Verdict() {
		case "pass":
		case "marginal":
			how = ", which passes by less than predictions have been off"
		default:
			continue
		}
		if changesNothing(r, st, &r.Strategies[sc.Baseline]) {
			idle = append(idle, st.Name)
			continue
		}
		change := strategies.Diff(&sc.Layouts[sc.Baseline], &sc.Layouts[i], sc.Classes)
		all = append(all, report.Section{Title: "What to change for " + st.Name + how, Code: strategies.Render(change)})
	}
	if idle != nil {
		all = append(all, report.Section{Text: []string{"No difference to today shows for these tasks: " + units.And(idle) + "."}})
	}
	return all
}

// changesNothing says that a layout comes out as today's does: with the same verdict, in as many slots, for as much, and no
// figure that is compared is shown to differ.
func changesNothing(r *experiment.Result, st, today *experiment.Strategy) bool {
	if st.Verdict() != today.Verdict() || st.Slots != today.Slots || !reflect.DeepEqual(st.Costs, today.Costs) {
		return false
	}
	compared := func(c experiment.Comparison) bool { return c.Strategy == st.Name && c.Difference.Known() }
	return slices.ContainsFunc(r.Comparisons, compared) && !slices.ContainsFunc(r.Comparisons, func(c experiment.Comparison) bool { return compared(c) && c.Differs() })
}

// doubt says whether the layout that is recommended for these tasks is sure to pass with others like them.
func doubt(recommended *string, pass []string) string {
	sure := "No layout is sure to meet every target then."
	if pass != nil {
		sure = "Sure to meet every target then: " + units.And(pass) + "."
	}
	if recommended != nil && !slices.Contains(pass, *recommended) {
		sure += fmt.Sprintf(" %s passes on the tasks of the log, which is no promise for others.", *recommended)
	}
	return sure
}

// suchTraffic shows how each layout meets its targets when not these tasks come, but others like them.
func suchTraffic(these, r *experiment.Result, short imports.Short) report.Section {
	s := report.Section{Title: "Such traffic: other tasks like these", Text: []string{
		"Above are the tasks of the log once more. Another hour brings others: as many on average, as long, as they came. A window is as long as the log; 95 of 100 show a figure in that range. A log so short could have been another: the wider range counts that, by scenarios of forty logs that were drawn from it in blocks.",
	}}
	s.Table = &report.Table{Head: []string{"strategy", "class", "metric", "target", "value", "one window", "short log", "verdict"}, Text: 3}
	var pass []string
	for i := range r.Strategies {
		st := &r.Strategies[i]
		g := report.Group{Name: st.Name}
		for k := range st.Classes {
			c := &st.Classes[k]
			for n := range c.SLO {
				o := &c.SLO[n]
				value := units.Absent
				if o.Value.Known() {
					value = o.Metric.Show(o.Value.Value)
				}
				g.Rows = append(g.Rows, []string{c.Name, o.Metric.Words(), o.Metric.Show(o.Target), value, oneWindow(c, o.Metric), shortWindow(st.Name, c, o.Metric, short), o.Verdict})
			}
		}
		s.Table.Groups = append(s.Table.Groups, g)
		if st.Verdict() == "pass" {
			pass = append(pass, st.Name)
		}
	}
	s.Text = append(s.Text, doubt(these.Verdict.Recommend, pass))
	return s
}

// oneWindow is what one window shows of a figure, where that is known.
func oneWindow(c *experiment.Class, m workloads.Metric) string {
	if b := windowBand(c, m); b != nil {
		return units.Duration(b.Low) + " .. " + units.Duration(b.High)
	}
	return units.Absent
}

// windowBand is the same as a band; nil where it is not known.
func windowBand(c *experiment.Class, m workloads.Metric) *experiment.Band {
	w := c.Window
	if m.Of == worker.Response {
		w = c.ResponseWindow
	}
	if w == nil || m.IsShare() || m.HasBy || m.Of == worker.Run {
		return nil
	}
	return map[string]*experiment.Band{"mean": w.Mean, "p50": w.P50, "p95": w.P95, "p99": w.P99}[m.Stat.String()]
}

// shortWindow is the same where the shortness of the log counts.
func shortWindow(layout string, c *experiment.Class, m workloads.Metric, short imports.Short) string {
	one := windowBand(c, m)
	b, known := short.Of(layout, c.Name, m)
	if one == nil || !known {
		return units.Absent
	}
	low, high := min(one.Low, b.Low), max(one.High, b.High)
	if math.IsInf(high, 1) {
		return units.Duration(low) + " .. no end"
	}
	return units.Duration(low) + " .. " + units.Duration(high)
}
