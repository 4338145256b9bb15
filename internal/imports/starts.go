package imports

import (
	"cmp"
	"math"
	"slices"

	"example.com/simrun/internal/logs"
	"example.com/simrun/scenarios"
)

// reckonStarts finds when attempts began of which a log has the receipt and the end only, as workers' logs of those that
// failed: else they would be taken to run as long as those that succeed, or, where none does, for any time. A worker of c
// slots takes what it has received in that order, so that the i-th begins at its receipt, or when all but c of those before it
// have ended. A retry is received anew when it is due.
func reckonStarts(l *logs.Log, sc *scenarios.Scenario) {
	type stretch struct {
		came float64
		*logs.Attempt
	}
	lay := &sc.Layouts[0]
	of := newFinder(lay, sc)
	all := make([][]stretch, len(lay.Workers))
	for i := range l.Tasks {
		t := &l.Tasks[i]
		came := t.Received
		for k := range t.Attempts {
			a := &t.Attempts[k]
			if math.IsNaN(came) {
				came = a.Started
			}
			w := of.worker(t, a)
			all[w] = append(all[w], stretch{came, a})
			if came = a.Ended; k < len(t.Retries) {
				came += t.Retries[k]
			}
		}
	}
	for w, own := range all {
		slices.SortStableFunc(own, func(a, b stretch) int { return cmp.Compare(a.came, b.came) })
		ends := make([]float64, len(own))
		for i, a := range own {
			if ends[i] = a.Ended; math.IsNaN(ends[i]) {
				ends[i] = math.Inf(1)
			}
		}
		slices.Sort(ends)
		for i, a := range own {
			if !math.IsNaN(a.Started) || math.IsNaN(a.Ended) || math.IsNaN(a.came) {
				continue
			}
			a.Reckoned, a.Started = true, a.came
			if c := lay.Workers[w].Concurrency; i >= c {
				a.Started = min(a.Ended, max(a.came, ends[i-c]))
			}
			a.Runtime = a.Ended - a.Started
		}
	}
}
