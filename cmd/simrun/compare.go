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

	"github.com/spf13/cobra"

	"example.com/simrun/internal/compare"
	"example.com/simrun/internal/experiment"
	"example.com/simrun/internal/logs"
	"example.com/simrun/report"
	"example.com/simrun/scenarios"
)

const compareLong = `Say what changed between two runs, figure by figure, and how sure that is.

OLD and NEW are folders of results, or scenario files, which are simulated now and leave nothing. Runs with the
same seed and as many replications met the same tasks, and are compared on them; a difference is shown only where it
is not just chance, allowing for the number of figures.`

type compareOptions struct {
	format      string
	all, quiet  bool
	failOnWorse bool
	cores       coreCount
}

var compareFormats = []string{"table", "json", "markdown"}

func compareCommand() *cobra.Command {
	var o compareOptions
	c := &cobra.Command{
		Use: "compare OLD NEW", Short: "Say what changed between two runs, and how sure that is", Long: compareLong,
		Example: "  simrun compare results/priority /tmp/priority\n  simrun compare --fail-on-worse main.yaml branch.yaml   # for CI: status 3",
		Args: func(_ *cobra.Command, args []string) error {
			if len(args) != 2 {
				return usageError{fmt.Errorf("compare takes two runs, got %d: name the old one and the new one", len(args))}
			}
			return nil
		},
		RunE: func(c *cobra.Command, args []string) error { return compareRuns(c, args, o) },
	}
	f := c.Flags()
	f.SortFlags = false
	f.StringVarP(&o.format, "format", "f", "table", "format of standard output: "+strings.Join(compareFormats, ", "))
	f.BoolVarP(&o.all, "all", "a", false, "list also the figures for which no difference is shown")
	f.BoolVar(&o.failOnWorse, "fail-on-worse", false, "end with status 3 if a figure or a verdict got worse, or tasks no longer end")
	coresFlag(c, &o.cores)
	f.BoolVarP(&o.quiet, "quiet", "q", false, "no progress on standard error")
	_ = c.RegisterFlagCompletionFunc("format", cobra.FixedCompletions(compareFormats, cobra.ShellCompDirectiveNoFileComp))
	return c
}

func compareRuns(c *cobra.Command, args []string, o compareOptions) error {
	if !slices.Contains(compareFormats, o.format) {
		return usageError{fmt.Errorf("--format: %q: want %s", o.format, strings.Join(compareFormats, ", "))}
	}
	var mistakes []error
	sources := make([]func() (*experiment.Figures, error), len(args))
	for i, path := range args { // every mistake before anything runs
		source, err := o.source(c, path)
		sources[i] = source
		mistakes = append(mistakes, err)
	}
	if err := errors.Join(mistakes...); err != nil {
		return err
	}
	var runs [2]*experiment.Figures
	for i := range sources {
		var err error
		if runs[i], err = sources[i](); err != nil {
			return err
		}
	}
	found := compare.Runs(runs[0], runs[1])
	if err := o.show(c.OutOrStdout(), found); err != nil {
		return err
	}
	if err := stepSummary(report.CompareMarkdown(found, o.all)); err != nil {
		return err
	}
	if o.failOnWorse && !found.Common {
		return fmt.Errorf("--fail-on-worse: %s and %s have nothing in common: want the same names of layouts and tasks in both", args[0], args[1])
	}
	if o.failOnWorse && found.Worse() {
		return requireError{fmt.Errorf("%s is worse than %s", args[1], args[0])}
	}
	return nil
}

// source says where the figures of a run come from: a folder of results, or a scenario that is simulated.
func (o *compareOptions) source(c *cobra.Command, path string) (func() (*experiment.Figures, error), error) {
	info, err := os.Stat(path)
	switch {
	case err != nil:
		return nil, fmt.Errorf("%s: %w", path, logs.Reason(err))
	case filepath.Ext(path) == ".json":
		return nil, fmt.Errorf("%s: a file of results: want their folder, or a scenario", path)
	case info.IsDir():
		f, err := compare.Read(path)
		return func() (*experiment.Figures, error) { return f, nil }, err
	}
	sc, err := scenarios.Read(path)
	if err != nil {
		return nil, err
	}
	return func() (*experiment.Figures, error) { return o.simulate(c.Context(), c.ErrOrStderr(), sc) }, nil
}

func (o *compareOptions) simulate(ctx context.Context, stderr io.Writer, sc *scenarios.Scenario) (*experiment.Figures, error) {
	bars := newProgress(stderr, o.quiet, 1)
	r, err := experiment.Run(ctx, sc, experiment.Options{Cores: o.cores.used(), Progress: bars.of(sc.Name, sc), Version: version()})
	bars.end()
	if err != nil {
		return nil, err
	}
	return experiment.NewFigures(r), nil
}

func (o *compareOptions) show(w io.Writer, found *compare.Comparison) error {
	switch o.format {
	case "json":
		return report.CompareJSON(w, found)
	case "markdown":
		_, err := io.WriteString(w, report.CompareMarkdown(found, o.all))
		return err
	}
	width, color := terminal(w)
	_, err := io.WriteString(w, report.CompareText(found, o.all, width, color))
	return err
}

// stepSummary adds markdown to the summary of a step, where the build server asks for one by its variable
// (docs.github.com, "Workflow commands: Adding a job summary").
func stepSummary(text string) error {
	path := os.Getenv("GITHUB_STEP_SUMMARY")
	if path == "" {
		return nil
	}
	f, err := os.OpenFile(path, os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o644)
	if err != nil {
		return fmt.Errorf("GITHUB_STEP_SUMMARY: %w", err)
	}
	_, err = io.WriteString(f, text+"\n")
	return errors.Join(err, f.Close())
}
