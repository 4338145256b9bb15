package stats

import "math"

// OCBAFractions returns the share of a simulation budget that each system should
// get, given the means (least is best) and standard deviations so far, both in
// one unit. With b the best and d_i = mean_i - mean_b:
//
//	N_i/N_j = ((s_i/d_i)/(s_j/d_j))^2,   N_b = s_b sqrt( sum_{i!=b} N_i^2/s_i^2 ).
//
// The shares sum to 1. Systems that tie with the best take the whole budget, the
// limit of the rule as d_i goes to 0; with no variance at all, all get the same.
// There is no guarantee on the choice: it is for a fixed budget. It panics when
// the lengths differ.
//
// Source: Chen, Lin, Yucesan & Chick, Discrete Event Dyn. Syst. 10 (2000) 251.
func OCBAFractions(means, sds []float64) []float64 {
	mustPair(means, sds)
	n := make([]float64, len(means))
	if len(n) == 0 {
		return n
	}
	best := 0
	for i, m := range means {
		if m < means[best] {
			best = i
		}
	}
	tied := false
	for i, m := range means {
		tied = tied || i != best && m == means[best]
	}
	var total, squares float64
	for i := range n {
		d := means[i] - means[best]
		if tied && d == 0 {
			d = 1
		} else if tied {
			d = math.Inf(1)
		}
		if i == best {
			continue
		}
		n[i] = (sds[i] / d) * (sds[i] / d)
		total += n[i]
		squares += (sds[i] / d / d) * (sds[i] / d / d)
	}
	n[best] = sds[best] * math.Sqrt(squares)
	total += n[best]
	for i := range n {
		if total > 0 {
			n[i] /= total
		} else {
			n[i] = 1 / float64(len(n))
		}
	}
	return n
}
