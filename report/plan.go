package report

import (
	"strings"

	"example.com/simrun/internal/plan"
	"example.com/simrun/internal/units"
)

// PlanDocument returns what was planned: the answer, what to change for it, every layout at its least capacity, and what was
// tried around it.
func PlanDocument(p *plan.Result) *Document {
	d := &Document{Title: p.Name + ", planned", Headline: p.Headline, Text: p.Said, Status: map[string]string{"found": "pass", "none": "fail"}[p.Status]}
	if p.Answer != nil {
		if p.Change != "" {
			d.Sections = append(d.Sections, Section{Title: "What to change", Code: p.Change})
		}
		if p.YAML != "" {
			d.Sections = append(d.Sections, Section{Title: "As a strategy of the file", Code: p.YAML})
		}
	}
	if len(p.Minimal) > 0 {
		d.Sections = append(d.Sections, Section{Title: "Layouts at their least capacity", Table: planMinimal(p)})
	}
	if len(p.Frontier) > 0 {
		d.Sections = append(d.Sections, Section{Title: "What one more worker gains: " + p.Target, Table: planFrontier(p), Plots: planPlots(p)})
	}
	return d
}

func planMinimal(p *plan.Result) *Table {
	t := &Table{Head: []string{"strategy", "workers", "slots", inPlanCurrency(p, "a month"), "changes", "with less"}, Text: 2}
	for _, m := range p.Minimal {
		name := m.Strategy
		if !m.Written {
			name += " (found)"
		}
		less := units.Absent
		if m.OneLess != nil {
			less = units.Count(float64(m.OneLess.Slots))
			if one := m.OneLess.Machine; one != nil {
				less = strings.TrimPrefix(plan.OnMachines([]plan.Machines{*one}), " on ")
			}
			less += ": " + map[string]string{"fail": "fails", "marginal": "marginal", "undecided": "open"}[m.OneLess.Verdict]
		}
		row := []string{plan.Sizes(m.Workers) + plan.OnMachines(m.Machines), units.Count(float64(m.Slots)), amountOf(m.Cost), units.Count(float64(m.Changes)), less}
		t.Groups = append(t.Groups, Group{Name: name, Rows: [][]string{row}})
		if m.With != "" {
			t.note("%s passes%s.", m.Strategy, m.With)
		}
	}
	return t
}

func amountOf(x *float64) string {
	if x == nil {
		return units.Absent
	}
	return units.Number(*x)
}

func inPlanCurrency(p *plan.Result, what string) string {
	if p.Currency == "" {
		return what
	}
	return p.Currency + " " + what
}

// slotsOf writes the slots of a size, and how they are shared where there are several sizes.
func slotsOf(f *plan.Point) string {
	said := units.Count(float64(f.Slots))
	if len(f.Sizes) > 1 || len(f.Sizes) == 1 && strings.Contains(f.Sizes[0], " x ") {
		said += ": " + strings.Join(f.Sizes, ", ")
	}
	return said + plan.OnMachines(f.Machines)
}

// noFigure says why a size has none: too few replications saw tasks beyond a quantile to claim it, a queue grows, or no figure says it.
func noFigure(f *plan.Point) string {
	if f.Grows {
		return "grows without end"
	}
	if trap, _, _ := strings.Cut(f.Trap, ":"); trap != "" {
		return strings.TrimPrefix(trap, "it ")
	}
	return "too few to say"
}

// planFrontier has the sizes that were decided, with the figure of the deciding target and what it gains on the size before.
func planFrontier(p *plan.Result) *Table {
	t := &Table{Head: []string{"strategy", "slots", inPlanCurrency(p, "a month"), p.Target, "interval", "gain", "verdict"}, Text: 1}
	var before *plan.Point
	for i := range p.Frontier {
		f := &p.Frontier[i]
		if before != nil && before.Strategy != f.Strategy {
			before = nil
		}
		value, interval, gain := noFigure(f), units.Absent, units.Absent
		if f.Figure.Value != nil {
			value = p.Metric.Show(*f.Figure.Value)
			if f.Figure.Low != nil && f.Figure.High != nil {
				interval = p.Metric.Show(*f.Figure.Low) + " to " + p.Metric.Show(*f.Figure.High)
			}
			if before != nil && before.Figure.Value != nil && f.Slots > before.Slots {
				gain = p.Metric.Show(max(0, *before.Figure.Value-*f.Figure.Value))
			}
		}
		row := []string{slotsOf(f), amountOf(f.Cost), value, interval, gain, f.Passes}
		if n := len(t.Groups); n > 0 && t.Groups[n-1].Name == f.Strategy {
			t.Groups[n-1].Rows = append(t.Groups[n-1].Rows, row)
		} else {
			t.Groups = append(t.Groups, Group{Name: f.Strategy, Rows: [][]string{row}})
		}
		before = f
	}
	t.note("Sizes that were decided on tasks of their own. Gain: on the row above.")
	return t
}
