package stats

import (
	"math"
	"slices"
)

// Wasserstein1 returns the area between the empirical distribution functions of
// two samples, in their unit: the mean distance that probability has to be moved
// to turn one into the other. NaN when a sample is empty. Divided by a mean it is
// the normalised distance between a prediction and a measurement.
//
// Source: Vallender, Theory Probab. Appl. 18 (1974) 784, W1 = integral |F-G| dx.
func Wasserstein1(a, b []float64) float64 {
	if len(a) == 0 || len(b) == 0 {
		return math.NaN()
	}
	a, b = slices.Sorted(slices.Values(a)), slices.Sorted(slices.Values(b))
	var i, j int
	var area float64
	at := min(a[0], b[0])
	for i < len(a) || j < len(b) {
		next := math.Inf(1)
		if i < len(a) {
			next = a[i]
		}
		if j < len(b) {
			next = min(next, b[j])
		}
		gap := math.Abs(float64(i)/float64(len(a)) - float64(j)/float64(len(b)))
		area += gap * (next - at)
		at = next
		for i < len(a) && a[i] == at {
			i++
		}
		for j < len(b) && b[j] == at {
			j++
		}
	}
	return area
}
