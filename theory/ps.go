package theory

import "math"

// PS is M/G/c processor sharing: n tasks on C cores each run at the speed
// min(1, C/n), without a limit on n. Its number in the system has the law of
// M/M/c, whatever the service law, and a mean response is proportional to the
// task's own size. Quantiles of the response are not insensitive: there are none
// here.
//
// Source: Cohen, Acta Inform. 12 (1979) 245; Kelly, Reversibility and Stochastic
// Networks (1979), chapter 3.
type PS struct {
	// Lambda is the arrival rate, ES the mean demand in core-time.
	Lambda, ES float64
	// C is the number of cores.
	C int
}

func (q PS) mmc() MMC { return MMC{Lambda: q.Lambda, Mu: 1 / q.ES, C: q.C} }

// Rho returns lambda ES / c.
func (q PS) Rho() float64 { return q.mmc().Rho() }

// MeanResponse returns E[T], that of M/M/c.
func (q PS) MeanResponse() float64 { return q.mmc().MeanResponse() }

// Slowdown returns E[T]/E[S], the same for every size.
func (q PS) Slowdown() float64 { return q.MeanResponse() / q.ES }

// MeanResponseGiven returns E[T | demand = x] = x E[T]/E[S].
func (q PS) MeanResponseGiven(x float64) float64 { return x * q.Slowdown() }

// MeanNumber returns the mean number in the system.
func (q PS) MeanNumber() float64 { return q.mmc().MeanNumber() }

// P returns the probability of n tasks in the system.
func (q PS) P(n int) float64 { return q.mmc().P(n) }

// SinusoidalInfinite is M_t/M/inf: arrivals at the rate
// Base + Amp sin(2 pi t/Period), each served at once at the rate Mu. The number
// in the system at t is Poisson.
//
// Source: Eick, Massey & Whitt, Manag. Sci. 39 (1993) 241.
type SinusoidalInfinite struct {
	Base, Amp, Period, Mu float64
}

// MeanNumber returns the mean number at t, long after the start, with
// w = 2 pi/Period:
//
//	m(t) = Base/mu + Amp (mu sin wt - w cos wt)/(mu^2 + w^2).
func (q SinusoidalInfinite) MeanNumber(t float64) float64 {
	w := 2 * math.Pi / q.Period
	sin, cos := math.Sincos(w * t)
	return q.Base/q.Mu + q.Amp*(q.Mu*sin-w*cos)/(q.Mu*q.Mu+w*w)
}

// PeakTime returns when the mean number is greatest, in [0, Period): later than
// the peak of the arrivals by atan(w/mu)/w.
func (q SinusoidalInfinite) PeakTime() float64 {
	w := 2 * math.Pi / q.Period
	return math.Mod(q.Period/4+math.Atan(w/q.Mu)/w, q.Period)
}
