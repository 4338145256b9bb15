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
		r, err := experiment.Run(ctx, &sc, experiment.Options{Tasks: true, Cores: 1})
		if err != nil {
			return nil, err
		}
		all = append(all, newSample(predictedTasks(r.Tasks), rec.Duration))
	}
	return all, nil
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
