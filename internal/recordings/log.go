package recordings

import (
	"bufio"
	"bytes"
	"compress/gzip"
	"errors"
	"fmt"
	"io"
	"math"
	"slices"
	"strings"

	"example.com/simrun/scenarios"
)

// Log is what a log tells of the tasks of a running system, times in seconds from its first entry.
type Log struct {
	Name     string
	Tasks    []LogTask // in order of their arrivals
	Span     float64   // s, to its last entry
	Release  string    // of Celery; "" = the log does not say
	Measured bool      // it has the CPU time of attempts
	Warnings []string  // what the log cannot tell, as sentences
}

// LogTask is one task of a log. NaN stands for what did not happen, or is not in the log.
type LogTask struct {
	ID, Class, Queue string // "" = not in the log
	Priority         *int   // nil = none, or not in the log
	Arrived          float64
	Received         float64 // first
	Attempts         []LogAttempt
	Outcome          string    // ok | failed | timeout | lost | retrying | expired | unstarted | unfinished
	Limit            float64   // of a timeout, s
	Retries          []float64 // from the end of an attempt to when the next was due or started, s
	Countdown        float64   // asked for when it was sent, s
	Expires          float64   // likewise
}

// LogAttempt is one stay in a worker.
type LogAttempt struct {
	Worker         string
	Started, Ended float64
	Runtime        float64 // as the worker measured it, or ended - started
	CPU            float64 // of it, as measured; 0 = none, or not in the log
	Lost           bool    // its process died
	Asked          *Demand // what it asks for on an idle machine; nil = what it took
}

// Demand is what an attempt asks for, in seconds: CPU time, and waiting for something else.
type Demand struct{ CPU, IO float64 }

// Total is how long it takes where nothing else wants the cores.
func (d Demand) Total() float64 { return d.CPU + d.IO }

// demand is what an attempt asks for as far as is known.
func (a *LogAttempt) demand() Demand {
	if a.Asked != nil {
		return *a.Asked
	}
	run := max(0, a.Runtime)
	return Demand{CPU: min(a.CPU, run), IO: run - min(a.CPU, run)}
}

// ReadLog reads a log: Celery's events, one JSON object a line, or what workers logged, in any number of files; or the CSV
// form of a recorded run. Which it is shows in how a file begins; gzip is looked through.
// Errors are joined, up to 20 a file, each as "NAME:LINE: ...".
func ReadLog(paths ...string) (*Log, error) {
	var l *Log
	var all []event
	var errs []error
	release := ""
	var taken []string // the logs of workers
	for _, path := range paths {
		errs = append(errs, open(path, func(name string, in io.Reader) (err error) {
			buffered, err := unpacked(name, in)
			if err != nil {
				return err
			}
			start, _ := buffered.Peek(4096) // an empty file is refused by whoever reads it
			switch start = bytes.TrimLeft(start, "\ufeff \t\r\n"); {
			case len(start) == 0:
				return fmt.Errorf("%s: empty: want events, one JSON object a line, or the columns of a recording", name)
			case start[0] == '{':
				err = readEvents(name, buffered, &all, &release)
			case isWorkerLog(string(start)):
				taken = append(taken, name)
				err = readWorkerLog(name, buffered, &all, &release)
			case len(paths) > 1:
				err = fmt.Errorf("%s: the table of a run: want one such file, or any number of files of events", name)
			default:
				l, err = readRun(name, buffered)
			}
			return err
		}))
	}
	if err := errors.Join(errs...); err != nil {
		return nil, err
	}
	if l == nil {
		l = &Log{Name: strings.Join(paths, ", "), Release: release}
		if taken != nil {
			l.warn(costs, strings.Join(taken, ", "))
		}
		l.tasksOf(all)
	}
	if len(l.Tasks) == 0 {
		return nil, fmt.Errorf("%s: no tasks in it", l.Name)
	}
	slices.SortStableFunc(l.Tasks, func(a, b LogTask) int {
		switch {
		case a.Arrived < b.Arrived:
			return -1
		case a.Arrived > b.Arrived:
			return 1
		}
		return strings.Compare(a.ID, b.ID)
	})
	return l, nil
}

// unpacked looks through gzip, which shows in its first two bytes (RFC 1952): rotated logs are packed.
func unpacked(name string, in io.Reader) (*bufio.Reader, error) {
	buffered := bufio.NewReader(in)
	if start, _ := buffered.Peek(2); string(start) != "\x1f\x8b" {
		return buffered, nil
	}
	unzip, err := gzip.NewReader(buffered)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	return bufio.NewReader(unzip), nil
}

// readRun reads the CSV form of a recorded run, and its attempts where they stand beside it.
func readRun(name string, in io.Reader) (*Log, error) {
	rows, err := scenarios.ReadRun(name, in)
	if err != nil {
		return nil, err
	}
	attempts, err := readAttempts(strings.TrimSuffix(name, ".csv") + "_attempts.csv")
	if err != nil {
		return nil, err
	}
	l := &Log{Name: name}
	for i := range rows {
		r := &rows[i]
		t := LogTask{
			ID: r.ID, Class: r.Class, Queue: r.Queue, Arrived: r.Due, Received: r.Received, Outcome: r.Outcome,
			Limit: math.NaN(), Countdown: math.NaN(), Expires: math.NaN(), Attempts: attempts[r.ID], Priority: r.Priority,
		}
		if attempts == nil && !math.IsNaN(r.Started) {
			a := LogAttempt{Worker: r.Worker, Started: r.Started, Ended: r.Ended, Runtime: r.Ended - r.Started, CPU: r.CPU}
			if r.Attempts > 1 {
				a.Runtime = math.NaN() // from the first start to the last end: no attempt took so long
			}
			t.Attempts = append(t.Attempts, a)
		}
		if n := len(t.Attempts); t.Outcome == "timeout" && n > 0 {
			t.Limit = t.Attempts[n-1].Ended - t.Attempts[n-1].Started
		}
		l.Measured = l.Measured || r.CPU > 0
		l.Tasks = append(l.Tasks, t)
		for _, x := range []float64{r.Due, r.Received, r.Started, r.Ended} {
			if x > l.Span {
				l.Span = x
			}
		}
	}
	if attempts == nil {
		if left := l.tellApart(rows); left > 0 {
			l.warn("%s started more than once: the table has only the first start and the last end, so their retries, crashes and failed attempts are not in the scenario", plural(left, "task"))
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
	return l, nil
}

func (l *Log) warn(format string, args ...any) {
	l.Warnings = append(l.Warnings, fmt.Sprintf(format, args...))
}
