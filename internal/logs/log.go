package logs

import (
	"fmt"
	"math"
)

// Log is what a log tells of the tasks of a running system, times in seconds from its first entry.
type Log struct {
	Name      string
	Tasks     []Task  // in order of their arrivals
	Sums      *Sums   // nil = it has tasks; or what was counted of them, without any
	Span      float64 // s, to its last entry
	Release   string  // of Celery; "" = the log does not say
	Measured  bool    // it has the CPU time of attempts
	Unsent    bool    // it does not say when tasks were sent: they are taken to come when a worker received them
	Lossy     bool    // events in the middle of tasks are missing: an end that is not there may be one of them
	Taken     []string
	Discarded int      // tasks that are left out: they were revoked, or had expired, before they ran
	Warnings  []string // what the log cannot tell, as sentences
	Queues    Names
}

// Task is one task of a log. NaN stands for what did not happen, or is not in the log.
type Task struct {
	ID, Class, Queue string // "" = not in the log
	Priority         *int   // nil = none, or not in the log
	Arrived          float64
	Lag              float64 // from its arrival until its message was in the broker, where the log tells them apart
	Received         float64 // first
	Attempts         []Attempt
	Outcome          string    // ok | failed | timeout | lost | retrying | expired | unstarted | unfinished
	Limit            float64   // of a timeout, s
	Retries          []float64 // from the end of an attempt to when the next was due or started, s
	Countdown        float64   // asked for when it was sent, s
	Expires          float64   // likewise
}

// OK is the outcome of a task that succeeded.
const OK = "ok"

// Retried returns the attempts that followed one that failed, not one whose process died.
func (t *Task) Retried() (n int) {
	for i := 0; i+1 < len(t.Attempts); i++ {
		if !t.Attempts[i].Lost {
			n++
		}
	}
	return n
}

// Ended is when its last attempt ended; NaN where none did.
func (t *Task) Ended() float64 {
	if n := len(t.Attempts); n > 0 {
		return t.Attempts[n-1].Ended
	}
	return math.NaN()
}

// Attempt is one stay in a worker.
type Attempt struct {
	Worker         string
	Started, Ended float64 // either may not be in the log
	Runtime        float64 // as the worker measured it, or ended - started
	CPU            float64 // of it, as measured; 0 = none, or not in the log
	Memory         float64 // most that its process had held by its end, in bytes; 0 = not in the log
	Lost           bool    // its process died
	Reckoned       bool    // when it started is not in the log, but follows from what is
	Asked          *Demand // what it asks for on an idle machine; nil = what it took
}

// Demand is what an attempt asks for, in seconds: CPU time, and waiting for something else.
type Demand struct{ CPU, IO float64 }

// Total is how long it takes where nothing else wants the cores.
func (d Demand) Total() float64 { return d.CPU + d.IO }

// Demand is what an attempt asks for as far as is known.
func (a *Attempt) Demand() Demand {
	if a.Asked != nil {
		return *a.Asked
	}
	run := max(0, a.Runtime)
	return Demand{CPU: min(a.CPU, run), IO: run - min(a.CPU, run)}
}

func (l *Log) warn(format string, args ...any) {
	l.Warnings = append(l.Warnings, fmt.Sprintf(format, args...))
}
