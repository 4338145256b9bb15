package report

import (
	"fmt"

	"example.com/simrun/internal/experiment"
	"example.com/simrun/internal/units"
)

// blast returns what every fault did: which classes missed their targets, for how long, and when that was over.
func blast(r *experiment.Result) *grid {
	head := []string{"fault", "class", "missed\nbefore", "missed\nduring", "missed\nafter", "missed\nlater", "out for", "drained\nafter"}
	g := byFault(r, "Blast radius", head, func(f *experiment.Fault, b *experiment.Blast, first bool) (row []string) {
		for _, e := range []*experiment.Estimate{b.MissedBefore, b.Missed, b.MissedAfter, b.MissedLater} {
			row = append(row, value(portion, e))
		}
		drained := ""
		if first {
			drained = drain(f)
		}
		return append(row, units.Duration(b.OutFor), drained)
	})
	g.note("Missed: tasks, by arrival, that missed a target on a duration or did not succeed: in as much time before the fault, during it, in as much time after it, and later; for a fault by chance, in the whole run. Out for: how long after its start more tasks missed than the targets allow. Drained: how long after its end until no more tasks waited than before it.")
	return g
}

// tolls returns what every fault took.
func tolls(r *experiment.Result) *grid {
	head := []string{"fault", "class", "failed", "lost", "retried", "waiting\nbefore", "waiting\nat most"}
	g := byFault(r, "What the faults took", head, func(f *experiment.Fault, b *experiment.Blast, first bool) []string {
		row := []string{units.Count(b.Failed), units.Count(b.Lost), units.Count(b.Retried), "", ""}
		if first && f.WaitingBefore != nil && f.WaitingMost != nil {
			row[3], row[4] = units.Count(f.WaitingBefore.Value), units.Count(f.WaitingMost.Value)
		}
		return row
	})
	g.note("Of the tasks that arrived after the fault began, those that failed or were lost, and the attempts that were retried; and the most tasks of all classes that waited at once. Means of %s.", r.Ran())
	return g
}

// direct returns what each fault that strikes workers or the broker did to tasks by itself.
func direct(r *experiment.Result) *grid {
	head := []string{"fault", "class", "killed\nand lost", "killed,\nrun again", "thrown\naway", "given\nback", "delivered\ntwice", "not\npublished"}
	g := byStrategy(r, "What the faults did themselves", 2, head, func(s *experiment.Strategy) (rows [][]string) {
		for i := range s.Faults {
			f := &s.Faults[i]
			name := faultName(f)
			for k := range f.Blast {
				if t := f.Blast[k].Toll; t != nil {
					rows = append(rows, []string{
						name, f.Blast[k].Class, units.Count(t.Lost), units.Count(t.Rerun), units.Duration(t.ThrownAway),
						units.Count(t.Returned), units.Count(t.Doubled), units.Count(t.Refused),
					})
					name = ""
				}
			}
		}
		return rows
	})
	g.note("Tasks that were killed while they ran, and are lost or run again, with the running time thrown away; reserved or held tasks that went back to the broker; tasks delivered again while they still ran; and tasks never published because the broker could not be reached. Counted when it happened, whenever the tasks had arrived. Means of %s.", r.Ran())
	return g
}

// byFault makes a grid with a row for each fault and class of a strategy.
func byFault(r *experiment.Result, title string, head []string, of func(f *experiment.Fault, b *experiment.Blast, first bool) []string) *grid {
	return byStrategy(r, title, 2, head, func(s *experiment.Strategy) (rows [][]string) {
		for i := range s.Faults {
			f := &s.Faults[i]
			for k := range f.Blast {
				name := ""
				if k == 0 {
					name = faultName(f)
				}
				rows = append(rows, append([]string{name, f.Blast[k].Class}, of(f, &f.Blast[k], k == 0)...))
			}
		}
		return rows
	})
}

func faultName(f *experiment.Fault) string {
	if f.At == nil {
		return f.Fault
	}
	if f.AtMost {
		return fmt.Sprintf("%s at %s for at most %s", f.Fault, units.Duration(*f.At), units.Duration(*f.For))
	}
	return fmt.Sprintf("%s at %s for %s", f.Fault, units.Duration(*f.At), units.Duration(*f.For))
}

// drain says how long after the fault no more tasks waited than before it.
func drain(f *experiment.Fault) string {
	switch {
	case f.Drained == nil:
		return units.Absent
	case f.Drain == nil:
		return "never"
	case *f.Drained < 1:
		return fmt.Sprintf("%s (in %s)", units.Duration(f.Drain.Value), units.Share(*f.Drained))
	}
	return units.Duration(f.Drain.Value)
}

// stretches returns by how much longer than their demands tasks took, and why.
func stretches(r *experiment.Result) *grid {
	reads := anyDisk(r)
	head := []string{"class", "mean run", "cores", "services", "failed calls"}
	if reads {
		head = append(head, "disk")
	}
	g := byStrategy(r, "Mean stretch by cause", 1, head, func(s *experiment.Strategy) (rows [][]string) {
		for j := range s.Classes {
			c := &s.Classes[j]
			if c.StretchByCause == nil || c.Run == nil || c.Run.Mean == nil {
				continue
			}
			row := []string{c.Name, value(duration, c.Run.Mean), units.Duration(c.StretchByCause.CPU), units.Duration(c.StretchByCause.Service), units.Count(c.ServiceFailures)}
			if reads {
				row = append(row, units.Duration(c.StretchByCause.Disk))
			}
			rows = append(rows, row)
		}
		return rows
	})
	g.note("How much longer a task took than its demand: by sharing cores or a thread; by queues, limits, round trips and faults of services. Failed calls: attempts that failed because of a service, mean of %s.", r.Ran())
	return g
}

// anyDisk says whether a machine of any strategy has a disk of which something is said.
func anyDisk(r *experiment.Result) bool {
	for i := range r.Strategies {
		for _, m := range r.Strategies[i].Machines {
			if m.DiskUtilization != nil {
				return true
			}
		}
	}
	return false
}

// planned returns the faults of a strategy that have a time, as stretches of the time line.
func planned(s *experiment.Strategy) (all []window) {
	for i := range s.Faults {
		if f := &s.Faults[i]; f.At != nil {
			all = append(all, window{from: *f.At, to: *f.At + *f.For})
		}
	}
	return all
}
