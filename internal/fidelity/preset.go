package fidelity

import (
	"cmp"
	"math"
	"slices"

	"example.com/simrun/internal/fidelity/known"
)

// leastError is claimed at best: by as much do two runs of reality differ.
const leastError = 0.01

// Presets are how far p95 figures were off, by release, broker, pool and kind of work.
func Presets(all []*Comparison) (entries []known.Entry) {
	errs := map[known.Entry][]float64{}
	for _, c := range all {
		for i := range c.Figures {
			f := &c.Figures[i]
			if f.Stat != "p95" {
				continue
			}
			preset := known.Entry{Release: c.Preset, Broker: c.Broker, Pool: c.pools[f.Class], CPUHeavy: c.CPUHeavy}
			errs[preset] = append(errs[preset], f.off())
		}
	}
	for e, off := range errs {
		slices.Sort(off)
		e.Figures = len(off)
		e.P95 = max(leastError, off[int(math.Ceil(0.9*float64(len(off))))-1])
		entries = append(entries, e)
	}
	slices.SortFunc(entries, func(a, b known.Entry) int {
		return cmp.Or(cmp.Compare(a.Release, b.Release), cmp.Compare(a.Broker, b.Broker), cmp.Compare(a.Pool, b.Pool), cmp.Compare(b2i(a.CPUHeavy), b2i(b.CPUHeavy)))
	})
	return entries
}

// off is the relative error without its sign: none below what is always allowed, all where reality has no such figure
// or the prediction has none.
func (f *Figure) off() float64 {
	switch d := math.Abs(f.Predicted - f.Observed); {
	case d <= allowed:
		return 0
	case math.IsNaN(d):
		return 1
	default:
		return d / f.Observed
	}
}

func b2i(b bool) int {
	if b {
		return 1
	}
	return 0
}
