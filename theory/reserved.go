package theory

import "math"

// Reserved is C servers for short and long tasks, both exponential, of which at
// most MaxLong serve long ones: the others are kept for short tasks. Short tasks
// go first and interrupt nobody.
//
// It is solved numerically, with the queue of long tasks cut off where its tail is
// negligible, to about 1e-9 below a load of 0.8 of the long ones.
//
// Source: cutoff priorities, Taylor & Templeton, Oper. Res. 28 (1980) 1168; Schaack
// & Larson, Oper. Res. 34 (1986) 876; the solution by Neuts (1981).
type Reserved struct {
	LambdaShort, LambdaLong float64
	// Short and Long are mean service times.
	Short, Long float64
	C, MaxLong  int
}

// Waits returns the mean waits of short and long tasks; both +Inf when the servers,
// or those that long tasks may have, are offered too much.
func (q Reserved) Waits() (short, long float64) {
	load := q.LambdaLong * q.Long / float64(q.MaxLong)
	all := (q.LambdaShort*q.Short + q.LambdaLong*q.Long) / float64(q.C)
	if max(load, all) >= 1 {
		return math.Inf(1), math.Inf(1)
	}
	most := int(math.Ceil(math.Log(1e-10) / math.Log(max(load, all))))
	// The level is the number of short tasks, the phase how many long ones are
	// served and how many wait.
	phase := func(served, waiting int) int { return waiting*(q.MaxLong+1) + served }
	law := solveQBD((most+1)*(q.MaxLong+1), q.C, func(n, at int, to move) {
		served, waiting := at%(q.MaxLong+1), at/(q.MaxLong+1)
		busy := min(n, q.C-served) // with short tasks
		free := q.C - served - busy
		if waiting > 0 && free > 0 && served < q.MaxLong {
			return // never: one of them would be served
		}
		to(n+1, at, q.LambdaShort)
		switch {
		case free > 0 && served < q.MaxLong:
			to(n, phase(served+1, waiting), q.LambdaLong)
		case waiting < most:
			to(n, phase(served, waiting+1), q.LambdaLong)
		}
		shortEnds, longEnds := float64(busy)/q.Short, float64(served)/q.Long
		switch {
		case n > busy: // a short task takes the server
			to(n-1, at, shortEnds)
			to(n, phase(served-1, waiting), longEnds)
		case waiting > 0:
			if served < q.MaxLong {
				to(n-1, phase(served+1, waiting-1), shortEnds)
			} else {
				to(n-1, at, shortEnds)
			}
			to(n, phase(served, waiting-1), longEnds)
		default:
			to(n-1, at, shortEnds)
			to(n, phase(served-1, 0), longEnds)
		}
	})
	queued := law.meanPhase(func(n, at int) float64 {
		return float64(max(0, n-(q.C-at%(q.MaxLong+1))))
	})
	behind := law.meanPhase(func(_, at int) float64 { return float64(at / (q.MaxLong + 1)) })
	return queued / q.LambdaShort, behind / q.LambdaLong
}
