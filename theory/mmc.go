package theory

import "math"

// MMC is M/M/c: Poisson arrivals, exponential service, c servers, one queue.
//
// Source: Gross & Harris, Fundamentals of Queueing Theory, sections 2.2 and 2.3.
type MMC struct {
	// Lambda is the arrival rate, Mu the rate of one server.
	Lambda, Mu float64
	// C is the number of servers.
	C int
}

// Rho returns the load per server, lambda/(c mu).
func (q MMC) Rho() float64 { return q.Lambda / (float64(q.C) * q.Mu) }

// Stable reports whether rho < 1.
func (q MMC) Stable() bool { return q.Rho() < 1 }

// PWait returns the share of arrivals that wait, Erlang's C.
func (q MMC) PWait() float64 { return ErlangC(q.C, q.Lambda/q.Mu) }

// theta is the rate at which the queue drains when all servers are busy.
func (q MMC) theta() float64 { return float64(q.C)*q.Mu - q.Lambda }

// MeanWait returns C/(c mu - lambda).
func (q MMC) MeanWait() float64 {
	if !q.Stable() {
		return math.Inf(1)
	}
	return q.PWait() / q.theta()
}

// MeanResponse returns the mean wait plus 1/mu.
func (q MMC) MeanResponse() float64 { return q.MeanWait() + 1/q.Mu }

// MeanQueue returns the mean number waiting, lambda E[W].
func (q MMC) MeanQueue() float64 { return q.Lambda * q.MeanWait() }

// MeanNumber returns the mean number in the system, lambda E[T].
func (q MMC) MeanNumber() float64 { return q.Lambda * q.MeanResponse() }

// WaitTail returns P(W > t) = C exp(-(c mu - lambda) t).
func (q MMC) WaitTail(t float64) float64 {
	if !q.Stable() {
		return 1
	}
	return q.PWait() * math.Exp(-q.theta()*t)
}

// WaitQuantile returns the least t with P(W <= t) >= p; zero when enough arrivals
// do not wait.
func (q MMC) WaitQuantile(p float64) float64 {
	if !q.Stable() {
		return math.Inf(1)
	}
	return max(0, math.Log(q.PWait()/(1-p))/q.theta())
}

// ResponseTail returns P(T > t), with theta = c mu - lambda:
//
//	(1-C) e^{-mu t} + C (theta e^{-mu t} - mu e^{-theta t})/(theta - mu),
//	e^{-mu t} (1 + C mu t)  when theta = mu.
func (q MMC) ResponseTail(t float64) float64 {
	if !q.Stable() {
		return 1
	}
	wait, theta := q.PWait(), q.theta()
	return (1-wait)*math.Exp(-q.Mu*t) + wait*hypoTail(theta, q.Mu, t)
}

// ResponseQuantile returns the t with P(T <= t) = p, by bisection.
func (q MMC) ResponseQuantile(p float64) float64 {
	if !q.Stable() {
		return math.Inf(1)
	}
	return quantile(q.ResponseTail, p, q.MeanResponse())
}

// P returns the probability of n tasks in the system; 0 when unstable.
func (q MMC) P(n int) float64 {
	if !q.Stable() || n < 0 {
		return 0
	}
	// P(N >= c) is C, and geometric from there; below c walk down by balance.
	p := q.PWait() * (1 - q.Rho())
	if n >= q.C {
		return p * math.Pow(q.Rho(), float64(n-q.C))
	}
	for k := q.C; k > n; k-- {
		p *= float64(k) * q.Mu / q.Lambda
	}
	return p
}

// hypoTail is P(X+Y > t) for independent exponentials of the rates a and b.
func hypoTail(a, b, t float64) float64 {
	d := (a - b) * t
	if math.Abs(d) < 1e-9 {
		return math.Exp(-b*t) * (1 + b*t)
	}
	// e^{-bt} (1 + b t (1-e^{-d})/d): no difference of near-equal terms.
	return math.Exp(-b*t) * (1 - b*t*math.Expm1(-d)/d)
}

// quantile inverts a decreasing tail by bisection to the last bits, starting from
// a guess of the scale.
func quantile(tail func(float64) float64, p, scale float64) float64 {
	target := 1 - p
	if tail(0) <= target {
		return 0
	}
	lo, hi := 0.0, scale
	for tail(hi) > target {
		lo, hi = hi, 2*hi
	}
	for range 200 {
		mid := (lo + hi) / 2
		if mid <= lo || mid >= hi {
			break
		}
		if tail(mid) > target {
			lo = mid
		} else {
			hi = mid
		}
	}
	return (lo + hi) / 2
}
