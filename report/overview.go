package report

import (
	"fmt"
	"slices"
	"strings"

	"example.com/simrun/internal/experiment"
	"example.com/simrun/internal/units"
)

// line is one scenario in a sentence each: what decides, which workers to run, what that brings and what it costs.
type line struct {
	Why     string   `json:"why"`
	Workers []string `json:"workers,omitempty"` // of the layout to take
	Gain    string   `json:"gain,omitempty"`    // of that layout over today's, in the figure that decides, with its interval
	Price   string   `json:"price,omitempty"`   // of it over today's: cost and slots
}

// overview returns the table of all scenarios.
func overview(entries []Entry) *grid {
	g := &grid{Title: "All scenarios", Head: []string{"situation", "verdict", "example workers", "why", "gain", "price"}, Text: 6, Groups: []group{{}}}
	for _, e := range entries {
		v := &e.Result.Verdict
		l := lineOf(e.Result)
		answer := strings.ReplaceAll(v.Status, "_", " ")
		switch {
		case v.Recommend != nil && *v.Recommend == v.Baseline:
			answer = "keep\n" + *v.Recommend
		case v.Recommend != nil:
			answer = "change to\n" + *v.Recommend
		}
		g.Groups[0].Rows = append(g.Groups[0].Rows, []string{
			e.Result.Scenario.Name, answer, or(strings.Join(l.Workers, "\n")), l.Why, or(l.Gain), or(l.Price),
		})
	}
	g.note("Why: the target that today's layout misses by most, or comes nearest to missing. Gain: the layout to take against today's, on the same tasks, with its interval. Price: how much more it costs, and how many more slots it has.")
	return g
}

func or(s string) string {
	if s == "" {
		return units.Absent
	}
	return s
}

func lineOf(r *experiment.Result) line {
	today, then := strategyOf(r, r.Verdict.Baseline), (*experiment.Strategy)(nil)
	if r.Verdict.Recommend != nil {
		then = strategyOf(r, *r.Verdict.Recommend)
	}
	l := line{Why: why(r, today)}
	if then == nil {
		return l
	}
	for _, w := range then.Workers {
		l.Workers = append(l.Workers, w.Name)
	}
	if then != today {
		l.Gain, l.Price = gain(r, today, then), dearer(r, today, then)
	}
	return l
}

func strategyOf(r *experiment.Result, name string) *experiment.Strategy {
	i := slices.IndexFunc(r.Strategies, func(s experiment.Strategy) bool { return s.Name == name })
	if i < 0 {
		return nil
	}
	return &r.Strategies[i]
}

// why returns what decides.
func why(r *experiment.Result, today *experiment.Strategy) string {
	k := keyOf(r)
	switch {
	case today != nil && len(today.Breaches) > 0:
		b := today.Breaches[0]
		return fmt.Sprintf("%s runs without clearance for %s", b.Class, b.Label)
	case k == nil:
		return "no targets"
	case k.Today == nil:
		return fmt.Sprintf("%s %s withheld, target %s", k.Class, k.Metric.Words(), k.Metric.Show(k.Target))
	}
	return fmt.Sprintf("%s %s %s, target %s", k.Class, k.Metric.Words(), k.Metric.Show(*k.Today), k.Metric.Show(k.Target))
}

// gain returns what the layout to take makes of the figure that decides.
func gain(r *experiment.Result, today, then *experiment.Strategy) string {
	if today != nil && len(today.Breaches) > 0 {
		b := today.Breaches[0]
		was, is := classOf(today, b.Class).Exposure[b.Label], classOf(then, b.Class).Exposure[b.Label]
		if was != nil && is != nil {
			return fmt.Sprintf("%s -> %s without clearance", share(was.Uncleared), share(is.Uncleared))
		}
	}
	k := keyOf(r)
	if k == nil || k.Recommend == nil {
		return ""
	}
	for _, c := range r.Comparisons {
		if c.Strategy == then.Name && c.Class == k.Class && c.Metric == k.Metric && c.Difference != nil {
			s := signed(c.Metric, c.Difference.Value)
			if iv := interval(c.Metric, c.Difference); iv != units.Absent {
				s += " (" + iv + ")"
			}
			return s
		}
	}
	if k.Today == nil {
		return "withheld -> " + k.Metric.Show(*k.Recommend)
	}
	return k.Metric.Show(*k.Today) + " -> " + k.Metric.Show(*k.Recommend)
}

// dearer returns what one layout costs more than another.
func dearer(r *experiment.Result, today, then *experiment.Strategy) string {
	var parts []string
	if today.Costs != nil && then.Costs != nil && today.Costs.PerHour != nil && then.Costs.PerHour != nil {
		hour := then.Costs.PerHour.Value - today.Costs.PerHour.Value
		if noise := 1e-9 * today.Costs.PerHour.Value; hour > noise || hour < -noise {
			parts = append(parts, more(r, hour)+"/h", more(r, then.Costs.PerMonth.Value-today.Costs.PerMonth.Value)+"/month")
		}
	}
	if d := then.Slots - today.Slots; d != 0 {
		sign := "+"
		if d < 0 {
			sign, d = "-", -d
		}
		parts = append(parts, sign+units.Plural(d, "slot", "slots"))
	}
	if parts == nil {
		return "none"
	}
	return strings.Join(parts, ", ")
}

func more(r *experiment.Result, x float64) string {
	if x > 0 {
		return "+" + r.Scenario.Money(x)
	}
	return r.Scenario.Money(x)
}
