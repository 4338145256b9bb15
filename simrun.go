package simrun

import (
	"context"
	"fmt"
	"io"

	"example.com/simrun/internal/experiment"
	"example.com/simrun/report"
	"example.com/simrun/scenarios"
	"example.com/simrun/spec"
)

// Scenario is a system to be simulated, checked and with every default filled in.
type Scenario = scenarios.Scenario

// Result is what was found: every field of results.json. Durations are in seconds, shares from 0 to 1.
type Result = experiment.Result

// Parts of a Result.
type (
	Estimate   = experiment.Estimate   // a figure with its interval
	Strategy   = experiment.Strategy   // what one layout does
	Class      = experiment.Class      // what happens to one kind of task
	SLO        = experiment.SLO        // how one target comes out
	Comparison = experiment.Comparison // of two layouts on the same tasks
	Verdict    = experiment.Verdict    // which layout to take, and why
)

// Progress says how far a run is.
type Progress = experiment.Progress

// Read reads a scenario file. What is wrong with it comes back all at once, one problem a line.
func Read(path string) (*Scenario, error) { return scenarios.Read(path) }

// Parse reads a scenario file from memory. The name stands in messages; files that the scenario names are looked for in
// dir.
func Parse(name string, data []byte, dir string) (*Scenario, error) {
	return scenarios.Decode(name, data, dir)
}

// Build makes a scenario of Go values, with the checks and defaults of a file. Files that it names are relative to the
// working directory.
func Build(s spec.Scenario) (*Scenario, error) { return scenarios.Build(s, ".") }

// Options say how to run a scenario. The zero Options run it as it says, on all cores.
type Options struct {
	Seed         *uint64        // of all random numbers; nil = the scenario's
	Replications int            // exactly so many; 0 = as many as the scenario says
	Cores        int            // simulate on at most so many; 0 = all. The result does not depend on it
	Progress     func(Progress) // called from one goroutine at a time; may be nil
}

// Run simulates a scenario and judges its layouts. An error is that of the context, which ends the run, or says what is
// wrong with the options; the scenario stays as it is.
func Run(ctx context.Context, s *Scenario, o Options) (*Result, error) {
	if o.Replications < 0 {
		return nil, fmt.Errorf("replications: %d: want at least 1, or 0 for what the scenario says", o.Replications)
	}
	return experiment.Run(ctx, with(s, o), experiment.Options{Cores: max(0, o.Cores), Progress: o.Progress, Version: "library"})
}

// with is a scenario with the options in place, in every cell of its sweep as well.
func with(s *Scenario, o Options) *Scenario {
	own := *s
	if o.Seed != nil {
		own.Seed = *o.Seed
	}
	if o.Replications > 0 {
		own.Run.Min, own.Run.Max = o.Replications, o.Replications
	}
	if s.Sweep != nil {
		sweep := *s.Sweep
		sweep.Cells = nil
		for _, c := range s.Sweep.Cells {
			c.Scenario = with(c.Scenario, o)
			sweep.Cells = append(sweep.Cells, c)
		}
		own.Sweep = &sweep
	}
	return &own
}

// WriteJSON writes a result as results.json has it.
func WriteJSON(w io.Writer, r *Result) error { return report.JSON(w, r) }

// Text is a result as the program prints it with --verbose, in lines of at most that width.
func Text(r *Result, width int) string { return report.Text(r, width, false) }

// WriteFolder writes what the program leaves in a folder of results: report.html, results.json, classes.csv, workers.csv,
// summary.md and plots. All of it is written or, with an error, nothing.
func WriteFolder(ctx context.Context, dir string, s *Scenario, r *Result) error {
	b := &report.Batch{}
	defer b.Discard()
	if err := report.Folder(b, dir, s, r, report.Options{}); err != nil {
		return err
	}
	return b.Commit(ctx)
}
