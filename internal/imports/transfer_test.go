package imports_test

import (
	"flag"
	"fmt"
	"maps"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"gonum.org/v1/gonum/stat"

	"example.com/simrun/internal/experiment"
	"example.com/simrun/internal/imports"
	"example.com/simrun/internal/recordings"
	"example.com/simrun/scenarios"
	"example.com/simrun/workloads"
)

var update = flag.Bool("update", false, "write the table of what was found")

// tasksOf is the same for recordings that met the same tasks.
func tasksOf(rec *recordings.Recording) string {
	var b strings.Builder
	for _, name := range rec.Trace.Classes {
		trace, _ := rec.Trace.Class(name)
		for _, row := range trace.Rows {
			fmt.Fprintln(&b, name, row.Due, row.CPU, row.IO, row.Failure)
		}
	}
	return b.String()
}

// computing are the classes that somebody who knows the tasks would call computing.
func computing(rec *recordings.Recording) (names []string) {
	for _, name := range rec.Trace.Classes {
		trace, _ := rec.Trace.Class(name)
		cpu, io := 0.0, 0.0
		for _, row := range trace.Rows {
			cpu, io = cpu+row.CPU.Seconds(), io+row.IO.Seconds()
		}
		if cpu > io {
			names = append(names, name)
		}
	}
	return names
}

// kind is what a recording is made of.
func kind(rec *recordings.Recording) string {
	for _, name := range rec.Trace.Classes {
		trace, _ := rec.Trace.Class(name)
		if slices.ContainsFunc(trace.Rows, func(r workloads.TraceRow) bool { return r.Failure == workloads.FailHangIO }) {
			return "hanging"
		}
	}
	if rec.CPUHeavy() {
		return "computing"
	}
	return "sleeping"
}

// predicted simulates the layout of one recording with the tasks as the log of another tells them.
func predicted(t *testing.T, from, to *recordings.Recording) *experiment.Result {
	t.Helper()
	m, err := imports.Make(t.Context(), imports.Options{Paths: []string{from.Dir}, Base: "mine", Replay: true, Said: imports.Said{Computes: computing(from)}})
	require.NoError(t, err)
	dir := t.TempDir()
	for _, f := range m.Files {
		require.NoError(t, os.WriteFile(filepath.Join(dir, f.Name), f.Content, 0o644))
	}
	told, err := scenarios.Decode("mine.yaml", []byte(m.Scenario), dir)
	require.NoError(t, err)
	sc, err := to.Decode()
	require.NoError(t, err)
	sc.Run.Min, sc.Run.Max = 20, 20
	for i := range sc.Classes {
		at := slices.IndexFunc(told.Classes, func(c workloads.Class) bool { return c.Name == sc.Classes[i].Name })
		require.GreaterOrEqual(t, at, 0)
		sc.Classes[i].Arrivals.Process, sc.Classes[i].Work = told.Classes[at].Arrivals.Process, told.Classes[at].Work
	}
	r, err := experiment.Run(t.Context(), sc, experiment.Options{})
	require.NoError(t, err)
	return r
}

// From the log of one layout to what happened under another, for all recordings of real Celery that met the same tasks:
// p95 of wait and response within a tenth or 5 ms of the mean of the recorded runs.
func TestTransfer(t *testing.T) {
	dirs, err := filepath.Glob(filepath.Join("..", "fidelity", "testdata", "*", "trace.csv"))
	require.NoError(t, err)
	families := map[string][]*recordings.Recording{}
	for _, dir := range dirs {
		rec, err := recordings.Read(filepath.Dir(dir))
		require.NoError(t, err)
		families[tasksOf(rec)] = append(families[tasksOf(rec)], rec)
	}
	held, all := map[string]int{}, map[string]int{}
	errs := map[string][]float64{}
	for _, family := range families {
		for _, to := range family {
			for _, from := range family {
				if from == to {
					continue
				}
				r := predicted(t, from, to)
				for _, c := range r.Strategies[0].Classes {
					count(&c, to.Runs, func(off float64, holds bool) {
						all[kind(to)]++
						errs[kind(to)] = append(errs[kind(to)], math.Abs(off))
						if holds {
							held[kind(to)]++
						}
					})
				}
			}
		}
	}
	t.Logf("held %v of %v", held, all)
	table := "work,figures,p95\n"
	for _, name := range slices.Sorted(maps.Keys(errs)) {
		slices.Sort(errs[name])
		table += fmt.Sprintf("%s,%d,%.3f\n", name, len(errs[name]), max(0.01, stat.Quantile(0.9, stat.LinInterp, errs[name], nil)))
	}
	path := filepath.Join("..", "fidelity", "known", "transfer.csv")
	if *update {
		require.NoError(t, os.WriteFile(path, []byte(table), 0o644))
	}
	was, err := os.ReadFile(path)
	require.NoError(t, err)
	assert.Equal(t, string(was), table, "run with -update, and look at the difference")
	for name, least := range map[string]int{"sleeping": 97, "computing": 70, "hanging": 75} {
		require.Positive(t, all[name])
		assert.GreaterOrEqual(t, held[name]*100, all[name]*least, "%s: %d of %d", name, held[name], all[name])
	}
}

// count compares the p95 figures of a class that the runs have tasks enough to know.
func count(c *experiment.Class, runs []recordings.Run, tell func(off float64, holds bool)) {
	const enough, slack = 60, 0.005 // s
	for _, f := range []struct {
		of   *experiment.Quantiles
		seen func(o *experiment.Observed) float64
		ok   bool // of tasks that succeeded only
	}{
		{c.Wait, func(o *experiment.Observed) float64 { return o.WaitP95 }, false},
		{c.Response, func(o *experiment.Observed) float64 { return o.ResponseP95 }, true},
	} {
		sum := 0.0
		for i := range c.Observed {
			sum += f.seen(&c.Observed[i])
		}
		known := len(c.Observed) == len(runs)
		for _, run := range runs {
			n := 0
			for i := range run.Tasks {
				task := &run.Tasks[i]
				if task.Class == c.Name && !math.IsNaN(task.Started) && (!f.ok || task.Outcome == "ok") {
					n++
				}
			}
			known = known && n >= enough
		}
		if !known || !f.of.P95.Known() {
			continue
		}
		seen := sum / float64(len(c.Observed))
		off := f.of.P95.Value - seen
		if math.Abs(off) <= slack {
			off = 0
		}
		tell(off/seen, math.Abs(off) <= 0.1*seen)
	}
}
