package report

import (
	"fmt"
	"math"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/jedib0t/go-pretty/v6/text"

	"example.com/simrun/internal/experiment"
	"example.com/simrun/internal/units"
	"example.com/simrun/strategies"
)

// Text is the whole report on a terminal of the given width: what Screen says, and everything behind it. Its first line
// answers whether what runs today passes.
func Text(r *experiment.Result, width int, color bool) string {
	r = reduced(r)
	p := newPage(width, color)
	p.lead(r)
	for _, reason := range r.Verdict.Reasons {
		p.paragraph("- ", reason)
	}
	p.title("Layouts")
	p.grid(compared(r))
	if grids := sweepGrids(r); grids != nil {
		for _, g := range grids {
			p.grid(g)
		}
		p.paragraph("", sweepLine(r))
	}
	if lines := flipLines(r); lines != nil {
		p.title("What would flip the answer")
		for _, line := range lines {
			p.paragraph("- ", line)
		}
		p.grid(flipTable(r))
		p.grid(tornado(r))
	}
	p.grid(targets(r))
	p.grid(overloaded(r))
	p.grid(layouts(r))
	p.grid(bill(r))
	if r.Verdict.Apply != nil {
		p.title("What to change")
		p.raw(strategies.Render(*r.Verdict.Apply))
	}
	p.grid(durations(r))
	p.grid(blockers(r))
	p.grid(worstBlockers(r))
	p.grid(rest(r))
	p.grid(memory(r))
	p.grid(killed(r))
	p.grid(blast(r))
	p.grid(direct(r))
	p.grid(exposure(r, true))
	for _, g := range compromises(r) {
		p.grid(g)
	}
	p.checks(r)
	if w := footnotes(r); len(w) > 0 {
		p.title("Warnings")
		for _, line := range w {
			p.paragraph("- ", line)
		}
	}
	p.line("")
	p.paragraph("", runLine(r))
	return p.String()
}

// page builds text of a given width.
type page struct {
	strings.Builder
	width int
	color bool
}

func (p *page) line(s string) { p.WriteString(s + "\n") }

func (p *page) title(s string) {
	p.line("")
	p.line(paint(p.color, text.Bold, s))
}

// raw writes lines that must not be broken: commands are there to be copied.
func (p *page) raw(s string) { p.line(strings.TrimRight(s, "\n")) }

// paragraph writes wrapped text behind a bullet.
func (p *page) paragraph(bullet, s string) {
	indent := strings.Repeat(" ", utf8.RuneCountInString(bullet))
	for i, line := range strings.Split(wrap(s, p.width-len(indent)), "\n") {
		if i == 0 {
			line = bullet + line
		} else {
			line = indent + line
		}
		p.line(strings.TrimRight(line, " "))
	}
}

// confidence writes one without false digits.
func confidence(p float64) string {
	if p > 0.999 {
		return "more than 99.9 %"
	}
	return units.Share(math.Floor(1000*p) / 1000)
}

// advice is what to do, at what price, in one sentence.
func advice(r *experiment.Result) string {
	v := &r.Verdict
	sure := ""
	if v.ProbabilityCorrect != nil && v.Recommend != nil && v.Best != nil && *v.Best == *v.Recommend {
		sure = fmt.Sprintf(" (no other layout is better by more than %s, with %s confidence)", units.Share(v.Within), confidence(*v.ProbabilityCorrect))
	}
	switch {
	case v.Recommend != nil && *v.Recommend == v.Baseline:
		return "Recommended: keep " + *v.Recommend + sure + "."
	case v.Recommend != nil:
		return "Recommended: " + *v.Recommend + priced(r) + sure + "."
	case v.Closest != nil:
		c := v.Closest
		return fmt.Sprintf("No layout passes; simrun plan looks for one that does. Closest: %s, whose %s of %s is %s against %s.", c.Strategy, c.Metric.Words(), c.Class, c.Metric.Show(c.Value), c.Metric.Show(c.Target))
	case v.Status == "none_passes":
		return "No layout passes; simrun plan looks for one that does."
	case v.Status == "undecided":
		return "No recommendation." // the headline says why: too close, nothing arrived, or a check failed
	}
	return ""
}

func (p *page) checks(r *experiment.Result) {
	failed := &grid{Title: "Checks that do not hold", Groups: []group{{}}}
	all := checks(r)
	failed.Head, failed.Text = all.Head, all.Text
	for _, row := range all.Groups[0].Rows {
		if row[len(row)-1] != "yes" {
			failed.Groups[0].Rows = append(failed.Groups[0].Rows, row)
		}
	}
	p.grid(failed)
}

// footnotes are the warnings of the run and the notes on strategies.
func footnotes(r *experiment.Result) []string {
	out := slices.Clone(r.Warnings)
	for i := range r.Strategies {
		s := &r.Strategies[i]
		out = AddNotes(out, s.Name, s.WhatIf, nil)
	}
	return out
}

// AddNotes adds to warnings what is to be said of a strategy, but for what a warning has said already, with its place
// in the file before it.
func AddNotes(warnings []string, strategy string, whatIf, notes []string) []string {
	for _, w := range whatIf {
		warnings = append(warnings, strategy+" (what-if): "+w)
	}
	for _, n := range notes {
		if !slices.ContainsFunc(warnings, func(w string) bool { return strings.HasSuffix(w, "strategies."+strategy+"."+n) }) {
			warnings = append(warnings, strategy+": "+n)
		}
	}
	return warnings
}

// runLine says how much stands behind the figures.
func runLine(r *experiment.Result) string {
	ok := 0
	for _, c := range r.Checks {
		if c.OK {
			ok++
		}
	}
	precision := "precision reached"
	if !r.Run.PrecisionReached {
		precision = "precision NOT reached"
	}
	warmup := "without a warm-up"
	if r.Run.Warmup > 0 {
		warmup = "after " + units.Duration(r.Run.Warmup) + " of warm-up"
	}
	return fmt.Sprintf("%s of %s %s (%s), %s confidence, %s, %d of %s hold, seed %d.",
		r.Ran(), units.Duration(r.Run.Duration), warmup, r.Run.WarmupRule, units.Share(r.Run.Confidence), precision,
		ok, units.Plural(len(r.Checks), "check", "checks"), r.Scenario.Seed)
}

// tone is the colour of a verdict. Colour never stands alone: the word is always there.
func tone(verdict string) text.Color {
	switch verdict {
	case "pass", "keep_baseline", "yes":
		return text.FgGreen
	case "fail", "none_passes", "NO", "no", "withheld":
		return text.FgRed
	case "change", "undecided", "marginal", "open", "close":
		return text.FgYellow
	}
	return text.Reset
}

// paint does not ask the environment, as the library would: who calls knows whether the output is a terminal.
func paint(on bool, c text.Color, s string) string {
	if !on || s == "" {
		return s
	}
	return c.EscapeSeq() + s + text.Reset.EscapeSeq()
}
