package report

import (
	"fmt"
	"math"
	"slices"
	"strings"

	"github.com/jedib0t/go-pretty/v6/text"

	"example.com/simrun/internal/experiment"
	"example.com/simrun/internal/units"
)

// screenRows is what a terminal shows at once, but for the line of what was written, and the prompt.
const screenRows = 24 - 2

// Screen is the answer on one screen of a terminal: does what runs today pass, why, what to take instead and at what
// price, every layout in a line, and what to run. Text has all the rest.
func Screen(r *experiment.Result, width int, color bool) string {
	r = reduced(r)
	p := newPage(width, color)
	p.lead(r)
	foot := newPage(width, color)
	foot.toRun(r)
	foot.paragraph("", "-v: "+strings.Join(unseen(r), ", ")+".")
	below := rowsOf(foot.String(), p.width)
	p.comparison(r, screenRows-rowsOf(p.String(), p.width)-below)
	p.WriteString(foot.String())
	return p.String()
}

// rowsOf counts the rows that lines take, longer ones more than one.
func rowsOf(s string, width int) (n int) {
	for line := range strings.Lines(s) {
		n += max(1, (visible(strings.TrimRight(line, "\n"))+width-1)/width)
	}
	return n
}

func newPage(width int, color bool) *page { return &page{width: max(width, 40), color: color} }

// lead answers in sentences.
func (p *page) lead(r *experiment.Result) {
	p.paragraph("", paint(p.color, tone(r.Verdict.Status), r.Verdict.Headline))
	if line := advice(r); line != "" {
		p.paragraph("", paint(p.color, text.Bold, line))
	}
	if line := cause(r); line != "" {
		p.paragraph("", line)
	}
	if line := limit(r, (*experiment.Break).Sentence); line != "" {
		p.paragraph("", line)
	}
	if lines := flipLines(r); len(lines) > 0 {
		p.paragraph("", lines[0])
	}
}

// comparison is the layouts in a table, as many as so many lines have room for.
func (p *page) comparison(r *experiment.Result, lines int) {
	g := compared(r)
	rows := g.Groups[0].Rows
	for n := len(rows); ; n-- {
		part := *g
		if n < len(rows) {
			part.Groups = []group{{}}
			for _, i := range shown(r, n) {
				part.Groups[0].Rows = append(part.Groups[0].Rows, rows[i])
			}
			part.Notes = append([]string{fmt.Sprintf("%d more with -v.", len(rows)-n)}, g.Notes...)
		}
		table := newPage(p.width, p.color)
		table.line("")
		table.grid(&part)
		if n <= 2 || strings.Count(table.String(), "\n") <= lines {
			p.WriteString(table.String())
			return
		}
	}
}

// shown picks n layouts: today's, the recommended one, then as they are written.
func shown(r *experiment.Result, n int) (kept []int) {
	special := func(i int) bool {
		name := r.Strategies[i].Name
		return name == r.Verdict.Baseline || r.Verdict.Recommend != nil && name == *r.Verdict.Recommend
	}
	for _, wanted := range []bool{true, false} {
		for i := range r.Strategies {
			if special(i) == wanted && len(kept) < n {
				kept = append(kept, i)
			}
		}
	}
	slices.Sort(kept)
	return kept
}

// Signs before the name of a layout, explained under the table.
const (
	signToday, signTake, signWhatIf = "=", ">", "?"
)

// compared is every layout in a line: whether it passes, the figure that decides as a bar against its target, headroom,
// cost and changes.
func compared(r *experiment.Result) *grid {
	aims := make([]deciding, len(r.Strategies))
	same, priced, budgets := true, false, false
	for i := range r.Strategies {
		aims[i] = decides(r, &r.Strategies[i])
		same = same && aims[i].name() == aims[0].name()
		budgets = budgets || r.Strategies[i].Slots != r.Strategies[0].Slots
		priced = priced || r.Strategies[i].Costs != nil && r.Strategies[i].Costs.PerMonth != nil
	}
	g := &grid{Text: 4, Wraps: !same, Groups: []group{{}}, Head: []string{"", "layout", "pass", "", "mean response"}}
	if len(aims) > 0 && aims[0].slo != nil {
		if g.Head[3], g.Head[4] = aims[0].slo.Metric.Show(aims[0].slo.Target)+" at |", aims[0].name(); !same {
			g.Head[3] = "target at |"
		}
	}
	g.Head = append(g.Head, "headroom")
	if budgets {
		g.Head = append(g.Head, "slots")
	}
	if priced {
		g.Head = append(g.Head, inCurrency(r, "a month"))
	}
	g.Head = append(g.Head, "changes")
	for i := range r.Strategies {
		s := &r.Strategies[i]
		f := aims[i].figure(s)
		if aims[i].slo == nil && s.All != nil && s.All.Response != nil {
			f = value(duration, s.All.Response.Mean)
		}
		if queues := untargeted(s); queues != nil {
			f += ", but " + queues[0] + " grows without end"
		}
		if aims[i].name() != aims[0].name() {
			f = aims[i].name() + ": " + f
		}
		row := []string{sign(r, s), s.Name, passing(s), against(&aims[i]), f, load(r, s)}
		if budgets {
			row = append(row, fmt.Sprint(s.Slots))
		}
		if priced {
			row = append(row, costs(s, false)[1])
		}
		g.Groups[0].Rows = append(g.Groups[0].Rows, append(row, changes(r, s)))
	}
	g.note("%s", signs(r))
	return g
}

func sign(r *experiment.Result, s *experiment.Strategy) string {
	switch {
	case s.Name == r.Verdict.Baseline:
		return signToday
	case r.Verdict.Recommend != nil && *r.Verdict.Recommend == s.Name:
		return signTake
	case len(s.WhatIf) > 0:
		return signWhatIf
	}
	return ""
}

// signs explains those that occur.
func signs(r *experiment.Result) string {
	var said []string
	for _, s := range []struct{ sign, means string }{{signToday, "today"}, {signTake, "recommended"}, {signWhatIf, "what-if, no setting does it"}} {
		if slices.ContainsFunc(r.Strategies, func(x experiment.Strategy) bool { return sign(r, &x) == s.sign }) {
			said = append(said, s.sign+" "+s.means)
		}
	}
	return strings.Join(append(said, "headroom: x today's load"), "; ") + "."
}

// against draws a figure against its target, which stands in the middle; what is beyond the end goes on.
func against(d *deciding) string {
	const half = 6
	if d.slo == nil {
		return ""
	}
	x := over(d.slo)
	full := int(math.Round(min(x*half, 2*half+1)))
	if x > 0 && full == 0 {
		full = 1
	}
	var b strings.Builder
	for i := range 2*half + 1 {
		switch at := i; {
		case at == half:
			b.WriteString("|")
		case at == 2*half && x > 2:
			b.WriteString(">")
		case at < full || at == full && at > half:
			b.WriteString("#")
		default:
			b.WriteString("·")
		}
	}
	return strings.TrimRight(b.String(), "·")
}

// load is the headroom in a cell.
func load(r *experiment.Result, s *experiment.Strategy) string {
	h, ok := r.Verdict.Headroom[s.Name]
	switch {
	case len(s.Breaches) > 0 || !ok:
		return units.Absent
	case h.Factor == 0: // it loses slots, or passes nowhere
		return "none"
	case h.AtLimit:
		return "over " + h.String()
	}
	return h.String()
}

// changes counts what a layout changes in what runs today.
func changes(r *experiment.Result, s *experiment.Strategy) string {
	if s.Name == r.Verdict.Baseline {
		return units.Absent
	}
	return fmt.Sprint(s.Changes)
}

// toRun is the command lines of the recommended layout that do not run today.
func (p *page) toRun(r *experiment.Result) {
	a := r.Verdict.Apply
	if a == nil {
		return
	}
	const most = 4
	var fresh []string
	for _, c := range a.Commands {
		if !slices.Contains(a.AsToday, c) {
			fresh = append(fresh, c)
		}
	}
	var more []string
	for i, c := range fresh {
		if i == most {
			more = append(more, units.Plural(len(fresh)-most, "more worker", "more workers"))
			break
		}
		p.line(paint(p.color, text.Bold, "$ "+c))
	}
	for name := range a.Settings {
		if !slices.Contains(a.AsToday, name) {
			more = append(more, name)
		}
	}
	if len(a.WorkerSettings) > 0 {
		more = append(more, "settings of single workers")
	}
	if len(a.Places) > 0 {
		more = append(more, "machines and limits")
	}
	slices.Sort(more)
	if len(more) > 0 {
		p.paragraph("", "Also to set: "+units.And(more)+" (-v shows how).")
	}
}

// unseen names what only the long form says.
func unseen(r *experiment.Result) []string {
	var out []string
	if r.Sweep != nil {
		out = append(out, "the map of the sweep")
	}
	out = append(out, "every target with its interval", "waits", "reasons")
	if r.Verdict.Apply != nil {
		out = append(out, "rollout")
	}
	if n := len(footnotes(r)); n > 0 {
		out = append(out, units.Plural(n, "warning", "warnings"))
	}
	return out
}
