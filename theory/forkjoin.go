package theory

import "math"

// ForkJoin2MeanResponse returns the mean time until both halves of a task are
// done, each half at its own M/M/1 of the rates lambda and mu:
// (12-rho)/8 / (mu-lambda).
//
// Source: Flatto & Hahn, SIAM J. Appl. Math. 44 (1984) 1041; Nelson & Tantawi,
// IEEE Trans. Comput. 37 (1988) 739.
func ForkJoin2MeanResponse(lambda, mu float64) float64 {
	if lambda >= mu {
		return math.Inf(1)
	}
	return (12 - lambda/mu) / 8 / (mu - lambda)
}

// ChordMean returns the mean time until n parallel exponential tasks of the rate
// mu, all started at once, are done: H_n/mu, the harmonic number.
//
// Source: the maximum of n exponentials, Feller, vol. II, section I.6.
func ChordMean(n int, mu float64) float64 {
	var h float64
	for i := n; i >= 1; i-- {
		h += 1 / float64(i)
	}
	return h / mu
}
