package fidelity

import "math"

// Pair is two layouts that met the same tasks, and which of them is better, in one figure of one class.
type Pair struct {
	A, B      string // recordings
	Class     string
	Metric    string
	Stat      string
	Observed  float64 // B / A in reality
	Predicted float64 // and predicted
	Same      bool    // the better one is the same in both
}

// tie is by how much two layouts must differ in reality for there to be an order: less is nothing to act on.
const tie = 0.05

// Ranking compares the order of layouts with that in reality, over every pair of recordings that met the same tasks.
// Pairs that reality does not tell apart - the ranges of their runs overlap, or they differ by less than 5 % or 5 ms -
// are left out, as are recordings that are not modelled.
func Ranking(all []*Comparison) (pairs []Pair) {
	for i, a := range all {
		for _, b := range all[i+1:] {
			if a.trace == b.trace {
				pairs = append(pairs, ranked(a, b)...)
			}
		}
	}
	return pairs
}

func ranked(a, b *Comparison) (pairs []Pair) {
	for i := range a.Figures {
		f := &a.Figures[i]
		if f.Metric != Wait && f.Metric != Response || f.Stat != "mean" && f.Stat != "p95" {
			continue
		}
		g := b.figure(f.Class, f.Metric, f.Stat)
		if g == nil || !apart(f, g) {
			continue
		}
		pairs = append(pairs, Pair{
			A: a.Recording, B: b.Recording, Class: f.Class, Metric: f.Metric, Stat: f.Stat,
			Observed: g.Observed / f.Observed, Predicted: g.Predicted / f.Predicted,
			Same: (g.Observed > f.Observed) == (g.Predicted > f.Predicted),
		})
	}
	return pairs
}

// figure finds a figure; nil where there is none.
func (c *Comparison) figure(class, metric, stat string) *Figure {
	for i := range c.Figures {
		if f := &c.Figures[i]; f.Class == class && f.Metric == metric && f.Stat == stat {
			return f
		}
	}
	return nil
}

// apart says whether reality orders two figures.
func apart(f, g *Figure) bool {
	least, most := f, g
	if f.Observed > g.Observed {
		least, most = g, f
	}
	gap := most.Observed - least.Observed
	if !(gap > allowed && gap > tie*most.Observed) {
		return false
	}
	top, bottom := math.Inf(-1), math.Inf(1)
	for _, x := range least.Runs {
		top = max(top, x)
	}
	for _, x := range most.Runs {
		bottom = min(bottom, x)
	}
	return bottom > top
}
