package experiment

import (
	"math"
	"slices"

	"example.com/simrun/des"
	"example.com/simrun/workloads"
)

// Window is what one window of the scenario's length can show of a duration, as a dashboard would: a band that holds 95
// of 100 windows, or all that were simulated where they are fewer than 40. Estimates say where the mean of all windows
// lies, which is much better known.
type Window struct {
	Mean *Band `json:"mean"`
	P50  *Band `json:"p50"`
	P95  *Band `json:"p95"`
	P99  *Band `json:"p99"`
}

// Band is from the lowest to the highest value, in seconds.
type Band struct {
	Low  float64 `json:"low"`
	High float64 `json:"high"`
}

// lengthened is by how much longer than the file says a replication must be for windows to be simulated apart.
const lengthened = 1.25

// observeWindows simulates windows as long as the file says, where replications were made longer.
func (e *engine) observeWindows() error {
	if e.heard == nil || e.exact || float64(e.horizon) <= lengthened*float64(e.sc.Run.Duration) {
		return nil
	}
	e.windows = make([][]sample, len(e.sc.Layouts))
	var cells []Cell
	for i := range e.looks[0] * len(e.sc.Layouts) {
		c := e.cell(i%len(e.sc.Layouts), i/len(e.sc.Layouts), 1)
		c.Duration = e.sc.Run.Duration
		cells = append(cells, c)
	}
	return e.batch("windows", cells, func(i int, o *Outcome) {
		c := &cells[i]
		e.windows[c.Layout] = append(e.windows[c.Layout], newSample(&o.Result, c.Warmup+c.Duration, c.Duration))
	})
}

// window is the band of a duration of a class, or of all tasks; nil where there is one window, or none saw anything.
func (e *engine) window(l, c int, d duration) *Window {
	samples := e.samples[l]
	if e.windows != nil {
		samples = e.windows[l]
	}
	if len(samples) < 2 || e.heard == nil {
		return nil
	}
	band := func(s workloads.Stat) *Band {
		var x []float64
		for i := range samples {
			if v := statistic(&samples[i].classes[c].of[d], s); !math.IsNaN(v) {
				x = append(x, v)
			}
		}
		if len(x) < 2 {
			return nil
		}
		slices.Sort(x)
		out := int(0.025 * float64(len(x)+1)) // values left out at each end
		out = max(0, out-1)
		return &Band{x[out], x[len(x)-1-out]}
	}
	return &Window{band(average), band(quantile(0.5)), band(quantile(0.95)), band(quantile(0.99))}
}

// statistic is a figure of one window, in seconds; NaN where it saw nothing.
func statistic(d *des.Distribution, s workloads.Stat) float64 {
	switch {
	case d.Count() == 0:
		return math.NaN()
	case s.Kind == workloads.Mean:
		return d.Total() / float64(d.Count())
	}
	return d.Quantile(s.P)
}
