package stats

import "math"

// Level is what an interval of n independent replications at one confidence needs: Student's quantile, looked up once.
type Level struct {
	Confidence float64
	N          int
	t          float64 // StudentQuantile((1+Confidence)/2, N-1); NaN when N < 2
}

// NewLevel prepares intervals of n replications. The confidence is two-sided, strictly between 0 and 1.
func NewLevel(n int, confidence float64) Level {
	mustShare("confidence", confidence)
	l := Level{Confidence: confidence, N: n, t: math.NaN()}
	if n >= 2 {
		l.t = StudentQuantile((1+confidence)/2, float64(n-1))
	}
	return l
}

// Mean returns the mean of x with an interval that allows for skewness,
//
//	[xbar - G(t) s/sqrt(n), xbar - G(-t) s/sqrt(n)],  G(r) = ((1 + 6a(r-a))^(1/3) - 1) / (2a),
//	a = m3 / (6 sqrt(n) s^3),
//
// s^2 the unbiased variance, m3 the unbiased third central moment, t Student's quantile with n-1 degrees of freedom:
// a long tail on one side, of which few replications have seen much, moves both ends that way. With a = 0, and with
// fewer than three values, it is Student's interval. In the unit of x; the bounds are NaN when n < 2. It panics when
// x does not have N values.
//
// Source: Willink, Commun. Stat. Theory Methods 34 (2005) 753; the expansion is Johnson's, J. Am. Stat. Assoc. 73
// (1978) 536, inverted by Hall's cubic, J. R. Stat. Soc. B 54 (1992) 221.
func (l Level) Mean(x []float64) Interval {
	if len(x) != l.N {
		panic("stats: a level is for one number of replications")
	}
	n := float64(l.N)
	m := mean(x)
	var s2, s3 float64
	for _, v := range x {
		d := v - m
		s2 += d * d
		s3 += d * d * d
	}
	if l.N < 2 {
		return Interval{Value: m, Low: math.NaN(), High: math.NaN()}
	}
	s := math.Sqrt(s2 / (n - 1))
	if s == 0 {
		return Interval{Value: m, Low: m, High: m}
	}
	a := 0.0
	if l.N > 2 {
		a = n * s3 / ((n - 1) * (n - 2)) / (6 * math.Sqrt(n) * s * s * s)
	}
	scale := s / math.Sqrt(n)
	return Interval{Value: m, Low: m - unskew(l.t, a)*scale, High: m - unskew(-l.t, a)*scale}
}

// unskew is G above.
func unskew(r, a float64) float64 {
	if math.Abs(a) < 1e-9 {
		return r
	}
	return (math.Cbrt(1+6*a*(r-a)) - 1) / (2 * a)
}

// Ratio returns sum(a)/sum(b) of replications that are pairs: what an average task gives, however many each of them
// has. The interval is that of Mean on the linearised ratio, (a_i - v b_i) / bbar around v (the delta method). Without
// unit, or in a's per b's; everything is NaN when the b are all 0. It panics when the lengths differ.
//
// Source: Cochran, Sampling Techniques (1977), section 6.4; Law (2015), section 9.5.2 for regenerative ratios.
func (l Level) Ratio(a, b []float64) Interval {
	mustPair(a, b)
	ma, mb := mean(a), mean(b)
	v := ma / mb
	if mb == 0 || math.IsNaN(v) {
		return Interval{math.NaN(), math.NaN(), math.NaN()}
	}
	e := make([]float64, len(a))
	for i := range a {
		e[i] = (a[i] - float64(v*b[i])) / mb
	}
	iv := l.Mean(e)
	return Interval{Value: v, Low: v + iv.Low, High: v + iv.High}
}
