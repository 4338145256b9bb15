package recordings

import (
	"bytes"
	"math"
	"slices"

	"example.com/simrun/des"
	"example.com/simrun/internal/logs"
	"example.com/simrun/workloads"
)

// trace returns the log task by task, in the form of trace files.
func (m *Imported) trace() []byte {
	var lines []workloads.TraceLine
	type entry struct {
		c *ImportedClass
		t *logs.Task
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
	for _, e := range all {
		row := e.c.row(e.t)
		if e.c.mixed && e.t.Priority != nil {
			row.HasPriority, row.Priority = true, *e.t.Priority
		}
		queue := e.t.Queue
		if queue == "" {
			queue = e.c.Queue
		}
		lines = append(lines, workloads.TraceLine{Class: logs.Nameable(e.c.Name), Queue: queue, TraceRow: row})
	}
	var b bytes.Buffer
	_ = workloads.WriteTrace(&b, lines) // a buffer takes everything
	return b.Bytes()
}

// row is one task as it is replayed. What the log does not show of it is that of a donor, or of its class.
func (c *ImportedClass) row(t *logs.Task) workloads.TraceRow {
	micro := func(x float64) des.Time { return des.Seconds(math.Round(x*1e6) / 1e6) } // logs know no more
	of := t
	if donor := c.donors.of[t]; donor != nil {
		of = donor
	}
	d := c.demandOf(of)
	row := workloads.TraceRow{ID: t.ID, Due: micro(t.Arrived), CPU: micro(d.CPU), IO: micro(d.IO)}
	if t.Lag > 0 {
		row.Lag = micro(t.Lag)
	}
	if t.Countdown > 0 {
		row.Countdown = micro(t.Countdown)
	}
	if t.Expires > 0 {
		row.Expires = micro(t.Expires)
	}
	switch n := of.Retried(); {
	case of.Outcome == "timeout" || c.donors.hung[of]:
		row.Failure = workloads.FailHangIO
		if d.CPU > d.IO {
			row.Failure = workloads.FailHangCPU
		}
	case of.Outcome == "lost":
		row.Failure = workloads.FailCrashAlways
	case n > 0 && of.Outcome == logs.OK:
		row.Failure, row.Times = workloads.FailFlaky, n
	case of.Outcome == "failed" && n > 0:
		row.Failure, row.Times = workloads.FailFlaky, n+1
	case len(of.Attempts) > 1 && of.Outcome == logs.OK:
		row.Failure = workloads.FailCrashOnce
	case of.Outcome == "failed":
		row.Failure = workloads.FailExc
	}
	return row
}

// demandOf returns what a task's last attempt asked for; the median of its class where the log does not say.
func (c *ImportedClass) demandOf(t *logs.Task) logs.Demand {
	if n := len(t.Attempts); n > 0 && !math.IsNaN(t.Attempts[n-1].Runtime) && t.Outcome != "timeout" {
		return t.Attempts[n-1].Demand()
	}
	total := c.median()
	if ran, cut := c.donors.ran[t]; cut {
		total = ran
	}
	cpu := c.cpuShare() * total
	return logs.Demand{CPU: cpu, IO: total - cpu}
}

func (c *ImportedClass) median() float64 {
	if len(c.Runs) == 0 {
		return 1
	}
	return c.Runs[len(c.Runs)/2]
}

// cpuShare is the share of what the tasks ask for that is CPU time.
func (c *ImportedClass) cpuShare() float64 {
	cpu, all := 0.0, 0.0
	for i := range c.CPUs {
		cpu += c.CPUs[i]
		all += c.CPUs[i] + c.IOs[i]
	}
	if all == 0 {
		return 0
	}
	return cpu / all
}
