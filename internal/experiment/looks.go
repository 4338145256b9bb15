package experiment

import (
	"math"

	"example.com/simrun/stats"
)

// block is the number of replications by which runs grow, so that all cores have something to do.
const block = 10

// mostLooks is how often a run may look at its figures and stop.
const mostLooks = 4

// looks are the numbers of replications after which a run asks whether it knows enough: at equal factors from the
// least to the most, so that each look has about as much new to say as the one before.
func looks(least, most int) []int {
	at := []int{least}
	if most <= least {
		return at
	}
	steps := min(mostLooks-1, max(1, int(math.Ceil(math.Log2(float64(most)/float64(least))))))
	for i := 1; i < steps; i++ {
		n := float64(least) * math.Pow(float64(most)/float64(least), float64(i)/float64(steps))
		if next := int(math.Round(n/block)) * block; next > at[len(at)-1] && next < most {
			at = append(at, next)
		}
	}
	return append(at, most)
}

// confidenceOf is the confidence of the intervals at each of so many looks. A layout passes, or fails, when a whole
// interval says so, at whichever look that is; the chance that any of them says so wrongly, which is on one side, is
// that of the scenario's confidence for all looks together (Bonferroni).
func confidenceOf(confidence float64, looks int) float64 {
	return 1 - (1-confidence)*min(1, 2/float64(looks))
}

// look takes stock after so many replications.
func (e *engine) look(replications int) {
	e.level = stats.NewLevel(replications, e.confidence)
}
