package report

import (
	"image/color"
	"math"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
)

// bar is one horizontal bar with its interval and its figure at the end.
type bar struct {
	name      string
	value     float64
	low, high float64 // equal to value where there is no interval
	label     string
	color     color.NRGBA
	strong    bool // the one that has a target: drawn full, the others pale
	split     bool // drawn full up to part, pale beyond
	part      float64
	never     bool // in place of a value: it is later than all that the axis shows
}

// barGroup is the bars of one strategy under its name.
type barGroup struct {
	name string
	note string // in place of bars that are withheld
	bars []bar
}

// barChart draws groups of bars from the top down. Names stand over their group, not beside it: long ones fit, and
// the chart keeps its width on a phone.
type barChart struct {
	groups []barGroup
	target *vertical // over the bars, under the figures
	dots   bool      // in place of bars, where the axis has no zero for them to begin at
}

const (
	barRow   = 15.0 // points a bar
	groupRow = 17.0 // points for the name of a group
	groupGap = 7.0
)

func (b *barChart) height() float64 {
	h := 0.0
	for _, g := range b.groups {
		h += groupRow + groupGap + barRow*float64(max(1, len(g.bars)))
	}
	return h
}

// ticks names the bars; the axis counts points from the top.
func (b *barChart) ticks() plot.ConstantTicks {
	var out plot.ConstantTicks
	y := 0.0
	for _, g := range b.groups {
		y += groupRow
		for _, bar := range g.bars {
			out = append(out, plot.Tick{Value: -(y + barRow/2), Label: bar.name})
			y += barRow
		}
		if len(g.bars) == 0 {
			y += barRow
		}
		y += groupGap
	}
	return out
}

// axes returns an empty plot as high as the bars.
func (b *barChart) axes() *plot.Plot {
	ax := axes("")
	ax.Y.Min, ax.Y.Max = -b.height(), 0
	ax.Y.Tick.Marker, ax.Y.Tick.Length = b.ticks(), 0
	return ax
}

// until is where an axis from low has to end, in logarithms if low is not 0, so that the figures behind bars up to top find room.
func (b *barChart) until(low, top float64) float64 {
	names := vg.Length(0)
	for _, g := range b.groups {
		for _, bar := range g.bars {
			names = max(names, lettering(smallSize, ink).Width(bar.name))
		}
	}
	width, end := figWidth-names-30, top
	after := func(at, stretch float64) {
		if low == 0 {
			end = max(end, at*stretch)
		} else if at > low {
			end = max(end, low*math.Pow(at/low, stretch))
		}
	}
	after(top, 1.06) // a target there is no edge
	for _, g := range b.groups {
		for _, bar := range g.bars {
			at := min(max(bar.value, bar.high), top)
			if bar.never {
				at = top
			}
			after(at, float64(width/max(width/3, width-bold(smallSize).Width(bar.label)-10)))
		}
	}
	return end
}

func (b *barChart) Plot(c draw.Canvas, p *plot.Plot) {
	tx, ty := p.Transforms(&c)
	y := 0.0
	for _, g := range b.groups {
		y += groupRow
		for _, bar := range g.bars {
			switch at := ty(-(y + barRow/2)); {
			case bar.never:
			case b.dots:
				bar.dot(c, p, tx, at)
			default:
				bar.fill(c, p, tx, at)
			}
			y += barRow
		}
		if len(g.bars) == 0 {
			y += barRow
		}
		y += groupGap
	}
	if b.target != nil {
		b.target.Plot(c, p)
	}
	y = 0
	for _, g := range b.groups {
		behind(c, bold(textSize), vg.Point{X: c.Min.X + 3, Y: ty(-(y + groupRow/2 + 1))}, g.name)
		y += groupRow
		if len(g.bars) == 0 {
			behind(c, lettering(smallSize, faint), vg.Point{X: c.Min.X + 3, Y: ty(-(y + barRow/2))}, g.note)
			y += barRow
		}
		for _, bar := range g.bars {
			bar.write(c, p, tx, ty(-(y + barRow/2)))
			y += barRow
		}
		y += groupGap
	}
}

func (b *bar) fill(c draw.Canvas, p *plot.Plot, tx func(float64) vg.Length, y vg.Length) {
	const half = vg.Length(barRow * 0.36)
	full := b.color
	if !b.strong {
		full = pale(full)
	}
	box := func(color color.NRGBA, left, right vg.Length) {
		c.FillPolygon(color, []vg.Point{{X: left, Y: y - half}, {X: right, Y: y - half}, {X: right, Y: y + half}, {X: left, Y: y + half}})
	}
	if end := within(p, tx, b.value); b.split {
		middle := within(p, tx, b.part)
		box(b.color, c.Min.X, middle)
		box(pale(b.color), middle, end)
	} else {
		box(full, c.Min.X, end)
	}
}

// dot marks where the bar would end.
func (b *bar) dot(c draw.Canvas, p *plot.Plot, tx func(float64) vg.Length, y vg.Length) {
	sty := draw.GlyphStyle{Color: b.color, Radius: 4.5, Shape: draw.CircleGlyph{}}
	if !b.strong {
		sty.Color = pale(b.color)
	}
	c.DrawGlyph(sty, vg.Point{X: within(p, tx, b.value), Y: y})
}

func pale(c color.NRGBA) color.NRGBA { c.A = 0x60; return c }

// write adds the interval and the figure.
func (b *bar) write(c draw.Canvas, p *plot.Plot, tx func(float64) vg.Length, y vg.Length) {
	right := within(p, tx, b.value)
	if b.low < b.high {
		l, h := within(p, tx, b.low), within(p, tx, b.high)
		whisker := draw.LineStyle{Color: ink, Width: 1}
		c.StrokeLine2(whisker, l, y, h, y)
		c.StrokeLine2(whisker, l, y-3, l, y+3)
		c.StrokeLine2(whisker, h, y-3, h, y+3)
		right = max(right, h)
	}
	sty := lettering(smallSize, ink)
	if b.strong {
		sty = bold(smallSize)
	}
	if b.never {
		right = c.Max.X - sty.Width(b.label) - 11
	}
	behind(c, sty, vg.Point{X: right + 7, Y: y}, b.label)
}

// within returns where a value stands on the horizontal axis; zero on a logarithmic one stands at its start.
func within(p *plot.Plot, tx func(float64) vg.Length, v float64) vg.Length {
	return tx(min(max(v, p.X.Min), p.X.Max))
}

// behind writes text on a patch of paper, so that lines that pass under it do not strike it through.
func behind(c draw.Canvas, sty draw.TextStyle, at vg.Point, s string) {
	if s == "" {
		return
	}
	w, h := sty.Width(s), sty.Font.Size*0.55
	c.FillPolygon(paper, []vg.Point{{X: at.X - 1, Y: at.Y - h}, {X: at.X + w + 1, Y: at.Y - h}, {X: at.X + w + 1, Y: at.Y + h}, {X: at.X - 1, Y: at.Y + h}})
	write(c, sty, at, s)
}

// vertical is a line across all bars, at the edge where it would lie beyond it.
type vertical struct {
	at   float64
	line draw.LineStyle
}

func (v *vertical) Plot(c draw.Canvas, p *plot.Plot) {
	tx, _ := p.Transforms(&c)
	at := tx(max(v.at, p.X.Min))
	c.StrokeLine2(v.line, at, c.Min.Y, at, c.Max.Y)
}
