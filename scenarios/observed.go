package scenarios

import (
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"math"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"example.com/simrun/internal/units"
)

// recordingName is what a recording of one run is called: run1.csv, but not run1_attempts.csv.
var recordingName = regexp.MustCompile(`^run[0-9]*\.csv$`)

// observed reads the recordings in a folder, in the order of their names.
func (d *decoder) observed(f *field, s *Scenario) []Observation {
	if f == nil || d.text(f.val) == "" {
		return nil
	}
	v := f.val
	entries, err := os.ReadDir(d.resolve(v.text))
	if err != nil {
		d.errorf(v.at, "observed", "%q: %v", v.text, reason(err))
		return nil
	}
	var runs []Observation
	for _, e := range entries {
		if !recordingName.MatchString(e.Name()) {
			continue
		}
		run := Observation{Name: strings.TrimSuffix(e.Name(), ".csv")}
		path := &value{kind: text, at: v.at, text: filepath.ToSlash(filepath.Join(v.text, e.Name()))}
		d.open(path, "observed", func(name string, r io.Reader) (err error) {
			run.Tasks, err = ReadRun(name, r)
			return err
		})
		runs = append(runs, run)
	}
	if len(runs) == 0 {
		d.errorf(v.at, "observed", "%q: no recordings: want run*.csv in it", v.text)
	}
	d.strangers(v, runs, s)
	return runs
}

// strangers warns of recorded classes that the scenario does not have: they are compared with nothing.
func (d *decoder) strangers(v *value, runs []Observation, s *Scenario) {
	said := map[string]bool{}
	for _, c := range s.Classes {
		said[c.Name] = true
	}
	for _, r := range runs {
		for _, t := range r.Tasks {
			if !said[t.Class] {
				said[t.Class] = true
				d.warnf(v.at, "observed", "class %q in %s is no task of the scenario", t.Class, r.Name)
			}
		}
	}
}

// outcomes are the words of the column of that name.
var outcomes = []string{"ok", "failed", "timeout", "lost", "expired", "dead", "rejected", "retrying", "unfinished", "unstarted"}

// ReadRun reads the tasks CSV of one recorded run. Errors are joined, up to 20, each as "NAME:LINE: column: message".
func ReadRun(name string, r io.Reader) ([]ObservedTask, error) {
	in := csv.NewReader(r)
	in.ReuseRecord = true
	header, err := in.Read()
	if err != nil {
		return nil, recordingError(name, err)
	}
	column := map[string]int{}
	for i, h := range header {
		column[strings.TrimSpace(strings.TrimPrefix(h, "\ufeff"))] = i
	}
	var errs []error
	for _, want := range []string{"id", "class", "due", "started", "ended", "outcome", "attempts"} {
		if _, ok := column[want]; !ok {
			errs = append(errs, fmt.Errorf("%s:1: %s: no such column in the header", name, want))
		}
	}
	if errs != nil {
		return nil, errors.Join(errs...)
	}
	var tasks []ObservedTask
	for len(errs) < 20 {
		row, err := in.Read()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			errs = append(errs, recordingError(name, err))
			break
		}
		line, _ := in.FieldPos(0)
		c := recordedRow{name: name, line: line, row: row, column: column}
		t := ObservedTask{
			ID: c.text("id"), Class: c.text("class"), Outcome: c.text("outcome"),
			Due: c.time("due"), Started: c.time("started"), Ended: c.time("ended"),
			Queue: c.optional("queue"), Worker: c.optional("worker"), Published: math.NaN(), Received: math.NaN(),
		}
		if _, ok := column["published"]; ok {
			t.Published = c.time("published")
		}
		if _, ok := column["received"]; ok {
			t.Received = c.time("received")
		}
		if !slices.Contains(outcomes, t.Outcome) {
			c.bad("outcome", "want "+units.Alternatives(outcomes))
		}
		if math.IsNaN(t.Due) && len(c.errs) == 0 {
			c.bad("due", "want seconds")
		}
		if t.Attempts, err = strconv.Atoi(c.text("attempts")); err != nil || t.Attempts < 0 {
			c.bad("attempts", "want a whole number")
		}
		errs = append(errs, c.errs...)
		tasks = append(tasks, t)
	}
	return tasks, errors.Join(errs...)
}

// recordingError is an error of the CSV reader with its line.
func recordingError(name string, err error) error {
	var parse *csv.ParseError
	switch {
	case errors.Is(err, io.EOF):
		return fmt.Errorf("%s:1: no header: want the columns of a tasks table", name)
	case errors.As(err, &parse):
		return fmt.Errorf("%s:%d: %w", name, parse.Line, parse.Err)
	default:
		return fmt.Errorf("%s: %w", name, err)
	}
}

// recordedRow is one row while it is read.
type recordedRow struct {
	name   string
	line   int
	row    []string
	column map[string]int
	errs   []error
}

func (r *recordedRow) text(column string) string {
	return strings.Clone(strings.TrimSpace(r.row[r.column[column]]))
}

// optional is a column that the file may be without.
func (r *recordedRow) optional(column string) string {
	if _, ok := r.column[column]; !ok {
		return ""
	}
	return r.text(column)
}

// time is a column of seconds; NaN where it is empty.
func (r *recordedRow) time(column string) float64 {
	text := r.text(column)
	if text == "" {
		return math.NaN()
	}
	x, err := strconv.ParseFloat(text, 64)
	if err != nil || math.IsNaN(x) || math.IsInf(x, 0) {
		r.bad(column, "want seconds")
	}
	return x
}

func (r *recordedRow) bad(column, want string) {
	r.errs = append(r.errs, fmt.Errorf("%s:%d: %s: %q: %s", r.name, r.line, column, shorten(r.text(column)), want))
}
