package experiment

import (
	"example.com/simrun/des"
	"example.com/simrun/scenarios"
	"example.com/simrun/strategies"
	"example.com/simrun/worker"
)

// steps is the number of steps of a timeline.
const steps = 120

// newListener listens to one layout.
func newListener(sc *scenarios.Scenario, c *Cell, tasks bool) *listener {
	l := &sc.Layouts[c.Layout]
	r := &listener{
		sc: sc, keep: tasks, layout: l, from: c.Warmup, window: c.Duration, step: max(1, c.Duration/steps),
		queues: make([]course, len(l.Queues)), busy: make([]course, len(l.Groups)),
	}
	for i := range l.Workers {
		if i == 0 || l.Group[i] != l.Group[i-1] {
			r.first = append(r.first, r.slots)
		}
		r.slots += int32(l.Workers[i].Concurrency)
	}
	r.held = make([]bool, r.slots)
	r.muster()
	return r
}

// course is a count over time, its mean and its most by step.
type course struct {
	level int
	since des.Time
	areas [steps]float64 // count x nanoseconds
	most  [steps]int
}

// add changes the count at time at, both from the start of the window and clamped to it.
func (c *course) add(at, step des.Time, d int) {
	for c.since < at {
		i := c.since / step
		if i >= steps {
			break
		}
		until := min(at, (i+1)*step)
		c.most[i] = max(c.most[i], c.level)
		c.areas[i] += float64(c.level) * float64(until-c.since)
		c.since = until
	}
	c.level += d
}

func (c *course) means(step des.Time) []float64 {
	c.add(step*steps, step, 0)
	means := make([]float64, steps)
	for i, a := range c.areas {
		means[i] = a / float64(step)
	}
	return means
}

// listener writes down the timeline of a run, and its tasks when asked for.
type listener struct {
	sc         *scenarios.Scenario
	layout     *strategies.Layout
	keep       bool // tasks and attempts
	from, step des.Time
	window     des.Time
	slots      int32
	first      []int32 // first slot of each group of workers
	queues     []course
	busy       []course
	held       []bool   // by slot
	replicas   []course // of each group
	alive      []bool   // by worker: counted in replicas
	machines   []course // of each kind
	arrivals   [steps]float64
	entries    []entry // by the worker's index of a task
	tasks      []Task
	attempts   []Attempt
}

// entry is what is known of the task that an index stands for now.
type entry struct {
	row     int // in tasks; -1 = not kept
	id      string
	waiting bool
	started des.Time
}

// Publish implements sim.Recorder.
func (l *listener) Publish(now des.Time, task int32, id string, p *worker.Publication) {
	l.enter(task, entry{row: -1, id: id})
	if i := (p.Due - l.from) / l.step; p.Due >= l.from && i < steps {
		l.arrivals[i]++
	}
	if !l.keep || p.Due < l.from || p.Due >= l.from+l.window {
		return
	}
	layout := l.layout
	class := &layout.Sent(l.sc.Classes)[p.Class]
	l.entries[task].row = len(l.tasks)
	row := Task{
		ID: id, Class: class.Name, Queue: layout.Queues[layout.ClassQueue[p.Class]].Name, Strategy: layout.Name,
		Due: p.Due - l.from, Published: des.Never, Received: des.Never, Started: des.Never, Ended: des.Never,
		Outcome: worker.Unstarted,
	}
	switch {
	case p.HasPriority:
		row.Priority = &p.Priority
	case class.HasPriority:
		row.Priority = &class.Priority
	}
	l.tasks = append(l.tasks, row)
}

// enter notes what an index stands for now.
func (l *listener) enter(task int32, e entry) {
	for int(task) >= len(l.entries) {
		l.entries = append(l.entries, entry{})
	}
	l.entries[task] = e
}

// Aloof implements worker.Bystander: the timeline counts tasks, the tables name them.
func (l *listener) Aloof() bool { return !l.keep }

// Recalled implements worker.Bystander.
func (l *listener) Recalled(task int32) { l.enter(task, entry{row: -1, waiting: true}) }

// Record implements worker.Recorder.
func (l *listener) Record(r worker.Record) {
	at := max(0, r.At-l.from)
	switch r.Kind {
	case worker.Freed:
		l.hold(r, at, -1)
		return
	case worker.ReplicaOrdered, worker.ReplicaUp, worker.ReplicaLeaving, worker.ReplicaGone:
		l.replica(r, at)
		return
	case worker.Published, worker.Requeued:
		l.waits(r, at, true)
	case worker.Started:
		l.waits(r, at, false)
		l.hold(r, at, 1)
	case worker.Ended:
		if r.Outcome == worker.Lost { // its process died, and perhaps its worker: nobody tells when the slot is free
			l.hold(r, at, -1)
		}
	case worker.Done:
		l.waits(r, at, false)
	}
	if l.keep {
		l.note(r)
	}
}

// waits keeps the number of tasks of a queue that wait, in the broker or reserved by a worker.
func (l *listener) waits(r worker.Record, at des.Time, in bool) {
	e := &l.entries[r.Task]
	switch {
	case in && !e.waiting:
		l.queues[r.Queue].add(at, l.step, 1)
	case !in && e.waiting:
		l.queues[r.Queue].add(at, l.step, -1)
	}
	e.waiting = in
}

func (l *listener) group(worker int32) int { return l.layout.Group[worker] }

// note keeps the rows of the tables.
func (l *listener) note(r worker.Record) {
	e := &l.entries[r.Task]
	if e.row < 0 {
		return
	}
	t := &l.tasks[e.row]
	at := r.At - l.from
	switch r.Kind {
	case worker.Published:
		if t.Published == des.Never {
			t.Published = at
		}
	case worker.Received:
		if t.Received == des.Never {
			t.Received = at
		}
		t.Worker = l.layout.Workers[r.Worker].Name
	case worker.Started:
		if t.Started == des.Never {
			t.Started = at
		}
		t.Attempts++
		t.Outcome = worker.Unfinished
		e.started = at
	case worker.Ended:
		t.Ended = at
		l.attempts = append(l.attempts, Attempt{
			ID: e.id, Class: t.Class, Worker: t.Worker, Strategy: t.Strategy, Slot: int(r.Slot - l.firstOf(r.Worker)),
			Number: int(r.Attempt), Started: e.started, Ended: at, Outcome: r.Outcome,
		})
	case worker.Retried:
		t.Outcome = worker.Retrying
	case worker.Requeued:
		t.Outcome = worker.Retrying
	case worker.Done:
		t.Outcome = r.Outcome
	}
}

// firstOf is the first slot of a worker.
func (l *listener) firstOf(worker int32) int32 {
	first := int32(0)
	for _, w := range l.layout.Workers[:worker] {
		first += int32(w.Concurrency)
	}
	return first
}

func (l *listener) timeline() *Timeline {
	t := &Timeline{Step: l.step, Runs: 1}
	for i := range l.queues {
		t.Queues = append(t.Queues, l.queues[i].means(l.step))
		t.Peaks = append(t.Peaks, l.queues[i].peaks())
	}
	for i := range l.busy {
		t.Busy = append(t.Busy, l.busy[i].means(l.step))
	}
	if len(l.layout.Fleets) > 0 || scaled(l.sc) {
		l.scale(t)
	}
	return t
}
