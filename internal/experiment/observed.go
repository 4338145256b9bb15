package experiment

import (
	"math"
	"slices"

	"gonum.org/v1/gonum/floats"
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
		all = append(all, Observed{
			Run: run.Name, N: len(waits),
			WaitMean: floats.Sum(waits) / float64(len(waits)), WaitP50: interpolated(0.5, waits), WaitP95: interpolated(0.95, waits), WaitP99: interpolated(0.99, waits),
			ResponseMean: floats.Sum(responses) / float64(len(responses)), ResponseP50: interpolated(0.5, responses),
			ResponseP95: interpolated(0.95, responses), ResponseP99: interpolated(0.99, responses),
			Waits: waits,
		})
	}
	return all
}

// interpolated lies between two of the sorted values. That of gonum is the same, but takes matrices along, which a
// page that holds the simulator has to carry.
func interpolated(p float64, x []float64) float64 {
	at := p * float64(len(x))
	i := max(0, int(math.Ceil(at))-1)
	if i == 0 {
		return x[0]
	}
	t := float64(i+1) - at
	return float64(t*x[i-1]) + float64((1-t)*x[i])
}
