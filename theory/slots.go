package theory

import "math"

// CPUIO is a worker of N slots on C cores: a task holds a slot while it computes
// (exponential, mean CPU of core-time, the cores shared at the speed min(1, C/k)
// among k) and then waits for input and output (exponential, mean IO). It is
// solved numerically, to about 1e-10.
//
// Source: the product form of Baskett et al. (1975) for the closed network inside
// the slots; the open one by Neuts (1981).
type CPUIO struct {
	Lambda, CPU, IO float64
	// C is the number of cores, N that of slots.
	C, N int
}

// Unlimited returns the mean response without a limit of slots, which is
// insensitive to both laws: that of the shared cores plus IO.
//
// Source: Baskett et al. (1975).
func (q CPUIO) Unlimited() float64 {
	return PS{Lambda: q.Lambda, ES: q.CPU, C: q.C}.MeanResponse() + q.IO
}

func (q CPUIO) compute(k int) float64 { return float64(min(k, q.C)) / q.CPU }

// Saturation returns the greatest throughput, that of N tasks going round.
func (q CPUIO) Saturation() float64 {
	law := birthDeath(func(k int) float64 { return float64(q.N-k) / q.IO }, q.compute, q.N)
	return meanOver(law, q.compute)
}

// CPUIOFigures are the means of CPUIO. Utilization is of the cores.
type CPUIOFigures struct {
	Response, Wait, PWait, Utilization float64
}

// Solve returns the means; +Inf when lambda reaches Saturation.
func (q CPUIO) Solve() CPUIOFigures {
	if q.Lambda >= q.Saturation() {
		return CPUIOFigures{math.Inf(1), math.Inf(1), 1, q.Saturation() * q.CPU / float64(q.C)}
	}
	// The phase is the number that compute.
	law := solveQBD(q.N+1, q.N, func(n, k int, to move) {
		held := min(n, q.N)
		if k > held {
			return
		}
		if n < q.N {
			to(n+1, k+1, q.Lambda)
		} else {
			to(n+1, k, q.Lambda)
		}
		to(n, k-1, q.compute(k))
		next := k // a task that waited takes the slot, and computes first
		if n > q.N {
			next++
		}
		to(n-1, next, float64(held-k)/q.IO)
	})
	return CPUIOFigures{
		Response: law.mean(number) / q.Lambda,
		Wait:     law.mean(excess(q.N)) / q.Lambda,
		PWait: law.mean(func(n int) float64 {
			if n < q.N {
				return 0
			}
			return 1
		}),
		Utilization: q.Lambda * q.CPU / float64(q.C),
	}
}
