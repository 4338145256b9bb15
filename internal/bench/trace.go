package bench

import (
	"fmt"

	"example.com/simrun/des"
	"example.com/simrun/worker"
	"example.com/simrun/workloads"
)

// AskedTask is a task as it was asked for: a row of a recording's trace.
type AskedTask struct {
	ID, Class, Queue string
	Due, CPU, IO     des.Time
	IOFirst          bool
	Priority         *int
	Failure          string // as in trace files; "none"
	Times            int    // attempts that fail, of a flaky task
}

// Recordable says why the tasks of a scenario cannot be written down as a trace.
func Recordable(classes []workloads.Class) error {
	for i := range classes {
		switch classes[i].Arrivals.Process.(type) {
		case workloads.After, workloads.Closed:
			return fmt.Errorf("tasks.%s.arrivals: they depend on when other tasks end, but a trace holds only what is known beforehand", classes[i].Name)
		}
	}
	return nil
}

// asked draws the tasks of a run again, as they were published.
func (m *measurement) asked(queues func(class int32) string, key des.Key, until des.Time) (rows []AskedTask) {
	src := workloads.NewSource(m.classes, key.WithName("tasks"), workloads.Options{Load: 1, Origin: m.start})
	var a workloads.Arrival
	for src.Peek() < until && src.Next(&a) {
		c := &m.classes[a.Class]
		demands := make([]des.Time, len(c.Work))
		var p worker.Publication
		fate := src.Publication(&a, demands, &p)
		t := AskedTask{ID: src.ID(a.Ref), Class: c.Name, Queue: queues(a.Class), Due: a.Due, Failure: "none"}
		for i, d := range demands {
			if c.Work[i].Kind == workloads.CPU {
				t.CPU += d
			} else {
				t.IOFirst = t.IOFirst || t.CPU == 0 && d > 0
				t.IO += d
			}
		}
		switch {
		case p.HasPriority:
			own := p.Priority
			t.Priority = &own
		case c.HasPriority:
			t.Priority = &c.Priority
		}
		t.Failure, t.Times = failure(src, a.Ref, c.Retry, fate, demands)
		rows = append(rows, t)
	}
	return rows
}

// failure is the fate of a task over its attempts, as far as a trace can say it.
func failure(src *workloads.Source, ref workloads.Ref, retry worker.Retry, first workloads.Fate, demands []des.Time) (string, int) {
	switch first {
	case workloads.Fatal:
		return "exc", 0
	case workloads.Hang:
		return "hang_io", 0
	case workloads.HangCPU:
		return "hang_cpu", 0
	case workloads.Crash:
		if src.Demands(ref, 2, demands) == workloads.Crash {
			return "crash_always", 0
		}
		return "crash_once", 0
	case workloads.Error:
		if retry.Max == 0 {
			return "exc", 0
		}
		n := 1
		for n <= retry.Max && src.Demands(ref, n+1, demands) == workloads.Error {
			n++
		}
		return "flaky", n
	default:
		return "none", 0
	}
}
