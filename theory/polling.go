package theory

import "math"

// Polling is one server that walks round N identical queues: each with arrivals of
// the rate Lambda and service of moments ES and ES2, and a walk to the next queue
// of moments Walk and Walk2 (its second moment), also when all queues are empty.
// The mean waits follow from the pseudo-conservation law, the queues being alike.
//
// Source: Boxma & Groenendijk, J. Appl. Probab. 24 (1987) 949; Takagi, Analysis of
// Polling Systems (1986).
type Polling struct {
	N               int
	Lambda, ES, ES2 float64
	Walk, Walk2     float64
}

// law returns the right-hand side of the pseudo-conservation law without the
// term of the discipline, and what that term multiplies: with R the walk of a
// whole round and R2 its second moment,
//
//	rho sum lambda b2/(2(1-rho)) + rho R2/(2R) + R (rho^2 - sum rho_i^2)/(2(1-rho)),
//	R/(1-rho) sum rho_i^2.
func (q Polling) law() (rhs, limited, rho, round float64) {
	n := float64(q.N)
	one := q.Lambda * q.ES
	rho = n * one
	round = n * q.Walk
	square := n*(q.Walk2-q.Walk*q.Walk) + round*round
	rhs = rho * n * q.Lambda * q.ES2 / (2 * (1 - rho))
	if round > 0 {
		rhs += rho*square/(2*round) + round*(rho*rho-n*one*one)/(2*(1-rho))
	}
	return rhs, round / (1 - rho) * n * one * one, rho, round
}

// ExhaustiveMeanWait returns the mean wait when the server empties each queue
// before it walks on; +Inf when rho >= 1.
func (q Polling) ExhaustiveMeanWait() float64 {
	rhs, _, rho, _ := q.law()
	return finiteBelow(rho, rhs/rho)
}

// LimitedMeanWait returns the mean wait when the server takes one task at most
// from a queue before it walks on (round robin); +Inf when a queue gets more than
// one task per round, lambda R >= 1-rho.
func (q Polling) LimitedMeanWait() float64 {
	rhs, limited, rho, round := q.law()
	room := 1 - q.Lambda*round/(1-rho)
	if rho >= 1 || room <= 0 {
		return math.Inf(1)
	}
	return (rhs + limited) / (rho * room)
}
