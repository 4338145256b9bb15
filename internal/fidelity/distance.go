package fidelity

import (
	"math"
	"slices"

	"example.com/simrun/stats"
)

// Distance is how far apart the waits of one class are, between prediction and reality and between runs of reality.
type Distance struct {
	Class       string  `json:"class"`
	Wasserstein float64 `json:"wasserstein"`       // normalised: mean distance that probability has to be moved / mean wait
	KS          float64 `json:"ks"`                // largest distance of the distribution functions
	NoiseW      float64 `json:"wasserstein_noise"` // the same between the first two runs; null with a single run
	NoiseKS     float64 `json:"ks_noise"`
}

// floor keeps a normalised distance finite where nothing waits, in seconds.
const floor = 0.001

func newDistance(w *overlaid) Distance {
	var runs []float64
	for _, r := range w.observed {
		runs = append(runs, r...)
	}
	slices.Sort(runs)
	mean := max(floor, statistic("mean", runs))
	d := Distance{Class: w.class, NoiseW: math.NaN(), NoiseKS: math.NaN(), Wasserstein: stats.Wasserstein1(w.predicted, runs) / mean, KS: ks(w.predicted, runs)}
	if len(w.observed) > 1 {
		d.NoiseW, d.NoiseKS = stats.Wasserstein1(w.observed[0], w.observed[1])/mean, ks(w.observed[0], w.observed[1])
	}
	return d
}

// ks is the distance of two sorted samples alone: the exact law of stats.KSTwoSample takes time in the product of
// their sizes, and asks a question that nobody has here.
func ks(a, b []float64) (d float64) {
	if len(a) == 0 || len(b) == 0 {
		return math.NaN()
	}
	for i, j := 0, 0; i < len(a) && j < len(b); {
		x := min(a[i], b[j])
		for i < len(a) && a[i] == x {
			i++
		}
		for j < len(b) && b[j] == x {
			j++
		}
		d = max(d, math.Abs(float64(i)/float64(len(a))-float64(j)/float64(len(b))))
	}
	return d
}
