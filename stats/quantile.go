package stats

// QuantileOrderCI returns the 1-based ranks l and u of the order statistics
// [X_(l), X_(u)] that bracket the p-quantile of n independent observations, and
// the coverage they really have:
//
//	coverage = P(l <= B <= u-1),  B ~ Bin(n, p).
//
// l is the greatest and u the least rank that leave at most (1-conf)/2 in their
// tail. l = 0 stands for -Inf and u = n+1 for +Inf: n is then too small. The
// waits of one run are not independent: give it one value per replication.
// It panics when a share is outside (0, 1).
//
// Source: David & Nagaraja, Order Statistics (2003), section 7.1.
func QuantileOrderCI(n int, p, conf float64) (l, u int, coverage float64) {
	mustShare("p", p)
	mustShare("conf", conf)
	alpha := 1 - conf
	// The quantile rank q has P(B <= q-1) < alpha/2 <= P(B <= q).
	l = binomialQuantile(alpha/2, n, p)
	if binomialCDF(l, n, p) == alpha/2 {
		l++
	}
	u = binomialQuantile(1-alpha/2, n, p) + 1
	return l, u, binomialCDF(u-1, n, p) - binomialCDF(l-1, n, p)
}
