package report

import (
	"fmt"
	"strings"

	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"

	"example.com/simrun/internal/plan"
)

// planPlots draws the frontier: the figure of the deciding target at every size that was decided, a group of bars a layout,
// with what each costs.
func planPlots(p *plan.Result) []Plot {
	if p.Metric.IsShare() || p.Metric.HasBy {
		return nil // the table says it
	}
	chart := &barChart{}
	top := p.Bound
	var words []string
	for i := range p.Frontier {
		f := &p.Frontier[i]
		if n := len(chart.groups); n == 0 || chart.groups[n-1].name != f.Strategy {
			chart.groups = append(chart.groups, barGroup{name: f.Strategy, note: "no figures: " + noFigure(f)})
		}
		g := &chart.groups[len(chart.groups)-1]
		if f.Figure.Value == nil {
			continue
		}
		b := bar{
			name: elide(slotsOf(f)+" slots", 22), value: *f.Figure.Value, low: *f.Figure.Value, high: *f.Figure.Value,
			color: palette[(len(chart.groups)-1)%len(palette)], strong: f.Passes == "pass",
			label: p.Metric.Show(*f.Figure.Value) + ", " + said(f.Passes),
		}
		if f.Cost != nil {
			b.label += ", " + strings.TrimSpace(amountOf(f.Cost)+" "+p.Currency)
		}
		if f.Figure.Low != nil && f.Figure.High != nil {
			b.low, b.high = *f.Figure.Low, *f.Figure.High
		}
		top = max(top, min(b.high, mostOfTarget*p.Bound))
		g.bars = append(g.bars, b)
		words = append(words, fmt.Sprintf("%s, %s: %s", f.Strategy, b.name, b.label))
	}
	if words == nil || top <= 0 {
		return nil
	}
	chart.target = &vertical{p.Bound, targetLine}
	ax := chart.axes()
	ax.X.Min, ax.X.Max, ax.X.Tick.Marker = 0, chart.until(0, top), durationTicks{}
	ax.Add(gridLines{x: true}, chart)
	title := "Slots and cost against " + p.Target
	keys := []key{
		{name: "target: " + p.Metric.Show(p.Bound), line: targetLine},
		{name: "interval", line: draw.LineStyle{Color: ink, Width: 1}},
	}
	return []Plot{{
		File: "plan-frontier", Section: "plan", Title: title, Alt: "The deciding figure, a bar a size. " + strings.Join(words, "; ") + ".",
		width: figWidth, height: vg.Length(chart.height()) + 92,
		draw: func(c draw.Canvas) { render(heading(c, title, keys), ax, p.Metric.Words()) },
	}}
}

// mostOfTarget is how many times the target the axis shows: what is further off need not be read exactly.
const mostOfTarget = 6
