package report

import (
	"fmt"
	"math"
	"slices"

	"example.com/simrun/internal/experiment"
	"example.com/simrun/internal/units"
	"example.com/simrun/worker"
	"example.com/simrun/workloads"
)

// deciding is the target by which a layout is shown where there is room for one: the one it misses by most, or the one
// that today's layout comes nearest to missing.
type deciding struct {
	class string
	slo   *experiment.SLO
}

// decides returns the deciding target of a layout; slo is nil where the scenario has no targets.
func decides(r *experiment.Result, s *experiment.Strategy) (d deciding) {
	most := -1.0
	for i := range s.Classes {
		c := &s.Classes[i]
		for j := range c.SLO {
			if o := &c.SLO[j]; o.Verdict == "fail" && over(o) > most {
				most, d = over(o), deciding{c.Name, o}
			}
		}
	}
	k := keyOf(r)
	if k == nil {
		return d
	}
	for i := range classOf(s, k.Class).SLO {
		o := &classOf(s, k.Class).SLO[i]
		if o.Metric == k.Metric && (d.slo == nil || o.Verdict == "fail") { // what all layouts share is easier to compare
			return deciding{k.Class, o}
		}
	}
	return d
}

// over is how far a figure is from its target, as a factor.
func over(o *experiment.SLO) float64 {
	switch {
	case !o.Value.Known() && o.Attained.Known() && o.Metric.Stat.Kind == workloads.Quantile && !o.Metric.IsShare() && o.Metric.Stat.P < 1:
		return (1 - o.Attained.Value) / (1 - o.Metric.Stat.P) // no figure, but how many tasks are beyond the target
	case !o.Value.Known():
		return math.Inf(1)
	case o.Target > 0:
		return o.Value.Value / o.Target
	case o.Value.Value > 0:
		return math.Inf(1)
	}
	return 0
}

// name is the target in words: notify wait p95.
func (d *deciding) name() string {
	if d.slo == nil {
		return ""
	}
	return d.class + " " + d.slo.Metric.Words()
}

// figure is the figure that is held against the target.
func (d *deciding) figure(s *experiment.Strategy) string {
	switch {
	case d.slo == nil:
		return units.Absent
	case d.slo.Value == nil && unstable(s, classOf(s, d.class).Queue):
		return "unstable"
	case d.slo.Value != nil && d.slo.Value.Needs > 0 && d.slo.Attained != nil:
		return units.Share(d.slo.Attained.Value) + " in time"
	}
	return value(d.slo.Metric, d.slo.Value)
}

// passing is the verdict on all targets of a layout: yes, no, open, or close.
func passing(s *experiment.Strategy) string {
	if s.Verdict() == "fail" {
		return "no"
	}
	all, any := "yes", false
	for i := range s.Classes {
		for _, o := range s.Classes[i].SLO {
			any = true
			switch {
			case o.Verdict == "undecided":
				all = "open"
			case o.Verdict == "marginal" && all == "yes":
				all = "close"
			}
		}
	}
	if !any {
		return units.Absent
	}
	return all
}

// cause says what stands behind the deciding figure of today's layout: whose tasks hold the slots that its tasks wait for. Empty where nothing waits, or nothing can be said.
func cause(r *experiment.Result) string {
	s := strategyOf(r, r.Verdict.Baseline)
	if s == nil {
		return ""
	}
	if len(s.Unstable) > 0 {
		u := &s.Unstable[0]
		return fmt.Sprintf("Why: queue %s grows without end: %s.", u.Queue, u.Short())
	}
	d := decides(r, s)
	if d.slo == nil || passing(s) == "yes" {
		return ""
	}
	if s.Leaky {
		return fmt.Sprintf("Why: %s.", s.Leaks[0].Sentence())
	}
	switch c := classOf(s, d.class); c.Through(d.slo) {
	case experiment.ByRun:
		return runsLong(c, d.slo.Metric.Stat) + concession(r)
	case experiment.ByRetries:
		return fmt.Sprintf("Why: %s waits %s for its first start and runs %s on average, but %s of %s attempts are retries.", c.Name,
			units.Duration(c.Wait.Pooled.Mean()), units.Duration(c.Run.Pooled.Mean()), units.Count(c.Retried), units.Count(c.Retried+c.Published)) + concession(r)
	case experiment.ByWait:
		if c.Blocked != nil {
			return fmt.Sprintf("Why: %s waits %s on average, %s.", c.Name, units.Duration(c.Blocked.Total), waitsBehind(s, c)) + whereWaits(c) + worstBehind(c) + concession(r)
		}
	}
	return ""
}

// runsLong says how long the tasks of a class run, and what makes them run so long.
func runsLong(c *experiment.Class, stat workloads.Stat) string {
	m := workloads.Metric{Of: worker.Run, Stat: stat}
	most, goes := notable, ", nearly all of it its own work"
	if by := c.StretchByCause; by != nil {
		for _, part := range []struct {
			seconds float64
			to      string
		}{{by.CPU, "sharing cores or a thread"}, {by.Service, "waiting for services"}, {by.Disk, "waiting for the disk"}} {
			if share := min(1, part.seconds/c.Run.Pooled.Mean()); share >= most {
				most, goes = share, fmt.Sprintf("; on average %s of a run goes into %s", units.Share(math.Round(100*share)/100), part.to)
			}
		}
	}
	return fmt.Sprintf("Why: %s runs for too long, however short it waits: %s %s%s.", c.Name, m.Words(), m.Show(stat.Of(c.Run.Pooled)), goes)
}

// whereWaits says in a sentence of its own how much of a wait is spent reserved by a worker: whom a task waits for and where
// it lies meanwhile are two divisions of the same time. Empty where it is not worth a word.
func whereWaits(c *experiment.Class) string {
	w := c.WaitByCause
	if w == nil || w.Queue+w.Reserved+w.ETA <= 0 {
		return ""
	}
	share := math.Round(100*w.Reserved/(w.Queue+w.Reserved+w.ETA)) / 100
	if share < notable {
		return ""
	}
	if share == 1 {
		return " All of that wait it is reserved by a busy worker: no other can take it."
	}
	return fmt.Sprintf(" For %s of that wait it is reserved by a busy worker: no other can take it.", units.Share(share))
}

// againstToday is what a layout makes of a figure of today's, on the same tasks; "~" where no difference is shown.
func againstToday(r *experiment.Result, s *experiment.Strategy, d deciding) string {
	if d.slo == nil || s.Name == r.Verdict.Baseline {
		return ""
	}
	i := slices.IndexFunc(r.Comparisons, func(c experiment.Comparison) bool {
		return c.Strategy == s.Name && c.Class == d.class && c.Metric == d.slo.Metric
	})
	if i < 0 {
		return units.Absent
	}
	return difference(&r.Comparisons[i])
}

// noDifference stands where none is shown: the interval holds zero.
const noDifference = "~"

// difference is a difference, or "~" where its interval contains none.
func difference(c *experiment.Comparison) string {
	d := c.Difference
	switch {
	case !d.Known():
		return units.Absent
	case !c.Differs():
		return noDifference
	}
	return signed(c.Metric, d.Value)
}

// priced is what the recommended layout costs over today's, as the end of a sentence.
func priced(r *experiment.Result) string {
	v := &r.Verdict
	if v.Recommend == nil || *v.Recommend == v.Baseline {
		return ""
	}
	today, then := strategyOf(r, v.Baseline), strategyOf(r, *v.Recommend)
	if today == nil || then == nil {
		return ""
	}
	switch price := dearer(r, today, then); {
	case price != "none":
		return ", for " + price
	case today.Costs != nil && then.Costs != nil:
		return ", at no extra cost"
	}
	return ", with as many slots as today"
}
