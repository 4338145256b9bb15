package report

import (
	"math"
	"slices"

	"gonum.org/v1/plot"

	"example.com/simrun/des"
	"example.com/simrun/internal/experiment"
	"example.com/simrun/internal/units"
)

// chart is what a plot draws as figures, for the page, where one can ask it: a point on the horizontal axis has a label,
// so that the page need not know how durations are written.
type chart struct {
	File     string `json:"file"`           // of the plot whose picture it stands for
	Over     string `json:"over,omitempty"` // the title of its plot, where that has several: stands over the first
	Title    string `json:"title"`
	XName    string `json:"xname,omitempty"` // of the axes; the horizontal one of several is that of the last
	YName    string `json:"yname,omitempty"`
	Layout   string `json:"layout,omitempty"` // all its lines are of one layout
	Class    string `json:"class,omitempty"`
	abscissa `json:"-"`
	Axis     int      `json:"axis"`            // of the page's: many charts share one
	Log      bool     `json:"log,omitempty"`   // the horizontal axis
	Share    bool     `json:"share,omitempty"` // the vertical axis is one of shares, stretched towards 1
	YTicks   []mark   `json:"yticks"`
	Top      float64  `json:"top"` // of the vertical axis
	Lines    []stroke `json:"lines"`
	Target   float64  `json:"target,omitempty"` // on the horizontal axis
	At       float64  `json:"at,omitempty"`     // on the vertical one
	Aim      string   `json:"aim,omitempty"`    // the target in words
	Shades   []shaded `json:"shades,omitempty"` // stretches of the horizontal axis
	Shaded   string   `json:"shaded,omitempty"` // what they are
}

// abscissa is a horizontal axis: its points, what each is called, and its ticks.
type abscissa struct {
	X      []float64 `json:"x"`
	Labels []string  `json:"labels"`
	XTicks []mark    `json:"xticks"`
}

func (a *abscissa) equal(b *abscissa) bool {
	return slices.Equal(a.X, b.X) && slices.Equal(a.XTicks, b.XTicks)
}

// shaded is a stretch of an axis.
type shaded struct {
	From float64 `json:"from"`
	To   float64 `json:"to"`
}

// mark is a tick with its label.
type mark struct {
	At    float64 `json:"at"`
	Label string  `json:"label"`
}

// stroke is one line of a chart, with what lies around it. A value is null where there is none.
type stroke struct {
	Name   string     `json:"name"`
	Layout string     `json:"layout,omitempty"`
	Color  int        `json:"color"` // from 1, of the palette
	Dash   []float64  `json:"dash,omitempty"`
	Y      []*float64 `json:"y"`
	Low    []*float64 `json:"low,omitempty"`
	High   []*float64 `json:"high,omitempty"`
	Mean   []*float64 `json:"mean,omitempty"`
}

// add gives a chart of distributions the line of one layout.
func (c *chart) add(layout string, i int, h *des.Histogram, started, low, high float64) {
	l := stroke{Name: layout, Layout: layout, Color: i%len(palette) + 1, Dash: dashOf(i)}
	fresh := c.X == nil
	for k := range points + 1 {
		x := low * math.Pow(high/low, float64(k)/points)
		if fresh {
			c.X, c.Labels = append(c.X, rounded(x)), append(c.Labels, units.Duration(x))
		}
		l.Y = append(l.Y, nullable(math.Round(started*h.Share(des.Seconds(x))*1e5)/1e5))
	}
	c.Lines = append(c.Lines, l)
}

// ticks takes over those of the plot.
func (c *chart) ticks(ax *plot.Plot) {
	labelled := func(a *plot.Axis) (out []mark) {
		for _, t := range a.Tick.Marker.Ticks(a.Min, a.Max) {
			if !t.IsMinor() {
				out = append(out, mark{rounded(t.Value), t.Label})
			}
		}
		return out
	}
	c.XTicks, c.YTicks, c.Top = labelled(&ax.X), labelled(&ax.Y), ax.Y.Max
}

// courses are the tasks that wait over time: a chart for each layout, with the stretches that its track shades.
func courses(r *experiment.Result, tracks []track, what string) (out []chart) {
	top := 0.0
	stretches := map[string][]shaded{}
	for _, t := range tracks {
		for _, w := range t.shades {
			stretches[t.title] = append(stretches[t.title], shaded{w.from, w.to})
		}
	}
	for i := range r.Strategies {
		s := &r.Strategies[i]
		if s.Timeline == nil || s.Timeline.Peaks == nil {
			continue
		}
		c := chart{Title: titled(r, s), Layout: s.Name, YName: "tasks"}
		if c.Shades = stretches[c.Title]; c.Shades != nil {
			c.Shaded = what
		}
		step := s.Timeline.Step.Seconds()
		for k, p := range s.Timeline.Peaks[:min(len(s.Queues), len(s.Timeline.Peaks))] {
			l := stroke{Name: s.Queues[k].Name, Color: (k+1)%len(palette) + 1, Dash: dashOf(k), Y: nullables(p.First)}
			top = max(top, slices.Max(p.First))
			if s.Timeline.Runs > 1 {
				l.Low, l.High, l.Mean = nullables(p.Least), nullables(p.Worst), nullables(p.Mean)
				top = max(top, slices.Max(p.Worst))
			}
			c.Lines = append(c.Lines, l)
		}
		for k := range s.Timeline.Peaks[0].First {
			x := (float64(k) + 0.5) * step
			c.X, c.Labels = append(c.X, rounded(x)), append(c.Labels, units.Duration(float64(k)*step)+" to "+units.Duration(float64(k+1)*step))
		}
		end := step * float64(len(c.X))
		for _, t := range (durationTicks{}).Ticks(0, end) {
			c.XTicks = append(c.XTicks, mark{t.Value, t.Label})
		}
		out = append(out, c)
	}
	for i := range out {
		out[i].Top = max(1, top*1.04)
		for _, t := range (countTicks{most: 4}).Ticks(0, out[i].Top) {
			out[i].YTicks = append(out[i].YTicks, mark{t.Value, t.Label})
		}
	}
	if len(out) > 0 {
		out[len(out)-1].XName = since
	}
	return out
}

func dashOf(i int) (out []float64) {
	for _, d := range dashes[i%len(dashes)] {
		out = append(out, float64(d))
	}
	return out
}

func nullables(v []float64) []*float64 {
	out := make([]*float64, len(v))
	for i, x := range v {
		out[i] = nullable(x)
	}
	return out
}

func nullable(x float64) *float64 {
	if math.IsNaN(x) || math.IsInf(x, 0) {
		return nil
	}
	x = rounded(x)
	return &x
}

// rounded keeps as many digits as anyone can see: five.
func rounded(x float64) float64 {
	if x == 0 {
		return 0
	}
	unit := math.Pow(10, 4-math.Floor(math.Log10(math.Abs(x))))
	return math.Round(x*unit) / unit
}
