package recordings

import (
	"bytes"
	"math"
	"slices"

	"example.com/simrun/des"
	"example.com/simrun/workloads"
)

// trace returns the log task by task, in the form of trace files.
func (m *Imported) trace() []byte {
	var lines []workloads.TraceLine
	type entry struct {
		c *ImportedClass
		t *LogTask
	}
	var all []entry
	for i := range m.Classes {
		for _, t := range m.Classes[i].tasks {
			all = append(all, entry{&m.Classes[i], t})
		}
	}
	slices.SortStableFunc(all, func(a, b entry) int {
		switch {
		case a.t.Arrived < b.t.Arrived:
			return -1
		case a.t.Arrived > b.t.Arrived:
			return 1
		}
		return 0
	})
	micro := func(x float64) des.Time { return des.Seconds(math.Round(x*1e6) / 1e6) } // logs know no more
	for _, e := range all {
		row := workloads.TraceRow{ID: e.t.ID, Due: micro(e.t.Arrived), IO: micro(e.c.runOf(e.t))}
		switch n := e.t.retries(); {
		case e.t.Outcome == "timeout":
			row.Failure = workloads.FailHangIO
		case e.t.Outcome == "lost":
			row.Failure = workloads.FailCrashAlways
		case n > 0 && e.t.Outcome == ok:
			row.Failure, row.Times = workloads.FailFlaky, n
		case e.t.Outcome == "failed" && n > 0:
			row.Failure, row.Times = workloads.FailFlaky, n+1
		case len(e.t.Attempts) > 1 && e.t.Outcome == ok:
			row.Failure = workloads.FailCrashOnce
		case e.t.Outcome == "failed":
			row.Failure = workloads.FailExc
		}
		lines = append(lines, workloads.TraceLine{Class: className(e.c.Name), Queue: e.c.Queue, TraceRow: row})
	}
	var b bytes.Buffer
	_ = workloads.WriteTrace(&b, lines) // a buffer takes everything
	return b.Bytes()
}

// runOf returns how long a task's last attempt ran; the median of its class where the log does not say.
func (c *ImportedClass) runOf(t *LogTask) float64 {
	if n := len(t.Attempts); n > 0 && !math.IsNaN(t.Attempts[n-1].Runtime) && t.Outcome != "timeout" {
		return max(0, t.Attempts[n-1].Runtime)
	}
	return c.median()
}

func (c *ImportedClass) median() float64 {
	if len(c.Runs) == 0 {
		return 1
	}
	return c.Runs[len(c.Runs)/2]
}
