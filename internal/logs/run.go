package logs

import (
	"bufio"
	"math"
	"strings"

	"example.com/simrun/internal/units"
	"example.com/simrun/scenarios"
)

// run reads the CSV form of a recorded run, and its attempts where they stand beside it.
func (r *reader) run(name string, in *bufio.Reader) error {
	rows, err := scenarios.ReadRun(name, in)
	if err != nil {
		return err
	}
	attempts, err := readAttempts(strings.TrimSuffix(name, ".csv") + "_attempts.csv")
	if err != nil {
		return err
	}
	l := &Log{Name: name}
	for i := range rows {
		l.row(&rows[i], attempts)
	}
	if attempts == nil {
		if left := l.tellApart(rows); left > 0 {
			l.warn("%s started more than once: the table has only the first start and the last end, so their retries, crashes and failed attempts are not in the scenario", units.Plural(left, "task", "tasks"))
		}
	}
	for i := range l.Tasks {
		t := &l.Tasks[i]
		for k := 1; k < len(t.Attempts); k++ {
			if !t.Attempts[k-1].Lost { // until it ran again, which is not before it was due
				t.Retries = append(t.Retries, max(0, t.Attempts[k].Started-t.Attempts[k-1].Ended))
			}
		}
	}
	r.table = l
	return nil
}

// row adds one task of a recorded run.
func (l *Log) row(r *scenarios.ObservedTask, attempts map[string][]Attempt) {
	t := Task{
		ID: r.ID, Class: r.Class, Queue: r.Queue, Arrived: r.Due, Lag: r.Published - r.Due, Received: r.Received, Outcome: r.Outcome,
		Limit: math.NaN(), Countdown: math.NaN(), Expires: math.NaN(), Attempts: attempts[r.ID], Priority: r.Priority,
	}
	if attempts == nil && !math.IsNaN(r.Started) {
		a := Attempt{Worker: r.Worker, Started: r.Started, Ended: r.Ended, Runtime: r.Ended - r.Started, CPU: r.CPU}
		if r.Attempts > 1 {
			a.Runtime = math.NaN() // from the first start to the last end: no attempt took so long
		}
		t.Attempts = append(t.Attempts, a)
	}
	if n := len(t.Attempts); t.Outcome == "timeout" && n > 0 {
		t.Limit = t.Attempts[n-1].Ended - t.Attempts[n-1].Started
	}
	l.Measured = l.Measured || r.CPU > 0
	for _, a := range t.Attempts {
		l.Measured = l.Measured || a.CPU > 0
	}
	l.Tasks = append(l.Tasks, t)
	for _, x := range []float64{r.Due, r.Received, r.Started, r.Ended} {
		if x > l.Span {
			l.Span = x
		}
	}
}
