package report

import (
	"cmp"
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
	"example.com/simrun/worker"
	"example.com/simrun/workloads"
)

// bars are p50, p95 and p99 with their intervals against the target: a plot for each class and each duration that has
// a target, and of the wait where a class has none.
func bars(r *experiment.Result) []Plot {
	var out []Plot
	for _, class := range classNames(r) {
		durations := targeted(r, class)
		if len(durations) == 0 {
			durations = []worker.Metric{worker.Wait}
		}
		for _, d := range durations {
			if p, ok := quantileBars(r, class, d); ok {
				out = append(out, p)
			}
		}
	}
	return out
}

// targeted returns the durations of a class that have a target.
func targeted(r *experiment.Result, class string) (durations []worker.Metric) {
	for d := range worker.Metric(worker.Metrics) {
		if target(r, class, d) != nil {
			durations = append(durations, d)
		}
	}
	return durations
}

// target returns the first target for a duration of a class; nil if it has none.
func target(r *experiment.Result, class string, of worker.Metric) *experiment.SLO {
	for i := range r.Strategies {
		slo := classOf(&r.Strategies[i], class).SLO
		for j := range slo {
			if m := slo[j].Metric; m.Of == of && !m.IsShare() && !m.HasBy {
				return &slo[j]
			}
		}
	}
	return nil
}

// sloOf returns the same target of a class under another layout; nil if it has none.
func sloOf(c *experiment.Class, aim *experiment.SLO) *experiment.SLO {
	for i := range c.SLO {
		if aim != nil && c.SLO[i].Metric == aim.Metric {
			return &c.SLO[i]
		}
	}
	return nil
}

// meanings name the axes.
var meanings = [worker.Metrics]string{
	worker.Wait:     "wait, from intended arrival to start",
	worker.Response: "response, from intended arrival to end",
	worker.Run:      "run, from start to end of an attempt",
}

// quantileBars returns a group of bars for each strategy; false where no figure can be drawn: the tables say so.
func quantileBars(r *experiment.Result, class string, metric worker.Metric) (Plot, bool) {
	aim := target(r, class, metric)
	b := &quantileChart{metric: metric, aim: aim, low: math.Inf(1)}
	for i := range r.Strategies {
		s := &r.Strategies[i]
		b.groups = append(b.groups, b.group(r, s, classOf(s, class), palette[i%len(palette)]))
	}
	if !slices.ContainsFunc(b.groups, func(g barGroup) bool { return g.bars != nil }) {
		return Plot{}, false // nothing to be held against the target
	}
	title := fmt.Sprintf("%s: %s (no target)", class, metric)
	var keys []key
	if aim != nil {
		if b.high = max(b.high, aim.Target); aim.Target > 0 { // 0 is on no log scale: its line is the edge
			b.low = min(b.low, aim.Target)
		}
		b.target = &vertical{aim.Target, targetLine}
		title = fmt.Sprintf("%s: %s against its target", class, metric)
		keys = []key{{name: fmt.Sprintf("target: %s at most %s", aim.Metric.Stat, units.Duration(aim.Target)), line: targetLine}}
	}
	if b.high <= 0 {
		return Plot{}, false // no task waited, or no figure can be given
	}
	keys = append(keys, key{name: units.Share(r.Run.Confidence) + " interval", line: draw.LineStyle{Color: ink, Width: 1}})
	ax, axis := b.scaled()
	return Plot{
		File: "bars-" + metric.String() + "-" + class, Section: "bars", Title: title,
		Alt:   "p50, p95 and p99 of the " + metric.String() + ", a group of marks a strategy. " + strings.Join(b.words, "; ") + ".",
		width: figWidth, height: vg.Length(b.height()) + 92,
		draw: func(c draw.Canvas) { render(heading(c, title, keys), ax, axis) },
	}, true
}

// quantileChart is a bar chart of one duration while it is made.
type quantileChart struct {
	barChart
	metric    worker.Metric
	aim       *experiment.SLO // nil = no target
	low, high float64         // of the figures and the target
	words     []string        // for those who do not see it
}

// group returns what one strategy does to a class.
func (b *quantileChart) group(r *experiment.Result, s *experiment.Strategy, c *experiment.Class, fill color.NRGBA) barGroup {
	g := barGroup{name: titled(r, s)}
	q := [worker.Metrics]*experiment.Quantiles{worker.Wait: c.Wait, worker.Response: c.Response, worker.Run: c.Run}[b.metric]
	if q == nil {
		g.note = "no figures"
		if unstable(s, c.Queue) {
			g.note = "unstable: the queue grows without end"
		}
		b.words = append(b.words, s.Name+": "+g.note)
		return g
	}
	own := sloOf(c, b.aim)
	for _, e := range statistics(q, own) {
		aimed := own != nil && e.stat == own.Metric.Stat
		if math.IsInf(e.e.Value, 1) {
			one := bar{name: e.stat.String(), never: true, label: "never", strong: aimed || b.aim == nil}
			if aimed {
				one.label += ", " + said(own.Verdict)
			}
			b.words = append(b.words, fmt.Sprintf("%s: %s %s", s.Name, e.stat, one.label))
			g.bars = append(g.bars, one)
			continue
		}
		if !e.e.Known() {
			g.note = "too few tasks"
			continue
		}
		one := bar{
			name: e.stat.String(), value: e.e.Value, low: e.e.Value, high: e.e.Value, label: units.Duration(e.e.Value),
			color: fill, strong: aimed || b.aim == nil,
		}
		if e.e.Low != nil && e.e.High != nil {
			one.low, one.high = *e.e.Low, *e.e.High
		}
		if aimed {
			one.label += ", " + said(own.Verdict)
			b.words = append(b.words, fmt.Sprintf("%s: %s %s, %s", s.Name, e.stat, units.Duration(one.value), said(own.Verdict)))
		}
		g.bars = append(g.bars, one)
		b.high = max(b.high, one.high)
		if one.value > 0 {
			b.low = min(b.low, one.value)
		}
	}
	return g
}

// scaled returns the axes, in logarithms where the small ones would vanish beside the target.
func (b *quantileChart) scaled() (ax *plot.Plot, axis string) {
	ax, axis = b.axes(), meanings[b.metric]
	if b.high/b.low > 30 {
		axis += " (log scale)"
		b.dots = true
		ax.X.Scale, ax.X.Tick.Marker = plot.LogScale{}, logTicks{until: b.high}
		ax.X.Min = floorTick(b.low / 1.3)
		if b.high > 10*shortest {
			ax.X.Min = max(ax.X.Min, shortest)
		}
		ax.X.Max = b.until(ax.X.Min, b.high)
	} else {
		ax.X.Tick.Marker, ax.X.Min, ax.X.Max = durationTicks{}, 0, b.until(0, b.high)
	}
	ax.Add(gridLines{x: true}, &b.barChart)
	return ax, axis
}

func said(verdict string) string {
	switch verdict {
	case "pass":
		return "passes"
	case "fail":
		return "fails"
	}
	return verdict
}

// titled returns a strategy's name with what is special about it.
func titled(r *experiment.Result, s *experiment.Strategy) string {
	name := elide(s.Name, 44)
	if m := marks(r, s); m != "" {
		name += " (" + m + ")"
	}
	return name
}

type statistic struct {
	stat workloads.Stat
	e    *experiment.Estimate
}

// percentiles are p50, p95 and p99 of a duration, of all tasks that were due where many never have it.
func percentiles(q *experiment.Quantiles) []statistic {
	shown := []*experiment.Estimate{q.P50, q.P95, q.P99}
	if q.Due != nil {
		shown = q.Due
	}
	return []statistic{{workloads.Percentile(50), shown[0]}, {workloads.Percentile(95), shown[1]}, {workloads.Percentile(99), shown[2]}}
}

// statistics are the percentiles, and the figure that has a target if it is another.
func statistics(q *experiment.Quantiles, aim *experiment.SLO) []statistic {
	out := percentiles(q)
	if aim != nil && !slices.ContainsFunc(out, func(s statistic) bool { return s.stat == aim.Metric.Stat }) {
		out = append(out, statistic{aim.Metric.Stat, aim.Value})
	}
	slices.SortFunc(out, func(a, b statistic) int {
		return cmp.Or(cmp.Compare(a.stat.Kind, b.stat.Kind), cmp.Compare(a.stat.P, b.stat.P))
	})
	return slices.DeleteFunc(out, func(s statistic) bool { return s.e == nil })
}
