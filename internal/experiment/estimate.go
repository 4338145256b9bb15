package experiment

import (
	"math"

	"example.com/simrun/stats"
)

// estimate is of something about a layout that cannot be below 0: a duration, a count, a share, a price. It is the mean of
// what each replication gives; NaN ones are left out.
func (e *engine) estimate(l int, values []float64) *Estimate {
	x := values[:0:0]
	for _, v := range values {
		if !math.IsNaN(v) {
			x = append(x, v)
		}
	}
	level := e.evidence[l].level
	if len(x) != level.N {
		level = stats.NewLevel(len(x), e.evidence[l].confidence)
	}
	iv := level.Mean(x)
	iv.Low = max(0, iv.Low)
	return e.shown(iv)
}

// shareOf is a share of what was counted in all replications of a layout together; nil where nothing was.
func (e *engine) shareOf(l int, k, of []float64) *Estimate {
	iv := e.evidence[l].level.Ratio(k, of)
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
