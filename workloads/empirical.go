package workloads

import (
	"errors"
	"math"

	"example.com/simrun/des"
)

type empirical struct {
	values   []float64
	mean, cv float64
}

// Empirical draws one of the values, each with the same chance: the law of a sample, with its mean and its spread
// about that mean (divided by n).
func Empirical(values []float64) (Dist, error) {
	if len(values) == 0 {
		return nil, errors.New("values: want at least 1")
	}
	e := empirical{values: append([]float64(nil), values...)}
	for i, v := range values {
		if err := notNegative("value", v); err != nil {
			return nil, err
		}
		e.mean += (v - e.mean) / float64(i+1)
	}
	var second float64 // about the mean: no cancellation
	for i, v := range values {
		d := v - e.mean
		second += (float64(d*d) - second) / float64(i+1)
	}
	if e.mean > 0 {
		e.cv = math.Sqrt(second) / e.mean
	}
	return e, nil
}

func (e empirical) Draw(s *des.Stream) float64 { return e.values[s.IntN(len(e.values))] }
func (e empirical) Mean() float64              { return e.mean }
func (e empirical) CV() float64                { return e.cv }
func (e empirical) String() string             { return "{empirical: " + list(e.values, seconds) + "}" }
