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

// bars are p50, p95 and p99 with their intervals against the target: a plot for each class and each duration that has
// a target, and of the wait where a class has none.
func bars(r *experiment.Result) []Plot {
	var out []Plot
	for _, class := range classNames(r) {
		metrics := targeted(r, class)
		if len(metrics) == 0 {
			metrics = []string{"wait"}
		}
		for _, m := range metrics {
			if p, ok := quantileBars(r, class, m); ok {
				out = append(out, p)
			}
		}
	}
	return out
}

// targeted are the durations of a class that have a target.
func targeted(r *experiment.Result, class string) (metrics []string) {
	for _, m := range []string{"wait", "response", "run"} {
		if _, _, ok := target(r, class, m); ok {
			metrics = append(metrics, m)
		}
	}
	return metrics
}

// target is the first target for a duration of a class: its statistic and its bound.
func target(r *experiment.Result, class, metric string) (stat string, bound float64, ok bool) {
	for i := range r.Strategies {
		for _, t := range classOf(&r.Strategies[i], class).SLO {
			if s, found := strings.CutPrefix(t.Metric, metric+"."); found {
				return s, t.Target, true
			}
		}
	}
	return "", 0, false
}

// meanings name the axes.
var meanings = map[string]string{
	"wait":     "wait, from intended arrival to start",
	"response": "response, from intended arrival to end",
	"run":      "run, from start to end of an attempt",
}

func quantileBars(r *experiment.Result, class, metric string) (Plot, bool) {
	stat, bound, hasTarget := target(r, class, metric)
	chart := &barChart{}
	low, high := math.Inf(1), 0.0
	var words []string
	for i := range r.Strategies {
		s := &r.Strategies[i]
		c := classOf(s, class)
		q := map[string]*experiment.Quantiles{"wait": c.Wait, "response": c.Response, "run": c.Run}[metric]
		g := barGroup{name: titled(r, s)}
		verdict := ""
		for _, t := range c.SLO {
			if t.Metric == metric+"."+stat {
				verdict = t.Verdict
			}
		}
		if q == nil {
			g.note = "no figures"
			if unstable(s, c.Queue) {
				g.note = "unstable: the queue grows without end"
			}
			words = append(words, s.Name+": "+g.note)
		} else {
			for _, e := range statistics(q, stat) {
				if !e.e.Known() {
					g.note = "too few tasks"
					continue
				}
				b := bar{name: e.name, value: e.e.Value, low: e.e.Value, high: e.e.Value, label: units.Duration(e.e.Value), color: palette[i%len(palette)], strong: e.name == stat || !hasTarget}
				if e.e.Low != nil && e.e.High != nil {
					b.low, b.high = *e.e.Low, *e.e.High
				}
				if e.name == stat && verdict != "" {
					b.label += ", " + said(verdict)
					words = append(words, fmt.Sprintf("%s: %s %s, %s", s.Name, stat, units.Duration(b.value), said(verdict)))
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
		File: "bars-" + metric + "-" + class, Section: "bars", Title: title, Alt: "p50, p95 and p99 of the " + metric + ", a group of bars a strategy. " + strings.Join(words, "; ") + ".",
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
	name string
	e    *experiment.Estimate
}

// statistics are p50, p95 and p99, and the one that has a target if it is another.
func statistics(q *experiment.Quantiles, extra string) (out []statistic) {
	all := []statistic{{"mean", q.Mean}, {"p50", q.P50}, {"p90", q.P90}, {"p95", q.P95}, {"p99", q.P99}, {"p999", q.P999}, {"max", &experiment.Estimate{Value: q.Max}}}
	for _, s := range all {
		if s.e != nil && (s.name == "p50" || s.name == "p95" || s.name == "p99" || s.name == extra) {
			out = append(out, s)
		}
	}
	return out
}
