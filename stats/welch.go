package stats

import "math"

// WelchT tests whether two independent samples have the same mean, without
// assuming equal variances:
//
//	t = (abar - bbar) / sqrt(va/na + vb/nb),
//
// with Welch and Satterthwaite's degrees of freedom and the two-sided p-value.
// Everything is NaN when a sample has fewer than two values or both are
// constant. Paired runs (common random numbers) belong to PairedDifference.
//
// Source: Welch, Biometrika 34 (1947) 28.
func WelchT(a, b []float64) (t, df, p float64) {
	ea := variance(a) / float64(len(a))
	eb := variance(b) / float64(len(b))
	if !(ea+eb > 0) {
		return math.NaN(), math.NaN(), math.NaN()
	}
	t = (mean(a) - mean(b)) / math.Sqrt(ea+eb)
	df = (ea + eb) * (ea + eb) / (ea*ea/float64(len(a)-1) + eb*eb/float64(len(b)-1))
	return t, df, studentP(t, df)
}
