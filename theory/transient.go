package theory

import "math"

// Transient follows the law of the number in M/M/c through time, cut at a
// greatest number. Build it with NewTransient; it is not stationary and needs no
// stability.
//
// Source: Grassmann, Comput. Oper. Res. 4 (1977) 47 (uniformization).
type Transient struct {
	mu float64
	c  int
	p  []float64
}

// NewTransient starts empty, with room for at most top tasks; choose top so that
// it is never nearly reached.
func NewTransient(mu float64, c, top int) *Transient {
	p := make([]float64, top+1)
	p[0] = 1
	return &Transient{mu: mu, c: c, p: p}
}

// Advance lets the time dt pass at the arrival rate lambda:
//
//	p(dt) = sum_k e^{-L dt} (L dt)^k/k! p P^k,  P = I + Q/L,  L = lambda + c mu.
func (q *Transient) Advance(lambda, dt float64) {
	rate := lambda + float64(q.c)*q.mu
	// In slices of mean 50, so that e^{-mean} stays far from underflow.
	slices := int(math.Ceil(rate * dt / 50))
	for range slices {
		q.slice(lambda/rate, q.mu/rate, rate*dt/float64(slices))
	}
}

func (q *Transient) slice(up, down, mean float64) {
	out := make([]float64, len(q.p))
	cur := append([]float64(nil), q.p...)
	next := make([]float64, len(q.p))
	weight := math.Exp(-mean)
	var spent float64
	for k := 1; ; k++ {
		for n, v := range cur {
			out[n] += weight * v
		}
		spent += weight
		if float64(k) > mean && weight < 1e-17 {
			break
		}
		for n := range next {
			next[n] = 0
		}
		for n, v := range cur {
			leave := down * float64(min(n, q.c))
			enter := up
			if n == len(cur)-1 {
				enter = 0
			} else {
				next[n+1] += v * enter
			}
			if n > 0 {
				next[n-1] += v * leave
			}
			next[n] += v * (1 - enter - leave)
		}
		cur, next = next, cur
		weight *= mean / float64(k)
	}
	for n := range out {
		q.p[n] = out[n] / spent
	}
}

// MeanNumber returns the mean number in the system now.
func (q *Transient) MeanNumber() float64 { return meanOver(q.p, number) }
