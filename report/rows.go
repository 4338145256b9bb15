package report

import (
	"fmt"
	"slices"
	"strings"

	"example.com/simrun/internal/experiment"
	"example.com/simrun/internal/units"
)

// grid is one table as text: what the terminal, markdown and the page have in common.
type grid struct {
	Title  string
	Head   []string
	Text   int  // the first columns are text, the others figures
	Wraps  bool // figures may take several lines: words stand beside them
	Groups []group
	Notes  []string
}

// group is the rows that share the first cell: those of one strategy. A grid without groups has a single one, which
// has no name, and no column for it.
type group struct {
	Name string
	Mark string // "today", "recommended", "what-if"
	Rows [][]string
}

// wordColumns are the columns that hold words though they stand among figures.
var wordColumns = []string{"pass", "", "verdict", "holds", "headroom", "shares", "steady", "short of", "then", swings}

func (g *grid) empty() bool {
	for _, gr := range g.Groups {
		if len(gr.Rows) > 0 {
			return false
		}
	}
	return true
}

// grouped tells whether the first column holds the names of groups.
func (g *grid) grouped() bool { return len(g.Groups) > 0 && g.Groups[0].Name != "" }

func (g *grid) note(format string, args ...any) {
	g.Notes = append(g.Notes, fmt.Sprintf(format, args...))
}

// marks says what is special about a strategy.
func marks(r *experiment.Result, s *experiment.Strategy) string {
	var m []string
	if s.Name == r.Verdict.Baseline {
		m = append(m, "today")
	}
	if r.Verdict.Recommend != nil && *r.Verdict.Recommend == s.Name && s.Name != r.Verdict.Baseline {
		m = append(m, "recommended")
	}
	if len(s.WhatIf) > 0 {
		m = append(m, "what-if")
	}
	return strings.Join(m, ", ")
}

// byStrategy makes a grid with one group a strategy.
func byStrategy(r *experiment.Result, title string, text int, head []string, rows func(*experiment.Strategy) [][]string) *grid {
	g := &grid{Title: title, Head: append([]string{"strategy"}, head...), Text: text + 1}
	for i := range r.Strategies {
		s := &r.Strategies[i]
		if found := rows(s); len(found) > 0 {
			g.Groups = append(g.Groups, group{Name: s.Name, Mark: marks(r, s), Rows: found})
		}
	}
	return g
}

// targets is the table of SLOs: strategy x class x metric.
func targets(r *experiment.Result) *grid {
	withheld, uncleared := false, false
	g := byStrategy(r, "Targets", 2, []string{"class", "metric", "target", "value", "interval", "attained", "verdict"}, func(s *experiment.Strategy) (rows [][]string) {
		for i := range s.Classes {
			c := &s.Classes[i]
			for _, t := range c.SLO {
				v, iv, at := value(t.Metric, t.Value), interval(t.Metric, t.Value), units.Absent
				if t.Value == nil && unstable(s, c.Queue) {
					v, withheld = "unstable", true
				}
				if t.Attained != nil {
					at = units.Share(t.Attained.Value)
				}
				rows = append(rows, []string{c.Name, t.Metric.Words(), t.Metric.Show(t.Target), v, iv, at, t.Verdict})
			}
		}
		for _, queue := range untargeted(s) {
			rows = append(rows, []string{"", "queue " + queue, "steady", "unstable", units.Absent, units.Absent, "fail"})
			withheld = true
		}
		for _, b := range s.Breaches {
			rows = append(rows, []string{b.Class, "clearance for " + b.Label, "all workers", fmt.Sprintf("%d without", len(b.Workers)), units.Absent, units.Absent, "fail"})
			uncleared = true
		}
		return rows
	})
	if r.Run.Replications > 1 {
		g.note("Intervals are at %s confidence: simulation noise for exactly these inputs, not certainty about production. Attained: tasks within the target.", units.Share(r.Run.Confidence))
	}
	if r.Exact {
		g.note("No intervals: nothing is random here, so one replication says all there is of these tasks. Attained: tasks within the target.")
	}
	if withheld {
		g.note("unstable: more work comes in than the workers can do, so there is no steady figure to give.")
	}
	if uncleared {
		g.note("Clearance: every worker that may run tasks with a label must be cleared for it. A layout where one is not fails, whatever its figures.")
	}
	for i := range r.Strategies {
		if len(r.Strategies[i].WhatIf) > 0 {
			g.note("what-if: simulated, but no setting of this Celery and broker does it; never recommended.")
			break
		}
	}
	return g
}

// untargeted are the queues that grow without end and have no target that says so, of a layout that has some: it fails by them.
func untargeted(s *experiment.Strategy) (queues []string) {
	if s.Verdict() == "" {
		return nil
	}
	for _, u := range s.Unstable {
		if !slices.ContainsFunc(s.Classes, func(c experiment.Class) bool { return c.Queue == u.Queue && len(c.SLO) > 0 }) {
			queues = append(queues, u.Queue)
		}
	}
	return queues
}

func unstable(s *experiment.Strategy, queue string) bool {
	for _, u := range s.Unstable {
		if u.Queue == queue {
			return true
		}
	}
	return false
}

// durations is wait and response side by side, recordings of the real thing under the prediction.
func durations(r *experiment.Result) *grid {
	head := []string{"class", "wait\nmean", "wait\np50", "wait\np95", "wait\np99", "response\np50", "response\np95", "response\np99"}
	partial := false
	g := byStrategy(r, "Waits and responses", 1, head, func(s *experiment.Strategy) (rows [][]string) {
		for i := range s.Classes {
			c := &s.Classes[i]
			row := []string{c.Name}
			w, p := c.Wait, c.Response
			if w == nil {
				w = &experiment.Quantiles{}
			}
			if p == nil {
				p = &experiment.Quantiles{}
			}
			row = append(row, value(duration, w.Mean))
			for _, q := range []*experiment.Quantiles{w, p} {
				partial = partial || q.Due != nil
				for _, s := range percentiles(q) {
					row = append(row, value(duration, s.e))
				}
			}
			rows = append(rows, row)
			for _, o := range c.Observed {
				row := []string{"observed, " + o.Run}
				for _, x := range []float64{o.WaitMean, o.WaitP50, o.WaitP95, o.WaitP99, o.ResponseP50, o.ResponseP95, o.ResponseP99} {
					row = append(row, units.Duration(x))
				}
				rows = append(rows, row)
			}
		}
		return rows
	})
	if partial {
		g.note("Where many tasks never start or end, percentiles are those of all tasks, and means those of the ones that do.")
	}
	return g
}

// headroom says up to which load a layout passes.
func headroom(r *experiment.Result, s *experiment.Strategy) string {
	h, ok := r.Verdict.Headroom[s.Name]
	switch {
	case len(s.Breaches) > 0:
		return "fails: clearance" // at any load
	case !ok:
		return units.Absent
	}
	return h.Sentence()
}

// breaking says what breaks first where a layout no longer passes as the load grows, and through what.
func breaking(r *experiment.Result, s *experiment.Strategy) string {
	h, ok := r.Verdict.Headroom[s.Name]
	if !ok || h.Breaks == nil || len(s.Breaches) > 0 {
		return units.Absent
	}
	return h.Breaks.Sentence()
}

// limit says of the layout to run, in the given words, what breaks first, and at which load; empty where nothing is known
// to break.
func limit(r *experiment.Result, words func(*experiment.Break) string) string {
	name := r.Verdict.Baseline
	if r.Verdict.Recommend != nil {
		name = *r.Verdict.Recommend
	}
	h, ok := r.Verdict.Headroom[name]
	if !ok || h.Breaks == nil || h.Factor <= 1 {
		return ""
	}
	return fmt.Sprintf("Limit of %s: at %s %s.", name, h.Load(), words(h.Breaks))
}

// overloaded is the table of unstable queues.
func overloaded(r *experiment.Result) *grid {
	return byStrategy(r, "Unstable queues", 1, []string{"queue", "offered", "capacity", "short of", "grows by"}, func(s *experiment.Strategy) (rows [][]string) {
		for _, u := range s.Unstable {
			rows = append(rows, []string{u.Queue, units.Number(u.Offered) + " slots", units.Number(u.Capacity) + " slots", u.By, units.Count(u.GrowthPerHour) + " tasks/h"})
		}
		return rows
	})
}

// rest says where the tasks went that did not simply succeed.
func rest(r *experiment.Result) *grid {
	names := []string{"failed", "timeout", "expired", "dead", "lost", "rejected", "unfinished", "unstarted", "retrying", "retried", "duplicated"}
	counts := func(c *experiment.Class) []float64 {
		return []float64{c.Failed, c.Timeout, c.Expired, c.Dead, c.Lost, c.Rejected, c.Unfinished, c.Unstarted, c.Retrying, c.Retried, c.Duplicated}
	}
	used := make([]bool, len(names))
	for i := range r.Strategies {
		for j := range r.Strategies[i].Classes {
			for k, n := range counts(&r.Strategies[i].Classes[j]) {
				used[k] = used[k] || n != 0
			}
		}
	}
	head := []string{"class", "published", "succeeded"}
	for k, name := range names {
		if used[k] {
			head = append(head, name)
		}
	}
	g := byStrategy(r, "Where the rest went", 1, head, func(s *experiment.Strategy) (rows [][]string) {
		for j := range s.Classes {
			c := &s.Classes[j]
			if c.Published == c.Succeeded && c.Retried == 0 && c.Duplicated == 0 {
				continue
			}
			row := []string{c.Name, units.Count(c.Published), units.Count(c.Succeeded)}
			for k, n := range counts(c) {
				if used[k] {
					row = append(row, units.Count(n))
				}
			}
			rows = append(rows, row)
		}
		return rows
	})
	g.note("Tasks, mean of %s. Timeouts are among the failed; retried and duplicated count attempts, not tasks.", r.Ran())
	return g
}
