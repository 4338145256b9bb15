package bench

import (
	"fmt"

	"example.com/simrun/des"
	"example.com/simrun/worker"
	"example.com/simrun/workloads"
)

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
func (m *measurement) asked(queues func(class int32) string, key des.Key, until des.Time) (rows []workloads.TraceLine) {
	src := workloads.NewSource(m.classes, key.WithName("tasks"), workloads.Options{Load: 1, Origin: m.start})
	var a workloads.Arrival
	for src.Peek() < until && src.Next(&a) {
		c := &m.classes[a.Class]
		demands := make([]des.Time, len(c.Work))
		var p worker.Publication
		fate := src.Publication(&a, demands, &p)
		t := workloads.TraceLine{Class: c.Name, Queue: queues(a.Class), TraceRow: workloads.TraceRow{ID: src.ID(a.Ref), Due: a.Due}}
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
			t.HasPriority, t.Priority = true, p.Priority
		case c.HasPriority:
			t.HasPriority, t.Priority = true, c.Priority
		}
		t.Failure, t.Times = failure(src, a.Ref, c.Retry, fate, demands)
		rows = append(rows, t)
	}
	return rows
}

// failure returns the fate of a task over its attempts, as far as a trace can say it.
func failure(src *workloads.Source, ref workloads.Ref, retry worker.Retry, first workloads.Fate, demands []des.Time) (workloads.TraceFailure, int) {
	switch first {
	case workloads.Fatal:
		return workloads.FailExc, 0
	case workloads.Hang:
		return workloads.FailHangIO, 0
	case workloads.HangCPU:
		return workloads.FailHangCPU, 0
	case workloads.Crash:
		if src.Demands(ref, 2, demands) == workloads.Crash {
			return workloads.FailCrashAlways, 0
		}
		return workloads.FailCrashOnce, 0
	case workloads.Error:
		if retry.Max == 0 {
			return workloads.FailExc, 0
		}
		n := 1
		for n <= retry.Max && src.Demands(ref, n+1, demands) == workloads.Error {
			n++
		}
		return workloads.FailFlaky, n
	default:
		return workloads.FailNone, 0
	}
}
