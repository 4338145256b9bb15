package stats

import "math"

// RatioInterval returns mean(a)/mean(b) from paired replications, without unit.
// Its bounds are Fieller's: the roots of
//
//	(bbar^2 - k s_bb) r^2 - 2 (abar bbar - k s_ab) r + (abar^2 - k s_aa) = 0,
//	k = t_{n-1}^2 / n,
//
// the ratios that a paired t test of mean(a - r b) = 0 does not reject. Unlike a
// jackknife it keeps its coverage with a noisy denominator, and it says so when
// the denominator cannot be told from zero: the bounds are then -Inf and +Inf.
// They are NaN when n < 2. It panics when the lengths differ.
//
// Source: Fieller, J. R. Stat. Soc. B 16 (1954) 175.
func RatioInterval(a, b []float64, confidence float64) Interval {
	mustShare("confidence", confidence)
	mustPair(a, b)
	ma, mb := mean(a), mean(b)
	iv := Interval{Value: ma / mb, Low: math.NaN(), High: math.NaN()}
	if len(a) < 2 || math.IsNaN(iv.Value) {
		return iv
	}
	n := float64(len(a))
	t := StudentQuantile((1+confidence)/2, n-1)
	k := t * t / n / (n - 1)
	quad := mb*mb - k*comoment(b, b)
	lin := ma*mb - k*comoment(a, b)
	con := ma*ma - k*comoment(a, a)
	if quad <= 0 {
		iv.Low, iv.High = math.Inf(-1), math.Inf(1)
		return iv
	}
	// At r = abar/bbar the quadratic is <= 0, so a negative root is rounding.
	root := math.Sqrt(max(0, lin*lin-quad*con))
	iv.Low, iv.High = (lin-root)/quad, (lin+root)/quad
	return iv
}
