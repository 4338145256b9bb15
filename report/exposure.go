package report

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"example.com/simrun/internal/experiment"
	"example.com/simrun/internal/units"
	"example.com/simrun/worker"
	"example.com/simrun/workloads"
)

// waitP95 is compared between layouts.
var waitP95 = workloads.Metric{Of: worker.Wait, Stat: workloads.Percentile(95)}

// disclaimer stands wherever exposure is shown.
const disclaimer = "This counts exposure and proves nothing: not that data leaked, nor that a layout is safe. Result backends, databases, files and logs that tasks share are not in it."

// exposed is one label of a class under a strategy.
type exposed struct {
	class, label string
	*experiment.Exposure
}

// exposures returns those of a strategy in the order of its classes, by label.
func exposures(s *experiment.Strategy) (all []exposed) {
	for i := range s.Classes {
		c := &s.Classes[i]
		for _, label := range slices.Sorted(maps.Keys(c.Exposure)) {
			all = append(all, exposed{c.Name, label, c.Exposure[label]})
		}
	}
	return all
}

// exposure returns who shared what with tasks that lack a label. Where the disclaimer is not said elsewhere, a note
// says it.
func exposure(r *experiment.Result, alone bool) *grid {
	g := byStrategy(r, "Exposure", 2, []string{"class", "label", "without\nclearance", "shared\nprocess", "shared\nmachine", "readable\nat broker"}, func(s *experiment.Strategy) (rows [][]string) {
		for _, x := range exposures(s) {
			broker, machine := "no", units.Absent
			if x.Broker {
				broker = "yes"
			}
			if x.Machine != nil {
				machine = share(x.Machine.Shared)
			}
			rows = append(rows, []string{x.class, x.label, share(x.Uncleared), share(x.Process.Shared), machine, broker})
		}
		return rows
	})
	g.note("Shares of the attempts of tasks with the label. Shared: in a process, or on a machine, that at some time also ran a task without it; of machines nothing is known where a worker has none. Readable at the broker: with the credentials of a worker that also runs tasks without it.")
	if alone {
		g.note("%s", disclaimer)
	}
	return g
}

// beside is for how long tasks with a label and others ran in one place at the same time.
func beside(r *experiment.Result) *grid {
	g := byStrategy(r, "At the same time", 2, []string{"class", "label", "attempts", "in a process", "interval", "on a machine", "interval", "task-seconds/h"}, func(s *experiment.Strategy) (rows [][]string) {
		for _, x := range exposures(s) {
			row := []string{x.class, x.label, units.Count(x.Attempts), share(x.Process.Beside), interval(portion, x.Process.Beside), units.Absent, units.Absent, units.Absent}
			if m := x.Machine; m != nil {
				row[5], row[6], row[7] = share(m.Beside), interval(portion, m.Beside), mean(m.Overlap)
			}
			rows = append(rows, row)
		}
		return rows
	})
	g.note("Shares of the attempts during which a task without the label ran in the same process, and on the same machine; and how long the two ran side by side there, per hour.")
	return g
}

func share(e *experiment.Estimate) string { return value(portion, e) }

// compromises returns what malicious code could have read, a table for each fault.
func compromises(r *experiment.Result) (grids []*grid) {
	if len(r.Strategies) == 0 {
		return nil
	}
	for i := range r.Strategies[0].Compromised {
		f := &r.Strategies[0].Compromised[i]
		title := fmt.Sprintf("%s at %s for %s", f.Fault, units.Duration(f.At), units.Duration(f.For))
		g := byStrategy(r, title, 1, []string{"class", "tasks", "process", "machine", "broker"}, func(s *experiment.Strategy) (rows [][]string) {
			for _, c := range s.Compromised[i].Classes {
				class := c.Class
				if len(c.Labels) > 0 {
					class += " (" + strings.Join(c.Labels, ", ") + ")"
				}
				rows = append(rows, []string{class, mean(c.Present), mean(c.Process), mean(c.Machine), mean(c.Broker)})
			}
			return rows
		})
		g.note("Tasks of other classes that were there meanwhile, and how many of them malicious code could have read: they ran in a process that it had run in, or on a machine with such a process, or lay in a queue that its worker's credentials can read. Means of %s. What it could write is not counted.", r.Ran())
		grids = append(grids, g)
	}
	return grids
}

func mean(e *experiment.Estimate) string {
	if e == nil {
		return units.Absent
	}
	return units.Count(e.Value)
}

// price returns what isolation costs: what each layout still shares, and what its tasks wait and its machines cost.
func price(r *experiment.Result) *grid {
	labelled := slices.ContainsFunc(r.Strategies, func(s experiment.Strategy) bool { return len(exposures(&s)) > 0 })
	if !labelled {
		return &grid{}
	}
	baseline := r.Verdict.Baseline
	g := byStrategy(r, "The price of isolation", 1, []string{"class", "wait p95", "against today", "interval", "slots", inCurrency(r, "cost/h"), "shares"}, func(s *experiment.Strategy) (rows [][]string) {
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
			row := []string{c.Name, units.Absent, units.Absent, units.Absent, slots, cost, shares}
			if c.Wait != nil {
				row[1] = value(duration, c.Wait.P95)
			}
			for _, d := range r.Comparisons {
				if d.Strategy == s.Name && d.Class == c.Name && d.Metric == waitP95 && d.Difference != nil && s.Name != baseline {
					row[2], row[3] = signed(d.Metric, d.Difference.Value), interval(d.Metric, d.Difference)
				}
			}
			rows = append(rows, row)
			shares, slots, cost = "", "", ""
		}
		return rows
	})
	g.note("Shares: what tasks with labels have in common with tasks that lack them, as far as this report counts it. Against today: compared with the baseline, on the same tasks.")
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
