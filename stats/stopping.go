package stats

import "math"

// PrecisionReached reports whether an interval is narrow enough for the mean to
// lie within a relative error of gamma (0.05 = 5 %):
//
//	half / |value| <= gamma' = gamma / (1 + gamma).
//
// gamma' and not gamma, since the error is to be relative to the true mean and
// not to the estimate. An interval of zero width has reached any precision; one
// with NaN bounds none. Ask only after whole blocks of replications, from 20 on:
// a rule asked after each replication stops on lucky ones and undercovers.
//
// Source: Law (2015), section 9.4.1; Chow & Robbins, Ann. Math. Stat. 36 (1965) 457.
func PrecisionReached(iv Interval, gamma float64) bool {
	return iv.Half() <= math.Abs(iv.Value)*gamma/(1+gamma)
}
