package report

import (
	"cmp"
	"fmt"
	"maps"
	"math"
	"slices"
	"strings"

	"example.com/simrun/internal/experiment"
)

// reduced is a result in which tasks that stand for many copies appear twice: as the one in the middle, and as the worst, of
// each layout by itself. Nobody reads fifty rows; JSON and CSV have all. The verdict is on all of them.
func reduced(r *experiment.Result) *experiment.Result {
	if !slices.ContainsFunc(r.CopyOf, func(of string) bool { return of != "" }) {
		return r
	}
	short := *r
	short.CopyOf = nil
	short.Strategies = slices.Clone(r.Strategies)
	group := map[string]string{}
	for c, of := range r.CopyOf {
		group[r.Strategies[0].Classes[c].Name] = of
	}
	for i := range short.Strategies {
		s := &short.Strategies[i]
		s.Classes = middleAndWorst(s.Classes, r.CopyOf)
		for c := range s.Classes {
			behindAll(&s.Classes[c], group)
		}
		s.Faults = ofAll(s.Faults, group)
	}
	short.Verdict.Reasons, short.Warnings = cut(r.Verdict.Reasons), cut(r.Warnings)
	short.Comparisons = slices.DeleteFunc(slices.Clone(r.Comparisons), func(c experiment.Comparison) bool { return group[c.Class] != "" })
	return &short
}

// ofAll puts one fault in the place of those of all copies, and of the copies that a fault strikes the worst.
func ofAll(faults []experiment.Fault, of map[string]string) (kept []experiment.Fault) {
	for _, f := range faults {
		name, what, _ := strings.Cut(f.Fault, ": ")
		if group := of[name]; group != "" {
			f.Fault = group + ": " + what
		}
		if slices.ContainsFunc(kept, func(k experiment.Fault) bool { return k.Fault == f.Fault }) {
			continue
		}
		var rows []experiment.Blast
		at := map[string]int{}
		for _, b := range f.Blast {
			group := of[b.Class]
			if group == "" {
				rows = append(rows, b)
				continue
			}
			b.Class = group + " (worst)"
			if i, seen := at[group]; !seen {
				at[group] = len(rows)
				rows = append(rows, b)
			} else if b.Missed.Known() && (!rows[i].Missed.Known() || b.Missed.Value > rows[i].Missed.Value) {
				rows[i] = b
			}
		}
		f.Blast = rows
		kept = append(kept, f)
	}
	return kept
}

// mostLines is how many sentences are shown where each copy has its own.
const mostLines = 12

func cut(lines []string) []string {
	if len(lines) <= mostLines {
		return lines
	}
	return append(slices.Clone(lines[:mostLines]), fmt.Sprintf("And %d more, in results.json.", len(lines)-mostLines))
}

// behindAll puts all copies of a task in the place of each, where others wait behind them.
func behindAll(c *experiment.Class, of map[string]string) {
	if c.Blocked == nil {
		return
	}
	b := *c.Blocked
	b.By = ofGroups(b.By, of)
	c.Blocked, c.Spells = &b, maps.Clone(c.Spells)
	if c.BlockedWorst != nil {
		w := *c.BlockedWorst
		w.By = ofGroups(w.By, of)
		c.BlockedWorst = &w
	}
	maps.DeleteFunc(c.Spells, func(name string, _ experiment.Spells) bool { return of[name] != "" })
}

// ofGroups adds up the parts of all copies.
func ofGroups(parts map[string]float64, of map[string]string) map[string]float64 {
	sum := map[string]float64{}
	for _, name := range slices.Sorted(maps.Keys(parts)) {
		if group := of[name]; group != "" {
			sum[group] += parts[name]
		} else {
			sum[name] += parts[name]
		}
	}
	return sum
}

func middleAndWorst(classes []experiment.Class, copyOf []string) (kept []experiment.Class) {
	done := map[string]bool{}
	for c := range classes {
		of := copyOf[c]
		switch {
		case of == "":
			kept = append(kept, classes[c])
			continue
		case done[of]:
			continue
		}
		done[of] = true
		var all []experiment.Class
		for i := range classes {
			if copyOf[i] == of {
				all = append(all, classes[i])
			}
		}
		slices.SortStableFunc(all, func(a, b experiment.Class) int { return cmp.Compare(badness(&a), badness(&b)) })
		for _, which := range []struct {
			at   int
			name string
		}{{(len(all) - 1) / 2, "median"}, {len(all) - 1, "worst"}} {
			one := all[which.at]
			one.Name = fmt.Sprintf("%s (%s of %d)", of, which.name, len(all))
			kept = append(kept, one)
		}
	}
	return kept
}

// badness orders copies: by how much of its targets a class uses up, or without any by its p95 of the wait.
func badness(c *experiment.Class) float64 {
	worst := math.Inf(-1)
	for _, o := range c.SLO {
		switch {
		case o.Verdict == "fail" && !o.Value.Known():
			return math.Inf(1)
		case o.Value.Known() && o.Target > 0:
			worst = max(worst, o.Value.Value/o.Target)
		case o.Value.Known():
			worst = max(worst, o.Value.Value)
		}
	}
	switch {
	case len(c.SLO) > 0 && !math.IsInf(worst, -1):
		return worst
	case c.Wait == nil:
		return math.Inf(1)
	case c.Wait.P95.Known():
		return c.Wait.P95.Value
	case c.Wait.Mean.Known():
		return c.Wait.Mean.Value
	}
	return worst
}
