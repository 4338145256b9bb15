package report

import (
	"fmt"
	"io"
	"strings"

	"example.com/simrun/internal/compare"
	"example.com/simrun/internal/experiment"
	"example.com/simrun/internal/units"
)

// CompareJSON writes a comparison of two runs.
func CompareJSON(w io.Writer, c *compare.Comparison) error { return writeJSON(w, c) }

// CompareText is a comparison of two runs on a terminal: what changed, or with all every figure.
func CompareText(c *compare.Comparison, all bool, width int, color bool) string {
	p := newPage(width, color)
	p.paragraph("", changedLine(c))
	for _, line := range compareNotes(c) {
		p.paragraph("- ", line)
	}
	p.grid(changedFigures(c, all))
	p.grid(compareMeans(c))
	return p.String()
}

// CompareMarkdown is the same for a pull request.
func CompareMarkdown(c *compare.Comparison, all bool) string {
	var b strings.Builder
	b.WriteString("**" + escapeMarkdown(changedLine(c)) + "**\n")
	if notes := compareNotes(c); len(notes) > 0 {
		b.WriteString("\n")
		for _, line := range notes {
			b.WriteString("- " + escapeMarkdown(line) + "\n")
		}
	}
	markdownGrid(&b, changedFigures(c, all))
	markdownGrid(&b, compareMeans(c))
	return b.String()
}

func changedLine(c *compare.Comparison) string {
	n := c.Shown()
	how := "on the same tasks"
	if !c.Paired {
		how = "each run on tasks of its own (other seeds, or other numbers of replications)"
	}
	switch {
	case !c.Common:
		return "Nothing can be compared: no task under a layout of the same name is in both runs."
	case len(c.Changes) == 0:
		return "Nothing can be compared: no figure is in both runs."
	case n == 0:
		return fmt.Sprintf("No difference is shown: %s compared, %s.", units.Plural(len(c.Changes), "figure", "figures"), how)
	}
	up := 0
	for i := range c.Changes {
		if c.Changes[i].Shown && c.Changes[i].Difference.Value > 0 {
			up++
		}
	}
	return fmt.Sprintf("%d of %s changed, %d for the worse, compared %s.", n, units.Plural(len(c.Changes), "figure", "figures"), up, how)
}

func compareNotes(c *compare.Comparison) (said []string) {
	for _, t := range c.Targets {
		said = append(said, fmt.Sprintf("%s: %s %s was %s and is %s.", t.Strategy, t.Class, t.Metric.Words(), t.Old, t.New))
	}
	for _, e := range c.Endings {
		said = append(said, fmt.Sprintf("%s: %s.", e.Strategy, ending(&e)))
	}
	for _, m := range c.Only {
		what := m.Strategy
		if m.Class != "" {
			what = "class " + m.Class + " under " + what
		}
		said = append(said, fmt.Sprintf("Only in the %s run: %s.", m.In, what))
	}
	return said
}

// ending says what became of a class that has figures in one run only.
func ending(e *compare.Ending) string {
	switch e.New {
	case experiment.Growing:
		return fmt.Sprintf("the queue of %s now grows without end", e.Class)
	case experiment.Unended:
		return fmt.Sprintf("many tasks of %s now never end", e.Class)
	}
	return fmt.Sprintf("all tasks of %s end now, which they did not", e.Class)
}

// changedFigures is a table of the figures whose change is shown, or of all.
func changedFigures(c *compare.Comparison, all bool) *grid {
	g := &grid{Title: "Figures", Text: 3, Head: []string{"strategy", "class", "metric", "old", "new", "difference", "interval", "p"}}
	for i := range c.Changes {
		f := &c.Changes[i]
		if !all && !f.Shown {
			continue
		}
		if n := len(g.Groups); n == 0 || g.Groups[n-1].Name != f.Strategy {
			g.Groups = append(g.Groups, group{Name: f.Strategy})
		}
		row := []string{f.Class, f.Metric.Words(), f.Metric.Show(f.Old), f.Metric.Show(f.New), "~", units.Absent, units.Absent}
		if f.Shown {
			row[4] = signed(f.Metric, f.Difference.Value)
		}
		if f.Difference.Low != nil {
			row[5] = signed(f.Metric, *f.Difference.Low) + " to " + signed(f.Metric, *f.Difference.High)
		}
		if f.P != nil {
			row[6] = chance(*f.P)
		}
		last := &g.Groups[len(g.Groups)-1]
		last.Rows = append(last.Rows, row)
	}
	g.note("~: no difference is shown. p is adjusted for the number of figures (Holm); intervals are at 95 %%, each by itself.")
	return g
}

// chance is a p-value; nobody decides by how far one is below a ten-thousandth.
func chance(p float64) string {
	if p < 0.0001 {
		return "< 0.0001"
	}
	return units.Number(p)
}

func compareMeans(c *compare.Comparison) *grid {
	g := &grid{Title: "New to old, geometric mean over the classes", Text: 2, Head: []string{"strategy", "metric", "ratio", "classes"}}
	for _, m := range c.Means {
		if n := len(g.Groups); n == 0 || g.Groups[n-1].Name != m.Strategy {
			g.Groups = append(g.Groups, group{Name: m.Strategy})
		}
		last := &g.Groups[len(g.Groups)-1]
		last.Rows = append(last.Rows, []string{m.Metric.Words(), fmt.Sprintf("%.3fx", m.Ratio), fmt.Sprint(m.Of)})
	}
	return g
}
