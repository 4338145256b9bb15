package workloads

import (
	"cmp"
	"fmt"
	"math"
	"slices"
	"strings"

	"example.com/simrun/des"
)

// Trace arrivals replay recorded rows, in order of their dues. A factor of the rate divides the dues.
type Trace struct {
	Rows         []TraceRow
	Over         des.Time // the time that it is played over, from its start; 0 = until its last row
	HasWork      bool     // the rows bring their own demands; the class's Work then is TracePhases
	HasCountdown bool     // likewise; the class's Countdown then is TraceCountdown
	HasExpires   bool     // likewise; TraceExpires

	// Demands of each row, one for each phase of the class's Work, whatever that is; nil = those of the rows.
	Demands [][]des.Time
}

// TraceRow is one recorded task. Times count from the start of the recording.
type TraceRow struct {
	Due         des.Time
	Lag         des.Time // from its due until its message was in the broker; 0 = not known
	CPU, IO     des.Time // demands, of a trace that has work
	Countdown   des.Time // of a trace that has countdowns; 0 = none
	Expires     des.Time // from publishing, of a trace that has them; 0 = never
	IOFirst     bool     // the io phase comes before the cpu phase
	HasPriority bool
	Failure     TraceFailure
	Priority    int
	Times       int    // attempts of a FailFlaky task that fail
	ID          string // "" = none
}

// TraceFailure is what goes wrong with a recorded task.
type TraceFailure uint8

// Failures of recorded tasks, by their names in trace files.
const (
	FailNone        TraceFailure = iota
	FailExc                      // fails for good
	FailFlaky                    // fails a number of times
	FailHangIO                   // sleeps for ever
	FailHangCPU                  // burns for ever
	FailCrashOnce                // kills its process, at its first delivery only
	FailCrashAlways              // kills its process at every delivery
)

var failureNames = []string{"none", "exc", "flaky", "hang_io", "hang_cpu", "crash_once", "crash_always"}

// String is the failure's name in trace files.
func (f TraceFailure) String() string { return failureNames[f] }

// fate returns what the failure does to an attempt, from 1.
func (r *TraceRow) fate(attempt int) Fate {
	switch r.Failure {
	case FailExc:
		return Fatal
	case FailFlaky:
		if attempt <= r.Times {
			return Error
		}
	case FailHangIO:
		return Hang
	case FailHangCPU:
		return HangCPU
	case FailCrashOnce:
		if attempt == 1 {
			return Crash
		}
	case FailCrashAlways:
		return Crash
	}
	return Fine
}

// demands returns the phases of TracePhases.
func (r *TraceRow) demands() [3]des.Time {
	if r.IOFirst {
		return [3]des.Time{0, r.IO, r.CPU}
	}
	return [3]des.Time{r.CPU, r.IO, 0}
}

// TracePhases returns the work of a class whose trace brings its own: cpu, io, cpu. Of the two cpu phases a row uses
// one and leaves 0 in the other, as its order says. The laws are those of the rows, for figures such as the offered
// load; a Source does not draw from them.
func TracePhases(t Trace) []Phase {
	phases := []Phase{{Kind: CPU, Cores: 1}, {Kind: IO, Cores: 1}, {Kind: CPU, Cores: 1}}
	for p := range phases {
		phases[p].Demand = t.law(func(r *TraceRow) des.Time { return r.demands()[p] })
	}
	return phases
}

// TraceCountdown and TraceExpires return the laws of what the rows bring, for figures: a Source does not draw from them.
func TraceCountdown(t Trace) Dist { return t.law(func(r *TraceRow) des.Time { return r.Countdown }) }

// TraceExpires : see TraceCountdown.
func TraceExpires(t Trace) Dist { return t.law(func(r *TraceRow) des.Time { return r.Expires }) }

// law is that of a time that rows have; nothing where there are none.
func (t *Trace) law(of func(r *TraceRow) des.Time) Dist {
	values := make([]float64, len(t.Rows))
	for i := range t.Rows {
		values[i] = of(&t.Rows[i]).Seconds()
	}
	if law, err := Empirical(values); err == nil {
		return law
	}
	return constant(0)
}

// Rate returns the number of rows by the time that they are played over.
func (t Trace) Rate() float64 {
	if len(t.Rows) == 0 {
		return 0
	}
	if t.Over > 0 {
		n, _ := slices.BinarySearchFunc(t.Rows, t.Over, func(r TraceRow, over des.Time) int { return cmp.Compare(r.Due, over) })
		return float64(n) / t.Over.Seconds()
	}
	last := t.Rows[len(t.Rows)-1].Due.Seconds()
	if last == 0 {
		return math.NaN()
	}
	return float64(len(t.Rows)) / last
}

// Hanging returns the part of the rows whose attempts hang.
func (t Trace) Hanging() float64 {
	n := 0
	for i := range t.Rows {
		if f := t.Rows[i].Failure; f == FailHangIO || f == FailHangCPU {
			n++
		}
	}
	return float64(n) / float64(max(1, len(t.Rows)))
}

// Stationary reports false.
func (Trace) Stationary() bool { return false }

func (t Trace) generator(g ground) generator { return &replay{rows: t.Rows, factor: g.factor} }

type replay struct {
	rows   []TraceRow
	row    int // next
	factor float64
}

func (r *replay) next() des.Time {
	if r.row == len(r.rows) {
		return des.Never
	}
	r.row++
	return scaled(r.rows[r.row-1].Due, r.factor)
}

// TraceFile is a trace of any number of classes.
type TraceFile struct {
	Name    string
	HasWork bool     // it has a column cpu or io
	Classes []string // in order of their first tasks
	rows    [][]TraceRow
}

// Class returns the part of one class. The error names the classes there are.
func (f *TraceFile) Class(name string) (Trace, error) {
	for i, c := range f.Classes {
		if c == name {
			return Trace{
				Rows: f.rows[i], HasWork: f.HasWork,
				HasCountdown: slices.ContainsFunc(f.rows[i], func(r TraceRow) bool { return r.Countdown > 0 }),
				HasExpires:   slices.ContainsFunc(f.rows[i], func(r TraceRow) bool { return r.Expires > 0 }),
			}, nil
		}
	}
	return Trace{}, fmt.Errorf("class: %q: not in %s, want %s", name, f.Name, strings.Join(f.Classes, ", "))
}
