package report

import (
	"fmt"
	"math"
	"slices"
	"strings"

	"example.com/simrun/internal/experiment"
	"example.com/simrun/internal/units"
	"example.com/simrun/workloads"
)

// These are the words for cells in which no layout is named.
const (
	noneWord      = "none"
	undecidedWord = "open"
)

// sweepView is a sweep as its tables and maps show it.
type sweepView struct {
	*experiment.Sweep
	names  []string // strategies
	vary   []int    // axes with more than one value
	held   []int    // of each axis: the value that stays where another axis is shown
	metric *aim     // the target that decides most often; nil without targets on durations
}

// aim is one target of one class.
type aim struct {
	class  string
	metric workloads.Metric
	bound  float64
}

// viewOf is nil where nothing was varied.
func viewOf(r *experiment.Result) *sweepView {
	if r.Sweep == nil || len(r.Sweep.Cells) == 0 {
		return nil
	}
	v := &sweepView{Sweep: r.Sweep}
	for i := range r.Sweep.Cells[0].Strategies {
		v.names = append(v.names, r.Sweep.Cells[0].Strategies[i].Name)
	}
	for i, a := range r.Sweep.Axes {
		if len(a.Values) > 1 {
			v.vary = append(v.vary, i)
		}
		v.held = append(v.held, max(0, slices.Index(a.Values, "1"))) // load and size as they are, else the first
	}
	v.metric = v.deciding()
	return v
}

// cell returns the cell at these values.
func (v *sweepView) cell(at []int) *experiment.Point {
	n := 0
	for i, a := range v.Axes {
		n = n*len(a.Values) + at[i]
	}
	return &v.Cells[n]
}

// deciding returns the target that is the worst of its layout most often: the one to draw.
func (v *sweepView) deciding() *aim {
	count := map[aim]int{}
	var best *aim
	for i := range v.Cells {
		for j := range v.Cells[i].Strategies {
			s := &v.Cells[i].Strategies[j]
			worst, found := -1.0, aim{}
			for _, c := range s.Classes {
				for _, o := range c.SLO {
					if o.Value.Known() && !o.Metric.IsShare() && o.Target > 0 && o.Value.Value/o.Target > worst {
						worst, found = o.Value.Value/o.Target, aim{c.Name, o.Metric, o.Target}
					}
				}
			}
			if worst <= 0 {
				continue
			}
			count[found]++
			if best == nil || count[found] > count[*best] {
				best = &found
			}
		}
	}
	return best
}

// of returns the figure of the deciding target; nil where it is withheld.
func (v *sweepView) of(s *experiment.PointStrategy) *experiment.SLO {
	if v.metric == nil {
		return nil
	}
	for i := range s.Classes {
		for j := range s.Classes[i].SLO {
			if o := &s.Classes[i].SLO[j]; s.Classes[i].Name == v.metric.class && o.Metric == v.metric.metric {
				return o
			}
		}
	}
	return nil
}

// letter stands for a strategy in maps.
func letter(i int) string {
	if i < 26 {
		return string(rune('A' + i))
	}
	return fmt.Sprintf("S%d", i+1)
}

func (v *sweepView) letter(name string) string { return letter(slices.Index(v.names, name)) }

// take returns the layout to take in a cell, or a word why there is none.
func (v *sweepView) take(c *experiment.Point) string {
	switch {
	case c.Verdict.Recommend != nil:
		return *c.Verdict.Recommend
	case c.Verdict.Status == "none_passes":
		return noneWord
	default:
		return undecidedWord
	}
}

// best returns the layout that is best in a cell, of several alike the one that takes least.
func (v *sweepView) best(c *experiment.Point) string {
	if c.Verdict.Best == nil {
		return noneWord
	}
	return *c.Verdict.Best
}

// bestLetters returns all that are best in a cell.
func (v *sweepView) bestLetters(c *experiment.Point) string {
	if c.Verdict.Best == nil {
		return units.Absent
	}
	if len(c.Verdict.Tied) < 2 {
		return v.letter(*c.Verdict.Best)
	}
	var all []string
	for _, n := range c.Verdict.Tied {
		all = append(all, v.letter(n))
	}
	return strings.Join(all, " ")
}

// ranked says by what layouts are compared: seconds where no target bounds a duration.
func (v *sweepView) ranked() string {
	if v.metric == nil {
		return "mean response of all tasks"
	}
	return "worst figure over its target"
}

// worst returns how far the layout that is best is from its worst target: 0.7x the target.
func (v *sweepView) worst(e *experiment.Estimate) string {
	switch {
	case e == nil:
		return "unstable"
	case v.metric == nil:
		return units.Duration(e.Value)
	}
	return ratio(e.Value)
}

// ratio returns a figure over its target, with two digits where it matters.
func ratio(x float64) string {
	switch {
	case x < 0.005:
		return "< 0.01x"
	case x < 10:
		return fmt.Sprintf("%.2fx", x)
	}
	return fmt.Sprintf("%.0fx", x)
}

// pairs returns the pairs of axes to draw: rows and columns.
func (v *sweepView) pairs() (all [][2]int) {
	for i := range v.vary {
		for j := i + 1; j < len(v.vary); j++ {
			all = append(all, [2]int{v.vary[i], v.vary[j]})
		}
	}
	return all
}

// at returns the cell with these values of two axes, the others held; the same axis twice = one axis alone.
func (v *sweepView) at(a, i, b, j int) *experiment.Point {
	at := slices.Clone(v.held)
	at[a], at[b] = i, j
	return v.cell(at)
}

// holding says at which values the other axes are held.
func (v *sweepView) holding(axes ...int) string {
	var held []string
	for i, a := range v.Axes {
		if !slices.Contains(axes, i) && len(a.Values) > 1 {
			held = append(held, a.Name+" "+a.Values[v.held[i]])
		}
	}
	if held == nil {
		return ""
	}
	return ", at " + strings.Join(held, ", ")
}

// crossings say along the last axis where the layout to take changes, in a sentence a row.
func (v *sweepView) crossings() (said []string) {
	if len(v.vary) == 0 || len(v.vary) > 2 {
		return nil
	}
	last := v.vary[len(v.vary)-1]
	first := v.vary[0]
	for i, row := range v.Axes[first].Values {
		if first == last && i > 0 {
			break
		}
		var runs []string
		values := v.Axes[last].Values
		for j, start := 1, 0; j <= len(values); j++ {
			at := func(k int) string { return v.take(v.at(first, i, last, k)) }
			if j < len(values) && at(j) == at(start) {
				continue
			}
			span := values[start]
			if j-1 > start {
				span += " to " + values[j-1]
			}
			word := at(start)
			switch word {
			case noneWord:
				word = "no layout passes"
			case undecidedWord:
				word = "undecided"
			}
			runs = append(runs, fmt.Sprintf("%s at %s", word, span))
			start = j
		}
		where := ""
		if first != last {
			where = fmt.Sprintf(" at %s %s", v.Axes[first].Name, row)
		}
		said = append(said, fmt.Sprintf("Along %s%s: %s.", v.Axes[last].Name, where, strings.Join(runs, ", ")))
	}
	return said
}

// numbers returns the positions of an axis on a plot: as they are, or one after the other where they are no numbers, or
// do not rise.
func (v *sweepView) numbers(axis int) []float64 {
	a := &v.Axes[axis]
	rising := len(a.Numbers) == len(a.Values)
	for i := 1; rising && i < len(a.Numbers); i++ {
		rising = a.Numbers[i] > a.Numbers[i-1]
	}
	if rising {
		return a.Numbers
	}
	out := make([]float64, len(a.Values))
	for i := range out {
		out[i] = float64(i)
	}
	return out
}

// finiteOr returns a bound for what has none.
func finiteOr(x, or float64) float64 {
	if math.IsNaN(x) || math.IsInf(x, 0) {
		return or
	}
	return x
}
