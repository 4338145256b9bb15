package stats

import (
	"math"
	"slices"
)

// KSTwoSample returns the greatest distance D between the empirical distribution
// functions of two independent samples and the exact p-value P(D' >= D), given
// the ties at hand. Both are NaN when a sample is empty. The cost is na x nb.
//
// Source: the lattice-path recursion of Hodges, Ark. Mat. 3 (1958) 469; ties:
// Schroeer & Trenkler, Comput. Stat. Data Anal. 20 (1995) 185 (the distance
// counts only between distinct values).
func KSTwoSample(a, b []float64) (d, p float64) {
	if len(a) == 0 || len(b) == 0 {
		return math.NaN(), math.NaN()
	}
	a, b = slices.Sorted(slices.Values(a)), slices.Sorted(slices.Values(b))
	m, n := len(a), len(b)
	pooled := slices.Sorted(slices.Values(append(slices.Clone(a), b...)))
	// cut[k]: after k values of the pooled sample a new value begins.
	cut := make([]bool, m+n+1)
	for k := 1; k <= m+n; k++ {
		cut[k] = k == m+n || pooled[k] != pooled[k-1]
	}
	// The distance times m n is whole, so "at least as far" is decided exactly.
	var worst, i, j int
	for k := 1; k <= m+n; k++ {
		if i < m && a[i] == pooled[k-1] {
			i++
		} else {
			j++
		}
		if cut[k] {
			worst = max(worst, abs(i*n-j*m))
		}
	}
	if worst == 0 {
		return 0, 1
	}
	return float64(worst) / float64(m*n), ksPathTail(m, n, worst, cut)
}

// ksPathTail is the probability that a random order of m and n values strays by
// at least worst/(m n). Mass that strays is taken out where it does, and summed:
// a small tail keeps its relative precision.
func ksPathTail(m, n, worst int, cut []bool) float64 {
	mass := make([]float64, n+1) // of the states (i, j) for the current i
	var strayed float64
	for i := 0; i <= m; i++ {
		for j := 0; j <= n; j++ {
			var v float64
			if i == 0 && j == 0 {
				v = 1
			}
			if i > 0 { // from (i-1, j), taking one of the m-i+1 left of a
				v += mass[j] * float64(m-i+1) / float64(m-i+1+n-j)
			}
			if j > 0 { // from (i, j-1)
				v += mass[j-1] * float64(n-j+1) / float64(m-i+n-j+1)
			}
			if cut[i+j] && abs(i*n-j*m) >= worst {
				strayed += v
				v = 0
			}
			mass[j] = v
		}
	}
	return min(1, strayed)
}

// ksExactLimit bounds the sample size of the exact one-sample law: beyond it the
// matrix would hold hundreds of rows.
const ksExactLimit = 2000

// KSOneSample returns the greatest distance D between the empirical distribution
// function of x and cdf, and P(D' >= D) for a continuous cdf that was fixed before
// the data were seen (with parameters fitted to x the p-value is far too large:
// bootstrap it). Both are NaN when x is empty.
//
// The p-value is exact up to n = 2000 (to 1e-10 relative); beyond, it is the
// limiting law at sqrt(n) D + 1/(6 sqrt(n)), good to O(1/n).
//
// Source: Marsaglia, Tsang & Wang, J. Stat. Softw. 8 (2003) 18, after Durbin
// (1973); for n D^2 > 4 twice the one-sided law of Birnbaum & Tingey, Ann. Math.
// Stat. 22 (1951) 592, whose error is the chance of both sides at once, below
// exp(-6 n D^2) relative; Vrbik, Pioneer J. Theor. Appl. Stat. 15 (2018) for large n.
func KSOneSample(x []float64, cdf func(float64) float64) (d, p float64) {
	if len(x) == 0 {
		return math.NaN(), math.NaN()
	}
	n := len(x)
	for i, v := range slices.Sorted(slices.Values(x)) {
		f := cdf(v)
		d = max(d, f-float64(i)/float64(n), float64(i+1)/float64(n)-f)
	}
	fn := float64(n)
	switch {
	case fn*d*d > 4:
		return d, min(1, 2*smirnovTail(n, d))
	case n > ksExactLimit:
		return d, kolmogorovTail(math.Sqrt(fn)*d + 1/(6*math.Sqrt(fn)))
	}
	return d, 1 - kolmogorovCDF(n, d)
}

// smirnovTail is P(D+ >= d), the sum of Birnbaum & Tingey: all terms positive.
func smirnovTail(n int, d float64) float64 {
	if d >= 1 {
		return 0
	}
	fn := float64(n)
	logFact := func(k float64) float64 { v, _ := math.Lgamma(k + 1); return v }
	sum := math.Pow(1-d, fn) / d // the term j = 0, over d
	for j := 1; j < n; j++ {
		fj := float64(j)
		rest := 1 - d - fj/fn
		if rest <= 0 {
			break
		}
		sum += math.Exp(logFact(fn) - logFact(fj) - logFact(fn-fj) +
			(fj-1)*math.Log(d+fj/fn) + (fn-fj)*math.Log(rest))
	}
	return min(1, d*sum)
}

// kolmogorovTail is the limiting law 2 sum (-1)^{k-1} exp(-2 k^2 t^2).
func kolmogorovTail(t float64) float64 {
	if t < 0.2 {
		return 1 // below, the alternating sum equals 1 to the last bit
	}
	var sum float64
	sign := 1.0
	for k := 1.0; k < 100; k++ {
		term := math.Exp(-2 * k * k * t * t)
		sum += sign * term
		if term < 1e-18 {
			break
		}
		sign = -sign
	}
	return max(0, min(1, 2*sum))
}

func abs(v int) int { return max(v, -v) }
