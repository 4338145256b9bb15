package report

import (
	"slices"
	"strings"

	"example.com/simrun/internal/experiment"
	"example.com/simrun/strategies"
)

// Markdown returns the whole report for a repository or a pull request.
func Markdown(r *experiment.Result) string {
	r = reduced(r)
	var b strings.Builder
	head(&b, r)
	markdownSweep(&b, r)
	for _, g := range []*grid{targets(r), overloaded(r), layouts(r), bill(r)} {
		markdownGrid(&b, g)
	}
	if r.Verdict.Apply != nil {
		b.WriteString("\n## What to change\n\n```\n" + strings.TrimRight(strategies.Render(*r.Verdict.Apply), "\n") + "\n```\n")
	}
	for _, g := range slices.Concat([]*grid{durations(r), causes(r), rest(r), memory(r), killed(r), price(r), exposure(r, true), beside(r)}, compromises(r), []*grid{checks(r)}) {
		markdownGrid(&b, g)
	}
	if w := footnotes(r); len(w) > 0 {
		b.WriteString("\n## Warnings\n\n")
		for _, line := range w {
			b.WriteString("- " + escapeMarkdown(line) + "\n")
		}
	}
	b.WriteString("\n" + runLine(r) + "\n")
	return b.String()
}

// Summary returns the short markdown that is kept beside the plots: the answer and the targets. It holds no wall time, so
// that its bytes stay for a seed.
func Summary(r *experiment.Result) string {
	r = reduced(r)
	var b strings.Builder
	head(&b, r)
	markdownSweep(&b, r)
	for _, g := range append([]*grid{targets(r), overloaded(r), layouts(r), memory(r), killed(r), bill(r), price(r), exposure(r, true)}, compromises(r)...) {
		markdownGrid(&b, g)
	}
	b.WriteString("\n" + runLine(r) + "\n")
	return b.String()
}

func head(b *strings.Builder, r *experiment.Result) {
	b.WriteString("# " + escapeMarkdown(r.Scenario.Name) + "\n\n")
	b.WriteString("**" + escapeMarkdown(r.Verdict.Headline) + "**\n")
	if line := advice(r); line != "" {
		b.WriteString("\n" + escapeMarkdown(line) + "\n")
	}
	if len(r.Verdict.Reasons) > 0 {
		b.WriteString("\n")
	}
	for _, reason := range r.Verdict.Reasons {
		b.WriteString("- " + escapeMarkdown(reason) + "\n")
	}
}

func markdownSweep(b *strings.Builder, r *experiment.Result) {
	grids := sweepGrids(r)
	for _, g := range grids {
		markdownGrid(b, g)
	}
	if len(grids) > 0 {
		b.WriteString("\n" + sweepLine(r) + "\n")
	}
}

func markdownGrid(b *strings.Builder, g *grid) {
	if g.empty() {
		return
	}
	if g.Title != "" {
		b.WriteString("\n## " + g.Title + "\n")
	}
	b.WriteString("\n| ")
	rule := make([]string, len(g.Head))
	for i := range rule {
		if rule[i] = "---"; i >= g.Text && g.Head[i] != "verdict" && g.Head[i] != "holds" {
			rule[i] = "--:"
		}
	}
	b.WriteString(strings.ReplaceAll(strings.Join(g.Head, " | "), "\n", " ") + " |\n| " + strings.Join(rule, " | ") + " |\n")
	for _, gr := range g.Groups {
		for _, row := range gr.Rows {
			var line []string
			if g.grouped() {
				name := gr.Name
				if gr.Mark != "" {
					name += " (" + gr.Mark + ")"
				}
				line = append(line, escapeMarkdown(name))
			}
			for i, cell := range row {
				at := i
				if g.grouped() {
					at++
				}
				if cell = escapeMarkdown(strings.TrimSpace(cell)); g.Head[at] == "verdict" {
					cell = "**" + cell + "**"
				}
				line = append(line, cell)
			}
			b.WriteString("| " + strings.Join(line, " | ") + " |\n")
		}
	}
	for _, n := range g.Notes {
		b.WriteString("\n" + escapeMarkdown(n) + "\n")
	}
}

var markdownEscapes = strings.NewReplacer("|", `\|`, "*", `\*`, "_", `\_`, "<", "&lt;", "`", "\\`", "\n", " ")

func escapeMarkdown(s string) string { return markdownEscapes.Replace(s) }
