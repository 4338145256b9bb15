package theory

import "math"

// GIM1 is GI/M/1: renewal arrivals, one exponential server of the rate Mu. Sigma
// is the share of arrivals that wait.
//
// Source: Kendall, Ann. Math. Stat. 24 (1953) 338; Kleinrock, vol. I, section 6.4.
type GIM1 struct {
	Mu, Sigma float64
}

// NewGIM1 solves sigma = A*(mu (1-sigma)) on (0, 1), A* being the transform of
// the time between arrivals and lambda their rate. Sigma is 1 when unstable.
func NewGIM1(lambda, mu float64, arrivals LST) GIM1 {
	if lambda >= mu {
		return GIM1{Mu: mu, Sigma: 1}
	}
	// Bisect on u = 1-sigma, which keeps its digits near saturation. A*(mu u) - 1 + u
	// is convex, zero at u = 0 and below zero up to the root.
	lo, hi := 0.0, 1.0
	for range 200 {
		mid := (lo + hi) / 2
		if mid <= lo || mid >= hi {
			break
		}
		if real(arrivals(complex(mu*mid, 0)))-1+mid < 0 {
			lo = mid
		} else {
			hi = mid
		}
	}
	return GIM1{Mu: mu, Sigma: 1 - (lo+hi)/2}
}

// MeanWait returns sigma/(mu (1-sigma)).
func (q GIM1) MeanWait() float64 { return q.Sigma / (q.Mu * (1 - q.Sigma)) }

// MeanResponse returns 1/(mu (1-sigma)).
func (q GIM1) MeanResponse() float64 { return 1 / (q.Mu * (1 - q.Sigma)) }

// WaitTail returns P(W > t) = sigma exp(-mu (1-sigma) t).
func (q GIM1) WaitTail(t float64) float64 {
	return q.Sigma * math.Exp(-q.Mu*(1-q.Sigma)*t)
}

// WaitQuantile returns the least t with P(W <= t) >= p.
func (q GIM1) WaitQuantile(p float64) float64 {
	return max(0, math.Log(q.Sigma/(1-p))*q.MeanResponse())
}

// ResponseQuantile returns the p-quantile of the response, which is exponential.
func (q GIM1) ResponseQuantile(p float64) float64 {
	return -math.Log1p(-p) * q.MeanResponse()
}

// KingmanBound returns an upper bound of the mean wait of GI/G/1, with va and vs
// the variances of the times between arrivals and of service:
//
//	E[W] <= lambda (va + vs) / (2 (1 - rho)),  rho = lambda ES.
//
// Source: Kingman, Proc. Camb. Philos. Soc. 57 (1961) 902; Biometrika 49 (1962) 315.
func KingmanBound(lambda, es, va, vs float64) float64 {
	rho := lambda * es
	if rho >= 1 {
		return math.Inf(1)
	}
	return lambda * (va + vs) / (2 * (1 - rho))
}
