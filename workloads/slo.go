package workloads

import (
	"math"

	"example.com/simrun/des"
	"example.com/simrun/worker"
)

// SLO is one target of a class: a statistic of a duration, or a share of the published tasks.
type SLO struct {
	Name     string        // as in results.json: "wait.p95", "loss"
	Metric   worker.Metric // of a duration
	Stat     Stat
	Bound    des.Time // of a duration
	Slice    des.Time // > 0: it must hold in every slice of the observed time of that length
	By       des.Time // with HasBy: the hour of the day by which everything is to have ended, instead of Bound
	HasBy    bool
	Share    ShareOf // of a share; NoShare for a duration
	MaxShare float64 // of a share, 0..1
}

// Stat is the statistic of a duration that a target bounds.
type Stat struct {
	Kind StatKind
	P    float64 // of a quantile, 0..1
}

// Of is the statistic of what a histogram holds, in seconds; NaN when it is empty.
func (s Stat) Of(h *des.Histogram) float64 {
	switch {
	case h.Count() == 0:
		return math.NaN()
	case s.Kind == Mean:
		return h.Mean()
	case s.Kind == Max:
		return h.Max().Seconds()
	}
	return h.Quantile(s.P)
}

// StatKind is the kind of a statistic.
type StatKind uint8

// Kinds of statistics.
const (
	Mean StatKind = iota
	Quantile
	Max
)

// ShareOf is the kind of task whose share of the published ones is bounded.
type ShareOf uint8

// Shares that a target may bound. Loss = lost + dead + expired + rejected.
const (
	NoShare ShareOf = iota
	Loss
	FailedShare
	ExpiredShare
	Duplicates
)
