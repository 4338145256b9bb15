package stats

import "math"

// MSER returns the truncation d (observations to drop) that minimises the
// marginal standard error of what remains,
//
//	d = argmin_{0 <= d <= n/2} sum_{i>d} (y_i - ybar_{n,d})^2 / (n-d)^2,
//
// and the least value of that statistic (in the unit of y squared). Ties go to
// the smaller d. y must be evenly spaced; an average over replications is less
// noisy. With n = 0 it returns 0 and NaN.
//
// Source: White, Simulation 69 (1997) 323; White, Cobb & Spratt, WSC 2000.
func MSER(y []float64) (d int, stat float64) {
	n := len(y)
	d, stat = 0, math.NaN()
	// Welford's recursion from the end: the tail's mean and sum of squares are
	// at hand for every d in one pass.
	var m, ss float64
	for i := n - 1; i >= 0; i-- {
		size := float64(n - i)
		delta := y[i] - m
		m += delta / size
		ss += delta * (y[i] - m)
		if i > n/2 {
			continue
		}
		if s := ss / (size * size); math.IsNaN(stat) || s <= stat {
			d, stat = i, s
		}
	}
	return d, stat
}

// MSER5 applies MSER to means of five consecutive observations (a trailing
// incomplete batch is left out) and returns the truncation in observations.
//
// ok is false when the minimum lies at the edge of the search, half the run:
// the series had not settled, and the run must be extended, not reported. It is
// false, too, with fewer than four batches, where nothing can be told.
//
// Source: White, Cobb & Spratt, WSC 2000; Hoad, Robinson & Davies, J. Oper. Res.
// Soc. 61 (2010) 131 for the rule on the edge.
func MSER5(y []float64) (dObs int, ok bool) {
	means := batchMeans(y, mserBatch)
	d, _ := MSER(means)
	edge := len(means) / 2
	return d * mserBatch, len(means) >= 4 && d < edge
}

const mserBatch = 5
