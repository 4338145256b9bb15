package report

import (
	"image/color"
	"strings"

	xfont "golang.org/x/image/font"
	"gonum.org/v1/plot"
	"gonum.org/v1/plot/font"
	"gonum.org/v1/plot/text"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
)

// Colours of plots. Each is one literal in the SVG, so that the page can replace it by a variable of its theme.
var (
	ink   = color.NRGBA{0x1a, 0x1d, 0x21, 0xff} // text, axes, recordings, targets
	faint = color.NRGBA{0x5f, 0x68, 0x73, 0xff} // second-rank text
	rule  = color.NRGBA{0xdd, 0xe1, 0xe6, 0xff} // grid
	paper = color.NRGBA{0xff, 0xff, 0xff, 0xff}
	shade = color.NRGBA{0xee, 0xf0, 0xf3, 0xff} // the worst minutes, or a fault
)

// palette is Okabe and Ito's, which stays apart for colour-blind eyes, without its yellow (too light for lines) and
// black (kept for what is no strategy).
var palette = []color.NRGBA{
	{0xd5, 0x5e, 0x00, 0xff}, // vermillion
	{0x00, 0x72, 0xb2, 0xff}, // blue
	{0x00, 0x9e, 0x73, 0xff}, // bluish green
	{0xcc, 0x79, 0xa7, 0xff}, // reddish purple
	{0xe6, 0x9f, 0x00, 0xff}, // orange
	{0x56, 0xb4, 0xe9, 0xff}, // sky blue
	{0x7a, 0x4b, 0x2a, 0xff}, // brown: not theirs, darker than all of them
}

// Dashes and glyphs tell series apart where colours cannot. Eight dashes beside seven colours: the pairs repeat
// only after 56 series.
var (
	dashes = [][]vg.Length{nil, {7, 3}, {2, 2}, {9, 3, 2, 3}, {4, 2}, {12, 4}, {2, 4}, {12, 3, 2, 3, 2, 3}}
	glyphs = []draw.GlyphDrawer{draw.CircleGlyph{}, draw.BoxGlyph{}, draw.PyramidGlyph{}, draw.CrossGlyph{}, draw.RingGlyph{}, draw.PlusGlyph{}, draw.TriangleGlyph{}}
)

const (
	textSize  = vg.Length(11)
	smallSize = vg.Length(10)
	figWidth  = vg.Length(410)
)

func series(i int) draw.LineStyle {
	return draw.LineStyle{Color: palette[i%len(palette)], Width: 1.8, Dashes: dashes[i%len(dashes)]}
}

func glyph(i int) draw.GlyphStyle {
	return draw.GlyphStyle{Color: palette[i%len(palette)], Radius: 3, Shape: glyphs[i%len(glyphs)]}
}

// targetLine is how a target is drawn everywhere.
var targetLine = draw.LineStyle{Color: ink, Width: 1.4, Dashes: []vg.Length{5, 2, 1, 2}}

func lettering(size vg.Length, c color.Color) text.Style {
	return text.Style{Color: c, Font: font.Font{Typeface: "Liberation", Variant: "Sans", Size: size}, Handler: plot.DefaultTextHandler, YAlign: draw.YCenter}
}

func bold(size vg.Length) text.Style {
	s := lettering(size, ink)
	s.Font.Weight = xfont.WeightBold
	return s
}

// write puts text beside a point, centred on its height as the eye sees it: between the baseline and the capitals.
func write(c draw.Canvas, sty text.Style, at vg.Point, s string) {
	at.Y += sty.Font.Size * 0.12
	c.FillText(sty, at, s)
}

// render draws a plot with the name of its horizontal axis under it. gonum's own label stands in the middle of the
// range, not of the axis, where the scale is logarithmic, and takes the room it needs there from the plot.
func render(c draw.Canvas, p *plot.Plot, x string) {
	sty := lettering(textSize, ink)
	sty.XAlign = draw.XCenter
	body := draw.Crop(c, 4, -12, 18, 0)
	p.Draw(body)
	data := p.DataCanvas(body)
	write(c, sty, vg.Point{X: (data.Min.X + data.Max.X) / 2, Y: c.Min.Y + 10}, x)
}

// axes returns an empty plot in our style; its horizontal axis is named by render.
func axes(y string) *plot.Plot {
	p := plot.New()
	p.BackgroundColor = nil
	for _, a := range []struct {
		axis  *plot.Axis
		label string
	}{{&p.X, ""}, {&p.Y, y}} {
		label, ticks := lettering(textSize, ink), lettering(smallSize, ink)
		label.XAlign, label.YAlign, label.Rotation = a.axis.Label.TextStyle.XAlign, a.axis.Label.TextStyle.YAlign, a.axis.Label.TextStyle.Rotation
		ticks.XAlign, ticks.YAlign = a.axis.Tick.Label.XAlign, a.axis.Tick.Label.YAlign
		a.axis.Label.Text, a.axis.Label.TextStyle, a.axis.Tick.Label = a.label, label, ticks
		a.axis.Color, a.axis.Tick.Color = faint, faint
		a.axis.Width, a.axis.Tick.Width = 0.7, 0.7
		a.axis.Tick.Length, a.axis.Padding = 4, 0
	}
	return p
}

// key is one entry of a legend: a sample of the line, the glyph on it, and the name.
type key struct {
	name  string
	line  draw.LineStyle
	glyph *draw.GlyphStyle
}

// heading draws a title and a legend across the top of c and returns what is left of it. The legend stands above the
// axes, never over data, and wraps.
func heading(c draw.Canvas, title string, keys []key) draw.Canvas {
	const row, sample = vg.Length(16), vg.Length(26)
	y := c.Max.Y - 10
	sty := bold(12)
	if room := c.Max.X - c.Min.X - 8; sty.Width(title) > room { // a long name is small rather than cut
		sty = bold(12 * room / sty.Width(title))
	}
	write(c, sty, vg.Point{X: c.Min.X + 4, Y: y}, title)
	y -= row + 2
	sty = lettering(smallSize, ink)
	x := c.Min.X + 4
	for i, k := range keys {
		w := sample + 5 + sty.Width(k.name)
		if i > 0 && x+w > c.Max.X {
			x, y = c.Min.X+4, y-row
		}
		c.StrokeLine2(k.line, x, y, x+sample, y)
		if k.glyph != nil {
			c.DrawGlyph(*k.glyph, vg.Point{X: x + sample/2, Y: y})
		}
		write(c, sty, vg.Point{X: x + sample + 5, Y: y}, k.name)
		x += w + 14
	}
	if len(keys) > 0 {
		y -= row
	}
	c.Max.Y = y + 4
	return c
}

// grid lines stand behind the data, at the labelled ticks.
type gridLines struct{ x, y bool }

func (g gridLines) Plot(c draw.Canvas, p *plot.Plot) {
	tx, ty := p.Transforms(&c)
	line := draw.LineStyle{Color: rule, Width: 0.6}
	if g.x {
		for _, t := range p.X.Tick.Marker.Ticks(p.X.Min, p.X.Max) {
			if !t.IsMinor() && t.Value >= p.X.Min && t.Value <= p.X.Max {
				c.StrokeLine2(line, tx(t.Value), c.Min.Y, tx(t.Value), c.Max.Y)
			}
		}
	}
	if g.y {
		for _, t := range p.Y.Tick.Marker.Ticks(p.Y.Min, p.Y.Max) {
			if !t.IsMinor() && t.Value >= p.Y.Min && t.Value <= p.Y.Max {
				c.StrokeLine2(line, c.Min.X, ty(t.Value), c.Max.X, ty(t.Value))
			}
		}
	}
}

// elide shortens a name that would not leave room for anything else.
func elide(s string, n int) string {
	r := []rune(s)
	if len(r) <= n {
		return s
	}
	return strings.TrimRight(string(r[:n-1]), " -_") + "…"
}
