package fidelity

import (
	"fmt"
	"math"
	"strings"

	"example.com/simrun/internal/units"
	"example.com/simrun/report"
)

// Detail says how much of a comparison a document shows.
type Detail int

// Details.
const (
	Summary Detail = iota // one line a recording, the ranking, what does not hold
	Full                  // and the figures of each recording, with plots
)

// Document shows comparisons.
func Document(all []*Comparison, detail Detail) *report.Document {
	d := &report.Document{Title: "Prediction against reality", Status: "pass"}
	held, figures, missing := Total(all)
	d.Headline = fmt.Sprintf("%d of %d figures hold (%s)", held, figures, percent(held, figures))
	if missing > 0 {
		d.Headline += fmt.Sprintf("; %s of %d not modelled", units.Plural(missing, "recording", "recordings"), len(all))
	}
	d.Headline += "."
	if held < figures || missing > 0 {
		d.Status = "fail"
	}
	d.Sections = append(d.Sections, report.Section{Title: "By recording", Table: overview(all)})
	if pairs := Ranking(all); len(pairs) > 0 {
		d.Sections = append(d.Sections, report.Section{Title: "Which layout is better", Text: []string{rankingWords(pairs)}, Table: rankingTable(pairs)})
	}
	if detail == Summary || held < figures {
		d.Sections = append(d.Sections, report.Section{Title: "Figures that do not hold", Text: []string{missWords(all)}, Table: misses(all)})
	}
	if detail == Full {
		for _, c := range all {
			d.Sections = append(d.Sections, c.section())
		}
	}
	return d
}

// Total counts the figures that hold over all recordings, and the recordings that are not modelled.
func Total(all []*Comparison) (held, figures, missing int) {
	for _, c := range all {
		h, n := c.Held()
		held, figures = held+h, figures+n
		if c.NotModelled != nil {
			missing++
		}
	}
	return held, figures, missing
}

func percent(part, whole int) string {
	if whole == 0 {
		return units.Absent
	}
	return fmt.Sprintf("%.1f %%", 100*float64(part)/float64(whole))
}

// overview is one line a recording.
func overview(all []*Comparison) *report.Table {
	t := &report.Table{
		Head: []string{"recording", "Celery", "work", "hold", "wait W1", "run to run"}, Text: 4,
		Groups: []report.Group{{}},
		Notes:  []string{"W1: Wasserstein distance of the waits over their mean, in the worst class; run to run: the same between two runs of reality. KS, in the table of a recording: the Kolmogorov-Smirnov distance, the largest difference between the shares of tasks that have waited no longer than some time."},
	}
	for _, c := range all {
		held, n := c.Held()
		w, noise := 0.0, math.NaN()
		for _, d := range c.Distances {
			if d.Wasserstein >= w {
				w, noise = d.Wasserstein, d.NoiseW
			}
		}
		row := []string{c.Recording, c.Release + " " + c.Broker + " " + c.Pool, c.work(), fmt.Sprintf("%d of %d", held, n), share(w), share(noise)}
		if n == 0 {
			row[3], row[4], row[5] = "not modelled: "+strings.Join(c.NotModelled, ", "), units.Absent, units.Absent
		}
		t.Groups[0].Rows = append(t.Groups[0].Rows, row)
	}
	return t
}

func (c *Comparison) work() string {
	if c.CPUHeavy {
		return "CPU-heavy"
	}
	return "sleeping"
}

// misses are the figures that do not hold.
func misses(all []*Comparison) *report.Table {
	t := &report.Table{Head: []string{"recording", "class", "figure", "predicted", "observed", "error", "run to run", "bar", "chance"}, Text: 3}
	for _, c := range all {
		g := report.Group{Name: c.Recording}
		for i := range c.Figures {
			if f := &c.Figures[i]; !f.Holds {
				g.Rows = append(g.Rows, []string{f.Class, f.name(), f.write(f.Predicted), f.write(f.Observed), signed(f.Error), share(f.Noise), f.bar(), f.chance()})
			}
		}
		if g.Rows != nil {
			t.Groups = append(t.Groups, g)
		}
	}
	return t
}

// chance is how often runs of the model are as far out as reality.
func (f *Figure) chance() string {
	if f.Chance < 0.001 {
		return "< 0.1 %"
	}
	return share(f.Chance)
}

// lucky counts the figures that do not hold though luck explains them.
func lucky(all []*Comparison) (n int) {
	for _, c := range all {
		for i := range c.Figures {
			if f := &c.Figures[i]; !f.Holds && f.Chance >= luck {
				n++
			}
		}
	}
	return n
}

func missWords(all []*Comparison) string {
	held, figures, _ := Total(all)
	return fmt.Sprintf("Chance: how often as many runs of the model as reality had are at least as far from what is predicted. Where it is 5 %% or more, luck explains the difference: %d of these %d. A miss all the same.", lucky(all), figures-held)
}

// name is the figure as people say it.
func (f *Figure) name() string {
	if f.Metric == Tasks {
		return f.Stat
	}
	return strings.TrimSpace(f.Metric + " " + f.Stat)
}

func (f *Figure) write(x float64) string {
	switch f.Metric {
	case Tasks:
		return units.Number(x)
	case Throughput:
		return units.Number(x) + "/s"
	}
	return units.Duration(x)
}

func (f *Figure) bar() string {
	if f.Metric == Tasks {
		return fmt.Sprintf("%.0f tasks", f.Bar)
	}
	return share(f.Bar)
}

// signed is a relative error.
func signed(x float64) string {
	if math.IsNaN(x) || math.IsInf(x, 0) {
		return units.Absent
	}
	return fmt.Sprintf("%+.1f %%", 100*x)
}

func share(x float64) string {
	if math.IsNaN(x) || math.IsInf(x, 0) {
		return units.Absent
	}
	return fmt.Sprintf("%.1f %%", 100*x)
}

func rankingWords(pairs []Pair) string {
	same := 0
	for i := range pairs {
		if pairs[i].Same {
			same++
		}
	}
	return fmt.Sprintf("Recordings that met the same tasks, two by two: the mean and p95 of wait and response of each class, where reality tells them apart. In %d of %d the better layout is the same as in reality.", same, len(pairs))
}

// rankingTable is one line a pair of recordings.
func rankingTable(pairs []Pair) *report.Table {
	t := &report.Table{Head: []string{"recording", "against", "told apart", "same", "not the same, B / A observed and predicted"}, Text: 2, Groups: []report.Group{{}}}
	for i := 0; i < len(pairs); {
		k, same := i, 0
		var wrong []string
		for ; k < len(pairs) && pairs[k].A == pairs[i].A && pairs[k].B == pairs[i].B; k++ {
			p := &pairs[k]
			if p.Same {
				same++
				continue
			}
			wrong = append(wrong, fmt.Sprintf("%s %s %s: %s, %s", p.Class, p.Metric, p.Stat, units.Number(p.Observed), units.Number(p.Predicted)))
		}
		t.Groups[0].Rows = append(t.Groups[0].Rows, []string{pairs[i].A, pairs[i].B, fmt.Sprint(k - i), fmt.Sprint(same), strings.Join(wrong, "; ")})
		i = k
	}
	return t
}

// section is everything about one recording.
func (c *Comparison) section() report.Section {
	held, n := c.Held()
	s := report.Section{Title: c.Recording, Text: []string{c.words(held, n)}}
	if n == 0 {
		return s
	}
	s.Table = c.table()
	for i := range c.waits {
		w := &c.waits[i]
		lines := []report.Line{{Name: "predicted", Values: w.predicted}}
		for _, r := range w.observed {
			lines = append(lines, report.Line{Name: "observed", Values: r, Observed: true})
		}
		name := fmt.Sprintf("%s, %s: wait", c.Recording, w.class)
		if p, ok := report.CDF("cdf-"+c.Recording+"-"+w.class, name, "wait, from intended arrival to start", lines); ok {
			s.Plots = append(s.Plots, p)
		}
	}
	return s
}

// words are what is said of a recording.
func (c *Comparison) words(held, n int) string {
	s := strings.TrimSuffix(c.About, ".") + ". "
	if c.About == "" {
		s = ""
	}
	if c.NotModelled != nil {
		return s + "Not modelled: " + strings.Join(c.NotModelled, ", ") + "."
	}
	s += fmt.Sprintf("%d of %d figures hold", held, n)
	if c.Replications > 1 {
		s += fmt.Sprintf(" (of the replications, %d differ)", c.Replications)
	}
	if o := c.OtherOutcome; o.Predicted > 0 || o.Rerun > 0 {
		s += fmt.Sprintf("; %s ended otherwise than in the first run of reality, %s did in its other runs", units.Number(o.Predicted)+" tasks", units.Number(o.Rerun))
	}
	s += "."
	for _, note := range c.Notes {
		s += " " + note + "."
	}
	return s
}

// table is one row a class and metric: what was observed, and by how much the prediction is off.
func (c *Comparison) table() *report.Table {
	head := []string{"class", "figure", ""}
	head = append(head, Stats...)
	head = append(head, "W1", "KS")
	t := &report.Table{Head: head, Text: 3}
	for k := range c.Distances {
		d := &c.Distances[k]
		g := report.Group{Name: d.Class}
		for _, metric := range []string{Wait, Response} {
			rows := [][]string{{metric, "observed"}, {"", "predicted"}, {"", "error"}, {"", "run to run"}}
			any := false
			for _, stat := range Stats {
				cells := []string{units.Absent, units.Absent, units.Absent, units.Absent}
				if f := c.figure(d.Class, metric, stat); f != nil {
					any = true
					cells = []string{f.write(f.Observed), f.write(f.Predicted), signed(f.Error) + miss(f), share(f.Noise)}
				}
				for i := range rows {
					rows[i] = append(rows[i], cells[i])
				}
			}
			if !any {
				continue
			}
			for i := range rows {
				rows[i] = append(rows[i], "", "")
			}
			if metric == Wait {
				rows[2][len(rows[2])-2], rows[2][len(rows[2])-1] = share(d.Wasserstein), share(d.KS)
				rows[3][len(rows[3])-2], rows[3][len(rows[3])-1] = share(d.NoiseW), share(d.NoiseKS)
			}
			g.Rows = append(g.Rows, rows...)
		}
		for i := range c.Figures {
			if f := &c.Figures[i]; f.Class == d.Class && (f.Metric == Throughput || f.Metric == Tasks) {
				g.Rows = append(g.Rows, f.row())
			}
		}
		t.Groups = append(t.Groups, g)
	}
	t.Notes = append(t.Notes, "An error with ! does not hold.")
	return t
}

// row is a figure that has no statistics.
func (f *Figure) row() []string {
	row := []string{f.name(), "obs., pred., error", f.write(f.Observed), f.write(f.Predicted), signed(f.Error) + miss(f)}
	for len(row) < 2+len(Stats)+2 {
		row = append(row, "")
	}
	return row
}

func miss(f *Figure) string {
	if f.Holds {
		return ""
	}
	return "!"
}
