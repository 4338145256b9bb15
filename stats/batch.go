package stats

import "math"

// BatchEstimate is the mean of one autocorrelated series with its interval.
type BatchEstimate struct {
	Interval
	// Variance estimates the asymptotic variance, lim n Var(ybar), in the unit
	// of y squared; NaN with fewer than two batches.
	Variance float64
	// DF is the degrees of freedom of the interval.
	DF float64
	// Means are the means of the consecutive (non-overlapping) batches.
	Means []float64
}

// BatchMeans estimates the mean of the series y from k = len(y)/m
// non-overlapping batches of m observations (the trailing rest is left out):
//
//	s2 = m/(k-1) sum (ybar_j - ybar)^2,   ybar +- t_{k-1} sqrt(s2/(k m)).
//
// Take 10 <= k <= 30 and check VonNeumannRatio of the means. The bounds are NaN
// when k < 2. It panics when m < 1.
//
// Source: Conway, Manag. Sci. 10 (1963) 47; Schmeiser, Oper. Res. 30 (1982) 556.
func BatchMeans(y []float64, m int, confidence float64) BatchEstimate {
	mustShare("confidence", confidence)
	means := batchMeans(y, m)
	k := float64(len(means))
	s2 := float64(m) * variance(means)
	return BatchEstimate{
		Interval: studentInterval(mean(means), math.Sqrt(s2/(k*float64(m))), k-1, confidence),
		Variance: s2, DF: k - 1, Means: means,
	}
}

// OverlappingBatchMeans estimates the mean of the series y from all n-m+1
// windows of m consecutive observations:
//
//	V = n m / ((n-m+1)(n-m)) sum_j (ybar_j(m) - ybar)^2,  df = 1.5 (n/m - 1).
//
// It needs m < n, otherwise the bounds and V are NaN. It panics when m < 1.
//
// Source: Meketon & Schmeiser, WSC 1984.
func OverlappingBatchMeans(y []float64, m int, confidence float64) BatchEstimate {
	mustShare("confidence", confidence)
	means := batchMeans(y, m)
	all := mean(y)
	if m >= len(y) {
		nan := math.NaN()
		return BatchEstimate{Interval: Interval{all, nan, nan}, Variance: nan, DF: nan, Means: means}
	}
	n, w := float64(len(y)), float64(m)
	var window, sum float64
	for i, v := range y {
		// Deviations, not raw values: the sliding sum then stays small.
		window += v - all
		if i >= m {
			window -= y[i-m] - all
		}
		if i >= m-1 {
			sum += (window / w) * (window / w)
		}
	}
	v := n * w / ((n - w + 1) * (n - w)) * sum
	df := 1.5 * (n/w - 1)
	return BatchEstimate{
		Interval: studentInterval(all, math.Sqrt(v/n), df, confidence),
		Variance: v, DF: df, Means: means,
	}
}

// VonNeumannRatio returns the ratio of squared successive differences to
// squared deviations,
//
//	sum (x_{i+1}-x_i)^2 / sum (x_i - xbar)^2,
//
// near 2 for independent data, below 2 with positive autocorrelation; and its
// score z against N(2, 4(k-2)/(k^2-1)), k = len(x). Both are NaN when x is
// constant or k < 3.
//
// Source: von Neumann, Ann. Math. Stat. 12 (1941) 367.
func VonNeumannRatio(x []float64) (ratio, z float64) {
	dev := comoment(x, x)
	if len(x) < 3 || dev == 0 {
		return math.NaN(), math.NaN()
	}
	var dif float64
	for i := 1; i < len(x); i++ {
		dif += (x[i] - x[i-1]) * (x[i] - x[i-1])
	}
	k := float64(len(x))
	ratio = dif / dev
	return ratio, (ratio - 2) / math.Sqrt(4*(k-2)/(k*k-1))
}

// Lag1Autocorrelation returns
//
//	sum (y_i-ybar)(y_{i+1}-ybar) / sum (y_i-ybar)^2,
//
// NaN for a constant series or n < 2.
//
// Source: Box & Jenkins, Time Series Analysis (1976), section 2.1.
func Lag1Autocorrelation(y []float64) float64 {
	if len(y) < 2 {
		return math.NaN()
	}
	m := mean(y)
	var num, den float64
	for i, v := range y {
		den += (v - m) * (v - m)
		if i > 0 {
			num += (y[i-1] - m) * (v - m)
		}
	}
	return num / den
}

// AR1Variance returns the asymptotic variance lim n Var(ybar) of a first-order
// autoregression with coefficient phi (|phi| < 1) and innovations of variance
// s2: s2/(1-phi)^2, in the unit of s2. It tells how much longer a correlated run
// must be than an independent sample.
//
// Source: Box & Jenkins (1976), section 3.2.
func AR1Variance(phi, s2 float64) float64 { return s2 / ((1 - phi) * (1 - phi)) }

// batchMeans returns the means of consecutive batches of m, without the rest.
func batchMeans(y []float64, m int) []float64 {
	if m < 1 {
		panic("stats: a batch needs at least one observation")
	}
	means := make([]float64, 0, len(y)/m)
	for i := 0; i+m <= len(y); i += m {
		means = append(means, mean(y[i:i+m]))
	}
	return means
}
