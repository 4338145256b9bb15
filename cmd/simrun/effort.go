package main

import (
	"fmt"
	"io"
	"time"

	"example.com/simrun/live"
	"example.com/simrun/scenarios"
)

// patience is how much time of the processor a scenario may take before it is announced.
const patience = time.Hour

// weigh estimates what scenarios will take before they begin: what would not fit in memory is refused, and what takes
// hours is announced.
func (o *runOptions) weigh(stderr io.Writer, jobs []job) error {
	for _, j := range jobs {
		tasks, bytes, work := ahead(j.sc, cores(o.cores))
		if room := float64(live.Spare()); room > 0 && bytes > room && !o.force {
			return fmt.Errorf("%s: some %.2g tasks to come in a replication, of which so many would wait that it takes %.1f GiB of memory, and %.1f can be spared: lower the load, shorten run.duration or bound the queues by max_length; --force goes on all the same",
				j.sc.File, tasks, bytes/(1<<30), room/(1<<30))
		}
		if took := work / float64(cores(o.cores)); took > patience.Seconds() && !o.quiet {
			fmt.Fprintf(stderr, "%s: some %.2g tasks to come in each replication: this may take %.0f hours or more\n", j.sc.Name, tasks, max(1, took/3600))
		}
	}
	return nil
}

// ahead is what a scenario takes at the least: tasks of a replication and bytes with all processors at work, both of the
// greediest strategy, and seconds of one processor.
func ahead(sc *scenarios.Scenario, processors int) (tasks, bytes, work float64) {
	if sc.Sweep != nil {
		for i := range sc.Sweep.Cells {
			n, size, more := ahead(sc.Sweep.Cells[i].Scenario, processors)
			tasks, bytes, work = max(tasks, n), max(bytes, size), work+more
		}
	}
	for i := range sc.Layouts {
		e := sc.Layouts[i].Ahead(sc.Classes, sc.Machines, sc.Outside(), sc.Run.Warmup+sc.Run.Duration)
		tasks = max(tasks, e.Tasks)
		bytes = max(bytes, e.Bytes*float64(min(processors, sc.Run.Min)))
		work += e.CPU.Seconds() * float64(sc.Run.Min)
	}
	return tasks, bytes, work
}
