package scenarios

import (
	"io"
	"math"
	"path/filepath"
	"regexp"
	"slices"
	"strings"

	"example.com/simrun/internal/sheet"
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
	names, err := d.dir.list(v.text)
	if err != nil {
		d.errorf(v.at, "observed", "%q: %v", v.text, err)
		return nil
	}
	var runs []Observation
	for _, file := range names {
		if !recordingName.MatchString(file) {
			continue
		}
		run := Observation{Name: strings.TrimSuffix(file, ".csv")}
		path := &value{kind: text, at: v.at, text: filepath.ToSlash(filepath.Join(v.text, file))}
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
	in := sheet.New(name, r, []string{"id", "class", "due", "started", "ended", "outcome", "attempts"}, "queue", "worker", "published", "received", "priority", "cpu")
	var tasks []ObservedTask
	seen := map[string]bool{}
	for in.Next() {
		t := ObservedTask{
			ID: strings.Clone(in.Text("id")), Class: strings.Clone(in.Text("class")), Outcome: strings.Clone(in.Text("outcome")),
			Due: in.Seconds("due"), Started: in.Seconds("started"), Ended: in.Seconds("ended"),
			Queue: strings.Clone(in.Text("queue")), Worker: strings.Clone(in.Text("worker")),
			Published: in.Seconds("published"), Received: in.Seconds("received"), Attempts: in.Whole("attempts", 0),
		}
		if cpu := in.Seconds("cpu"); cpu > 0 {
			t.CPU = cpu
		}
		if in.Text("priority") != "" {
			t.Priority = new(in.Whole("priority", 0))
		}
		if !slices.Contains(outcomes, t.Outcome) {
			in.Bad("outcome", "want "+units.Alternatives(outcomes))
		}
		if in.Text("due") == "" {
			in.Bad("due", "want seconds")
		}
		for _, of := range []struct {
			column string
			x      float64
		}{{"due", t.Due}, {"published", t.Published}, {"received", t.Received}, {"started", t.Started}, {"ended", t.Ended}} {
			if math.Abs(of.x) > longest {
				in.Bad(of.column, "want seconds of a run, 36500d at most")
			}
		}
		if t.ID != "" && seen[t.ID] {
			in.Bad("id", "want a row for each task: this id stands above, too")
		}
		seen[t.ID] = true
		tasks = append(tasks, t)
	}
	return tasks, in.Err()
}
