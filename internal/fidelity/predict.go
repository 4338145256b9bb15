package fidelity

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"math"
	"slices"

	"example.com/simrun/des"
	"example.com/simrun/internal/experiment"
	"example.com/simrun/internal/recordings"
	"example.com/simrun/scenarios"
	"example.com/simrun/workloads"
)

// predict runs the scenario of a recording so many times, with seeds of its own.
func predict(ctx context.Context, rec *recordings.Recording, replications int) ([]*sample, error) {
	base, err := rec.Decode()
	if err != nil {
		return nil, err
	}
	var all []*sample
	for i := range replications {
		sc := *base
		sc.Seed = uint64(i + 1)
		sc.Run.Min, sc.Run.Max = 1, 1 // the tasks of the first replication are the ones kept
		sc.Observed = nil
		sc.Classes = publishedAs(base.Classes, rec.Runs[i%len(rec.Runs)].Tasks, base.Layouts[0].Broker.Publish)
		r, err := experiment.Run(ctx, &sc, experiment.Options{Tasks: true, Cores: 1})
		if err != nil {
			return nil, err
		}
		all = append(all, newSample(predictedTasks(r.Tasks), rec.Duration))
	}
	return all, nil
}

// publishedAs are classes whose tasks are published as late as in a run. When the producer comes to publish a task is its own
// affair, and differs from run to run; what Celery makes of it is predicted. The call of a producer goes on when its message
// lies in the broker, so that the usual time of a call stands for what publishing usually takes.
func publishedAs(classes []workloads.Class, run []scenarios.ObservedTask, publish des.Time) []workloads.Class {
	calls := make(map[string]float64, len(run))
	var all []float64
	for i := range run {
		if call := run[i].Published - run[i].Due; call >= 0 { // not NaN
			calls[run[i].ID] = call
			all = append(all, call)
		}
	}
	if len(all) == 0 {
		return classes
	}
	slices.Sort(all)
	usual := all[len(all)/2]
	classes = slices.Clone(classes)
	for c := range classes {
		t, traced := classes[c].Arrivals.Process.(workloads.Trace)
		if !traced {
			continue
		}
		t.Rows = slices.Clone(t.Rows)
		for i := range t.Rows {
			if call, known := calls[t.Rows[i].ID]; known {
				t.Rows[i].Lag = max(1, publish+des.Seconds(call)-des.Seconds(usual))
			}
		}
		classes[c].Arrivals.Process = t
	}
	return classes
}

// unsupported are the keys that a scenario cannot say yet; nil for any other error.
func unsupported(err error) []string {
	if u, ok := errors.AsType[*recordings.Unsupported](err); ok {
		return u.Keys
	}
	return nil
}

func predictedTasks(rows []experiment.Task) []task {
	tasks := make([]task, len(rows))
	for i := range rows {
		r := &rows[i]
		tasks[i] = task{
			id: r.ID, class: r.Class, outcome: r.Outcome.String(), attempts: r.Attempts,
			due: r.Due.Seconds(), started: seconds(r.Started), ended: seconds(r.Ended),
		}
	}
	return tasks
}

func seconds(t des.Time) float64 {
	if t == des.Never {
		return math.NaN()
	}
	return t.Seconds()
}

func observedTasks(rows []scenarios.ObservedTask) []task {
	tasks := make([]task, len(rows))
	for i := range rows {
		r := &rows[i]
		tasks[i] = task{id: r.ID, class: r.Class, outcome: r.Outcome, attempts: r.Attempts, due: r.Due, started: r.Started, ended: r.Ended}
	}
	return tasks
}

// distinct is the number of samples that differ from all before them; where it is 1, nothing was left to chance.
func distinct(samples []*sample) int {
	n := 0
	for i, s := range samples {
		if !slices.ContainsFunc(samples[:i], func(other *sample) bool { return same(s, other) }) {
			n++
		}
	}
	return n
}

func same(a, b *sample) bool {
	return slices.EqualFunc(a.tasks, b.tasks, func(x, y task) bool {
		return x.id == y.id && x.outcome == y.outcome && x.attempts == y.attempts && equal(x.started, y.started) && equal(x.ended, y.ended)
	})
}

func equal(a, b float64) bool { return a == b || math.IsNaN(a) && math.IsNaN(b) }

// fingerprint is the same for recordings whose tasks are: when they were due, what they asked for, what went wrong.
// Queues and priorities are how a layout treats them.
func fingerprint(rec *recordings.Recording) string {
	h := sha256.New()
	for _, name := range rec.Trace.Classes {
		rows, err := rec.Trace.Class(name)
		if err != nil {
			continue // not reached: the names are those of the file
		}
		for _, row := range rows.Rows {
			fmt.Fprintln(h, name, row.Due, row.CPU, row.IO, row.IOFirst, row.Failure, row.Times)
		}
	}
	return hex.EncodeToString(h.Sum(nil))
}
