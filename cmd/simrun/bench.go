package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"example.com/simrun/internal/bench"
	"example.com/simrun/live"
	"example.com/simrun/report"
	"example.com/simrun/scenarios"
	"example.com/simrun/strategies"
	"example.com/simrun/workloads"
)

const benchLong = `Run every strategy of a scenario for real: the same broker and workers as in the simulation, in this process and on the
real clock, with tasks that really compute and sleep. Then compare what was measured with what the simulator predicts
for the same tasks on this machine, which is calibrated first.

Arrivals are open loop, and waits count from the intended arrival. Runs take turns: all strategies once, then all again with
other tasks.
A run is void when lateness of the harness or other processes could have moved it further than predictions are claimed to
be off; what moves it less widens the range of the runs.

  --executor goroutine   tasks only sleep: thousands of slots
  --executor thread      every slot is a thread, and the kernel shares the cores
  --executor process     every prefork slot, and every other worker, is a process: crashes and kills are real, and so is
                         the replacement of children that are recycled or autoscaled

Tasks really take the memory that they hold and leak, except as goroutines; a run that would take more than this machine
can spare is ended.
Services really are called, by processes through a socket: one that all workers share works on as many calls at once as
it has capacity for. Machines and services fail, the broker goes down and deploys happen as planned. Zones and limits on
connections are only simulated.`

type benchOptions struct {
	span, format, out, record, executor string
	speed                               float64
	rounds                              int
	replay, quiet                       bool
}

var benchFormats = []string{"table", "json"}

func benchCommand() *cobra.Command {
	var o benchOptions
	c := &cobra.Command{
		Use: "bench FILE", Short: "Run a scenario for real, and compare with the prediction", Long: benchLong,
		Example: "  simrun bench scenarios/priority.yaml --for 1m\n  simrun bench day.yaml --speed 60 --for 2m --rounds 5\n" +
			"  simrun bench cpu.yaml --executor process --replay --record my-recording",
		Args: func(_ *cobra.Command, args []string) error {
			if len(args) != 1 {
				return usageError{fmt.Errorf("bench: %d files: want one scenario", len(args))}
			}
			return nil
		},
		ValidArgsFunction: yamlFiles,
		RunE:              func(c *cobra.Command, files []string) error { return o.run(c, files[0]) },
	}
	f := c.Flags()
	f.SortFlags = false
	f.StringVar(&o.span, "for", "1m", "how long tasks arrive for each strategy, in all its rounds")
	f.Float64Var(&o.speed, "speed", 1, "how many times as fast everything happens: for scenarios of hours")
	f.IntVar(&o.rounds, "rounds", 3, "runs of each strategy, which share its time")
	f.StringVar(&o.executor, "executor", "", "what a slot is made of: process, thread or goroutine (default goroutine if all tasks only sleep, else thread)")
	f.BoolVar(&o.replay, "replay", false, "also simulate the tasks with the times their bodies really took")
	f.StringVar(&o.record, "record", "", "write the runs of each strategy into this folder, as recordings for simrun verify; all rounds then run the same tasks")
	f.StringVarP(&o.out, "out", "o", "", "folder of bench.html and bench.json (default results/NAME)")
	f.StringVarP(&o.format, "format", "f", "table", "format of standard output: table or json")
	f.BoolVarP(&o.quiet, "quiet", "q", false, "no progress and no hints on standard error")
	_ = c.RegisterFlagCompletionFunc("format", cobra.FixedCompletions(benchFormats, cobra.ShellCompDirectiveNoFileComp))
	_ = c.RegisterFlagCompletionFunc("executor", cobra.FixedCompletions([]string{"process", "thread", "goroutine"}, cobra.ShellCompDirectiveNoFileComp))
	_ = c.MarkFlagDirname("out")
	_ = c.MarkFlagDirname("record")
	return c
}

// check returns how long tasks arrive in one run. It finds mistakes in the flags that need no file to be seen.
func (o *benchOptions) check() (time.Duration, error) {
	span, err := time.ParseDuration(o.span)
	switch {
	case err != nil || span < time.Second/10:
		return 0, usageError{fmt.Errorf("--for: %q: want a duration of at least 100ms, such as 30s", o.span)}
	case !(o.speed > 0) || o.speed > 1e6:
		return 0, usageError{fmt.Errorf("--speed: %v: want a factor above 0, at most 1000000", o.speed)}
	case o.rounds < 1:
		return 0, usageError{fmt.Errorf("--rounds: %d: want at least 1", o.rounds)}
	case span/time.Duration(o.rounds) < time.Second/10:
		return 0, usageError{fmt.Errorf("--for: %q: want at least 100ms for each of %d rounds", o.span, o.rounds)}
	case !slices.Contains(benchFormats, o.format):
		return 0, usageError{fmt.Errorf("--format: %q: want table or json", o.format)}
	}
	return span / time.Duration(o.rounds), nil
}

func (o *benchOptions) run(c *cobra.Command, file string) error {
	span, err := o.check()
	if err != nil {
		return err
	}
	sc, err := scenarios.Read(file)
	if err != nil {
		return err
	}
	if err := bench.Refuse(sc); err != nil {
		return err
	}
	executor, err := o.pick(sc)
	if err != nil {
		return err
	}
	if o.out == "" {
		o.out = filepath.Join("results", report.FileName(sc.Name))
	}
	page, figures := filepath.Join(o.out, "bench.html"), filepath.Join(o.out, "bench.json")
	if err := errors.Join(spared([]string{page, figures}, append(sc.Reads, sc.File)), report.Probe(page, figures)); err != nil {
		return err
	}
	bars := newProgress(c.ErrOrStderr(), o.quiet, 1)
	defer bars.end()
	ctx := c.Context()
	if !o.quiet {
		fmt.Fprintf(c.ErrOrStderr(), "%s: calibrating\n", sc.Name)
	}
	found, err := calibrate(ctx, []live.Executor{executor}, pace(sc, o.speed))
	if err != nil {
		return err
	}
	result, interrupted := bench.Measure(ctx, sc, realRun(executor, live.Rate(found.Rate)), bench.Options{
		For: span, Speed: o.speed, Rounds: o.rounds, Executor: executor.String(), Calibration: found, Replay: o.replay,
		Keep: o.record != "", Progress: bars.of(sc.Name, sc), Version: version(),
	})
	bars.end()
	if result == nil {
		return interrupted
	}
	// What was measured before an interruption is reported, too: the context that ended it must not end that.
	if err := o.write(context.WithoutCancel(ctx), sc, result, page, figures); err != nil {
		return errors.Join(err, interrupted)
	}
	if err := o.show(c.OutOrStdout(), result); err != nil {
		return errors.Join(err, interrupted)
	}
	if !o.quiet {
		fmt.Fprintf(c.ErrOrStderr(), "Written: %s\n", page)
	}
	return interrupted
}

// pick returns the executor asked for, or the one that suits.
func (o *benchOptions) pick(sc *scenarios.Scenario) (live.Executor, error) {
	var computing, filling []string
	for i := range sc.Classes {
		if sc.Classes[i].Memory.Any() {
			filling = append(filling, sc.Classes[i].Name)
		}
		if slices.ContainsFunc(sc.Classes[i].Work, func(p workloads.Phase) bool { return p.Kind == workloads.CPU }) {
			computing = append(computing, sc.Classes[i].Name)
		}
	}
	if o.executor == "" {
		if computing == nil && filling == nil {
			return live.Goroutine, nil
		}
		return live.Thread, nil
	}
	e, err := live.ParseExecutor(o.executor)
	if err != nil {
		return e, usageError{fmt.Errorf("--executor: %q: want process, thread or goroutine", o.executor)}
	}
	if e == live.Goroutine && computing != nil {
		return e, usageError{fmt.Errorf("--executor: goroutine: %s computes, and goroutines only sleep: want process or thread", strings.Join(computing, ", "))}
	}
	if e == live.Goroutine && filling != nil {
		return e, usageError{fmt.Errorf("--executor: goroutine: %s takes memory, and goroutines only sleep: want process or thread", strings.Join(filling, ", "))}
	}
	return e, nil
}

// pace returns the number of tasks a second with which an executor is calibrated: as many as the scenario has, within
// what a short measurement can bear.
func pace(sc *scenarios.Scenario, speed float64) float64 {
	rate := 0.0
	for i := range sc.Classes {
		if r := workloads.MeanRate(sc.Classes, i); r > 0 && r < 1e9 {
			rate += r * speed
		}
	}
	return min(max(rate, 100), 2000)
}

// realRun makes package live what package bench asks for.
func realRun(executor live.Executor, rate live.Rate) bench.Real {
	return func(ctx context.Context, l *strategies.Layout, classes []workloads.Class, o bench.TrialOptions) (bench.Trial, error) {
		options := live.Options{
			Key: o.Key, Duration: o.Duration, Drain: o.Drain, Start: o.Start, Executor: executor, Rate: rate, Precise: true,
			Body: o.Body, Services: o.Services, Faults: o.Faults,
		}
		if o.Recorder != nil {
			options.Recorder = o.Recorder
		}
		r, err := live.New(l, classes, options).Run(ctx)
		if err != nil {
			return bench.Trial{}, err
		}
		return bench.Trial{
			Tally: r.Tally, End: r.End, Interrupted: r.Interrupted, Lag: r.Lag, SendLag: r.SendLag, Leaks: r.Leaks,
			Killed: r.Children.Killed, Died: r.Children.Died + r.Children.Garbled, Others: r.Others,
		}, nil
	}
}

// write puts the page, the figures and the recordings into place, all or none.
func (o *benchOptions) write(ctx context.Context, sc *scenarios.Scenario, r *bench.Result, page, figures string) error {
	b := &report.Batch{}
	defer b.Discard()
	if err := b.Add(page, func(w io.Writer) error { return report.HTMLOf(w, report.BenchDocument(r), version()) }); err != nil {
		return err
	}
	if err := b.Add(figures, func(w io.Writer) error { return writeJSON(w, r) }); err != nil {
		return err
	}
	if o.record != "" {
		if err := report.BenchRecordings(b, o.record, sc, r); err != nil {
			return err
		}
	}
	return b.Commit(ctx)
}

func (o *benchOptions) show(w io.Writer, r *bench.Result) error {
	if o.format == "json" {
		return writeJSON(w, r)
	}
	width, color := terminal(w)
	_, err := io.WriteString(w, report.TextOf(report.BenchDocument(r), width, color))
	return err
}
