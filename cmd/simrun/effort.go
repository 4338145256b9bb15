package main

import (
	"context"
	"fmt"
	"io"
	"sync"
	"time"

	"example.com/simrun/internal/experiment"
	"example.com/simrun/internal/oncelery"
	"example.com/simrun/internal/plan"
	"example.com/simrun/internal/shards"
	"example.com/simrun/internal/units"
	"example.com/simrun/live"
	"example.com/simrun/scenarios"
)

// patience is how much time of the processor a scenario may take before it is announced.
const patience = time.Hour

// weigh estimates what scenarios will take before they begin: what would not fit in memory is refused, and what takes
// hours is announced.
func (o *runOptions) weigh(stderr io.Writer, jobs []job) error {
	for _, j := range jobs {
		tasks, bytes, work := ahead(j.sc, o.cores.used())
		if room := float64(live.Spare()); room > 0 && bytes > room && !o.force {
			return fmt.Errorf("%s: some %.2g tasks to come in a replication, of which so many would wait that it takes %.1f GiB of memory, and %.1f can be spared: lower the load, shorten run.duration or bound the queues by max_length; --force goes on all the same",
				j.sc.File, tasks, bytes/(1<<30), room/(1<<30))
		}
		if took := work / float64(o.cores.used()); took > patience.Seconds() && !o.quiet {
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

// toCome is what is known of work before it is done.
type toCome struct {
	runs   int   // at the least; 0 = not known
	events int64 // at the most; 0 = not known
}

// comes is what is to come of a question, dealt to so many parts, where some outcomes are there.
func comes(q *shards.Question, sc *scenarios.Scenario, store *shards.Store, parts int) toCome {
	if q.Plan {
		return toCome{events: plan.UsualEvents / int64(parts)}
	}
	return toCome{runs: max(0, experiment.LeastCells(sc)-store.Len()) / parts}
}

// large is how long work may take unannounced once the first runs have come.
const large = time.Minute

// announce says what large work will take, as its first runs tell.
func (w toCome) announce(say func(format string, args ...any), m oncelery.Measured) {
	if m.Cells == 0 || m.Slots == 0 {
		return
	}
	each := m.Work / time.Duration(m.Cells)
	if took := time.Duration(float64(each) * float64(w.runs) / float64(m.Slots)); took >= large {
		say("%d runs or more of %s each, %d at once: some %s or more", w.runs, units.Duration(each.Seconds()), m.Slots, units.Duration(took.Round(time.Minute).Seconds()))
	}
	if m.Events == 0 {
		return
	}
	if took := time.Duration(m.Work.Seconds() / float64(m.Events) * float64(w.events) / float64(m.Slots) * float64(time.Second)); took >= large {
		say("a plan of up to %.2g events, %d runs at once: some %s if it takes them all", float64(w.events), m.Slots, units.Duration(took.Round(time.Minute).Seconds()))
	}
}

// paced is a backend of this machine whose first runs are measured.
type paced struct {
	experiment.Backend
	tell func(oncelery.Measured)

	mu    sync.Mutex
	began time.Time
	first oncelery.Measured
}

// measuredRuns is after how many it is known what one takes, for each that runs at once.
const measuredRuns = 4

// here computes on the cores of this machine, and says what large work will take.
func here(cores int, w toCome, bars *progress) experiment.Backend {
	if bars.quiet {
		return experiment.Local(cores)
	}
	p := &paced{Backend: experiment.Local(cores), tell: func(m oncelery.Measured) { w.announce(bars.say, m) }}
	p.first.Slots = cores
	return p
}

// Compute implements experiment.Backend.
func (p *paced) Compute(ctx context.Context, b *experiment.Batch) error {
	p.mu.Lock()
	if p.began.IsZero() {
		p.began = time.Now()
	}
	p.mu.Unlock()
	counted := *b
	counted.Take = func(i int, o *experiment.Outcome) {
		p.took(o.Events)
		b.Take(i, o)
	}
	return p.Backend.Compute(ctx, &counted)
}

func (p *paced) took(events int64) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.first.Cells++
	p.first.Events += events
	if p.first.Cells == measuredRuns*p.first.Slots {
		p.first.Work = time.Since(p.began) * time.Duration(p.first.Slots)
		p.tell(p.first)
	}
}
