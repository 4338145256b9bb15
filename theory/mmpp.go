package theory

import "math"

// MMPP is MMPP(2)/M/c: arrivals at the rate Rates[i] while a hidden state is i,
// which it leaves at the rate Switch[i]. It is solved numerically, to about 1e-10.
//
// Source: Neuts, Matrix-Geometric Solutions (1981), section 6.2.
type MMPP struct {
	Rates, Switch [2]float64
	Mu            float64
	C             int
}

// MeanRate returns the long-run arrival rate.
func (q MMPP) MeanRate() float64 {
	return (q.Rates[0]*q.Switch[1] + q.Rates[1]*q.Switch[0]) / (q.Switch[0] + q.Switch[1])
}

// MMPPFigures are the means of an MMPP queue. PWait is over arrivals, not time.
type MMPPFigures struct {
	Number, Response, Wait, PWait float64
}

// Solve returns the means; +Inf, and a PWait of 1, when the mean load reaches c.
func (q MMPP) Solve() MMPPFigures {
	rate := q.MeanRate()
	if rate >= q.Mu*float64(q.C) {
		return MMPPFigures{math.Inf(1), math.Inf(1), math.Inf(1), 1}
	}
	law := solveQBD(2, q.C, func(n, state int, to move) {
		to(n+1, state, q.Rates[state])
		to(n-1, state, q.Mu*float64(min(n, q.C)))
		to(n, 1-state, q.Switch[state])
	})
	l := law.mean(number)
	busy := law.meanPhase(func(n, state int) float64 {
		if n < q.C {
			return 0
		}
		return q.Rates[state]
	})
	return MMPPFigures{Number: l, Response: l / rate, Wait: l/rate - 1/q.Mu, PWait: busy / rate}
}
