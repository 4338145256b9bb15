package report

import (
	"fmt"
	"math"
	"strings"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"

	"example.com/simrun/internal/experiment"
	"example.com/simrun/internal/units"
)

// waitCauses split the mean wait of each class: the part spent in the broker, which any worker could end, and the
// part spent reserved by a worker that was busy, which only that worker can.
func waitCauses(r *experiment.Result) []Plot {
	var out []Plot
	for _, class := range classNames(r) {
		chart := &barChart{}
		top := 0.0
		var words []string
		for i := range r.Strategies {
			s := &r.Strategies[i]
			c := classOf(s, class)
			g := barGroup{name: titled(r, s), note: "no figures"}
			if unstable(s, c.Queue) {
				g.note = "unstable: the queue grows without end"
			} else if w := c.WaitByCause; w != nil && c.Wait != nil && c.Wait.Mean.Known() {
				b := bar{name: "mean", value: c.Wait.Mean.Value, split: true, color: palette[i%len(palette)]}
				b.low, b.high, b.label = b.value, b.value, units.Duration(b.value)
				if sum := w.Queue + w.Reserved; sum > 0 && w.Reserved > 0 {
					part := w.Reserved / sum
					b.part = b.value * part // the parts are of all tasks together, the mean is of replications
					b.label += fmt.Sprintf(", %s of it reserved", units.Share(math.Round(part*100)/100))
				}
				if c.Wait.Due != nil {
					g.name += fmt.Sprintf(", of the %s that start", units.Share(math.Round(c.Reached(c.Wait)*100)/100))
				}
				top = max(top, b.value)
				g.bars = []bar{b}
				words = append(words, s.Name+": "+b.label)
			}
			chart.groups = append(chart.groups, g)
		}
		if top <= 0 {
			continue
		}
		ax := chart.axes()
		ax.X.Min, ax.X.Max, ax.X.Tick.Marker = 0, chart.until(0, top), durationTicks{}
		ax.Add(gridLines{x: true}, chart)
		keys := []key{
			{name: "reserved by a busy worker", line: draw.LineStyle{Color: faint, Width: 9}},
			{name: "in the broker", line: draw.LineStyle{Color: pale(faint), Width: 9}},
		}
		title := class + ": what tasks wait for"
		out = append(out, Plot{
			File: "causes-" + class, Section: "causes", Title: title, Alt: "Mean wait, a bar a strategy, split by where the task lies. " + strings.Join(words, "; ") + ".",
			width: figWidth, height: vg.Length(chart.height()) + 92,
			draw: func(c draw.Canvas) { render(heading(c, title, keys), ax, "mean wait") },
		})
	}
	return out
}

// utilization returns how busy the slots of each worker are, a group a strategy.
func utilization(r *experiment.Result) []Plot {
	chart := &barChart{}
	var words []string
	for i := range r.Strategies {
		s := &r.Strategies[i]
		g := barGroup{name: titled(r, s), note: "no workers"}
		for _, w := range s.Workers {
			if w.SlotUtilization == nil {
				continue
			}
			e := w.SlotUtilization
			b := bar{name: elide(w.Name, 22), value: e.Value, low: e.Value, high: e.Value, color: palette[i%len(palette)], strong: true}
			if e.Low != nil && e.High != nil {
				b.low, b.high = *e.Low, *e.High
			}
			b.label = fmt.Sprintf("%s of %s", units.Share(math.Round(e.Value*1000)/1000), units.Plural(w.Slots, "slot", "slots"))
			if w.Fleet != nil {
				b.label = fmt.Sprintf("%s of those present, up to %d", units.Share(math.Round(e.Value*1000)/1000), w.Slots)
			}
			g.bars = append(g.bars, b)
			words = append(words, fmt.Sprintf("%s, %s: %s", s.Name, w.Name, b.label))
		}
		chart.groups = append(chart.groups, g)
	}
	if len(words) == 0 {
		return nil
	}
	ax := chart.axes()
	ax.X.Min, ax.X.Max, ax.X.Tick.Marker = 0, 1.35, plot.ConstantTicks(shareTicks{}.Ticks(0, 1))
	ax.Add(gridLines{x: true}, chart)
	title := "How busy the slots are"
	return []Plot{{
		File: "utilization", Section: "use", Title: title, Alt: "Slot utilization, a bar a worker. " + strings.Join(words, "; ") + ".",
		width: figWidth, height: vg.Length(chart.height()) + 80,
		draw: func(c draw.Canvas) { render(heading(c, title, nil), ax, "share of time that slots are held") },
	}}
}
