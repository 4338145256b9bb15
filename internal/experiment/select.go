package experiment

import (
	"cmp"
	"fmt"
	"math"
	"slices"
	"strings"

	"example.com/simrun/stats"
	"example.com/simrun/strategies"
	"example.com/simrun/workloads"
)

// alikeWithin is the difference that does not matter: layouts that are better by less are as good.
const alikeWithin = 0.05

// objective is what the best layout has least of: the largest ratio of a figure to its target, over the targets on
// durations, or without such targets the mean response of all tasks. Nil where a layout does not have it.
func (e *engine) objective(l int) *figure {
	if len(e.withheld[l]) > 0 {
		return nil
	}
	var worst *figure
	for c := range e.sc.Classes {
		missing := false
		e.targets(c, func(o *workloads.SLO, target int) {
			if o.Bound == 0 {
				return
			}
			j := e.judge(l, c, o, target)
			switch {
			case j.Attained == nil: // nothing arrived
			case math.IsNaN(j.figure) || math.IsInf(j.figure, 1) || len(j.row) == 0:
				missing = true
			case worst == nil || j.figure/j.Target > worst.Value:
				f := figure{row: slices.Clone(j.row)}
				f.Value = j.figure / j.Target
				for i := range f.row {
					f.row[i] /= j.Target
				}
				worst = &f
			}
		})
		if missing {
			return nil
		}
	}
	if worst == nil && !e.timed() {
		if f := e.rows(l, len(e.sc.Classes), response).stat(average); !math.IsNaN(f.Value) {
			worst = &f
		}
	}
	return worst
}

// timed says that some target bounds a duration.
func (e *engine) timed() bool {
	for c := range e.sc.Classes {
		if slices.ContainsFunc(e.sc.Classes[c].SLO, func(o workloads.SLO) bool { return o.Bound > 0 }) {
			return true
		}
	}
	return false
}

// best names the layout whose objective is least. Those that cannot be told from it on the same tasks, or are not
// better by enough to matter, are alike, and the simplest of them is named.
func (e *engine) best(v *Verdict, states []string) {
	var rows [][]float64
	var kept []int
	for _, l := range e.choices() {
		if f := e.objective(l); f != nil && e.breaches(l) == nil {
			rows, kept = append(rows, f.row), append(kept, l)
		}
	}
	if len(e.choices()) < 2 || len(kept) == 0 {
		return // nothing is compared
	}
	if len(kept) == 1 {
		v.Best = &e.sc.Layouts[kept[0]].Name
		return
	}
	together := e.common(kept...)
	for i, row := range rows {
		rows[i] = row[:together.level.N] // the same tasks
	}
	alike := e.alike(rows, together.confidence)
	if slices.ContainsFunc(alike, func(i int) bool { return states[kept[i]] == pass }) {
		alike = slices.DeleteFunc(alike, func(i int) bool { return states[kept[i]] == fail }) // what fails is not best beside what passes
	}
	best := slices.MinFunc(alike, func(a, b int) int {
		return cmp.Or(e.effort(kept[a], kept[b]), cmp.Compare(kept[a], kept[b]))
	})
	v.Best = &e.sc.Layouts[kept[best]].Name
	if len(alike) > 1 {
		for _, t := range alike {
			v.tied = append(v.tied, e.sc.Layouts[kept[t]].Name)
		}
		v.Reasons = append(v.Reasons, fmt.Sprintf("%s are alike: none can be shown to be better than the others by more than %g %%.",
			strings.Join(v.tied, ", "), 100*alikeWithin))
		return
	}
	if p := e.noBetter(rows, best, together.confidence); !e.exact && p >= e.sc.Run.Confidence {
		v.ProbabilityCorrect, v.Within = &p, alikeWithin
	}
}

// alike are the rows that may have the least mean, by paired comparison with every other (Nelson, Swann, Goldsman and
// Song 2001), and those that are not worse by enough to matter.
func (e *engine) alike(rows [][]float64, confidence float64) []int {
	means := make([]float64, len(rows))
	for i, row := range rows {
		means[i] = stats.MeanInterval(row, confidence).Value
	}
	least := slices.Min(means)
	if e.exact || len(rows[0]) < 2 {
		return []int{slices.Index(means, least)}
	}
	in := stats.Screen(rows, 1-confidence)
	for i, m := range means {
		if m <= least*(1+alikeWithin) && !slices.Contains(in, i) {
			in = append(in, i)
		}
	}
	slices.Sort(in)
	return in
}

// noBetter is the confidence with which no other row has a mean that is less than that of one by more than alikeWithin:
// what the paired tests leave, added up over the others (Bonferroni), at all looks together.
func (e *engine) noBetter(rows [][]float64, best int, confidence float64) float64 {
	doubt := 0.0
	for i := range rows {
		if i == best {
			continue
		}
		enough := make([]float64, len(rows[best]))
		for r, x := range rows[best] {
			enough[r] = x * (1 - alikeWithin)
		}
		d := stats.PairedDifference(enough, rows[i], confidence)
		switch {
		case d.T != d.T: // nothing varies
		case d.T < 0:
			doubt += d.P / 2
		default:
			doubt += 1 - d.P/2
		}
	}
	return max(0, 1-doubt*float64(len(e.looks)))
}

// effort compares the number of changes that two layouts take.
func (e *engine) effort(a, b int) int {
	base := &e.sc.Layouts[e.sc.Baseline]
	x, xWorkers := strategies.Simplicity(base, &e.sc.Layouts[a], e.sc.Classes)
	y, yWorkers := strategies.Simplicity(base, &e.sc.Layouts[b], e.sc.Classes)
	return cmp.Or(cmp.Compare(x, y), cmp.Compare(xWorkers, yWorkers))
}
