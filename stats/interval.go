package stats

import "math"

// Interval is a figure with its confidence interval, in the figure's own unit.
// Low and High are NaN when the data cannot support an interval.
type Interval struct {
	Value, Low, High float64
}

// Half returns half the interval's width, in the figure's unit; NaN without
// an interval.
func (iv Interval) Half() float64 { return (iv.High - iv.Low) / 2 }

// Clamp returns the interval with its ends moved into [low, high]; the value
// stays.
func (iv Interval) Clamp(low, high float64) Interval {
	return Interval{Value: iv.Value, Low: min(max(iv.Low, low), high), High: min(max(iv.High, low), high)}
}

// Contains reports whether v lies in the closed interval; false without one.
func (iv Interval) Contains(v float64) bool { return iv.Low <= v && v <= iv.High }

// MeanInterval returns the mean of x (one value per independent replication)
// and its Student interval
//
//	xbar +- t_{n-1} s / sqrt(n)
//
// in the unit of x. Low and High are NaN when n < 2, Value too when n = 0.
//
// Source: Law, Simulation Modeling and Analysis (2015), eq. 4.12.
func MeanInterval(x []float64, confidence float64) Interval {
	mustShare("confidence", confidence)
	n := float64(len(x))
	return studentInterval(mean(x), math.Sqrt(variance(x)/n), n-1, confidence)
}

// studentInterval is value +- t_df stderr, without bounds when df < 1.
func studentInterval(value, stderr, df, confidence float64) Interval {
	if !(df >= 1) {
		return Interval{Value: value, Low: math.NaN(), High: math.NaN()}
	}
	half := StudentQuantile((1+confidence)/2, df) * stderr
	return Interval{Value: value, Low: value - half, High: value + half}
}
