package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"example.com/simrun/internal/experiment"
	"example.com/simrun/report"
	"example.com/simrun/scenarios"
)

// runOptions are the flags of run, and of simrun itself.
type runOptions struct {
	out, tasks, trace, format, require string
	shard, histogram, junit            string
	quiet, png, verbose, force, flip   bool
	interactive                        bool
	over                               []string // inputs that may flip the answer; nil = all
	cores                              coreCount
	elsewhere
}

var formats = []string{"table", "json", "csv", "markdown"}

func runCommand() *cobra.Command {
	var o runOptions
	c := &cobra.Command{
		Use: "run FILE...", Short: "Simulate scenarios and say which layout passes (the same as simrun FILE...)",
		Args: atLeastOneFile, ValidArgsFunction: yamlFiles,
		Example: "  simrun run scenarios/priority.yaml\n  simrun run --tasks tasks.csv --trace trace.json scenarios/minimal.yaml",
		RunE:    func(c *cobra.Command, files []string) error { return runFiles(c, files, o) },
	}
	o.flags(c)
	return c
}

func (o *runOptions) flags(c *cobra.Command) {
	o.outputFlags(c)
	f := c.Flags()
	f.StringVar(&o.tasks, "tasks", "", "write one row for each task of the first replication to this CSV file")
	f.StringVar(&o.trace, "trace", "", "write the timeline of the first replication to this JSON file, for trace viewers (Perfetto, chrome://tracing)")
	f.StringVar(&o.shard, "shard", "", "compute one part of the work, such as 3/16, into the folder --out (default shards); simrun merge puts the parts together")
	f.BoolVar(&o.interactive, "interactive", false, "make a page that answers what happens with another load, other slots, other targets: it holds the simulator")
	f.BoolVar(&o.force, "force", false, "simulate also what is not expected to fit in memory")
	coresFlag(c, &o.cores)
	o.elsewhere.flags(c)
}

// outputFlags say where results go and in which form.
func (o *runOptions) outputFlags(c *cobra.Command) {
	f := c.Flags()
	f.SortFlags = false
	f.StringVarP(&o.out, "out", "o", "", "folder for the results (default results/NAME; with several files, a folder NAME for each in results)")
	f.StringVarP(&o.format, "format", "f", "table", "format of standard output: "+strings.Join(formats, ", "))
	f.BoolVarP(&o.verbose, "verbose", "v", false, "print the whole report, not only what fits on one screen")
	f.StringVar(&o.histogram, "histogram", "", "also print how the waits of this class are spread")
	f.StringVar(&o.require, "require", "", "end with status 3 unless this strategy meets every target")
	f.BoolVar(&o.flip, "flip", false, "also find what would change the answer, as simrun flip does, for the report")
	f.StringVar(&o.junit, "junit", "", "write the targets as tests to this XML file, those of the strategy of --require or of all")
	f.BoolVar(&o.png, "png", false, "also write every plot as PNG")
	f.BoolVarP(&o.quiet, "quiet", "q", false, "no progress and no hints on standard error")
	_ = c.RegisterFlagCompletionFunc("format", cobra.FixedCompletions(formats, cobra.ShellCompDirectiveNoFileComp))
	_ = c.RegisterFlagCompletionFunc("require", cobra.NoFileCompletions)
	_ = c.RegisterFlagCompletionFunc("histogram", cobra.NoFileCompletions)
	_ = c.MarkFlagDirname("out")
}

// job is one scenario and where its results go.
type job struct {
	sc     *scenarios.Scenario
	name   string // of its folder
	folder string

	whatIf *report.WhatIf // nil = the page cannot be asked
}

func runFiles(c *cobra.Command, files []string, o runOptions) error {
	if err := o.check(files); err != nil {
		return err
	}
	if o.shard != "" {
		return runShard(c, files[0], o)
	}
	if o.on != "" {
		return runElsewhere(c, files, o)
	}
	jobs, err := o.ready(c, files)
	if err != nil {
		return err
	}
	ctx, stdout := c.Context(), c.OutOrStdout()
	if o.interactive {
		if err := interactive(ctx, files, jobs); err != nil {
			return err
		}
	}
	bars := newProgress(c.ErrOrStderr(), o.quiet, len(jobs))
	var entries []report.Entry
	var missed []error
	for _, j := range jobs {
		r, err := o.one(ctx, j, bars, nil)
		if err != nil {
			return err
		}
		if err := o.show(stdout, r, len(entries) > 0); err != nil {
			return err
		}
		entries = append(entries, report.Entry{Folder: j.name, Result: r})
		if o.require != "" {
			missed = append(missed, required(r, o.require))
		}
		if !o.quiet {
			fmt.Fprintf(c.ErrOrStderr(), "Written: %s\n", filepath.Join(j.folder, "report.html"))
		}
	}
	if len(jobs) > 1 {
		if err := summarise(ctx, stdout, entries, outFolder(o.out), o.format); err != nil {
			return err
		}
	}
	if err := o.toServer(ctx, entries); err != nil {
		return err
	}
	if err := errors.Join(missed...); err != nil {
		return requireError{err}
	}
	return nil
}

// ready reads the scenarios, and finds out before anything runs what would stand in the way.
func (o *runOptions) ready(c *cobra.Command, files []string) ([]job, error) {
	jobs, err := read(files, o.out)
	if err != nil {
		return nil, err
	}
	for _, check := range []func([]job) error{
		o.checkRequired, o.checkHistogram, o.checkInputs, o.apart,
		func(jobs []job) error { return o.weigh(c.ErrOrStderr(), jobs) },
		func(jobs []job) error { return probe(jobs, *o) },
	} {
		if err := check(jobs); err != nil {
			return nil, err
		}
	}
	return jobs, nil
}

// check finds mistakes in the flags that need no file to be seen.
func (o *runOptions) check(files []string) error {
	if !slices.Contains(formats, o.format) {
		return usageError{fmt.Errorf("--format: %q: want %s", o.format, strings.Join(formats, ", "))}
	}
	if o.interactive && (o.shard != "" || o.on != "") {
		return usageError{errors.New("--interactive: simulates on this machine: want neither --shard nor --on")}
	}
	if o.shard != "" {
		return o.checkShard(files)
	}
	if len(files) > 1 && (o.tasks != "" || o.trace != "") {
		return usageError{fmt.Errorf("--tasks and --trace take one scenario, got %d", len(files))}
	}
	return nil
}

// read reads every file before anything runs, so that all mistakes of all files come at once.
func read(files []string, out string) ([]job, error) {
	var jobs []job
	var errs []error
	from := map[string]string{}
	for _, file := range files {
		sc, err := scenarios.Read(file)
		if err != nil {
			errs = append(errs, err)
			continue
		}
		j := job{sc: sc, name: report.FileName(sc.Name)}
		if len(files) == 1 {
			if j.folder = out; out == "" {
				j.folder = filepath.Join(outFolder(""), j.name)
			}
		} else {
			j.folder = filepath.Join(outFolder(out), j.name)
		}
		folder := strings.ToLower(j.folder) // not every file system tells the cases apart
		if other, taken := from[folder]; taken {
			errs = append(errs, fmt.Errorf("%s: name: %q: %s would write to the same folder, %s", file, sc.Name, other, j.folder))
		}
		from[folder] = file
		jobs = append(jobs, j)
	}
	return jobs, errors.Join(errs...)
}

func outFolder(out string) string {
	if out == "" {
		return "results"
	}
	return out
}

func probe(jobs []job, o runOptions) error {
	var paths []string
	for _, p := range []string{o.tasks, o.trace, o.junit} {
		if p != "" {
			paths = append(paths, p)
		}
	}
	if len(jobs) > 1 {
		paths = append(paths, filepath.Join(outFolder(o.out), "index.html"), filepath.Join(outFolder(o.out), "summary.json"))
	}
	if err := report.Probe(paths...); err != nil {
		return err
	}
	for _, j := range jobs {
		if err := report.ProbeFolder(j.folder); err != nil {
			return err
		}
	}
	return nil
}

// one runs a scenario and writes its results, all or none.
func (o *runOptions) one(ctx context.Context, j job, p *progress, on experiment.Backend) (*experiment.Result, error) {
	began := time.Now()
	if on == nil {
		on = here(o.cores.used(), toCome{runs: experiment.LeastCells(j.sc)}, p)
	}
	r, err := experiment.Run(ctx, j.sc, experiment.Options{
		Cores: o.cores.used(), Progress: p.of(j.sc.Name, j.sc), Tasks: o.tasks != "" || o.trace != "", Version: version(), Backend: on,
		Flips: o.inputs(),
	})
	p.end()
	if err != nil {
		return nil, err
	}
	ran := ranHere(began, o.cores)
	return r, o.write(ctx, j, r, &ran)
}

// ranHere says what a run took that began then, and ends now.
func ranHere(began time.Time, asked coreCount) report.Ran {
	ran := report.Ran{WallSeconds: time.Since(began).Seconds(), Cores: asked.used(), Program: os.Args[0]}
	if path, err := os.Executable(); err == nil {
		ran.Program = path
	}
	return ran
}

// toServer tells a build server what was found, where it asks.
func (o *runOptions) toServer(ctx context.Context, entries []report.Entry) error {
	if o.junit != "" {
		b := &report.Batch{}
		defer b.Discard()
		if err := b.Add(o.junit, func(w io.Writer) error { return report.JUnit(w, entries, o.require) }); err != nil {
			return err
		}
		if err := b.Commit(ctx); err != nil {
			return err
		}
	}
	for _, e := range entries {
		if err := stepSummary(report.Summary(e.Result)); err != nil {
			return err
		}
	}
	return nil
}

// write writes the results of a scenario, all or none.
func (o *runOptions) write(ctx context.Context, j job, r *experiment.Result, ran *report.Ran) error {
	b := &report.Batch{}
	defer b.Discard()
	if err := report.Folder(b, j.folder, j.sc, r, report.Options{PNG: o.png, Ran: ran, WhatIf: j.whatIf}); err != nil {
		return err
	}
	if o.tasks != "" {
		if err := b.Add(o.tasks, func(w io.Writer) error { return report.TasksCSV(w, r.Tasks) }); err != nil {
			return err
		}
	}
	if o.trace != "" {
		if err := b.Add(o.trace, func(w io.Writer) error { return report.TraceJSON(w, r.Attempts) }); err != nil {
			return err
		}
	}
	return b.Commit(ctx)
}

// show writes one result to standard output.
func (o *runOptions) show(w io.Writer, r *experiment.Result, again bool) error {
	var err error
	switch o.format {
	case "json":
		return report.JSON(w, r)
	case "csv":
		if err = report.ClassesCSV(w, r); err == nil {
			if _, err = fmt.Fprintln(w); err == nil {
				err = report.WorkersCSV(w, r)
			}
			if err == nil && r.Sweep != nil {
				if _, err = fmt.Fprintln(w); err == nil {
					err = report.SweepCSV(w, r)
				}
			}
		}
	case "markdown":
		_, err = io.WriteString(w, gap(again)+report.Markdown(r))
	default:
		width, color := terminal(w)
		shown := report.Screen
		if o.verbose {
			shown = report.Text
		}
		text := gap(again) + shown(r, width, color)
		if o.histogram != "" {
			text += report.Histogram(r, o.histogram, width, color)
		}
		_, err = io.WriteString(w, text)
	}
	return err
}

func gap(again bool) string {
	if again {
		return "\n\n"
	}
	return ""
}

// summarise ends a run over several scenarios: index.html, summary.json, and a table of all.
func summarise(ctx context.Context, w io.Writer, entries []report.Entry, dir, format string) error {
	b := &report.Batch{}
	defer b.Discard()
	if err := b.Add(filepath.Join(dir, "index.html"), func(w io.Writer) error { return report.IndexHTML(w, entries) }); err != nil {
		return err
	}
	if err := b.Add(filepath.Join(dir, "summary.json"), func(w io.Writer) error { return report.SummaryJSON(w, entries) }); err != nil {
		return err
	}
	if err := b.Commit(ctx); err != nil {
		return err
	}
	var err error
	switch format {
	case "table":
		width, color := terminal(w)
		_, err = io.WriteString(w, report.SummaryText(entries, width, color))
	case "markdown":
		_, err = io.WriteString(w, report.SummaryMarkdown(entries))
	}
	return err // json and csv are streams of results: a summary in them would be of another shape
}
