package stats

// CorrelationTime returns for how many steps a stationary series remembers: the sum of its autocorrelations over all
// lags, both ways,
//
//	1 + 2 sum_k rho_k,
//
// which for the waits of M/M/1 is about its relaxation time. paths are independent series of one length. Deviations are
// taken from the mean over the paths at each step, so that neither a start-up nor a series shorter than its own memory
// hides it; the sum ends where it first fails to grow over two lags (Geyer's initial positive sequence), at a third of
// the length at the latest. In steps; 0 where nothing varies.
//
// Source: Geyer, Stat. Sci. 7 (1992) 473, section 3.3; the centring on replications as in Fishman, Monte Carlo (1996),
// section 6.2.
func CorrelationTime(paths [][]float64) float64 {
	if len(paths) < 2 || len(paths[0]) == 0 {
		return 0
	}
	n := len(paths[0])
	d := make([][]float64, len(paths))
	for i := range d {
		d[i] = make([]float64, n)
	}
	column := make([]float64, len(paths))
	for t := range n {
		for i, y := range paths {
			column[i] = y[t]
		}
		m := mean(column)
		for i, y := range paths {
			d[i][t] = y[t] - m
		}
	}
	covariance := func(lag int) float64 {
		sum := 0.0
		for _, y := range d {
			for t := lag; t < n; t++ {
				sum += y[t] * y[t-lag]
			}
		}
		return sum / float64(n-lag)
	}
	variance := covariance(0)
	if variance == 0 {
		return 0
	}
	sum := variance
	for lag := 1; lag+1 < n/3; lag += 2 {
		pair := covariance(lag) + covariance(lag+1)
		if pair <= 0 {
			break
		}
		sum += 2 * pair
	}
	return sum / variance
}
