package experiment

import (
	"math"

	"example.com/simrun/des"
	"example.com/simrun/worker"
	"example.com/simrun/workloads"
)

var benchFigures = []struct {
	name     string
	duration duration
	stat     workloads.Stat
}{
	{"wait.mean", wait, average},
	{"wait.p50", wait, quantile(0.5)},
	{"wait.p95", wait, quantile(0.95)},
	{"wait.p99", wait, quantile(0.99)},
	{"response.mean", response, average},
	{"response.p50", response, quantile(0.5)},
	{"response.p95", response, quantile(0.95)},
	{"response.p99", response, quantile(0.99)},
}

// summarise makes the figures of one layout of its runs that are not void, or of all if every one is.
func (b *bench) summarise(layout int) {
	s := &b.out.Strategies[layout]
	var counted []benchTally
	for i, t := range b.tallies[layout] {
		if s.Runs[i].Void == "" {
			counted = append(counted, t)
		}
	}
	if len(counted) == 0 {
		s.Void = true
		counted = b.tallies[layout]
	}
	if len(counted) == 0 {
		return // interrupted before its first run
	}
	seconds := 0.0
	for i := range s.Runs {
		if s.Void || s.Runs[i].Void == "" {
			seconds += min(b.opts.For.Seconds(), s.Runs[i].Seconds)
		}
	}
	for class := range b.classes {
		c := BenchClass{Name: b.classes[class].Name}
		var measured, predicted, replayed worker.ClassTally
		for _, t := range counted {
			mergeClass(&measured, &t.measured.Classes[class])
			mergeClass(&predicted, &t.predicted.Classes[class])
			c.Waits.Measured = append(c.Waits.Measured, &t.measured.Classes[class].Wait)
			if t.replayed != nil {
				mergeClass(&replayed, &t.replayed.Classes[class])
			}
		}
		s.Throughput += float64(measured.ByOutcome[worker.OK]) / seconds
		s.Predicted += float64(predicted.ByOutcome[worker.OK]) / seconds
		c.N = measured.Wait.Count()
		c.Waits.Predicted, c.Waits.Replayed = &predicted.Wait, &replayed.Wait
		for _, f := range benchFigures {
			of := func(t *worker.ClassTally) float64 { return figureOf(histogramOf(t, f.duration), f.stat) }
			x := BenchFigure{Metric: f.name, Measured: of(&measured), Predicted: of(&predicted), Low: math.Inf(1), High: math.Inf(-1)}
			if math.IsNaN(x.Measured) || math.IsNaN(x.Predicted) {
				continue // nothing ended
			}
			for _, t := range counted {
				if one := of(&t.measured.Classes[class]); !math.IsNaN(one) {
					x.Low, x.High = min(x.Low, one), max(x.High, one)
				}
			}
			x.Error, x.Within = relative(x.Predicted, x.Measured), within(x.Predicted, x.Measured)
			if again := of(&replayed); b.opts.Replay && !math.IsNaN(again) {
				e := relative(again, x.Measured)
				x.Replayed, x.ReplayError, x.ReplayWithin = &again, &e, within(again, x.Measured)
			}
			c.Figures = append(c.Figures, x)
		}
		s.Classes = append(s.Classes, c)
	}
}

func relative(predicted, measured float64) float64 {
	return (predicted - measured) / max(measured, benchAllowance)
}

func within(predicted, measured float64) bool { return math.Abs(predicted-measured) <= benchAllowance }

// Values are n quantiles of a histogram in seconds, at equal distances: a sample of it for a plot.
func Values(h *des.Histogram, n int) (values []float64) {
	if h == nil || h.Count() == 0 {
		return nil
	}
	n = min(n, int(h.Count()))
	for i := range n {
		values = append(values, h.Quantile((float64(i)+0.5)/float64(n)))
	}
	return values
}
