package report

import (
	"fmt"
	"math"
	"slices"
	"strings"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"

	"example.com/simrun/internal/units"
)

// Line is one sample of durations in a plot, in seconds, sorted.
type Line struct {
	Name     string
	Values   []float64
	Observed bool // of the real thing: drawn thin, in ink
}

// CDF overlays the distribution functions of samples; ok is false where there is nothing to draw.
func CDF(file, title, x string, lines []Line) (p Plot, ok bool) {
	low, high := math.Inf(1), 0.0
	for _, l := range lines {
		if n := len(l.Values); n > 0 {
			low, high = min(low, l.Values[n/50]), max(high, l.Values[n-1])
		}
	}
	if high <= 0 {
		return Plot{}, false
	}
	low = max(min(low, high/10), high/1e4)
	low, high = floorTick(low), ceilTick(high)
	ax := axes("share of tasks")
	ax.X.Scale, ax.X.Tick.Marker, ax.X.Min, ax.X.Max = plot.LogScale{}, logTicks{}, low, high
	ax.Y.Scale, ax.Y.Tick.Marker, ax.Y.Min, ax.Y.Max = nines{}, ninesTicks{}, 0, 0.999
	ax.Add(gridLines{x: true, y: true})
	var keys []key
	var words []string
	predicted := 0
	for _, l := range lines {
		if len(l.Values) == 0 {
			continue
		}
		c := &curve{line: observedLine}
		if !l.Observed {
			c.line = series(predicted)
			predicted++
		}
		last := 0.0
		for i, v := range l.Values {
			v = min(max(v, low), high) // a logarithmic axis has no place for what did not wait
			share := min(float64(i+1)/float64(len(l.Values)), ax.Y.Max)
			if i+1 < len(l.Values) && l.Values[i+1] == l.Values[i] {
				continue
			}
			c.x, c.y = append(c.x, v, v), append(c.y, last, share)
			if last = share; last >= ax.Y.Max {
				break
			}
		}
		ax.Add(c)
		keys = append(keys, key{name: l.Name, line: c.line})
		words = append(words, fmt.Sprintf("%s: p95 %s", l.Name, units.Duration(quantileOfSorted(l.Values, 0.95))))
	}
	return Plot{
		File: FileName(file), Section: "cdf", Title: title, Alt: "Distribution functions. " + strings.Join(words, "; ") + ".",
		width: figWidth, height: 300,
		draw: func(c draw.Canvas) { render(heading(c, title, once(keys)), ax, x+" (log scale)") },
	}, true
}

// once leaves out keys that repeat: runs of the same name are one entry of the legend.
func once(keys []key) (out []key) {
	for _, k := range keys {
		if !slices.ContainsFunc(out, func(o key) bool { return o.name == k.name }) {
			out = append(out, k)
		}
	}
	return out
}

func quantileOfSorted(x []float64, p float64) float64 {
	return x[min(len(x)-1, int(p*float64(len(x))))]
}

// QQ plots the quantiles of fitted laws against those of a sorted sample: on the diagonal they agree.
func QQ(file, title string, sample []float64, laws []Law) (p Plot, ok bool) {
	var lines []*curve
	low, high := math.Inf(1), 0.0
	points := min(len(sample), 200)
	for i, l := range laws {
		g := glyph(i)
		g.Radius = 1.8
		c := &curve{line: draw.LineStyle{Color: palette[i%len(palette)]}, glyph: &g, every: 1}
		for k := range points {
			at := (float64(k) + 0.5) / float64(points)
			x, y := sample[min(len(sample)-1, int(at*float64(len(sample))))], l.Quantile(at)
			if !(x > 0) || !(y > 0) || math.IsInf(y, 0) {
				continue // no place on a logarithmic axis
			}
			c.x, c.y = append(c.x, x), append(c.y, y)
			low, high = min(low, x, y), max(high, x, y)
		}
		lines = append(lines, c)
	}
	if high <= 0 || high <= low {
		return Plot{}, false
	}
	low, high = floorTick(low), ceilTick(high)
	ax := axes("quantile of the fitted law")
	ax.X.Scale, ax.X.Tick.Marker, ax.X.Min, ax.X.Max = plot.LogScale{}, logTicks{}, low, high
	ax.Y.Scale, ax.Y.Tick.Marker, ax.Y.Min, ax.Y.Max = plot.LogScale{}, logTicks{}, low, high
	ax.Add(gridLines{x: true, y: true}, &curve{x: []float64{low, high}, y: []float64{low, high}, line: observedLine})
	keys := []key{{name: "equal", line: observedLine}}
	var names []string
	for i, c := range lines {
		ax.Add(dots{c})
		keys = append(keys, key{name: laws[i].Name, line: draw.LineStyle{}, glyph: c.glyph})
		names = append(names, laws[i].Name)
	}
	return Plot{
		File: FileName(file), Section: "qq", Title: title, Alt: "Quantiles of fitted laws against those observed: " + strings.Join(names, ", ") + ".",
		width: figWidth, height: 320,
		draw: func(c draw.Canvas) { render(heading(c, title, keys), ax, "observed quantile (log scale)") },
	}, true
}

// Law is a fitted law in a QQ plot.
type Law struct {
	Name     string
	Quantile func(p float64) float64 // seconds
}

// dots draws the glyphs of a curve without its line.
type dots struct{ *curve }

func (d dots) Plot(c draw.Canvas, p *plot.Plot) {
	tx, ty := p.Transforms(&c)
	for i := range d.x {
		if at := (vg.Point{X: tx(d.x[i]), Y: ty(d.y[i])}); c.Contains(at) {
			c.DrawGlyph(*d.glyph, at)
		}
	}
}
