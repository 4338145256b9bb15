package fidelity

import (
	"math"
	"slices"
)

// What a run of reality shows is partly luck: which queue a broker serves first, whether a death is noticed. So is each
// replication, and where a few of them are far out - a slot that is dead for seconds - their mean is no run that
// anybody sees. What two runs of reality are compared with is therefore what two runs of the model typically give.

// typical are the means of the replications taken two by two (one by one if reality ran once), in order.
func typical(replications []float64, runs int) []float64 {
	if slices.ContainsFunc(replications, math.IsNaN) {
		return nil
	}
	if runs == 1 || len(replications) == 1 {
		return slices.Sorted(slices.Values(replications))
	}
	var means []float64
	for i, a := range replications {
		for _, b := range replications[i+1:] {
			means = append(means, (a+b)/2)
		}
	}
	slices.Sort(means)
	return means
}

// median of what is typical is what is predicted: the estimator of Hodges and Lehmann (Ann. Math. Statist. 34, 1963), which
// is the mean where luck is symmetric and is not moved by one replication that is far out. NaN of none.
func median(sorted []float64) float64 { return statistic("p50", sorted) }

// chanceOf is the share of what is typical that is at least as far out as x, on both sides: a small one means that luck
// does not explain x, whatever the bar. NaN of none.
func chanceOf(x float64, sorted []float64) float64 {
	if len(sorted) == 0 || math.IsNaN(x) {
		return math.NaN()
	}
	const rounding = 1e-9
	below, above := 0, 0
	for _, y := range sorted {
		if y <= x+rounding {
			below++
		}
		if y >= x-rounding {
			above++
		}
	}
	return min(1, 2*float64(min(below, above))/float64(len(sorted)))
}

// luck is the least chance that counts as luck.
const luck = 0.05
