package theory

import "math"

// Pooled is one first-come-first-served queue of two classes of exponential
// service on c servers, M/H2/c: what a single pool does to short and long tasks.
// Every class waits the same. Build it with NewPooled, which solves it
// numerically, to about 1e-10. WaitTail and WaitQuantile keep what they have
// computed, so one value must not serve two goroutines.
//
// Source: Smith & Whitt, Bell Syst. Tech. J. 60 (1981) 39, and van Dijk & van der
// Sluis, Prod. Oper. Manag. 17 (2008) 296, for the question; Neuts (1981) for the
// method.
type Pooled struct {
	lambda  float64
	long    float64    // share of long arrivals
	mu      [2]float64 // rates of short and long service
	c       int
	law     qbdLaw
	waiting [][]float64 // mass by departures still to wait for, less one, and phase
	left    []float64   // left[m]: the chance to be waiting after m jumps
}

// NewPooled takes the arrival rates and mean services of the two classes. It
// returns nil when the load reaches c.
func NewPooled(lambdaShort, meanShort, lambdaLong, meanLong float64, c int) *Pooled {
	if lambdaShort*meanShort+lambdaLong*meanLong >= float64(c) {
		return nil
	}
	q := &Pooled{
		lambda: lambdaShort + lambdaLong,
		long:   lambdaLong / (lambdaShort + lambdaLong),
		mu:     [2]float64{1 / meanShort, 1 / meanLong},
		c:      c,
	}
	// The phase is the number of long tasks in service.
	q.law = solveQBD(c+1, c, func(n, long int, to move) {
		busy := min(n, c)
		if long > busy {
			return
		}
		if n < c {
			to(n+1, long+1, q.lambda*q.long)
			to(n+1, long, q.lambda*(1-q.long))
		} else {
			to(n+1, long, q.lambda)
		}
		short, longs := float64(busy-long)*q.mu[0], float64(long)*q.mu[1]
		if n <= c {
			to(n-1, long, short)
			to(n-1, long-1, longs)
			return
		}
		// The head of the queue is long with the chance of any arrival.
		to(n-1, long+1, short*q.long)
		to(n-1, long, short*(1-q.long)+longs*q.long)
		to(n-1, long-1, longs*(1-q.long))
	})
	return q
}

// PWait returns the share of arrivals that wait.
func (q *Pooled) PWait() float64 {
	return q.law.mean(func(n int) float64 {
		if n < q.c {
			return 0
		}
		return 1
	})
}

// MeanWait returns the mean wait, of either class.
func (q *Pooled) MeanWait() float64 { return q.law.mean(excess(q.c)) / q.lambda }

// WaitTail returns P(W > t), good to 1e-10 absolute: an arrival that finds n >= c
// waits for n-c+1 departures, counted on the uniformized process of the busy
// servers.
//
// Source: Grassmann (1977).
func (q *Pooled) WaitTail(t float64) float64 {
	if t <= 0 {
		return q.PWait()
	}
	mean := q.jumpRate() * t
	enough := int(mean+9*math.Sqrt(mean)) + 30
	q.jump(enough)
	logMean := math.Log(mean)
	var tail float64
	for m := 0; m <= enough; m++ {
		lg, _ := math.Lgamma(float64(m) + 1)
		weight := math.Exp(float64(m)*logMean - mean - lg)
		tail += weight * q.left[m]
	}
	return tail
}

// WaitQuantile returns the least t with P(W <= t) >= p.
func (q *Pooled) WaitQuantile(p float64) float64 { return quantile(q.WaitTail, p, q.MeanWait()) }

func (q *Pooled) jumpRate() float64 { return float64(q.c) * max(q.mu[0], q.mu[1]) }

// jump extends left to m jumps.
func (q *Pooled) jump(m int) {
	if q.waiting == nil {
		level := append([]float64(nil), q.law.levels[q.c]...)
		for sum(level) > 1e-13 {
			q.waiting = append(q.waiting, level)
			level = q.law.r.left(level)
		}
		q.left = []float64{q.PWait()}
	}
	rate := q.jumpRate()
	for len(q.left) <= m {
		next := make([]float64, q.c+1)
		var remain float64
		// Ascending: the level below has moved already, and what falls into it now
		// is added to where it stands.
		for k, level := range q.waiting {
			fallen := make([]float64, q.c+2)
			for j, v := range level {
				short := float64(q.c-j) * q.mu[0] / rate * v
				long := float64(j) * q.mu[1] / rate * v
				next[j] = v - short - long
				fallen[j+1] += short * q.long
				fallen[j] += short*(1-q.long) + long*q.long
				if j > 0 {
					fallen[j-1] += long * (1 - q.long)
				}
			}
			copy(level, next)
			remain += sum(level)
			if k > 0 {
				below := q.waiting[k-1]
				for j := range below {
					below[j] += fallen[j]
				}
				remain += sum(fallen)
			}
		}
		q.left = append(q.left, remain)
	}
}

func sum(x []float64) float64 {
	var total float64
	for _, v := range x {
		total += v
	}
	return total
}
