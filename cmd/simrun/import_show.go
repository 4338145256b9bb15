package main

import (
	"fmt"
	"math"
	"strings"

	"example.com/simrun/internal/imports"
	"example.com/simrun/internal/units"
	"example.com/simrun/report"
)

// imported shows what was found in a log and how well laws fit.
func imported(m *imports.Import) *report.Document {
	d := &report.Document{Title: "Import"}
	tasks := 0
	arrivals := &report.Table{Head: []string{"class", "queue", "arrivals", "tasks", "rate", "dispersion", "errors", "timeouts", "lost", "hung"}, Text: 3, Groups: []report.Group{{}}}
	fits := &report.Table{Head: []string{"class", "law", "KS", "A²", "W1", "AIC"}, Text: 2}
	fits.Notes = []string{"The best by AIC first. KS: largest distance of the distribution functions. A²: Anderson and Darling's, which weighs the tails. W1: mean distance between quantiles over the mean. No p-values: the parameters were fitted to the same data, and a long log refuses every law."}
	fitted := report.Section{Title: "How laws fit the run times", Table: fits}
	for i := range m.Classes {
		c := &m.Classes[i]
		tasks += c.Tasks
		share := func(n int) string {
			if c.Attempts == 0 {
				return units.Absent
			}
			return units.Share(float64(n) / float64(c.Attempts))
		}
		dispersion := units.Absent
		if c.Arrivals.Dispersion >= 0 {
			dispersion = units.Number(c.Arrivals.Dispersion)
		}
		arrivals.Groups[0].Rows = append(arrivals.Groups[0].Rows, []string{
			c.Name, c.Queue, c.Arrivals.Words, fmt.Sprint(c.Tasks), units.Number(c.Arrivals.Rate) + "/s", dispersion, share(c.Errors), share(c.Timeouts), share(c.Lost), share(c.Hung),
		})
		g := report.Group{Name: c.Name}
		var laws []report.Law
		for _, f := range c.Fits {
			g.Rows = append(g.Rows, []string{f.Law, units.Number(f.KS), units.Number(f.Anderson), units.Share(f.W1), fmt.Sprintf("%.0f", f.AIC)})
			laws = append(laws, report.Law{Name: f.Name, Quantile: f.Quantile})
		}
		if g.Rows != nil {
			fits.Groups = append(fits.Groups, g)
		}
		if p, ok := report.QQ("qq-"+c.Name, c.Name+": run times, quantile by quantile", c.Runs, laws); ok {
			fitted.Plots = append(fitted.Plots, p)
		}
	}
	arrivals.Notes = []string{"Dispersion: variance of counts over their mean, of what the arrivals as written leave unexplained; Poisson has 1. Errors, timeouts, lost with their process and hanging: shares of attempts."}
	d.Headline = fmt.Sprintf("%s of %s in %s.", units.Plural(tasks, "task", "tasks"), units.Plural(len(m.Classes), "class", "classes"), units.Duration(m.Span))
	d.Sections = []report.Section{selfCheck(m), {Title: "Arrivals", Table: arrivals}}
	if len(fits.Groups) > 0 {
		d.Sections = append(d.Sections, fitted)
	}
	d.Sections = append(d.Sections, report.Section{Title: "Workers seen", Table: workersSeen(m)})
	if m.Warnings != nil {
		d.Sections = append(d.Sections, report.Section{Title: "What the log cannot tell", Text: m.Warnings})
	}
	return d
}

func workersSeen(m *imports.Import) *report.Table {
	t := &report.Table{Head: []string{"worker", "queues", "at once"}, Text: 2, Groups: []report.Group{{}}, Notes: []string{"At once: the most tasks seen running together, so the concurrency is at least that."}}
	for _, w := range m.Workers {
		t.Groups[0].Rows = append(t.Groups[0].Rows, []string{w.Name, strings.Join(w.Queues, ", "), fmt.Sprint(w.Most)})
	}
	return t
}

// selfCheck shows the log through its own layout.
func selfCheck(m *imports.Import) report.Section {
	c := m.Check
	s := report.Section{Title: "These tasks again, in their own layout"}
	if len(c.Figures) == 0 {
		s.Text = []string{"There are too few tasks to compare anything with."}
		if m.Log.Sums != nil {
			s.Text = c.Unseen
		}
		return s
	}
	held := c.Held()
	s.Text = []string{fmt.Sprintf("%d of %d figures are within a tenth (or 5 ms) of what the log shows.", held, len(c.Figures))}
	if held < len(c.Figures) {
		s.Text[0] += " Before another layout is asked about, this may be what is missing:"
		s.Text = append(s.Text, c.Missing...)
	}
	s.Text = append(s.Text, c.Unseen...)
	s.Table = &report.Table{Head: []string{"class", "figure", "predicted", "observed", "error", "holds"}, Text: 2}
	for i := range c.Figures {
		f := &c.Figures[i]
		if n := len(s.Table.Groups); n == 0 || s.Table.Groups[n-1].Name != f.Class {
			s.Table.Groups = append(s.Table.Groups, report.Group{Name: f.Class})
		}
		g := &s.Table.Groups[len(s.Table.Groups)-1]
		holds := "yes"
		if !f.Holds() {
			holds = "no"
		}
		predicted, off := units.Absent, units.Absent
		if !math.IsNaN(f.Predicted) {
			predicted = units.Duration(f.Predicted)
			if f.Observed > 0 {
				off = signedPercent(f.Predicted/f.Observed - 1)
			}
		}
		g.Rows = append(g.Rows, []string{f.Metric + " " + f.Stat, predicted, units.Duration(f.Observed), off, holds})
	}
	return s
}

// signedPercent writes a share with its sign, which 0 has none.
func signedPercent(x float64) string {
	if n := math.Round(100 * x); n != 0 {
		return fmt.Sprintf("%+.0f %%", n)
	}
	return "0 %"
}
