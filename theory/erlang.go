package theory

// ErlangB returns the share of arrivals lost by c servers without a queue under
// an offered load of a erlangs (a = lambda ES, any service law):
//
//	B_0 = 1,  B_k = a B_{k-1} / (k + a B_{k-1}).
//
// Source: Erlang (1917); the recursion in Jagerman, Bell Syst. Tech. J. 53 (1974) 525.
func ErlangB(c int, a float64) float64 {
	b := 1.0
	for k := 1; k <= c; k++ {
		b = a * b / (float64(k) + a*b)
	}
	return b
}

// ErlangC returns the share of arrivals that wait in M/M/c under an offered load
// of a = lambda/mu erlangs:
//
//	C = B / (1 - rho (1 - B)),  rho = a/c,  B = ErlangB(c, a).
//
// It is 1 when rho >= 1.
//
// Source: Erlang (1917); Gross & Harris, Fundamentals of Queueing Theory, section 2.3.
func ErlangC(c int, a float64) float64 {
	rho := a / float64(c)
	if rho >= 1 {
		return 1
	}
	b := ErlangB(c, a)
	return b / (1 - rho*(1-b))
}
