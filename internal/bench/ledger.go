package bench

import (
	"cmp"
	"slices"

	"example.com/simrun/des"
	"example.com/simrun/internal/experiment"
	"example.com/simrun/strategies"
	"example.com/simrun/worker"
	"example.com/simrun/workloads"
)

// ledger writes down every task of a real run.
type ledger struct {
	layout  *strategies.Layout
	classes []workloads.Class
	rows    []ledgerRow
	of      []int32 // row by the worker's index of a task
}

// ledgerRow is one task.
type ledgerRow struct {
	class    int32
	task     experiment.Task
	attempts []experiment.Attempt
	phases   []des.Time // of its first attempt, where tasks share one thread
	took     des.Time   // that attempt by the clock of its body
}

// body notes what the replay needs of an attempt: where tasks share one thread, the time of each of its phases.
func (l *ledger) body(task, attempt int32, took des.Time, phases []des.Time) {
	if row := &l.rows[l.of[task]]; attempt == 1 {
		row.phases, row.took = phases, took
	}
}

// Publish implements sim.Recorder.
func (l *ledger) Publish(_ des.Time, task int32, id string, p *worker.Publication) {
	for int(task) >= len(l.of) {
		l.of = append(l.of, 0)
	}
	l.of[task] = int32(len(l.rows))
	c := &l.layout.Sent(l.classes)[p.Class]
	t := experiment.Task{
		ID: id, Class: c.Name, Queue: l.layout.Queues[l.layout.ClassQueue[p.Class]].Name, Strategy: l.layout.Name, Due: p.Due,
		Published: des.Never, Received: des.Never, Started: des.Never, Ended: des.Never, Outcome: worker.Unstarted,
	}
	switch {
	case p.HasPriority:
		own := p.Priority // p serves for the next task, too
		t.Priority = &own
	case c.HasPriority:
		t.Priority = &c.Priority
	}
	l.rows = append(l.rows, ledgerRow{class: p.Class, task: t})
}

// Record implements worker.Recorder.
func (l *ledger) Record(r worker.Record) {
	if r.Task < 0 {
		return
	}
	row := &l.rows[l.of[r.Task]]
	t := &row.task
	switch r.Kind {
	case worker.Published:
		t.Published = min(t.Published, r.At)
	case worker.Received:
		t.Received = min(t.Received, r.At)
		t.Worker = l.layout.Workers[r.Worker].Name
	case worker.Started:
		t.Started = min(t.Started, r.At)
		t.Attempts++
		t.Outcome = worker.Unfinished
		row.attempts = append(row.attempts, experiment.Attempt{
			ID: t.ID, Class: t.Class, Worker: t.Worker, Strategy: t.Strategy, Slot: int(r.Slot), Number: int(r.Attempt),
			Started: r.At, Ended: des.Never, Outcome: worker.Unfinished,
		})
	case worker.Ended:
		t.Ended = r.At
		a := &row.attempts[len(row.attempts)-1]
		a.Ended, a.Outcome = r.At, r.Outcome
	case worker.Retried, worker.Requeued:
		t.Outcome = worker.Retrying
	case worker.Done:
		t.Outcome = r.Outcome
	case worker.Freed: // of slots
	}
}

// tables returns the rows by due, and their attempts.
func (l *ledger) tables() (tasks []experiment.Task, attempts []experiment.Attempt) {
	l.sort()
	for i := range l.rows {
		tasks = append(tasks, l.rows[i].task)
		attempts = append(attempts, l.rows[i].attempts...)
	}
	return tasks, attempts
}

func (l *ledger) sort() {
	slices.SortStableFunc(l.rows, func(a, b ledgerRow) int { return cmp.Compare(a.task.Due, b.task.Due) })
}

// replay returns the classes with the tasks as they were: due when they were, their bodies as long as they took,
// whatever made them so. In a gevent worker, where a task that computes holds up all others, its phases are as long as
// they took by themselves, and who waits for whom is predicted. Expiry, countdown and retries are the class's own:
// their keys name the class and the number of the task.
func (l *ledger) replay() []workloads.Class {
	l.sort()
	classes := slices.Clone(l.classes)
	traces := make([]workloads.Trace, len(classes))
	for i := range l.rows {
		r := &l.rows[i]
		t := &traces[r.class]
		t.Rows = append(t.Rows, r.again(&classes[r.class], l.layout))
		t.Demands = append(t.Demands, r.demands(classes[r.class].Work, t.Rows[len(t.Rows)-1].IO))
	}
	for i := range classes {
		c := &classes[i]
		traces[i].HasWork = true
		c.Arrivals, c.Failures = workloads.Arrivals{Process: traces[i]}, workloads.Failures{}
		c.Work = append(slices.Clone(c.Work), workloads.Phase{Kind: workloads.IO, Cores: 1})
		for p := range c.Work {
			c.Work[p].Demand = nothing
			if c.Work[p].Kind == workloads.Call {
				c.Work[p].Kind = workloads.IO // what the service made of it is in its time
			}
		}
	}
	return classes
}

// nothing stands for demands that the rows bring.
var nothing, _ = workloads.Constant(0)

// demands returns those of the class's phases and of one more, which lasts as long as a body that is replayed in one
// piece.
func (r *ledgerRow) demands(work []workloads.Phase, took des.Time) []des.Time {
	d := make([]des.Time, len(work)+1)
	copy(d, r.phases)
	if r.phases == nil {
		d[len(work)] = took
		return d
	}
	for i := range work { // what lies around the body holds nobody else up
		if work[i].Kind != workloads.CPU && d[i] > 0 {
			d[i] += max(0, took-r.took)
			break
		}
	}
	return d
}

// again returns a task as a row of a trace.
func (r *ledgerRow) again(c *workloads.Class, l *strategies.Layout) workloads.TraceRow {
	row := workloads.TraceRow{Due: r.task.Due, ID: r.task.ID}
	if r.task.Priority != nil {
		row.Priority, row.HasPriority = *r.task.Priority, true
	}
	errors, crashes := 0, 0
	for _, a := range r.attempts {
		switch a.Outcome {
		case worker.Failed:
			errors++
		case worker.Lost:
			crashes++
		default:
		}
	}
	if len(r.attempts) == 0 {
		return row
	}
	first := r.attempts[0]
	if first.Ended == des.Never || first.Outcome == worker.TimedOut || first.Outcome == worker.Failed && first.Ended-first.Started >= r.soft(c, l) {
		row.Failure = workloads.FailHangIO // longer than it was let: the limit, or the end of the run, ends it again
		return row
	}
	row.IO = max(1, first.Ended-first.Started)
	ok := r.attempts[len(r.attempts)-1].Outcome == worker.OK
	switch {
	case crashes > 0 && ok:
		row.Failure = workloads.FailCrashOnce
	case crashes > 0:
		row.Failure = workloads.FailCrashAlways
	case errors > 0 && c.Retry.Max == 0:
		row.Failure = workloads.FailExc
	case errors > 0:
		row.Failure, row.Times = workloads.FailFlaky, errors
	}
	return row
}

// soft returns the soft limit of a task's worker, des.Never if it has none.
func (r *ledgerRow) soft(c *workloads.Class, l *strategies.Layout) des.Time {
	limit := c.SoftLimit
	for i := range l.Workers {
		if w := &l.Workers[i]; limit == 0 && w.Name == r.task.Worker {
			limit = w.SoftLimit
		}
	}
	if limit == 0 {
		return des.Never
	}
	return limit
}
