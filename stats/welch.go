package stats

import (
	"cmp"
	"math"
	"slices"
)

// WelchDifference returns the interval of mean(a)-mean(b) of two samples that share nothing, in their unit. With fewer than
// two values on a side the bounds, T and P are NaN; so are always VarianceReduction and Correlation.
//
// Source: Welch, Biometrika 34 (1947) 28; the degrees of freedom are Satterthwaite's.
func WelchDifference(a, b []float64, confidence float64) Difference {
	mustShare("confidence", confidence)
	nan := math.NaN()
	value := mean(a) - mean(b)
	out := Difference{Interval: Interval{Value: value, Low: nan, High: nan}, T: nan, P: nan, VarianceReduction: nan, Correlation: nan}
	na, nb := float64(len(a)), float64(len(b))
	if na < 2 || nb < 2 {
		return out
	}
	va, vb := variance(a)/na, variance(b)/nb
	if va+vb == 0 {
		out.Low, out.High = value, value
		out.T, out.P = math.Inf(1), 0
		if value == 0 {
			out.T, out.P = 0, 1
		}
		return out
	}
	df := (va + vb) * (va + vb) / (va*va/(na-1) + vb*vb/(nb-1))
	out.T = value / math.Sqrt(va+vb)
	out.P = studentP(out.T, df)
	out.Interval = studentInterval(value, math.Sqrt(va+vb), df, confidence)
	return out
}

// Holm adjusts the p-values of several tests that are looked at together: those that are at most alpha then are wrong at
// least once with a probability of at most alpha, however they depend on each other. NaN is no test, and stays.
//
// Source: Holm, Scand. J. Stat. 6 (1979) 65.
func Holm(p []float64) []float64 {
	var order []int
	for i := range p {
		if !math.IsNaN(p[i]) {
			order = append(order, i)
		}
	}
	slices.SortStableFunc(order, func(a, b int) int { return cmp.Compare(p[a], p[b]) })
	adjusted := slices.Clone(p)
	least := 0.0
	for rank, i := range order {
		least = max(least, min(1, p[i]*float64(len(order)-rank)))
		adjusted[i] = least
	}
	return adjusted
}
