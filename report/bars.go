package report

import (
	"cmp"
	"fmt"
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

// targeted are the durations of a class that have a target.
func targeted(r *experiment.Result, class string) (durations []worker.Metric) {
	for d := range worker.Metric(worker.Metrics) {
		if target(r, class, d) != nil {
			durations = append(durations, d)
		}
	}
	return durations
}

// target is the first target for a duration of a class; nil if it has none.
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

// sloOf is the same target of a class under another layout; nil if it has none.
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

func quantileBars(r *experiment.Result, class string, metric worker.Metric) (Plot, bool) {
	aim := target(r, class, metric)
	stat, bound, hasTarget := "", 0.0, aim != nil
	if hasTarget {
		stat, bound = aim.Metric.Stat.String(), aim.Target
	}
	chart := &barChart{}
	low, high := math.Inf(1), 0.0
	var words []string
	for i := range r.Strategies {
		s := &r.Strategies[i]
		c := classOf(s, class)
		q := [worker.Metrics]*experiment.Quantiles{worker.Wait: c.Wait, worker.Response: c.Response, worker.Run: c.Run}[metric]
		g := barGroup{name: titled(r, s)}
		own := sloOf(c, aim)
		if q == nil {
			g.note = "no figures"
			if unstable(s, c.Queue) {
				g.note = "unstable: the queue grows without end"
			}
			words = append(words, s.Name+": "+g.note)
		} else {
			for _, e := range statistics(q, own) {
				name := e.stat.String()
				if !e.e.Known() {
					g.note = "too few tasks"
					continue
				}
				b := bar{name: name, value: e.e.Value, low: e.e.Value, high: e.e.Value, label: units.Duration(e.e.Value), color: palette[i%len(palette)], strong: name == stat || !hasTarget}
				if e.e.Low != nil && e.e.High != nil {
					b.low, b.high = *e.e.Low, *e.e.High
				}
				if name == stat && own != nil {
					b.label += ", " + said(own.Verdict)
					words = append(words, fmt.Sprintf("%s: %s %s, %s", s.Name, stat, units.Duration(b.value), said(own.Verdict)))
				}
				g.bars = append(g.bars, b)
				high = max(high, b.high)
				if b.value > 0 {
					low = min(low, b.value)
				}
			}
		}
		chart.groups = append(chart.groups, g)
	}
	if hasTarget {
		low, high = min(low, bound), max(high, bound)
	}
	if high <= 0 {
		return Plot{}, false // no task waited, or no figure can be given: the tables say so
	}
	ax, axis := chart.axes(), meanings[metric]
	if high/low > 30 { // on a linear axis the small ones would vanish beside the target
		axis += " (log scale)"
		ax.X.Scale, ax.X.Tick.Marker = plot.LogScale{}, logTicks{until: high}
		ax.X.Min = floorTick(low / 1.3)
		if high > 10*shortest {
			ax.X.Min = max(ax.X.Min, shortest)
		}
		ax.X.Max = high * math.Pow(high/ax.X.Min, 0.32) // room for the figures at the ends
	} else {
		ax.X.Tick.Marker, ax.X.Min, ax.X.Max = durationTicks{}, 0, high*1.32
	}
	ax.Add(gridLines{x: true})
	var keys []key
	if hasTarget {
		chart.target = &vertical{bound, targetLine}
		keys = []key{{name: fmt.Sprintf("target: %s at most %s", stat, units.Duration(bound)), line: targetLine}}
	}
	ax.Add(chart)
	keys = append(keys, key{name: units.Share(r.Run.Confidence) + " interval", line: draw.LineStyle{Color: ink, Width: 1}})
	title := fmt.Sprintf("%s: %s against its target", class, metric)
	if !hasTarget {
		title = fmt.Sprintf("%s: %s (no target)", class, metric)
	}
	return Plot{
		File: "bars-" + metric.String() + "-" + class, Section: "bars", Title: title, Alt: "p50, p95 and p99 of the " + metric.String() + ", a group of bars a strategy. " + strings.Join(words, "; ") + ".",
		width: figWidth, height: vg.Length(chart.height()) + 92,
		draw: func(c draw.Canvas) { render(heading(c, title, keys), ax, axis) },
	}, true
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

// titled is a strategy's name with what is special about it.
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

// statistics are p50, p95 and p99, and the one that has a target if it is another.
func statistics(q *experiment.Quantiles, aim *experiment.SLO) (out []statistic) {
	out = []statistic{{workloads.Percentile(50), q.P50}, {workloads.Percentile(95), q.P95}, {workloads.Percentile(99), q.P99}}
	if aim != nil && !slices.ContainsFunc(out, func(s statistic) bool { return s.stat == aim.Metric.Stat }) {
		out = append(out, statistic{aim.Metric.Stat, aim.Value})
	}
	slices.SortFunc(out, func(a, b statistic) int {
		return cmp.Or(cmp.Compare(a.stat.Kind, b.stat.Kind), cmp.Compare(a.stat.P, b.stat.P))
	})
	return slices.DeleteFunc(out, func(s statistic) bool { return s.e == nil })
}
