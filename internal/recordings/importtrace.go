package recordings

import (
	"encoding/csv"
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"
)

// trace returns the log task by task, in the form of trace files.
func (m *Imported) trace() []byte {
	var b strings.Builder
	w := csv.NewWriter(&b)
	row := func(cells ...string) { _ = w.Write(cells) } // a strings.Builder takes everything
	row("id", "class", "queue", "due", "cpu", "io", "order", "priority", "failure", "fail_arg")
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
	for _, e := range all {
		failure, arg := "none", ""
		switch n := e.t.retries(); {
		case e.t.Outcome == "timeout":
			failure = "hang_io"
		case e.t.Outcome == "lost":
			failure = "crash_always"
		case n > 0 && e.t.Outcome == ok:
			failure, arg = "flaky", strconv.Itoa(n)
		case e.t.Outcome == "failed" && n > 0:
			failure, arg = "flaky", strconv.Itoa(n+1)
		case len(e.t.Attempts) > 1 && e.t.Outcome == ok:
			failure = "crash_once"
		case e.t.Outcome == "failed":
			failure = "exc"
		}
		row(e.t.ID, className(e.c.Name), e.c.Queue, fmt.Sprintf("%.6f", e.t.Arrived), "0", fmt.Sprintf("%.6f", e.c.runOf(e.t)), "cpu,io", "", failure, arg)
	}
	w.Flush()
	return []byte(b.String())
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
