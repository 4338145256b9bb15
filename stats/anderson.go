package stats

import (
	"math"
	"slices"
)

// AndersonKSamp returns the k-sample Anderson-Darling statistic for the
// hypothesis that all samples come from one distribution: a2 is A^2_akN, the
// version for ties (mid-ranks), and t is (a2-(k-1))/sigma_N, whose 5 % point is
// 1.961 for two large samples. It weighs the tails more than KSTwoSample does.
// Both are NaN with fewer than two samples, an empty one, or all values equal.
//
// Source: Scholz & Stephens, J. Am. Stat. Assoc. 82 (1987) 918, eqs. 4 and 7.
func AndersonKSamp(samples ...[]float64) (a2, t float64) {
	var pooled []float64
	for _, s := range samples {
		if len(s) == 0 {
			return math.NaN(), math.NaN()
		}
		pooled = append(pooled, s...)
	}
	slices.Sort(pooled)
	if len(samples) < 2 || len(pooled) < 4 || pooled[0] == pooled[len(pooled)-1] {
		return math.NaN(), math.NaN()
	}
	n := float64(len(pooled))
	for _, s := range samples {
		s = slices.Sorted(slices.Values(s))
		var sum float64
		for from := 0; from < len(pooled); {
			z := pooled[from]
			to := from + count(pooled[from:], z)
			first, _ := slices.BinarySearch(s, z)
			// M and B: how many lie below z, ties by half; l: how many tie.
			m := float64(first) + float64(count(s[first:], z))/2
			l := float64(to - from)
			b := float64(from) + l/2
			dev := n*m - float64(len(s))*b
			sum += l / n * dev * dev / (b*(n-b) - n*l/4)
			from = to
		}
		a2 += sum / float64(len(s))
	}
	a2 *= (n - 1) / n
	k := float64(len(samples))
	return a2, (a2 - (k - 1)) / math.Sqrt(andersonVariance(samples, len(pooled)))
}

// andersonVariance is sigma_N^2, eq. 4.
func andersonVariance(samples [][]float64, size int) float64 {
	var invSizes, h, g float64
	for _, s := range samples {
		invSizes += 1 / float64(len(s))
	}
	for i := 1; i < size; i++ {
		h += 1 / float64(i)
	}
	// g = sum_{i=1}^{N-2} 1/(N-i) sum_{j=i+1}^{N-1} 1/j, the inner sum from behind.
	var inner float64
	for i := size - 2; i >= 1; i-- {
		inner += 1 / float64(i+1)
		g += inner / float64(size-i)
	}
	k, n := float64(len(samples)), float64(size)
	a := (4*g-6)*(k-1) + (10-6*g)*invSizes
	b := (2*g-4)*k*k + 8*h*k + (2*g-14*h-4)*invSizes - 8*h + 4*g - 6
	c := (6*h+2*g-2)*k*k + (4*h-4*g+6)*k + (2*h-6)*invSizes + 4*h
	d := (2*h+6)*k*k - 4*h*k
	return (a*n*n*n + b*n*n + c*n + d) / ((n - 1) * (n - 2) * (n - 3))
}

// count is how many values at the head of the sorted s equal z.
func count(s []float64, z float64) int {
	k := 0
	for k < len(s) && s[k] == z {
		k++
	}
	return k
}
