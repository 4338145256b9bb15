package theory

import "math"

// MDC is M/D/c: Poisson arrivals, every service takes exactly D, c servers. Build
// it with NewMDC, which solves for the law of the number in the system.
type MDC struct {
	Lambda, D float64
	C         int

	p   []float64 // the law of the number in the system
	cum []float64 // its running sum
}

// NewMDC solves Crommelin's chain, the number in the system at intervals of D:
//
//	p_j = a_j sum_{k<=c} p_k + sum_{k=c+1}^{c+j} p_k a_{j-k+c},  a_j = Poisson(lambda D),
//
// cut where the tail, which falls like tau^{-n} with tau^c = e^{lambda D (tau-1)},
// is below 1e-18. The elimination subtracts nothing and so loses no digits.
//
// Source: Crommelin, P. O. Electr. Eng. J. 25 (1932) 41; Grassmann, Taksar &
// Heyman, Oper. Res. 33 (1985) 1107 for the elimination.
func NewMDC(lambda, d float64, c int) *MDC {
	q := &MDC{Lambda: lambda, D: d, C: c}
	if !q.Stable() {
		return q
	}
	a := lambda * d
	size := c + 2 + int(math.Ceil(42/math.Log(crommelinDecay(a, c))))
	q.p = crommelinLaw(a, c, size)
	var sum float64
	q.cum = make([]float64, len(q.p))
	for i, v := range q.p {
		sum += v
		q.cum[i] = sum
	}
	return q
}

// Stable reports whether lambda D < c.
func (q *MDC) Stable() bool { return q.Lambda*q.D < float64(q.C) }

// PWait returns the share of arrivals that wait, P(N >= c).
func (q *MDC) PWait() float64 {
	if !q.Stable() {
		return 1
	}
	return 1 - q.cum[q.C-1]
}

// MeanWait returns E[Lq]/lambda.
func (q *MDC) MeanWait() float64 {
	if !q.Stable() {
		return math.Inf(1)
	}
	return meanOver(q.p, excess(q.C)) / q.Lambda
}

// MeanResponse returns the mean wait plus D.
func (q *MDC) MeanResponse() float64 { return q.MeanWait() + q.D }

// WaitTail returns P(W > t), from
//
//	P(W <= x) = e^{-y} sum_{j=0}^{kc-1} Q_{kc-1-j} y^j/j!,
//	y = lambda (kD - x),  (k-1) D <= x < kD,  Q_j = sum_{i<=c+j} p_i.
//
// All terms are positive; it is summed as its complement, so that small tails
// keep their digits to about 1e-14 absolute.
//
// Source: Franx, Oper. Res. Lett. 29 (2001) 221.
func (q *MDC) WaitTail(t float64) float64 {
	if !q.Stable() {
		return 1
	}
	k := math.Floor(t/q.D) + 1
	y := q.Lambda * (k*q.D - t)
	last := int(k)*q.C - 1
	var tail float64
	term := math.Exp(-y) // Poisson(y) at j
	for j := 0; j <= last; j++ {
		if j > 0 {
			term *= y / float64(j)
		}
		if i := q.C + last - j; i < len(q.cum) {
			tail += term * (1 - q.cum[i])
		}
	}
	// The mass of Poisson(y) beyond the sum belongs to the tail, too.
	for j := last + 1; ; j++ {
		term *= y / float64(j)
		tail += term
		if float64(j) > y && term < 1e-18 {
			return tail
		}
	}
}

// WaitQuantile returns the least t with P(W <= t) >= p.
func (q *MDC) WaitQuantile(p float64) float64 {
	if !q.Stable() {
		return math.Inf(1)
	}
	return quantile(q.WaitTail, p, q.D)
}

// crommelinDecay is the root tau > 1 of c log tau = a (tau - 1).
func crommelinDecay(a float64, c int) float64 {
	f := func(tau float64) float64 { return float64(c)*math.Log(tau) - a*(tau-1) }
	lo := float64(c) / a // where f is greatest, and positive
	hi := 2 * lo
	for f(hi) > 0 {
		hi *= 2
	}
	for range 100 {
		mid := (lo + hi) / 2
		if f(mid) > 0 {
			lo = mid
		} else {
			hi = mid
		}
	}
	return lo
}

// crommelinLaw eliminates the states from the top: a state is left downward by at
// most c and reached from at most reach below, so the cost is size x reach x c.
func crommelinLaw(a float64, c, size int) []float64 {
	reach := int(a+12*math.Sqrt(a)) + 30
	pmf := make([]float64, reach+1)
	for j := range pmf {
		lg, _ := math.Lgamma(float64(j) + 1)
		pmf[j] = math.Exp(float64(j)*math.Log(a) - a - lg)
	}
	// row[i][j-base(i)] is the probability of a step from i to j.
	base := func(i int) int { return max(0, i-c) }
	row := make([][]float64, size)
	for i := range row {
		row[i] = make([]float64, min(size, base(i)+reach+1)-base(i))
		copy(row[i], pmf)
	}
	into := make([]float64, size) // probability of entering n from i, per exit
	p := make([]float64, size)
	enter := make([][]float64, size)
	for n := size - 1; n > 0; n-- {
		var exit float64
		for j := base(n); j < n; j++ {
			exit += row[n][j-base(n)]
		}
		first := max(0, n-reach)
		for i := first; i < n; i++ {
			into[i] = 0
			if at := n - base(i); at < len(row[i]) {
				into[i] = row[i][at] / exit
			}
			for j := base(n); j < n && into[i] > 0; j++ {
				if at := j - base(i); at >= 0 && at < len(row[i]) {
					row[i][at] += into[i] * row[n][j-base(n)]
				}
			}
		}
		enter[n] = append([]float64(nil), into[first:n]...)
	}
	p[0] = 1
	sum := 1.0
	for n := 1; n < size; n++ {
		first := max(0, n-reach)
		for i, v := range enter[n] {
			p[n] += p[first+i] * v
		}
		sum += p[n]
	}
	for n := range p {
		p[n] /= sum
	}
	return p
}
