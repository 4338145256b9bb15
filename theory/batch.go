package theory

import "math"

// BatchMM1 is M^X/M/1: batches of X tasks arrive as a Poisson stream of the rate
// Lambda (batches per time) and are served one by one at the rate Mu.
//
// Source: Gross & Harris, section 3.1.
type BatchMM1 struct {
	Lambda, Mu float64
	// X and X2 are E[X] and E[X^2] of the batch size.
	X, X2 float64
}

// Rho returns lambda E[X]/mu.
func (q BatchMM1) Rho() float64 { return q.Lambda * q.X / q.Mu }

// MeanNumber returns lambda (E[X]+E[X^2]) / (2 mu (1-rho)).
func (q BatchMM1) MeanNumber() float64 {
	if q.Rho() >= 1 {
		return math.Inf(1)
	}
	return q.Lambda * (q.X + q.X2) / (2 * q.Mu * (1 - q.Rho()))
}

// MeanResponse returns the mean response of a task, L/(lambda E[X]).
func (q BatchMM1) MeanResponse() float64 { return q.MeanNumber() / (q.Lambda * q.X) }

// MeanWait returns the mean response less 1/mu.
func (q BatchMM1) MeanWait() float64 { return q.MeanResponse() - 1/q.Mu }
