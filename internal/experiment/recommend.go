package experiment

import (
	"cmp"
	"fmt"
	"slices"

	"example.com/simrun/internal/units"
	"example.com/simrun/strategies"
)

// alikeCost is the difference in price that does not matter: a layout that is cheaper by less costs as much.
const alikeCost = 0.02

// effort is what taking a layout asks for.
type effort struct {
	layout, changes, workers int
	monthly                  *float64 // nil where nothing that it uses has a price
}

// passing are the layouts that meet every target and can be deployed, those with the fewest changes from the baseline
// first, then those with the fewest workers, the least cost, in the order of the file.
func (e *engine) passing(states []string) []effort {
	base := &e.sc.Layouts[e.sc.Baseline]
	var all []effort
	for _, l := range e.choices() {
		if states[l] != pass {
			continue
		}
		x := effort{layout: l}
		x.changes, x.workers = strategies.Simplicity(base, &e.sc.Layouts[l], e.sc.Classes)
		if c := e.cost(l); c != nil && c.PerMonth != nil {
			x.monthly = &c.PerMonth.Value
		}
		all = append(all, x)
	}
	price := func(x effort) float64 {
		if x.monthly == nil {
			return 0
		}
		return *x.monthly
	}
	later := func(x effort) int {
		if x.layout == e.sc.Baseline {
			return 0
		}
		return 1
	}
	slices.SortStableFunc(all, func(a, b effort) int {
		return cmp.Or(cmp.Compare(a.changes, b.changes), cmp.Compare(later(a), later(b)), cmp.Compare(a.workers, b.workers), cmp.Compare(price(a), price(b)))
	})
	return all
}

// recommended is, of those that pass, the simplest of the cheapest; where not all of them have a price, the simplest.
// The baseline, which takes no change, comes first among its equals.
func recommended(passing []effort) *effort {
	if len(passing) == 0 {
		return nil
	}
	if slices.ContainsFunc(passing, func(x effort) bool { return x.monthly == nil }) {
		return &passing[0]
	}
	least := slices.MinFunc(passing, func(a, b effort) int { return cmp.Compare(*a.monthly, *b.monthly) })
	i := slices.IndexFunc(passing, func(x effort) bool { return *x.monthly <= *least.monthly*(1+alikeCost) })
	return &passing[i]
}

// whyTaken says by what the recommended layout is one, and names the smallest change that passes where that is another.
func (e *engine) whyTaken(r *Result, taken, smallest *effort) string {
	what := "every target"
	if e.cleared() {
		what += " and clearance"
	}
	name := func(x *effort) string { return e.sc.Layouts[x.layout].Name }
	if taken.layout == smallest.layout {
		return fmt.Sprintf("%s meets %s with the fewest changes%s%s.", name(taken), what, e.price(r, taken), livesWith(&r.Strategies[taken.layout]))
	}
	other := "the smallest change that passes is " + name(smallest)
	if smallest.layout == e.sc.Baseline {
		other = fmt.Sprintf("%s passes without any change", name(smallest))
	}
	return fmt.Sprintf("%s meets %s at the least cost%s%s; %s%s%s.", name(taken), what, e.price(r, taken), livesWith(&r.Strategies[taken.layout]),
		other, e.price(r, smallest), livesWith(&r.Strategies[smallest.layout]))
}

// price writes what a layout costs in a month, after a comma; empty without prices.
func (e *engine) price(r *Result, x *effort) string {
	if x.monthly == nil {
		return ""
	}
	return fmt.Sprintf(", for %s a month", r.Scenario.Money(*x.monthly))
}

// livesWith says what a layout that meets its targets puts up with in a run, in brackets; empty where that is nothing.
func livesWith(s *Strategy) string {
	kills, again, lost := 0.0, 0.0, 0.0
	for i := range s.Classes {
		c := &s.Classes[i]
		again += c.Duplicated
		lost += c.Lost + c.Dead
		if c.Killed != nil {
			kills += c.Killed.Attempts
		}
	}
	var with []string
	for _, x := range []struct {
		count     float64
		one, many string
	}{{kills, "kill", "kills"}, {again, "task run twice", "tasks run twice"}, {lost, "task lost", "tasks lost"}} {
		switch {
		case x.count < 0.5: // in fewer than every second run
		case x.count < 1.5:
			with = append(with, "1 "+x.one)
		default:
			with = append(with, units.Count(x.count)+" "+x.many)
		}
	}
	if len(with) == 0 {
		return ""
	}
	return " (in each run with " + units.And(with) + ")"
}
