package theory

import "math"

// Attempts returns the mean number of attempts of a task whose every attempt
// fails with probability p and that has at most m of them (m < 1: no limit):
// (1-p^m)/(1-p), m when p = 1.
//
// Source: the mean of a geometric number cut at m.
func Attempts(p float64, m int) float64 {
	switch {
	case m < 1:
		return 1 / (1 - p)
	case p == 1:
		return float64(m)
	}
	return (1 - math.Pow(p, float64(m))) / (1 - p)
}

// DeadShare returns the share of tasks that exhaust their m attempts, p^m; zero
// without a limit (m < 1).
func DeadShare(p float64, m int) float64 {
	if m < 1 {
		return 0
	}
	return math.Pow(p, float64(m))
}

// Retry is M/M/c whose attempts fail with probability Failure and come back to
// the tail of the queue, with a fresh service time, after a backoff of any law.
// It is exact for exponential service.
//
// Source: Baskett, Chandy, Muntz & Palacios, J. ACM 22 (1975) 248 (the class is
// the number of the attempt); without a limit, Jackson (1957).
type Retry struct {
	// Lambda is the rate of new tasks, Mu that of one server.
	Lambda, Mu float64
	C          int
	// Failure is the probability that an attempt fails.
	Failure float64
	// MaxAttempts counts the first; below 1 there is no limit.
	MaxAttempts int
	// Backoff is the mean delay before a retry.
	Backoff float64
}

// Attempts returns the mean number of attempts per task.
func (q Retry) Attempts() float64 { return Attempts(q.Failure, q.MaxAttempts) }

// Dead returns the share of tasks that fail for good.
func (q Retry) Dead() float64 { return DeadShare(q.Failure, q.MaxAttempts) }

// Station returns the queue that the attempts see: M/M/c at lambda Attempts.
func (q Retry) Station() MMC {
	return MMC{Lambda: q.Lambda * q.Attempts(), Mu: q.Mu, C: q.C}
}

// MeanBackoffNumber returns the mean number of tasks that wait for a retry.
func (q Retry) MeanBackoffNumber() float64 {
	return q.Lambda * (q.Attempts() - 1) * q.Backoff
}

// MeanTotalResponse returns the mean time from a task's arrival to its success
// or its death: waits, attempts and backoffs.
func (q Retry) MeanTotalResponse() float64 {
	return (q.Station().MeanNumber() + q.MeanBackoffNumber()) / q.Lambda
}
