package imports

import (
	"context"
	"math"
	"slices"

	"example.com/simrun/des"
	"example.com/simrun/internal/experiment"
	"example.com/simrun/internal/logs"
	"example.com/simrun/internal/recordings"
	"example.com/simrun/scenarios"
	"example.com/simrun/workloads"
)

// A log is one sample of what comes. What a window can show beyond the windows of the one scenario that was made of it, since
// the log could have been another, is found by making scenarios of resampled logs and simulating some windows of each: the
// bootstrap of input distributions (Barton and Schruben 1993). Blocks of the log are drawn, not tasks, so that bursts count;
// each from the neighbourhood of its place, so that the course of the day does not (Paparoditis and Politis 2002). From
// a resample come the numbers of tasks, what they ask for and how they fail; how arrivals come is that of the log, since
// blocks that were drawn twice would pass for bursts.
const (
	resamples     = 40
	blocks        = 40
	neighbourhood = 4 // blocks to either side
	windows       = 2 // of each resample

	// mostResampled is the number of tasks above which a log is not resampled: that takes minutes, and it is long.
	mostResampled = 20_000
)

// Short is what windows show of the waits and responses of each class under each layout, where the shortness of the log
// counts: by "layout class duration", its statistic. Each window starts empty, so where that matters the range is too low:
// it counts only as far as it is wider than that of one window. An end is +Inf where in more than a few resamples a queue grows.
type Short map[string]experiment.Band

// Of is the band of a figure; false where it is not known.
func (s Short) Of(layout, class string, m workloads.Metric) (experiment.Band, bool) {
	b, known := s[shortKey(layout, class, m.Of.String(), m.Stat.String())]
	return b, known
}

func shortKey(layout, class, duration, stat string) string {
	return layout + " " + class + " " + duration + " " + stat
}

// shortness simulates windows of resampled logs; nil where the log is long.
func shortness(ctx context.Context, made *recordings.Imported, l *logs.Log, o recordings.ImportOptions) (Short, error) {
	if len(l.Tasks) > mostResampled || l.Span <= 0 {
		return nil, nil
	}
	seen := map[string][]float64{}
	for n := range resamples {
		draw := des.NewStream(des.NewKey(1).WithName("resample").With(uint64(n)))
		drawn := resampled(l, draw)
		other, err := decode(recordings.Import(drawn, o))
		if err != nil {
			continue // a class has no task in it, to which something refers
		}
		sc, err := decode(made)
		if err != nil {
			return nil, err
		}
		likened(sc, other, counts(l), counts(drawn))
		sc.Seed += uint64(n) // other tasks each time
		sc.Run.Min, sc.Run.Max = windows, windows
		sc.Run.AutoWarmup, sc.Run.Warmup = false, 0 // to find a steady state forty times takes minutes; see Short
		r, err := experiment.Run(ctx, sc, experiment.Options{})
		if err != nil {
			return nil, err
		}
		for i := range r.Strategies {
			st := &r.Strategies[i]
			for k := range st.Classes {
				note(seen, st.Name, &st.Classes[k])
			}
		}
	}
	short := Short{}
	for key, x := range seen {
		slices.Sort(x)
		out := len(x) / 40 // at each end: 95 of 100 are inside
		short[key] = experiment.Band{Low: x[out], High: x[len(x)-1-out]}
	}
	return short, nil
}

// likened makes the classes of a scenario like those of another log.
func likened(sc, other *scenarios.Scenario, was, is map[string]float64) {
	for i := range sc.Classes {
		c := &sc.Classes[i]
		c.SLO = nil // nothing is judged
		k := slices.IndexFunc(other.Classes, func(o workloads.Class) bool { return o.Name == c.Name })
		if k < 0 { // so rare that this log has none
			continue
		}
		c.Work, c.Failures = other.Classes[k].Work, other.Classes[k].Failures
		c.Arrivals = c.Arrivals.Scaled(is[c.Name] / was[c.Name])
	}
}

// counts are the numbers of tasks of each class.
func counts(l *logs.Log) map[string]float64 {
	n := map[string]float64{}
	for i := range l.Tasks {
		n[logs.Nameable(l.Tasks[i].Class)]++
	}
	return n
}

// note keeps what windows show of a class.
func note(seen map[string][]float64, layout string, c *experiment.Class) {
	for _, of := range []struct {
		name   string
		window *experiment.Window
	}{{"wait", c.Window}, {"response", c.ResponseWindow}} {
		for _, stat := range []string{"mean", "p50", "p95", "p99"} {
			key := shortKey(layout, c.Name, of.name, stat)
			low, high := math.Inf(1), math.Inf(1) // nothing can be said where a queue grows without end
			if of.window != nil {
				w := of.window
				band := map[string]*experiment.Band{"mean": w.Mean, "p50": w.P50, "p95": w.P95, "p99": w.P99}[stat]
				if band == nil {
					continue
				}
				low, high = band.Low, band.High
			}
			seen[key] = append(seen[key], low, high)
		}
	}
}

// resampled is a log of blocks that were drawn with replacement, each put where another was.
func resampled(l *logs.Log, draw *des.Stream) *logs.Log {
	r := &logs.Log{Name: l.Name, Span: l.Span, Release: l.Release, Measured: l.Measured}
	width := l.Span / blocks
	first := make([]int, blocks+1) // of the tasks of each block
	for b := range first {
		first[b], _ = slices.BinarySearchFunc(l.Tasks, float64(b)*width, func(t logs.Task, at float64) int {
			if t.Arrived < at {
				return -1
			}
			return 1
		})
	}
	first[blocks] = len(l.Tasks)
	for b := range blocks {
		low, high := max(0, b-neighbourhood), min(blocks-1, b+neighbourhood)
		from := low + draw.IntN(high-low+1)
		by := float64(b-from) * width
		for _, t := range l.Tasks[first[from]:first[from+1]] {
			t.Arrived += by
			t.Received += by
			t.Attempts = slices.Clone(t.Attempts)
			for k := range t.Attempts {
				t.Attempts[k].Started += by
				t.Attempts[k].Ended += by
			}
			r.Tasks = append(r.Tasks, t)
		}
	}
	return r
}
