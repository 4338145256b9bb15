package report

import (
	"fmt"
	"html/template"
	"io"
	"slices"
	"strings"

	"example.com/simrun/internal/experiment"
	"example.com/simrun/internal/units"
)

// FlipJSON writes flip.json.
func FlipJSON(w io.Writer, f *experiment.Flips) error { return writeJSON(w, f) }

// FlipsText says on a terminal how near the answer is to another one.
func FlipsText(r *experiment.Result, width int, color bool) string {
	p := newPage(width, color)
	p.lead(r)
	p.title("What would flip the answer")
	for _, line := range flipLines(r) {
		p.paragraph("- ", line)
	}
	p.grid(flipTable(r))
	p.grid(tornado(r))
	return p.String()
}

// FlipsMarkdown is the same for a pull request.
func FlipsMarkdown(r *experiment.Result) string {
	var b strings.Builder
	b.WriteString("**" + escapeMarkdown(r.Verdict.Headline) + "**\n\n")
	for _, line := range flipLines(r) {
		b.WriteString("- " + escapeMarkdown(line) + "\n")
	}
	markdownGrid(&b, flipTable(r))
	markdownGrid(&b, tornado(r))
	return b.String()
}

// flipLines are the sentences on what flips the answer and what does not; nil where nobody asked.
func flipLines(r *experiment.Result) (lines []string) {
	if s := r.Verdict.Survives; s != nil {
		lines = append(lines, s.Sentence())
	}
	if r.Flips == nil {
		return lines
	}
	for i := range r.Flips.Flips {
		f := &r.Flips.Flips[i]
		if follows(r.Flips.Flips, i) {
			continue // the table has both, where there is more than one layout
		}
		if lines = append(lines, f.Sentence()); len(lines) == mostFlips {
			break
		}
	}
	if line := firm(r); line != "" {
		lines = append(lines, line)
	}
	return lines
}

// mostFlips is how many sentences are said, the nearest first; the table has all.
const mostFlips = 4

// flipTable has every flip once.
func flipTable(r *experiment.Result) *grid {
	g := &grid{Title: "Where it flips", Text: 1, Wraps: true, Groups: []group{{}}, Head: []string{"input", "in the file", "flips at", "interval", "then"}}
	if r.Flips == nil {
		return g
	}
	for i := range r.Flips.Flips {
		f := &r.Flips.Flips[i]
		if follows(r.Flips.Flips, i) && len(r.Strategies) == 1 {
			continue // there is nothing else to recommend
		}
		interval := units.Absent
		if f.Low != nil {
			interval = f.Show(*f.Low) + " .. " + f.Show(*f.High)
		}
		g.Groups[0].Rows = append(g.Groups[0].Rows, []string{f.Input, f.Show(f.Now), f.Show(f.At), interval, f.Outcome()})
	}
	return g
}

// follows says whether a flip is that of the recommendation where the verdict before it flips.
func follows(all []experiment.Flip, i int) bool {
	return i > 0 && all[i].At == all[i-1].At && all[i].Input == all[i-1].Input
}

// firm says what flips nothing.
func firm(r *experiment.Result) string {
	if len(r.Flips.Firm) == 0 {
		return ""
	}
	var names []string
	low, high := 0.0, 1e9
	for _, f := range r.Flips.Firm {
		names = append(names, f.Input)
		low, high = max(low, f.Low), min(high, f.High)
	}
	verb := " flips"
	if len(names) > 1 {
		verb = " flip"
	}
	return units.And(names) + verb + " nothing, from " + units.Number(low) + " to " + units.Number(high) + " times what the file says."
}

// tornado is what a tenth less and a tenth more of each input changes.
func tornado(r *experiment.Result) *grid {
	g := &grid{Title: "A tenth less, a tenth more", Text: 2, Groups: []group{{}}}
	if r.Flips == nil || len(r.Flips.Tornado) == 0 {
		return g
	}
	first := r.Flips.Tornado[0]
	g.Head = []string{"input", swings, "at 0.9x", "at 1.1x"}
	most := 0.0
	for _, s := range r.Flips.Tornado {
		most = max(most, abs(s.Low), abs(s.High))
	}
	for _, s := range r.Flips.Tornado {
		g.Groups[0].Rows = append(g.Groups[0].Rows, []string{s.Input, swing(s, most), change(s, s.Low), change(s, s.High)})
	}
	g.note("Change of %s %s of %s, %s as the file has it, on the same tasks: what is worth measuring better comes first.",
		first.Class, first.Metric.Words(), first.Strategy, first.Metric.Show(first.Value))
	return g
}

func change(s experiment.Swing, v float64) string {
	if v == 0 {
		return "~"
	}
	return signed(s.Metric, v)
}

// swings is the column of bars on both sides of today's figure.
const swings = "swing"

// swingOf draws such a bar of the terminal.
func swingOf(text string) template.HTML {
	const step = 9
	text = strings.ReplaceAll(text, "·", ".") // a byte a step
	middle := step*strings.Index(text, "|") + step/2
	better, worse := step*strings.Index(text, "#"), step*(strings.LastIndex(text, "#")+1)
	if better < 0 || better > middle {
		better = middle
	}
	return template.HTML(fmt.Sprintf(`<svg class="against" viewBox="0 0 %d 14" aria-hidden="true"><path class="figure" d="M%d 4H%dV10H%dz"/><path class="target" d="M%d 0h2v14h-2z"/></svg>`, //nolint:gosec // numbers
		len(text)*step, better, max(middle, worse), better, middle-1))
}

// swing is a bar on both sides of |: what is better to the left, what is worse to the right.
func swing(s experiment.Swing, most float64) string {
	const half = 6
	cells := func(v float64) int {
		if most == 0 {
			return 0
		}
		return int(half*v/most + 0.5)
	}
	better, worse := cells(max(0, -min(s.Low, s.High))), cells(max(0, s.Low, s.High))
	return strings.Repeat("·", half-better) + strings.Repeat("#", better) + "|" + strings.Repeat("#", worse) + strings.Repeat("·", half-worse)
}

func abs(v float64) float64 { return max(v, -v) }

// flipsFold is the section of the page; empty where nobody asked.
func flipsFold(r *experiment.Result) fold {
	f := fold{ID: "flips", Title: "What would flip the answer", Open: true, List: allTogether(flipLines(r))}
	f.Grids = views(flipTable(r), tornado(r))
	if f.List = slices.Clip(f.List); len(f.List) > 0 {
		f.Intro = "The nearest value of each input, the others as in the file, at which the answer is another one."
	}
	return f
}
