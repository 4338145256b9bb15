package theory

import "math"

// MG1 is M/G/1: one server, service times of any law with moments ES and ES2.
type MG1 struct {
	// Lambda is the arrival rate; ES and ES2 are E[S] and E[S^2].
	Lambda, ES, ES2 float64
}

// Rho returns lambda E[S].
func (q MG1) Rho() float64 { return q.Lambda * q.ES }

// MeanWait returns lambda E[S^2] / (2 (1-rho)).
//
// Source: Pollaczek (1930), Khinchine (1932); Kleinrock, Queueing Systems, vol. I, section 5.7.
func (q MG1) MeanWait() float64 {
	if q.Rho() >= 1 {
		return math.Inf(1)
	}
	return q.Lambda * q.ES2 / (2 * (1 - q.Rho()))
}

// MeanResponse returns the mean wait plus E[S].
func (q MG1) MeanResponse() float64 { return q.MeanWait() + q.ES }

// MeanNumber returns the mean number in the system, lambda E[T].
func (q MG1) MeanNumber() float64 { return q.Lambda * q.MeanResponse() }

// WaitTail returns P(W > t) for a service time of the given transform, good to
// 1e-8 where the tail is smooth (not for deterministic service: see MDC). It
// inverts
//
//	W*(s) = (1-rho) s / (s - lambda (1 - S*(s))).
//
// Source: Kleinrock, vol. I, section 5.7.
func (q MG1) WaitTail(service LST, t float64) float64 {
	rho := q.Rho()
	if rho >= 1 {
		return 1
	}
	if t <= 0 {
		return rho
	}
	return invert(func(s complex128) complex128 {
		w := complex(1-rho, 0) * s / (s - complex(q.Lambda, 0)*(1-service(s)))
		return (1 - w) / s
	}, t)
}

// WaitQuantile returns the p-quantile of the wait for a service time of the given
// transform, good to 1e-6 relative for p <= 0.999.
func (q MG1) WaitQuantile(service LST, p float64) float64 {
	if q.Rho() >= 1 {
		return math.Inf(1)
	}
	return quantile(func(t float64) float64 { return q.WaitTail(service, t) }, p, q.MeanWait())
}

// SRPTMeanResponse returns the mean response of M/M/1 under shortest remaining
// processing time first, the least of any discipline:
//
//	E[T] = int f(x) lambda (m2(x) + x^2 Fbar(x)) / (2 (1-rho(x))^2) dx
//	     + int Fbar(t)/(1-rho(t)) dt,
//
// rho(x) = lambda int_0^x y f(y) dy, m2(x) = int_0^x y^2 f(y) dy. By Simpson's
// rule, to 1e-9.
//
// Source: Schrage & Miller, Oper. Res. 14 (1966) 670.
func SRPTMeanResponse(lambda, mu float64) float64 {
	if lambda >= mu {
		return math.Inf(1)
	}
	l := lambda / mu // in units of the mean service time
	integrand := func(x float64) float64 {
		e := math.Exp(-x)
		load := l * (1 - e*(1+x))
		m2 := 2 - e*(x*x+2*x+2)
		return e*l*(m2+x*x*e)/(2*(1-load)*(1-load)) + e/(1-load)
	}
	const steps, reach = 20000, 60.0
	h := reach / steps
	sum := integrand(0) + integrand(reach)
	for i := 1; i < steps; i++ {
		sum += integrand(float64(i)*h) * float64(2+2*(i%2))
	}
	return sum * h / 3 / mu
}
