package stats

import "math"

// mean returns the arithmetic mean of x, NaN when x is empty. It subtracts
// nothing large: a second pass over the residuals removes most of the rounding.
func mean(x []float64) float64 {
	if len(x) == 0 {
		return math.NaN()
	}
	n := float64(len(x))
	var sum float64
	for _, v := range x {
		sum += v
	}
	m := sum / n
	var rest float64
	for _, v := range x {
		rest += v - m
	}
	return m + rest/n
}

// comoment returns sum (a_i-abar)(b_i-bbar), the two-pass form.
func comoment(a, b []float64) float64 {
	ma, mb := mean(a), mean(b)
	var sum float64
	for i := range a {
		sum += (a[i] - ma) * (b[i] - mb)
	}
	return sum
}

// variance returns the unbiased sample variance, NaN when len(x) < 2.
func variance(x []float64) float64 {
	if len(x) < 2 {
		return math.NaN()
	}
	return comoment(x, x) / float64(len(x)-1)
}

func mustShare(name string, p float64) {
	if !(p > 0 && p < 1) {
		panic("stats: " + name + " must lie strictly between 0 and 1")
	}
}

func mustPair(a, b []float64) {
	if len(a) != len(b) {
		panic("stats: paired samples differ in length")
	}
}
