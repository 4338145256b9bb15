package lint

import (
	"fmt"
	"slices"

	"example.com/simrun/internal/units"
	"example.com/simrun/scenarios"
	"example.com/simrun/strategies"
	"example.com/simrun/worker"
	"example.com/simrun/workloads"
)

// Finding is one thing that goes wrong, or may.
type Finding struct {
	Rule    string `json:"rule"`
	Level   string `json:"level"` // "warning": it goes wrong as the means tell; "note": it may
	Path    string `json:"path"`
	Line    int    `json:"line"`
	Column  int    `json:"column"`
	Message string `json:"message"`
	Cure    string `json:"cure"`
}

// String is a finding in one line.
func (f *Finding) String() string {
	if f.Cure == "" {
		return f.Path + ": " + f.Message
	}
	return f.Path + ": " + f.Message + ": " + f.Cure
}

const (
	warning = "warning"
	note    = "note"
)

// Find is all that is found in a scenario, layout by layout. What the layouts of a scenario have in common is said once.
func Find(sc *scenarios.Scenario) []Finding {
	all := []Finding{}
	for i := range sc.Layouts {
		l := linter{sc: sc, l: &sc.Layouts[i]}
		for _, rule := range []func(*linter){
			(*linter).visibility, (*linter).consumerTimeout, (*linter).longBesideShort, (*linter).windows, (*linter).stalls, (*linter).heldFillWindow, (*linter).splitSecond,
			(*linter).held, (*linter).priorities, (*linter).starving, (*linter).hangs, (*linter).services, (*linter).utilization, (*linter).rare,
			(*linter).bursts, (*linter).autoscalers,
		} {
			rule(&l)
		}
		for _, f := range l.found {
			if !slices.ContainsFunc(all, func(g Finding) bool { return g.Rule == f.Rule && g.Path == f.Path && g.Message == f.Message }) {
				all = append(all, f)
			}
		}
	}
	return all
}

// linter looks at one layout.
type linter struct {
	sc    *scenarios.Scenario
	l     *strategies.Layout
	found []Finding
}

func (l *linter) say(rule, level, path, cure, format string, args ...any) {
	line, column := l.sc.Position(path)
	l.found = append(l.found, Finding{Rule: rule, Level: level, Path: path, Line: line, Column: column, Message: fmt.Sprintf(format, args...), Cure: cure})
}

func (l *linter) taskPath(c *workloads.Class) string { return "tasks." + c.Name }

func (l *linter) workerPath(w int) string {
	return "strategies." + l.l.Name + ".workers." + l.l.Groups[l.l.Group[w]]
}

// groups are the first workers of each group.
func (l *linter) groups() []int {
	var firsts []int
	for w := range l.l.Workers {
		if !slices.ContainsFunc(firsts, func(f int) bool { return l.l.Group[f] == l.l.Group[w] }) {
			firsts = append(firsts, w)
		}
	}
	return firsts
}

// instances is how many workers a group has.
func (l *linter) instances(w int) int {
	n := 0
	for _, g := range l.l.Group {
		if g == l.l.Group[w] {
			n++
		}
	}
	return n
}

// takes says whether a worker runs the tasks of a class.
func (l *linter) takes(w, class int) bool {
	return slices.Contains(l.l.Workers[w].Queues, l.l.ClassQueue[class])
}

// late says whether the tasks of a class are acked after their run by a worker.
func (l *linter) late(w, class int) bool {
	return l.sc.Classes[class].AcksLate.Or(l.l.Workers[w].AcksLate)
}

// seconds is the mean duration of a task.
func seconds(c *workloads.Class) float64 {
	cpu, io := c.Means()
	return cpu + io
}

// window is the most messages of a worker that count as unacked; 0 = no limit.
func window(c *worker.Config) int {
	switch {
	case c.PerConsumer && c.AutoscaleMin > 0:
		return c.PrefetchMultiplier * c.AutoscaleMin * len(c.Queues)
	case c.PerConsumer:
		return c.PrefetchMultiplier * c.Concurrency * len(c.Queues)
	}
	return c.PrefetchMultiplier * c.Concurrency
}

func span(s float64) string { return units.Duration(s) }
