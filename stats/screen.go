package stats

// Screen returns the indices, ascending, of the systems that may be the best (the least mean): x[i] are the
// observations of system i, one a replication, in the unit of the figure. A system is screened out when some other one is
// better by a paired t test at level alpha/(k-1), so the best stays in with probability at least 1-alpha, whatever
// the configuration and also under common random numbers. Where nothing varies, the mean decides. With a single
// replication all stay. It panics when the rows differ in length.
//
// Source: Nelson, Swann, Goldsman & Song, Oper. Res. 49 (2001) 950, section 2, with pairwise variances.
func Screen(x [][]float64, alpha float64) []int {
	var kept []int
	confidence := 1 - 2*alpha/max(1, float64(len(x)-1))
	for i := range x {
		beaten := false
		for l := range x {
			if i == l || len(x[i]) < 2 {
				continue
			}
			// The lower bound of x_i - x_l of a two-sided interval at 1-2a is the one-sided one at 1-a.
			if d := PairedDifference(x[i], x[l], confidence); d.Low > 0 {
				beaten = true
				break
			}
		}
		if !beaten {
			kept = append(kept, i)
		}
	}
	return kept
}
