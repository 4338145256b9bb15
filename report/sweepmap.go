package report

import (
	"fmt"
	"image/color"
	"math"
	"slices"
	"strings"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"

	"example.com/simrun/internal/experiment"
	"example.com/simrun/internal/units"
)

// heat is a map of equal cells. What a cell says stands in it as text, so that no colour is needed to read it.
type heat struct {
	columns, rows int
	fill          func(column, row int) color.NRGBA
	text          func(column, row int) (strong, small string)
	region        func(column, row int) string // a line is drawn where two neighbours differ
}

// crossing is the line between regions.
var crossing = draw.LineStyle{Color: ink, Width: 2.6}

func (h *heat) Plot(c draw.Canvas, p *plot.Plot) {
	tx, ty := p.Transforms(&c)
	x := func(i int) vg.Length { return tx(float64(i)) }
	y := func(i int) vg.Length { return ty(float64(i)) }
	for i := range h.columns {
		for j := range h.rows {
			box := []vg.Point{{X: x(i), Y: y(j)}, {X: x(i + 1), Y: y(j)}, {X: x(i + 1), Y: y(j + 1)}, {X: x(i), Y: y(j + 1)}}
			c.FillPolygon(h.fill(i, j), box)
			c.StrokeLines(draw.LineStyle{Color: rule, Width: 0.6}, append(box, box[0]))
		}
	}
	for i := range h.columns {
		for j := range h.rows {
			if i+1 < h.columns && h.region(i, j) != h.region(i+1, j) {
				c.StrokeLine2(crossing, x(i+1), y(j), x(i+1), y(j+1))
			}
			if j+1 < h.rows && h.region(i, j) != h.region(i, j+1) {
				c.StrokeLine2(crossing, x(i), y(j+1), x(i+1), y(j+1))
			}
			strong, small := h.text(i, j)
			middle := vg.Point{X: (x(i) + x(i+1)) / 2, Y: (y(j) + y(j+1)) / 2}
			h.letter(c, bold(textSize), middle, 5, strong, small == "")
			h.letter(c, lettering(smallSize, ink), middle, -7, small, strong == "")
		}
	}
}

// letter writes centred text, above or below the middle if it does not stand alone.
func (h *heat) letter(c draw.Canvas, sty draw.TextStyle, at vg.Point, off vg.Length, s string, alone bool) {
	if s == "" {
		return
	}
	sty.XAlign = draw.XCenter
	if !alone {
		at.Y += off
	}
	write(c, sty, at, s)
}

const (
	mapRow  = vg.Length(34)
	mapHead = vg.Length(64)
)

// draw returns the picture of a map over two axes.
func (v *sweepView) draw(p [2]int, h *heat, file, title, alt string, keys []key) Plot {
	rows, columns := &v.Axes[p[0]], &v.Axes[p[1]]
	h.columns, h.rows = len(columns.Values), len(rows.Values)
	ax := axes(rows.Name)
	ax.X.Min, ax.X.Max, ax.Y.Min, ax.Y.Max = 0, float64(h.columns), 0, float64(h.rows)
	ax.X.Tick.Marker, ax.Y.Tick.Marker = between(columns.Values), between(rows.Values)
	ax.X.Tick.Length, ax.Y.Tick.Length = 0, 0
	ax.Add(h)
	lines := vg.Length(math.Ceil(float64(len(keys)) / 2))
	return Plot{
		File: file, Section: "sweep", Title: title, Alt: alt,
		width: figWidth, height: mapHead + vg.Length(h.rows)*mapRow + 16*lines,
		draw: func(c draw.Canvas) { render(heading(c, title, keys), ax, columns.Name) },
	}
}

// between names cells in their middle.
func between(values []string) plot.ConstantTicks {
	var out plot.ConstantTicks
	for i, s := range values {
		out = append(out, plot.Tick{Value: float64(i) + 0.5, Label: elide(s, 14)})
	}
	return out
}

// keys name the letters.
func (v *sweepView) keys() (keys []key) {
	for i, n := range v.names {
		keys = append(keys, key{name: letter(i) + " = " + elide(n, 30), line: draw.LineStyle{Color: v.color(i), Width: 9}})
	}
	return keys
}

func (v *sweepView) color(i int) color.NRGBA {
	if i < 0 {
		return shade
	}
	return pale(palette[i%len(palette)])
}

// sweeps returns the pictures of a sweep: for every pair of axes what to take, who is best, and the deciding figure of
// every layout; over one axis lines.
func sweeps(r *experiment.Result) []Plot {
	v := viewOf(r)
	if v == nil {
		return nil
	}
	if len(v.vary) == 1 {
		return []Plot{v.lines(v.vary[0])}
	}
	var out []Plot
	for _, p := range v.pairs() {
		name := v.Axes[p[0]].Name + "-" + v.Axes[p[1]].Name
		over := fmt.Sprintf("over %s and %s%s", v.Axes[p[0]].Name, v.Axes[p[1]].Name, v.holding(p[0], p[1]))
		cell := func(column, row int) *experiment.Point { return v.at(p[0], row, p[1], column) }
		out = append(out, v.draw(p, &heat{
			fill: func(i, j int) color.NRGBA { return v.color(slices.Index(v.names, v.take(cell(i, j)))) },
			text: func(i, j int) (string, string) {
				c := cell(i, j)
				if t := v.take(c); t == noneWord || t == undecidedWord {
					return "", t
				}
				return v.letter(*c.Verdict.Recommend), ""
			},
			region: func(i, j int) string { return v.take(cell(i, j)) },
		}, "map-take-"+name, "What to take, "+over, v.words(p, v.take)+" The line is where the answer changes.", v.keys()))
		out = append(out, v.draw(p, &heat{
			fill: func(i, j int) color.NRGBA { return v.color(slices.Index(v.names, v.best(cell(i, j)))) },
			text: func(i, j int) (string, string) {
				c := cell(i, j)
				return v.bestLetters(c), v.margin(c)
			},
			region: func(i, j int) string { return v.best(cell(i, j)) },
		}, "map-best-"+name, "Who is best, "+over, v.words(p, v.bestLetters)+" Under the letters: the "+v.ranked()+".", v.keys()))
		if v.metric == nil {
			continue
		}
		for s, n := range v.names {
			out = append(out, v.values(p, s, cell, fmt.Sprintf("map-%s-%s", name, n)))
		}
	}
	return out
}

// margin returns how far the best layout is from its worst target.
func (v *sweepView) margin(c *experiment.Point) string {
	for i := range c.Strategies {
		if c.Verdict.Best != nil && c.Strategies[i].Name == *c.Verdict.Best {
			return v.worst(c.Strategies[i].Worst)
		}
	}
	return "unstable"
}

// values returns the map of one layout's deciding figure. The line lies between what meets the target and what does not.
func (v *sweepView) values(p [2]int, s int, cell func(i, j int) *experiment.Point, file string) Plot {
	meets := func(i, j int) bool {
		o := v.of(&cell(i, j).Strategies[s])
		switch {
		case o == nil:
			return false
		case o.Value.Known():
			return o.Value.Value <= o.Target
		}
		return o.Verdict == "pass" || o.Verdict == "marginal"
	}
	title := fmt.Sprintf("%s: %s %s, target %s", elide(v.names[s], 24), elide(v.metric.class, 20), v.metric.metric.Words(), v.metric.metric.Show(v.metric.bound))
	return v.draw(p, &heat{
		fill: func(i, j int) color.NRGBA {
			o := v.of(&cell(i, j).Strategies[s])
			depth := 1.0
			if o != nil && o.Value.Known() { // a tenth of the target is light, a hundred times is dark
				depth = min(1, max(0, (math.Log10(max(o.Value.Value, 1e-9)/o.Target)+1)/3))
			}
			c := palette[s%len(palette)]
			c.A = uint8(0x10 + depth*0x90)
			return c
		},
		text: func(i, j int) (string, string) {
			word := v.says(&cell(i, j).Strategies[s])
			if meets(i, j) {
				return "", word
			}
			return word, ""
		},
		region: func(i, j int) string { return fmt.Sprint(meets(i, j)) },
	}, file, title, v.words(p, func(c *experiment.Point) string { return v.says(&c.Strategies[s]) })+" Bold: misses the target; the line lies between.", nil)
}

// words say what a map shows, row by row.
func (v *sweepView) words(p [2]int, say func(*experiment.Point) string) string {
	rows, columns := &v.Axes[p[0]], &v.Axes[p[1]]
	var all []string
	for i, value := range rows.Values {
		var line []string
		for j := range columns.Values {
			line = append(line, say(v.at(p[0], i, p[1], j)))
		}
		all = append(all, fmt.Sprintf("%s %s: %s", rows.Name, value, strings.Join(line, ", ")))
	}
	return fmt.Sprintf("For %s of %s. %s.", columns.Name, strings.Join(columns.Values, ", "), strings.Join(all, "; "))
}

// lines returns every layout's worst figure over its target along one axis, and where they cross the target and each
// other.
func (v *sweepView) lines(axis int) Plot {
	x := v.numbers(axis)
	low, high := math.Inf(1), 2.0
	course := make([][]float64, len(v.names))
	for s := range v.names {
		for i := range x {
			e := v.at(axis, i, axis, i).Strategies[s].Worst
			y := math.NaN()
			if e.Known() {
				y = e.Value
				low, high = min(low, max(y, 0.01)), max(high, y*1.3)
			}
			course[s] = append(course[s], y)
		}
	}
	low = finiteOr(low, 0.1) / 1.3
	a := &v.Axes[axis]
	ax := axes(v.ranked())
	ax.Y.Tick.Marker = logTicks{until: high}
	if v.metric != nil {
		ax.Y.Tick.Marker = ratioTicks{}
		low = min(low, 0.5)
	}
	ax.Y.Scale, ax.Y.Min, ax.Y.Max = plot.LogScale{}, low, high
	ax.X.Min, ax.X.Max = x[0], x[len(x)-1]
	var ticks plot.ConstantTicks
	for i, s := range a.Values {
		ticks = append(ticks, plot.Tick{Value: x[i], Label: elide(s, 14)})
	}
	ax.X.Tick.Marker = ticks
	ax.Add(gridLines{x: true, y: true})
	var keys []key
	if v.metric != nil {
		ax.Add(&curve{x: []float64{x[0], x[len(x)-1]}, y: []float64{1, 1}, line: targetLine})
		keys = append(keys, key{name: "target", line: targetLine})
	}
	for i := 1; i < len(x); i++ {
		if m, ok := v.change(axis, i, x, course); ok {
			ax.Add(&curve{x: []float64{m, m}, y: []float64{low, high}, line: draw.LineStyle{Color: ink, Width: 1}})
			if len(keys) == 0 || keys[len(keys)-1].name != "another is best" {
				keys = append(keys, key{name: "another is best", line: draw.LineStyle{Color: ink, Width: 1}})
			}
		}
	}
	var words []string
	for s, n := range v.names {
		g := glyph(s)
		l := &curve{line: series(s), glyph: &g, every: 1}
		var said []string
		for i, y := range course[s] {
			said = append(said, v.worst(v.at(axis, i, axis, i).Strategies[s].Worst))
			if !math.IsNaN(y) {
				l.x, l.y = append(l.x, x[i]), append(l.y, max(y, low))
			}
		}
		if len(l.x) > 0 {
			ax.Add(l)
		}
		keys = append(keys, key{name: n, line: l.line, glyph: &g})
		words = append(words, n+": "+strings.Join(said, ", "))
	}
	title := "Over " + a.Name + v.holding(axis)
	return Plot{
		File: "sweep-" + a.Name, Section: "sweep", Title: title,
		Alt:   fmt.Sprintf("The %s, for %s of %s. %s. %s", v.ranked(), a.Name, strings.Join(a.Values, ", "), strings.Join(words, "; "), strings.Join(v.crossings(), " ")),
		width: figWidth, height: 280,
		draw: func(c draw.Canvas) { render(heading(c, title, keys), ax, a.Name) },
	}
}

// change returns where between two values another layout becomes the best: where their lines cross.
func (v *sweepView) change(axis, i int, x []float64, y [][]float64) (float64, bool) {
	before, after := v.best(v.at(axis, i-1, axis, i-1)), v.best(v.at(axis, i, axis, i))
	a, b := slices.Index(v.names, before), slices.Index(v.names, after)
	if a < 0 || b < 0 || a == b {
		return 0, false
	}
	gap := func(k int) float64 { return y[a][k] - y[b][k] }
	share := 0.5
	if g, h := gap(i-1), gap(i); g < 0 && h > 0 {
		share = g / (g - h)
	}
	return x[i-1] + share*(x[i]-x[i-1]), true
}

// ratioTicks are the ticks of a logarithmic axis of figures over their target.
type ratioTicks struct{}

func (ratioTicks) Ticks(low, high float64) (out []plot.Tick) {
	for d := 1e-3; d <= high; d *= 10 {
		for _, m := range []float64{1, 2, 5} {
			if t := d * m; t >= low && t <= high {
				out = append(out, plot.Tick{Value: t, Label: units.Number(t) + "x"})
			}
		}
	}
	return out
}
