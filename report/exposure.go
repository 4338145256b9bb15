package report

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"simrun/experiment"
	"simrun/units"
)

// disclaimer stands wherever exposure is shown.
const disclaimer = "This counts exposure and proves nothing: not that data leaked, nor that a layout is safe. Result backends, databases, files and logs that tasks share are not in it."

// exposed is one label of a class under a strategy.
type exposed struct {
	class, label string
	*experiment.Exposure
}

// exposures are those of a strategy in the order of its classes, by label.
func exposures(s *experiment.Strategy) (all []exposed) {
	for i := range s.Classes {
		c := &s.Classes[i]
		for _, label := range slices.Sorted(maps.Keys(c.Exposure)) {
			all = append(all, exposed{c.Name, label, c.Exposure[label]})
		}
	}
	return all
}

// exposure is who shared what with tasks that lack a label, in short or with all that was counted.
func exposure(r *experiment.Result, whole bool) *grid {
	head := []string{"class", "label", "without\nclearance", "shared\nprocess", "shared\nmachine", "readable\nat broker"}
	if whole {
		head = []string{"class", "label", "attempts", "without\nclearance", "shared\nprocess", "at the\nsame time", "shared\nmachine", "at the\nsame time", "task-seconds\nan hour", "readable\nat broker"}
	}
	g := byStrategy(r, "Exposure", 2, head, func(s *experiment.Strategy) (rows [][]string) {
		for _, x := range exposures(s) {
			broker := "no"
			if x.Broker {
				broker = "yes"
			}
			p, m := x.Process, x.Machine
			if m == nil {
				m = &experiment.Place{}
			}
			row := []string{x.class, x.label, share(x.Uncleared), share(p.Shared), share(m.Shared), broker}
			if whole {
				seconds := units.Absent
				if m.Overlap != nil {
					seconds = units.Count(m.Overlap.Value)
				}
				row = []string{x.class, x.label, units.Count(x.Attempts), share(x.Uncleared), share(p.Shared), share(p.Beside), share(m.Shared), share(m.Beside), seconds, broker}
			}
			rows = append(rows, row)
		}
		return rows
	})
	g.note("Shares of the attempts of tasks with the label. Shared: in a process, or on a machine, that at any time ran a task without it. Readable at the broker: with the credentials of a worker that also runs tasks without it. %s", disclaimer)
	if whole {
		g.note("At the same time: while such a task ran there, for so many task-seconds an hour on the same machine. Of a layout with workers that have no machine nothing is known at that level.")
	}
	return g
}

func share(e *experiment.Estimate) string { return value("share", e) }

// compromises are what malicious code could have read.
func compromises(r *experiment.Result) *grid {
	g := byStrategy(r, "Compromise", 2, []string{"compromised", "class", "tasks", "process", "machine", "broker"}, func(s *experiment.Strategy) (rows [][]string) {
		for i := range s.Compromised {
			f := &s.Compromised[i]
			name := fmt.Sprintf("%s at %s for %s", strings.TrimSuffix(f.Fault, " compromised"), units.Duration(f.At), units.Duration(f.For))
			for _, c := range f.Classes {
				class := c.Class
				if len(c.Labels) > 0 {
					class += " (" + strings.Join(c.Labels, ", ") + ")"
				}
				rows = append(rows, []string{name, class, mean(c.Present), mean(c.Process), mean(c.Machine), mean(c.Broker)})
				name = ""
			}
		}
		return rows
	})
	g.note("Tasks of other classes that were there meanwhile, and of these how many malicious code could have read: they ran in a process that it had run in, on a machine with such a process, or lay in a queue that its worker's credentials can read. Mean of %s. What it could write is not counted.", units.Plural(r.Run.Replications, "replication", "replications"))
	return g
}

func mean(e *experiment.Estimate) string {
	if e == nil {
		return units.Absent
	}
	return units.Count(e.Value)
}

// price is what isolation costs: what each layout still shares, and what its tasks wait and its machines cost.
func price(r *experiment.Result) *grid {
	labelled := slices.ContainsFunc(r.Strategies, func(s experiment.Strategy) bool { return len(exposures(&s)) > 0 })
	if !labelled {
		return &grid{}
	}
	baseline := r.Verdict.Baseline
	g := byStrategy(r, "The price of isolation", 2, []string{"shares", "class", "wait p95", "against today", "interval", "slots", "cost/h"}, func(s *experiment.Strategy) (rows [][]string) {
		shares := "nothing"
		if levels := s.Levels(); len(levels) > 0 {
			shares = strings.Join(levels, ", ")
		}
		slots, cost := fmt.Sprint(s.Slots), units.Absent
		if s.Cost != nil {
			cost = units.Number(*s.Cost)
		}
		for i := range s.Classes {
			c := &s.Classes[i]
			row := []string{shares, c.Name, units.Absent, units.Absent, units.Absent, slots, cost}
			if c.Wait != nil {
				row[2] = value("wait.p95", c.Wait.P95)
			}
			for _, d := range r.Comparisons {
				if d.Strategy == s.Name && d.Class == c.Name && d.Metric == "wait.p95" && d.Difference != nil && s.Name != baseline {
					row[3], row[4] = signed(d.Metric, d.Difference.Value), interval(d.Metric, d.Difference)
				}
			}
			rows = append(rows, row)
			shares, slots, cost = "", "", ""
		}
		return rows
	})
	g.note("Shares: what tasks with labels have in common with tasks that lack them, as far as this counts. Against today: the same tasks under the baseline.")
	return g
}

// exposure adds the figures of classes.csv.
func (r *records) exposure(c *experiment.Class) {
	for _, label := range slices.Sorted(maps.Keys(c.Exposure)) {
		x := c.Exposure[label]
		name := "exposure." + label + "."
		r.plain(name+"attempts", x.Attempts)
		r.estimate(name+"uncleared", x.Uncleared)
		for _, level := range []struct {
			name string
			p    *experiment.Place
		}{{"process", x.Process}, {"machine", x.Machine}} {
			if level.p != nil {
				r.estimate(name+level.name+".shared", level.p.Shared)
				r.estimate(name+level.name+".beside", level.p.Beside)
				r.estimate(name+level.name+".overlap_per_hour", level.p.Overlap)
			}
		}
		broker := 0.0
		if x.Broker {
			broker = 1
		}
		r.plain(name+"broker", broker)
	}
}
