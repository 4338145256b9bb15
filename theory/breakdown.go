package theory

import "math"

// BreakdownAnytime is M/M/1 whose server breaks at the rate Theta, idle or busy,
// is repaired at the rate R, and resumes where it was.
//
// Source: White & Christie, Oper. Res. 6 (1958) 79; Avi-Itzhak & Naor, Oper. Res.
// 11 (1963) 303.
type BreakdownAnytime struct {
	Lambda, Mu, Theta, R float64
}

// Availability returns the share of time the server is up, r/(theta+r).
func (q BreakdownAnytime) Availability() float64 { return q.R / (q.Theta + q.R) }

// MeanNumber returns
//
//	L = lambda ((theta+r)^2 + theta mu) / ((theta+r) (r (mu-lambda) - theta lambda)).
func (q BreakdownAnytime) MeanNumber() float64 {
	room := q.R*(q.Mu-q.Lambda) - q.Theta*q.Lambda
	if room <= 0 {
		return math.Inf(1)
	}
	cycle := q.Theta + q.R
	return q.Lambda * (cycle*cycle + q.Theta*q.Mu) / (cycle * room)
}

// MeanResponse returns L/lambda.
func (q BreakdownAnytime) MeanResponse() float64 { return q.MeanNumber() / q.Lambda }

// ResumeCompletion returns the first two moments of the time from the first start
// of a task to its completion, repairs included, when its server breaks only
// while serving, at the rate theta, is repaired at the rate r and resumes;
// service is exponential at the rate mu:
//
//	E[C] = (1+theta/r)/mu,  E[C^2] = 2 (1+theta/r)^2/mu^2 + 2 theta/(mu r^2).
//
// Put into MG1 they give waits and responses.
//
// Source: Gaver, J. R. Stat. Soc. B 24 (1962) 73.
func ResumeCompletion(mu, theta, r float64) (mean, second float64) {
	mean = (1 + theta/r) / mu
	return mean, 2*mean*mean + 2*theta/(mu*r*r)
}

// RepeatCompletion returns the first two moments of the time from the first start
// of a task to its completion when a crash (rate theta while serving) loses the
// work, the repair (rate r) follows, and the same work d starts again. With
// N crashes, P(N=n) = q (1-q)^n, q = e^{-theta d}, each costing the time X to the
// crash (exponential, given X < d) and a repair:
//
//	E[C] = (e^{theta d} - 1)(1/theta + 1/r).
//
// It grows exponentially with d: the case for short tasks and checkpoints.
//
// Source: Gaver (1962), preemptive-repeat-identical; Nicola, Acta Inform. 23
// (1986) 465.
func RepeatCompletion(d, theta, r float64) (mean, second float64) {
	if theta == 0 {
		return d, d * d
	}
	q := math.Exp(-theta * d)
	crash := -math.Expm1(-theta * d) // 1-q
	x1 := 1/theta - d*q/crash
	x2 := (2/(theta*theta) - q*(d*d+2*d/theta+2/(theta*theta))) / crash
	y1 := x1 + 1/r
	varY := x2 - x1*x1 + 1/(r*r)
	meanN, varN := crash/q, crash/(q*q)
	mean = math.Expm1(theta*d) * (1/theta + 1/r)
	return mean, meanN*varY + varN*y1*y1 + mean*mean
}

// Executions returns the mean number of starts of a task of length d that loses
// its work at crashes of the rate theta: e^{theta d}.
func Executions(d, theta float64) float64 { return math.Exp(theta * d) }

// BreakdownMMC is M/M/c whose servers break independently at any time (rate Theta
// each) and are repaired at the rate R each; an interrupted task goes back to the
// head of the queue. It is solved numerically, to about 1e-10.
//
// Source: Mitrany & Avi-Itzhak, Oper. Res. 16 (1968) 628.
type BreakdownMMC struct {
	Lambda, Mu, Theta, R float64
	C                    int
}

// MeanServersUp returns c r/(theta+r).
func (q BreakdownMMC) MeanServersUp() float64 { return float64(q.C) * q.R / (q.Theta + q.R) }

// MeanNumber returns the mean number in the system.
func (q BreakdownMMC) MeanNumber() float64 {
	if q.Lambda >= q.Mu*q.MeanServersUp() {
		return math.Inf(1)
	}
	// The phase is the number of servers down.
	return solveQBD(q.C+1, q.C, func(n, down int, to move) {
		up := q.C - down
		to(n+1, down, q.Lambda)
		to(n-1, down, q.Mu*float64(min(n, up)))
		to(n, down+1, q.Theta*float64(up))
		to(n, down-1, q.R*float64(down))
	}).mean(number)
}

// MeanResponse returns L/lambda.
func (q BreakdownMMC) MeanResponse() float64 { return q.MeanNumber() / q.Lambda }
