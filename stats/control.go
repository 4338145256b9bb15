package stats

import "math"

// Controlled is a mean adjusted by a control variate.
type Controlled struct {
	Interval
	// Beta is the regression coefficient of y on the control, in the unit of y
	// per unit of the control.
	Beta float64
	// StdErr is the standard error of Value, DF its degrees of freedom, n-2.
	StdErr, DF float64
}

// ControlVariate adjusts the mean of y by a control c of known mean mu (such as
// the mean demand drawn in each replication):
//
//	y_CV = ybar - b (cbar - mu),  b = S_yc/S_cc,
//	se^2 = RSS/(n-2) (1/n + (cbar-mu)^2/S_cc),
//
// the intercept of the regression of y on c-mu. Value is in the unit of y. With
// n < 3 or a constant control the bounds, Beta and StdErr are NaN and Value is
// the plain mean. It panics when the lengths differ.
//
// Source: Lavenberg & Welch, Manag. Sci. 27 (1981) 322.
func ControlVariate(y, c []float64, mu, confidence float64) Controlled {
	mustShare("confidence", confidence)
	mustPair(y, c)
	n := float64(len(y))
	scc := comoment(c, c)
	if n < 3 || scc == 0 {
		nan := math.NaN()
		return Controlled{Interval: Interval{mean(y), nan, nan}, Beta: nan, StdErr: nan, DF: n - 2}
	}
	my, mc := mean(y), mean(c)
	beta := comoment(y, c) / scc
	var rss float64
	for i := range y {
		r := y[i] - my - beta*(c[i]-mc)
		rss += r * r
	}
	se := math.Sqrt(rss / (n - 2) * (1/n + (mc-mu)*(mc-mu)/scc))
	return Controlled{
		Interval: studentInterval(my-beta*(mc-mu), se, n-2, confidence),
		Beta:     beta, StdErr: se, DF: n - 2,
	}
}
