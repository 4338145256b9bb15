package stats

import "slices"

// Holm returns the step-down adjusted p-values of a family of tests, in the
// order given: rejecting those at or below alpha keeps the chance of any false
// rejection below alpha, whatever the dependence of the tests.
//
//	adjusted_(i) = max_{j<=i} min(1, (m-j+1) p_(j))
//
// Source: Holm, Scand. J. Stat. 6 (1979) 65.
func Holm(p []float64) []float64 {
	order := make([]int, len(p))
	for i := range order {
		order[i] = i
	}
	slices.SortStableFunc(order, func(i, j int) int {
		switch {
		case p[i] < p[j]:
			return -1
		case p[i] > p[j]:
			return 1
		}
		return 0
	})
	adjusted := make([]float64, len(p))
	var floor float64
	for rank, i := range order {
		floor = max(floor, min(1, float64(len(p)-rank)*p[i]))
		adjusted[i] = floor
	}
	return adjusted
}
