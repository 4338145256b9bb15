package stats

import "math"

// RinottH returns h, without unit, such that taking
//
//	N_i = max(n0, ceil((h S_i/delta)^2))
//
// replications of each of k systems, with S_i^2 the variance over the first n0,
// and choosing the best mean is right with probability at least pstar whenever
// the best is better by delta. It solves
//
//	integral [ integral Phi( h / sqrt((n0-1)(1/x+1/y)) ) f(x) dx ]^{k-1} f(y) dy = pstar,
//
// f the chi-square density with n0-1 degrees of freedom, to about 1e-10 relative.
// The replications must be independent across systems: with common random
// numbers use KN. It panics when k < 2, n0 < 2 or pstar is outside (1/k, 1).
//
// Source: Rinott, Commun. Stat. A7 (1978) 799.
func RinottH(k, n0 int, pstar float64) float64 {
	mustShare("pstar", pstar)
	if k < 2 || n0 < 2 || pstar <= 1/float64(k) {
		panic("stats: Rinott's constant needs k >= 2, n0 >= 2 and pstar > 1/k")
	}
	lo, hi := 0.0, 1.0
	for rinottPCS(k, n0, hi) < pstar {
		lo, hi = hi, 2*hi
	}
	for hi-lo > 1e-12*hi {
		mid := (lo + hi) / 2
		if mid <= lo || mid >= hi {
			break
		}
		if rinottPCS(k, n0, mid) < pstar {
			lo = mid
		} else {
			hi = mid
		}
	}
	return (lo + hi) / 2
}

// rinottPCS is the double integral at a given h. In log x the chi-square density
// decays faster than any power on both sides, so that the plain trapezoid rule
// converges geometrically; 120 points are good to 1e-12.
func rinottPCS(k, n0 int, h float64) float64 {
	const points = 120
	df := float64(n0 - 1)
	x, w := chiSquareNodes(df, points)
	var pcs float64
	for i := range points {
		var inner float64
		for j := range points {
			inner += w[j] * normalCDF(h/math.Sqrt(df*(1/x[j]+1/x[i])))
		}
		pcs += w[i] * math.Pow(inner, float64(k-1))
	}
	return pcs
}

// chiSquareNodes are points and normalised weights of the trapezoid rule in log x
// against the chi-square density.
func chiSquareNodes(df float64, points int) (x, w []float64) {
	// In s = log x the density is exp(df s/2 - e^s/2), greatest at x = df. Walk out
	// to where it has lost 40 e-folds.
	drop := func(s float64) float64 {
		return df/2*(s-math.Log(df)) - (math.Exp(s)-df)/2
	}
	step := 0.1 * math.Sqrt(2/df)
	lo, hi := math.Log(df), math.Log(df)
	for drop(lo) > -40 {
		lo -= step
	}
	for drop(hi) > -40 {
		hi += step
	}
	x, w = make([]float64, points), make([]float64, points)
	var sum float64
	for i := range points {
		s := lo + (hi-lo)*float64(i)/float64(points-1)
		x[i] = math.Exp(s)
		w[i] = math.Exp(drop(s))
		sum += w[i]
	}
	for i := range w {
		w[i] /= sum
	}
	return x, w
}
