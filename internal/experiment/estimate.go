package experiment

import (
	"math"

	"example.com/simrun/stats"
)

// estimate is of something that cannot be below 0: a duration, a count, a share, a price. It is the mean of what each
// replication gives; NaN ones are left out.
func (e *engine) estimate(values []float64) *Estimate {
	x := values[:0:0]
	for _, v := range values {
		if !math.IsNaN(v) {
			x = append(x, v)
		}
	}
	level := e.level
	if len(x) != level.N {
		level = stats.NewLevel(len(x), e.confidence)
	}
	iv := level.Mean(x)
	iv.Low = max(0, iv.Low)
	return e.shown(iv)
}

// shareOf is a share of what was counted in all replications together; nil where nothing was.
func (e *engine) shareOf(k, of []float64) *Estimate {
	iv := e.level.Ratio(k, of)
	iv.Low, iv.High = max(0, iv.Low), min(1, iv.High)
	return e.shown(iv)
}

// shown is the estimate of a value that decides: where nothing is random there is no interval to show.
func (e *engine) shown(iv stats.Interval) *Estimate {
	est := newEstimate(iv)
	if est != nil && e.exact {
		est.Low, est.High = nil, nil
	}
	return est
}

// newEstimate is nil where there is nothing to estimate; bounds are nil where there is one value.
func newEstimate(iv stats.Interval) *Estimate {
	if math.IsNaN(iv.Value) {
		return nil
	}
	est := &Estimate{Value: iv.Value}
	if !math.IsNaN(iv.Low) && !math.IsNaN(iv.High) {
		est.Low, est.High = &iv.Low, &iv.High
	}
	return est
}
