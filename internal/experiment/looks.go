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

// confidenceAt is the confidence of the intervals at one of so many looks. A layout passes, or fails, when a whole
// interval says so, at whichever look that is: so the chances that they miss the truth add up to that of the scenario's
// confidence (Bonferroni). Three quarters of it go to the first look, at which most runs stop.
func confidenceAt(confidence float64, look, looks int) float64 {
	switch {
	case looks == 1:
		return confidence
	case look == 0:
		return 1 - (1-confidence)*3/4
	}
	return 1 - (1-confidence)/4/float64(looks-1)
}

// look takes stock after so many replications.
func (e *engine) look(replications int) {
	e.level = stats.NewLevel(replications, e.confidence)
}
