package experiment

import (
	"math"

	"example.com/simrun/stats"
)

// finite is 0 for what JSON cannot say.
func finite(v float64) float64 {
	if math.IsNaN(v) || math.IsInf(v, 0) {
		return 0
	}
	return v
}

// bounded has no bounds where the interval is without limit: a ratio to what cannot be told from 0.
func bounded(iv stats.Interval) stats.Interval {
	if math.IsInf(iv.Low, 0) || math.IsInf(iv.High, 0) {
		iv.Low, iv.High = math.NaN(), math.NaN()
	}
	if math.IsInf(iv.Value, 0) {
		iv.Value = math.NaN()
	}
	return iv
}
