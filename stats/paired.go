package stats

import "math"

// Difference compares two strategies that met the same tasks, replication by
// replication. The interval is that of the mean of a-b, in the unit of a and b.
type Difference struct {
	Interval
	// T is the paired t statistic with n-1 degrees of freedom, P its two-sided
	// p-value. Both are NaN when n < 2.
	T, P float64
	// VarianceReduction is 1 - Var(a-b)/(Var(a)+Var(b)): the share of variance
	// that common random numbers removed. Zero means they did nothing, below
	// zero that they did harm; NaN when both samples are constant.
	VarianceReduction float64
	// Correlation is Pearson's, in [-1, 1]; NaN when a sample is constant.
	Correlation float64
}

// PairedDifference returns the interval of mean(a)-mean(b) from paired
// replications (a[i] and b[i] share their random numbers). It panics when the
// lengths differ. With n < 2 the bounds, T and P are NaN.
//
// Source: Law (2015), section 10.2.1 (paired t) and 11.2 (common random numbers).
func PairedDifference(a, b []float64, confidence float64) Difference {
	mustPair(a, b)
	d := make([]float64, len(a))
	for i := range a {
		d[i] = a[i] - b[i]
	}
	va, vb, vd := variance(a), variance(b), variance(d)
	out := Difference{
		Interval:          MeanInterval(d, confidence),
		T:                 math.NaN(),
		P:                 math.NaN(),
		VarianceReduction: math.NaN(),
		Correlation:       math.NaN(),
	}
	if va+vb > 0 {
		out.VarianceReduction = 1 - vd/(va+vb)
	}
	if va > 0 && vb > 0 {
		out.Correlation = max(-1, min(1, comoment(a, b)/math.Sqrt(comoment(a, a)*comoment(b, b))))
	}
	n := float64(len(d))
	switch {
	case n < 2:
	case vd == 0 && out.Value == 0:
		// The same figures in every replication: nothing speaks for a difference.
		out.T, out.P = 0, 1
	default:
		out.T = out.Value / math.Sqrt(vd/n)
		out.P = studentP(out.T, n-1)
	}
	return out
}
