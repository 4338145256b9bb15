package workloads

import "example.com/simrun/des"

// SLO is one target of a class.
type SLO struct {
	Metric
	Bound    des.Time // of a duration
	Slice    des.Time // > 0: it must hold in every slice of the observed time of that length
	By       des.Time // with HasBy: the hour of the day, instead of Bound
	MaxShare float64  // of a share, 0..1
}

// Target is what the metric may be at most, as results have it: seconds, a share, or seconds of the day.
func (o *SLO) Target() float64 {
	switch {
	case o.IsShare():
		return o.MaxShare
	case o.HasBy:
		return o.By.Seconds()
	}
	return o.Bound.Seconds()
}
