package bench

import (
	"math"

	"example.com/simrun/des"
	"example.com/simrun/worker"
	"example.com/simrun/workloads"
)

// figures returns what is measured and predicted of every class.
func figures() (all []workloads.Metric) {
	for _, of := range []worker.Metric{worker.Wait, worker.Response} {
		for _, stat := range []workloads.Stat{{Kind: workloads.Mean}, workloads.Percentile(50), workloads.Percentile(95), workloads.Percentile(99)} {
			all = append(all, workloads.Metric{Of: of, Stat: stat})
		}
	}
	return all
}

// summarise makes the figures of one layout of its runs that are not void, or of all if every one is.
func (m *measurement) summarise(layout int) {
	s := &m.out.Strategies[layout]
	var counted []pair
	for i, t := range m.tallies[layout] {
		if s.Runs[i].Void == "" {
			counted = append(counted, t)
		}
	}
	if len(counted) == 0 {
		s.Void = true
		counted = m.tallies[layout]
	}
	if len(counted) == 0 {
		return // interrupted before its first run
	}
	seconds := 0.0
	for i := range s.Runs {
		if s.Void || s.Runs[i].Void == "" {
			seconds += min(m.opts.For.Seconds(), s.Runs[i].Seconds)
		}
	}
	for class := range m.classes {
		c := Class{Name: m.classes[class].Name}
		var measured, predicted, replayed worker.ClassTally
		var all blur
		for _, t := range counted {
			measured.Merge(&t.measured.Classes[class])
			predicted.Merge(&t.predicted.Classes[class])
			all.add(&t.disturbance, class)
			c.Waits.Measured = append(c.Waits.Measured, &t.measured.Classes[class].Wait)
			if t.replayed != nil {
				replayed.Merge(&t.replayed.Classes[class])
			}
		}
		s.Throughput += float64(measured.ByOutcome[worker.OK]) / seconds
		s.Predicted += float64(predicted.ByOutcome[worker.OK]) / seconds
		c.N = measured.Wait.Count()
		c.Waits.Predicted, c.Waits.Replayed = &predicted.Wait, &replayed.Wait
		for _, f := range figures() {
			x := Figure{Metric: f, Measured: f.In(&measured), Predicted: f.In(&predicted), Low: math.Inf(1), High: math.Inf(-1)}
			if math.IsNaN(x.Measured) || math.IsNaN(x.Predicted) || !shown(f, &measured) {
				continue
			}
			for _, t := range counted {
				if one := f.In(&t.measured.Classes[class]); !math.IsNaN(one) {
					x.Low, x.High = min(x.Low, one), max(x.High, one)
				}
			}
			x.Disturbed = all.moves(f, &predicted)
			x.Low, x.High = max(0, x.Low-x.Disturbed), x.High+x.Disturbed
			x.Error, x.Within = relative(x.Predicted, x.Measured), within(x.Predicted, x.Measured)
			if again := f.In(&replayed); m.opts.Replay && !math.IsNaN(again) {
				e := relative(again, x.Measured)
				x.Replayed, x.ReplayError, x.ReplayWithin = &again, &e, within(again, x.Measured)
			}
			c.Figures = append(c.Figures, x)
		}
		s.Classes = append(s.Classes, c)
	}
}

// shown says whether so many tasks have such a figure: a quantile with none of them beyond it is the largest of them.
func shown(f workloads.Metric, t *worker.ClassTally) bool {
	n := t.Response.Count()
	if f.Of == worker.Wait {
		n = t.Wait.Count()
	}
	return n > 0 && (f.Stat.Kind == workloads.Mean || float64(n)*(1-f.Stat.P) >= 1)
}

func relative(predicted, measured float64) float64 {
	return (predicted - measured) / max(measured, allowance)
}

func within(predicted, measured float64) bool { return math.Abs(predicted-measured) <= allowance }

// Values returns n quantiles of a histogram in seconds, at equal distances: a sample of it for a plot.
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
