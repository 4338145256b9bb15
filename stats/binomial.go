package stats

import "gonum.org/v1/gonum/mathext"

// binomialCDF is P(B <= k) for B ~ Bin(n, p), by the incomplete beta function
// (Abramowitz & Stegun 26.5.24).
func binomialCDF(k, n int, p float64) float64 {
	switch {
	case k < 0:
		return 0
	case k >= n:
		return 1
	}
	return mathext.RegIncBeta(float64(n-k), float64(k+1), 1-p)
}

// binomialQuantile is the smallest k with P(B <= k) >= q.
func binomialQuantile(q float64, n int, p float64) int {
	lo, hi := 0, n
	for lo < hi {
		mid := int(uint(lo+hi) >> 1)
		if binomialCDF(mid, n, p) >= q {
			hi = mid
		} else {
			lo = mid + 1
		}
	}
	return lo
}

// CoverageBand returns the least and the greatest number of covering intervals,
// out of n independent experiments, that a procedure of the nominal coverage
// passes with at a test of the given size (two-sided, exact binomial):
// for n = 1000, 0.95 and 0.01 it is 931 to 967. It panics when a share is
// outside (0, 1).
//
// Source: the size/2 and 1-size/2 quantiles of Bin(n, nominal).
func CoverageBand(n int, nominal, size float64) (lo, hi int) {
	mustShare("nominal", nominal)
	mustShare("size", size)
	return binomialQuantile(size/2, n, nominal), binomialQuantile(1-size/2, n, nominal)
}
