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

// track is one strategy's panel of a time line: a line a queue (worker), all panels on the same scales.
type track struct {
	title string
	names []string
	lines [][]float64
	bands [][2][]float64 // around each line: what other replications did; nil = there are none
	limit float64        // slots: drawn as a thin line; 0 = none
	step  float64        // seconds

	faults []window // planned
	shades []window // what shade gave it

	behind []float64 // tasks that arrived, a second
}

// worstWindow is how long "the worst minutes" are.
const worstWindow = 5 * 60.0

// timelines are queue length and busy slots over the first replication, and how far others were from it.
func timelines(r *experiment.Result) []Plot {
	var queues, busy []track
	step, runs := 0.0, 0
	for i := range r.Strategies {
		s := &r.Strategies[i]
		if s.Timeline == nil || s.Timeline.Step <= 0 {
			continue
		}
		step, runs = s.Timeline.Step.Seconds(), s.Timeline.Runs
		if q := waiting(s, titled(r, s)); len(q.lines) > 0 {
			queues = append(queues, q)
		}
		w := track{title: titled(r, s), step: step, limit: float64(s.Slots), faults: planned(s)}
		for k := range min(len(s.Workers), len(s.Timeline.Busy)) {
			w.names, w.lines = append(w.names, s.Workers[k].Name), append(w.lines, s.Timeline.Busy[k])
		}
		if len(w.lines) > 0 {
			busy = append(busy, w)
		}
	}
	var out []Plot
	if len(queues) > 0 {
		shaded := shadeBusiest(queues)
		p := multiples("queues", "Tasks waiting, the most in each "+units.Duration(step), "tasks", queues, shaded)
		if p.Note = "Line: the first replication."; runs > 1 {
			p.Note += fmt.Sprintf(" Band: from the least to the most of %d replications.", runs)
		}
		p.charts = courses(r, queues, shaded)
		out = append(out, p)
	}
	if len(busy) > 0 {
		p := multiples("busy", "Slots held, mean of each "+units.Duration(step), "slots", busy, shadeFaults(busy))
		p.Note = "One replication, the first."
		out = append(out, p)
	}
	return out
}

// waiting is how many tasks of each queue wait: the most in each step, so that no peak is averaged away.
func waiting(s *experiment.Strategy, title string) track {
	t := track{title: title, step: s.Timeline.Step.Seconds(), faults: planned(s)}
	for k := range min(len(s.Queues), len(s.Timeline.Queues)) {
		t.names = append(t.names, s.Queues[k].Name)
		if k >= len(s.Timeline.Peaks) {
			t.lines = append(t.lines, s.Timeline.Queues[k])
			continue
		}
		p := &s.Timeline.Peaks[k]
		t.lines = append(t.lines, p.First)
		if s.Timeline.Runs > 1 {
			t.bands = append(t.bands, [2][]float64{p.Least, p.Worst})
		}
	}
	return t
}

// shadeFaults shades planned faults, and says so for a legend; empty where there are none.
func shadeFaults(tracks []track) string {
	for i := range tracks {
		tracks[i].shades = tracks[i].faults
	}
	if tracks[0].faults == nil {
		return ""
	}
	return "fault"
}

// shadeBusiest shades planned faults, or the minutes in which most waits, where they are more than a hair and known so finely.
func shadeBusiest(tracks []track) string {
	if shaded := shadeFaults(tracks); shaded != "" { // one shade at a time
		return shaded
	}
	top, end := extent(tracks)
	if end <= 3*worstWindow || end >= 100*worstWindow || tracks[0].step > worstWindow {
		return ""
	}
	for i := range tracks {
		if t := &tracks[i]; t.peak() > top/20 { // where hardly anything waits, no minutes are the worst
			t.shades = []window{worstOf(*t)}
		}
	}
	return "worst " + units.Duration(worstWindow)
}

// extent is the highest value that tracks have to show, and their end in seconds.
func extent(tracks []track) (top, end float64) {
	for _, t := range tracks {
		top = max(top, t.limit, t.peak())
		for _, b := range t.bands {
			top = max(top, slices.Max(b[1]))
		}
		for _, line := range t.lines {
			end = max(end, float64(len(line))*t.step)
		}
	}
	if top <= 0 {
		top = 1
	}
	return top, end
}

// since names the axis of time.
const since = "time since the observed time began"

// multiples draws the tracks under each other: same time, same scale, so that heights compare at a glance. What their shades are
// stands in the legend.
func multiples(file, title, unit string, tracks []track, shaded string) Plot {
	var names []string
	for _, t := range tracks {
		for _, n := range t.names {
			if !slices.Contains(names, n) {
				names = append(names, n)
			}
		}
	}
	top, end := extent(tracks)
	var keys []key
	for i, n := range names {
		keys = append(keys, key{name: n, line: timeStyle(i)})
	}
	if tracks[0].limit > 0 {
		keys = append(keys, key{name: "all slots", line: observedLine})
	}
	if shaded != "" {
		keys = append(keys, key{name: shaded, line: draw.LineStyle{Color: shade, Width: 9}})
	}
	if behind := tracks[0].behind; shaded == "" && behind != nil {
		keys = append(keys, key{name: "tasks arriving, at most " + units.Number(slices.Max(behind)) + "/s", line: draw.LineStyle{Color: shade, Width: 9}})
	}
	const panel = vg.Length(92)
	plots := make([]*plot.Plot, len(tracks))
	var words []string
	for i, t := range tracks {
		ax := axes(unit)
		ax.X.Min, ax.X.Max, ax.X.Tick.Marker = 0, end, durationTicks{}
		ax.Y.Min, ax.Y.Max, ax.Y.Tick.Marker = 0, top*1.04, countTicks{most: 4}
		ax.Title.Text = t.title
		for _, w := range t.shades {
			ax.Add(window{from: w.from, to: min(w.to, end)})
		}
		if shaded == "" && t.behind != nil {
			ax.Add(hill{t.behind, t.step})
		}
		ax.Add(gridLines{y: true})
		if t.limit > 0 {
			ax.Add(&curve{x: []float64{0, end}, y: []float64{t.limit, t.limit}, line: observedLine})
		}
		for k, b := range t.bands {
			ax.Add(&band{b[0], b[1], t.step, timeStyle(slices.Index(names, t.names[k])).Color})
		}
		for k, line := range t.lines {
			l := &curve{line: timeStyle(slices.Index(names, t.names[k]))}
			peak := 0.0
			for j, y := range line {
				l.x, l.y = append(l.x, (float64(j)+0.5)*t.step), append(l.y, y)
				peak = max(peak, y)
			}
			ax.Add(l)
			words = append(words, fmt.Sprintf("%s, %s: at most %s", t.title, t.names[k], units.Number(peak)))
		}
		plots[i] = ax
	}
	return Plot{
		File: file, Section: "time", Title: title, Alt: "Over time, a panel a strategy. " + strings.Join(words, "; ") + ".",
		width: figWidth, height: panel*vg.Length(len(tracks)) + 28 + legendRows(keys)*16 + 30,
		draw: func(c draw.Canvas) { stack(heading(c, title, keys), plots) },
	}
}

// timeStyle differs from the strategies' colours on purpose in order: queues and workers are not strategies, and the
// dashes keep them apart.
func timeStyle(i int) draw.LineStyle {
	s := series(i + 1)
	s.Width, s.Dashes = 1.3, dashes[i%len(dashes)]
	return s
}

// stack draws plots under each other with their axes aligned: all have the tick labels of the same scale.
func stack(c draw.Canvas, plots []*plot.Plot) {
	const foot = vg.Length(18) // the name of the time axis, under the last panel
	h := (c.Max.Y - c.Min.Y - foot) / vg.Length(len(plots))
	for i, p := range plots {
		part := c
		part.Max.Y = c.Max.Y - h*vg.Length(i)
		part.Min.Y = part.Max.Y - h
		write(part, bold(smallSize), vg.Point{X: part.Min.X + 4, Y: part.Max.Y - 8}, p.Title.Text)
		name := p.Title.Text
		p.Title.Text = ""
		if body := draw.Crop(part, 0, 0, 0, -16); i == len(plots)-1 {
			body.Min.Y = c.Min.Y
			render(body, p, since)
		} else {
			p.Draw(draw.Crop(body, 4, -12, 0, 0))
		}
		p.Title.Text = name // a plot may be drawn twice: as SVG and as PNG
	}
}

func (t *track) peak() (top float64) {
	for _, l := range t.lines {
		for _, v := range l {
			top = max(top, v)
		}
	}
	return top
}

// legendRows returns how many lines heading will need for keys.
func legendRows(keys []key) vg.Length {
	sty := lettering(smallSize, ink)
	rows, x := vg.Length(1), vg.Length(4)
	for i, k := range keys {
		w := 31 + sty.Width(k.name)
		if i > 0 && x+w > figWidth {
			rows, x = rows+1, 4
		}
		x += w + 14
	}
	return rows
}

// band is what lies between two courses, in a pale colour.
type band struct {
	low, high []float64
	step      float64
	color     color.Color
}

func (b *band) Plot(c draw.Canvas, p *plot.Plot) {
	tx, ty := p.Transforms(&c)
	var points []vg.Point
	for i, y := range b.high {
		points = append(points, vg.Point{X: tx((float64(i) + 0.5) * b.step), Y: ty(y)})
	}
	for i, y := range slices.Backward(b.low) {
		points = append(points, vg.Point{X: tx((float64(i) + 0.5) * b.step), Y: ty(y)})
	}
	fill := color.NRGBAModel.Convert(b.color).(color.NRGBA)
	fill.A = 0x30
	c.FillPolygon(fill, points)
}

// window shades a stretch of time.
type window struct{ from, to float64 }

func (w window) Plot(c draw.Canvas, p *plot.Plot) {
	tx, _ := p.Transforms(&c)
	l, r := tx(w.from), tx(w.to)
	c.FillPolygon(shade, []vg.Point{{X: l, Y: c.Min.Y}, {X: r, Y: c.Min.Y}, {X: r, Y: c.Max.Y}, {X: l, Y: c.Max.Y}})
}

// worstOf returns the stretch of a track in which most messages waited.
func worstOf(t track) window {
	n := max(1, int(math.Round(worstWindow/t.step)))
	sum, best, at := 0.0, -1.0, 0
	total := func(i int) (x float64) {
		for _, l := range t.lines {
			if i < len(l) {
				x += l[i]
			}
		}
		return x
	}
	for i := range t.lines[0] {
		sum += total(i)
		if i >= n {
			sum -= total(i - n)
		}
		if i >= n-1 && sum > best {
			best, at = sum, i-n+1
		}
	}
	return window{from: float64(at) * t.step, to: float64(at+n) * t.step}
}
