package theory

import "math"

// Prefetch2MeanResponse returns the mean response of two workers of one slot that
// each hold up to limit tasks, one running and the rest reserved: a task goes to a
// worker with room, either with equal chance when both have some, and never
// leaves it; without room it waits in the broker. A limit of 1 is M/M/2; with a
// great one it is two M/M/1 and a coin. It is solved numerically, to about 1e-10.
//
// Source: the balance equations of that chain, by Neuts (1981).
func Prefetch2MeanResponse(lambda, mu float64, limit int) float64 {
	if lambda >= 2*mu {
		return math.Inf(1)
	}
	full := 2 * limit
	// The phase is what the first worker holds.
	law := solveQBD(limit+1, full, func(n, first int, to move) {
		second := min(n, full) - first
		if second < 0 || second > limit {
			return
		}
		switch {
		case n >= full:
			to(n+1, limit, lambda)
		case first == limit:
			to(n+1, first, lambda)
		case second == limit:
			to(n+1, first+1, lambda)
		default:
			to(n+1, first, lambda/2)
			to(n+1, first+1, lambda/2)
		}
		if n > full { // the broker refills the credit at once
			to(n-1, limit, 2*mu)
			return
		}
		if first > 0 {
			to(n-1, first-1, mu)
		}
		if second > 0 {
			to(n-1, first, mu)
		}
	})
	return law.mean(number) / lambda
}

// JSQ2MeanResponse returns the mean response of two M/M/1 servers of the rate mu
// each, where an arrival joins the shorter queue and stays there. It is solved
// numerically, to about 1e-9, with the queues at most 40 apart.
//
// Source: Haight, Biometrika 45 (1958) 401, for the model.
func JSQ2MeanResponse(lambda, mu float64) float64 {
	if lambda >= 2*mu {
		return math.Inf(1)
	}
	const apart = 40
	// The level is the shorter queue, the phase how much longer the other is.
	law := solveQBD(apart+1, 1, func(shorter, d int, to move) {
		if d == 0 {
			to(shorter, 1, lambda)
			to(shorter-1, 1, 2*mu)
			return
		}
		to(shorter+1, d-1, lambda)
		to(shorter, d-1, mu)
		if d < apart && shorter > 0 {
			to(shorter-1, d+1, mu)
		}
	})
	return law.meanPhase(func(shorter, d int) float64 { return float64(2*shorter + d) }) / lambda
}
