package report

import (
	"fmt"
	"math"
	"strings"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"

	"example.com/simrun/des"
	"example.com/simrun/internal/experiment"
	"example.com/simrun/internal/units"
	"example.com/simrun/worker"
	"example.com/simrun/workloads"
)

// cdfs returns the distributions of waits: one plot a class, the strategies overlaid.
func cdfs(r *experiment.Result) []Plot {
	var out []Plot
	for _, name := range classNames(r) {
		if p, ok := cdf(r, name); ok {
			out = append(out, p)
		}
	}
	return out
}

// classNames returns the classes of the first strategy: every strategy meets the same tasks.
func classNames(r *experiment.Result) (names []string) {
	if len(r.Strategies) > 0 {
		for i := range r.Strategies[0].Classes {
			names = append(names, r.Strategies[0].Classes[i].Name)
		}
	}
	return names
}

func classOf(s *experiment.Strategy, name string) *experiment.Class {
	for i := range s.Classes {
		if s.Classes[i].Name == name {
			return &s.Classes[i]
		}
	}
	return &experiment.Class{Name: name}
}

// curve is one line of a plot, in data coordinates.
type curve struct {
	x, y  []float64
	line  draw.LineStyle
	glyph *draw.GlyphStyle
	every int // a glyph at every so many points, from first
	first int
}

func (l *curve) Plot(c draw.Canvas, p *plot.Plot) {
	tx, ty := p.Transforms(&c)
	pts := make([]vg.Point, len(l.x))
	for i := range l.x {
		pts[i] = vg.Point{X: tx(l.x[i]), Y: ty(l.y[i])}
	}
	c.StrokeLines(l.line, c.ClipLinesXY(pts)...)
	if l.glyph != nil {
		for i := l.first; i < len(pts); i += l.every {
			if c.Contains(pts[i]) {
				c.DrawGlyph(*l.glyph, pts[i])
			}
		}
	}
}

func cdf(r *experiment.Result, class string) (Plot, bool) {
	var waits []*des.Histogram
	var started []float64
	for i := range r.Strategies {
		c := classOf(&r.Strategies[i], class)
		started = append(started, c.Reached(c.Wait))
		if c.Wait == nil || c.Wait.Pooled == nil || c.Wait.Pooled.Count() == 0 {
			waits = append(waits, nil)
			continue
		}
		waits = append(waits, c.Wait.Pooled)
	}
	target, p := waitTarget(r, class)
	low, high := cdfRange(waits, target)
	if high <= 0 {
		return Plot{}, false // nothing waited, or nothing ran: there is no distribution to draw
	}

	const across, along = "wait, from intended arrival to start (log scale)", "share of tasks that wait at most this long"
	ax := axes(along)
	ax.X.Scale, ax.X.Tick.Marker, ax.X.Min, ax.X.Max = plot.LogScale{}, logTicks{}, low, high
	ax.Y.Scale, ax.Y.Tick.Marker, ax.Y.Min, ax.Y.Max = nines{}, ninesTicks{}, 0, 0.999
	if p > 0.99 {
		ax.Y.Max = 0.9999
	}
	ax.Add(gridLines{x: true, y: true})
	var keys []key
	var words []string
	aim := ""
	if target > 0 {
		ax.Add(&curve{x: []float64{target, target}, y: []float64{0, ax.Y.Max}, line: targetLine}, &curve{x: []float64{low, target}, y: []float64{p, p}, line: targetLine})
		aim = fmt.Sprintf("target: %s within %s", units.Share(p), units.Duration(target))
		keys = append(keys, key{name: aim, line: targetLine})
	}
	asked := chart{XName: across, YName: along, Aim: aim, Class: class, Title: class + ": how long tasks wait", Log: true, Share: true, Target: target, At: p}
	observed := observations(r, class, ax)
	for i, h := range waits {
		if h == nil {
			continue
		}
		g := glyph(i)
		l := &curve{line: series(i), glyph: &g, every: 28, first: 5 + (i*9)%28}
		asked.add(r.Strategies[i].Name, i, h, started[i], low, high)
		const n = points
		for k := range n + 1 {
			x := low * math.Pow(high/low, float64(k)/n)
			share := started[i] * h.Share(des.Seconds(x))
			l.x, l.y = append(l.x, x), append(l.y, min(share, ax.Y.Max))
			if share >= ax.Y.Max {
				break // above the axis: a line along its edge would say that the share stays there
			}
		}
		ax.Add(l)
		keys = append(keys, key{name: r.Strategies[i].Name, line: l.line, glyph: &g})
		said := r.Strategies[i].Name + ": p95 never"
		if started[i] >= 0.95 {
			said = fmt.Sprintf("%s: p95 %s", r.Strategies[i].Name, units.Duration(h.Quantile(min(1, 0.95/started[i]))))
		}
		if target > 0 {
			said += fmt.Sprintf(", %s within the target of %s", units.Share(started[i]*h.Share(des.Seconds(target))), units.Duration(target))
		}
		words = append(words, said)
	}
	if observed > 0 {
		keys = append(keys, key{name: "observed, " + units.Plural(observed, "run", "runs"), line: observedLine})
	}
	title := asked.Title
	asked.ticks(ax)
	return Plot{
		charts: []chart{asked},
		File:   "cdf-wait-" + class, Section: "cdf", Title: title, Alt: "Share of tasks over wait, one line a strategy. " + strings.Join(words, "; ") + ".",
		width: figWidth, height: 300,
		draw: func(c draw.Canvas) {
			render(heading(c, title, keys), ax, across)
		},
	}, true
}

// points are the steps of a line of the plot, from its left to its right.
const points = 168

// cdfRange returns where the axis of waits starts and ends; 0 where nothing waited. It spans five decades where that is
// enough to see the middle of every line, and what lies below a microsecond never.
func cdfRange(waits []*des.Histogram, target float64) (low, high float64) {
	low = math.Inf(1)
	middle := low
	for _, h := range waits {
		if h == nil {
			continue
		}
		high = max(high, h.Quantile(0.9995))
		zeros := h.Share(0)
		if q := h.Quantile(zeros + (1-zeros)*0.02); q > 0 { // where the curve leaves its share of zeros
			low, middle = min(low, q), min(middle, h.Quantile(zeros+(1-zeros)*0.5))
		}
	}
	if target > 0 {
		low, high = min(low, target/2), max(high, target*2)
	}
	if high <= 0 {
		return 0, 0
	}
	low = max(min(low, high/10), high/1e5)
	low = max(min(low, middle/1.5), shortest)
	return floorTick(low), ceilTick(high)
}

// shortest is below what any clock of a worker resolves, in seconds.
const shortest = 1e-6

var observedLine = draw.LineStyle{Color: ink, Width: 0.7}

// observations adds the recordings of a class as thin lines and tells how many there are.
func observations(r *experiment.Result, class string, ax *plot.Plot) int {
	for i := range r.Strategies {
		seen := classOf(&r.Strategies[i], class).Observed
		n := 0
		for _, o := range seen {
			if len(o.Waits) == 0 {
				continue
			}
			n++
			l := &curve{line: observedLine}
			last := 0.0
			for k, w := range o.Waits {
				w = max(w, ax.X.Min) // a logarithmic axis has no place for what did not wait
				l.x, l.y = append(l.x, w, w), append(l.y, last, min(float64(k+1)/float64(len(o.Waits)), ax.Y.Max))
				if last = l.y[len(l.y)-1]; last >= ax.Y.Max {
					break
				}
			}
			ax.Add(l)
		}
		if n > 0 { // the same recordings stand beside every strategy: draw them once
			return n
		}
	}
	return 0
}

// waitTarget returns the first target of a class for a quantile of its wait, and that quantile.
func waitTarget(r *experiment.Result, class string) (bound, p float64) {
	for i := range r.Strategies {
		for _, t := range classOf(&r.Strategies[i], class).SLO {
			if m := t.Metric; m.Of == worker.Wait && m.Stat.Kind == workloads.Quantile && !m.IsShare() {
				return t.Target, m.Stat.P
			}
		}
	}
	return 0, 0
}
