package theory

import "math"

// SetupMM1 is M/M/1 that switches off when empty and, at the next arrival, takes
// a set-up time I to come back (scale to zero, cold start).
//
// Source: Welch, Oper. Res. 12 (1964) 736.
type SetupMM1 struct {
	Lambda, Mu float64
	// I and I2 are the first two moments of the set-up time.
	I, I2 float64
}

// MeanResponse returns
//
//	E[T] = 1/(mu-lambda) + (2 E[I] + lambda E[I^2]) / (2 (1 + lambda E[I])).
func (q SetupMM1) MeanResponse() float64 {
	if q.Lambda >= q.Mu {
		return math.Inf(1)
	}
	return 1/(q.Mu-q.Lambda) + (2*q.I+q.Lambda*q.I2)/(2*(1+q.Lambda*q.I))
}

// SetupResponseQuantile returns the p-quantile of the response of M/M/1 with an
// exponential set-up time of the given mean: the response is that of M/M/1 plus
// an independent set-up time, in law.
//
// Source: Welch (1964); Gandhi, Harchol-Balter & Adan, Perform. Eval. 67 (2010) 1123.
func SetupResponseQuantile(lambda, mu, mean, p float64) float64 {
	if lambda >= mu {
		return math.Inf(1)
	}
	return quantile(func(t float64) float64 { return hypoTail(mu-lambda, 1/mean, t) }, p, mean+1/(mu-lambda))
}

// VacationMeanWait returns the mean wait of M/G/1 whose server, whenever it finds
// the queue empty, leaves for a vacation of moments v and v2, again and again: a
// worker that polls an empty broker every v.
//
//	E[W] = E[W of M/G/1] + E[V^2]/(2 E[V]).
//
// Source: Fuhrmann & Cooper, Oper. Res. 33 (1985) 1117.
func VacationMeanWait(q MG1, v, v2 float64) float64 { return q.MeanWait() + v2/(2*v) }

// SetupMMK is the reactive autoscaler M/M/k/setup: one server is being set up for
// every waiting task (K in all at most), each for an exponential time of the rate
// Alpha; a server goes off as soon as it is idle, and a set-up that no waiting
// task needs is dropped. It is solved numerically, to about 1e-10.
//
// Source: Gandhi, Doroudi, Harchol-Balter & Scheller-Wolf, Queueing Syst. 77
// (2014) 177.
type SetupMMK struct {
	Lambda, Mu, Alpha float64
	K                 int
}

// SetupFigures are the means of SetupMMK: tasks in the system, their response,
// servers on, servers being set up.
type SetupFigures struct {
	Number, Response, On, Setup float64
}

// Solve returns the means; all +Inf when lambda >= K mu.
func (q SetupMMK) Solve() SetupFigures {
	if q.Lambda >= q.Mu*float64(q.K) {
		inf := math.Inf(1)
		return SetupFigures{inf, inf, inf, inf}
	}
	setup := func(n, on int) float64 { return float64(max(0, min(n, q.K)-on)) }
	// The phase is the number of servers on, never above the tasks.
	law := solveQBD(q.K+1, q.K+1, func(n, on int, to move) {
		if on > n {
			return
		}
		to(n+1, on, q.Lambda)
		to(n-1, min(on, n-1), q.Mu*float64(on))
		to(n, on+1, q.Alpha*setup(n, on))
	})
	l := law.mean(number)
	return SetupFigures{
		Number: l, Response: l / q.Lambda,
		On:    law.meanPhase(func(_, on int) float64 { return float64(on) }),
		Setup: law.meanPhase(setup),
	}
}
