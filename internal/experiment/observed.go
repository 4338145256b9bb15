package experiment

import (
	"math"
	"slices"

	"gonum.org/v1/gonum/stat"
)

// observed are the figures of the recorded runs of the real thing for one class.
func (e *engine) observed(class int) []Observed {
	var all []Observed
	for i := range e.sc.Observed {
		run := &e.sc.Observed[i]
		var waits, responses []float64
		for j := range run.Tasks {
			t := &run.Tasks[j]
			if t.Class != e.sc.Classes[class].Name {
				continue
			}
			if !math.IsNaN(t.Started) {
				waits = append(waits, max(0, t.Started-t.Due))
			}
			if !math.IsNaN(t.Ended) && t.Outcome != "lost" {
				responses = append(responses, t.Ended-t.Due)
			}
		}
		if len(waits) == 0 || len(responses) == 0 {
			continue
		}
		slices.Sort(waits)
		slices.Sort(responses)
		q := func(p float64, x []float64) float64 { return stat.Quantile(p, stat.LinInterp, x, nil) }
		all = append(all, Observed{
			Run: run.Name, N: len(waits),
			WaitMean: stat.Mean(waits, nil), WaitP50: q(0.5, waits), WaitP95: q(0.95, waits), WaitP99: q(0.99, waits),
			ResponseMean: stat.Mean(responses, nil), ResponseP50: q(0.5, responses),
			ResponseP95: q(0.95, responses), ResponseP99: q(0.99, responses),
			Waits: waits,
		})
	}
	return all
}
