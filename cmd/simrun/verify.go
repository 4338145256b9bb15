package main

import (
	"errors"
	"fmt"
	"io"
	"path/filepath"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"example.com/simrun/internal/fidelity"
	"example.com/simrun/internal/fidelity/known"
	"example.com/simrun/internal/recordings"
	"example.com/simrun/report"
)

const verifyLong = `Replay recordings of real Celery through the simulator, and compare its predictions with what was observed.

A recording is a folder with scenario.json, trace.csv and run*.csv (docs/fidelity.md; tools/celery records one). For
each class it compares the mean and quantiles of wait and response, the throughput and the outcomes, measures how far
the distributions are apart, and says whether each figure is within its bar. The page that shows the distributions on top
of each other goes to results/verify.`

type verifyOptions struct {
	format, out     string
	markdown, known string
	all, quiet      bool
	replications    int
}

func verifyCommand() *cobra.Command {
	o := verifyOptions{}
	c := &cobra.Command{
		Use: "verify RECORDING_DIR...", Short: "Compare predictions with recordings of real Celery", Long: verifyLong,
		Example: "  simrun verify internal/fidelity/testdata/24b-noprefetch\n  simrun verify --all my-recording\n  simrun verify --format json internal/fidelity/testdata/* | jq .hold",
		Args: func(_ *cobra.Command, args []string) error {
			if len(args) == 0 {
				return usageError{errors.New("which recording? Name at least one folder")}
			}
			return nil
		},
		RunE: func(c *cobra.Command, dirs []string) error { return verify(c, dirs, o) },
	}
	f := c.Flags()
	f.StringVarP(&o.format, "format", "f", "table", "format of standard output: table or json")
	f.StringVarP(&o.out, "out", "o", filepath.Join("results", "verify"), "folder of verify.html and verify.json")
	f.StringVar(&o.markdown, "markdown", "", "also write the whole comparison to this file")
	f.StringVar(&o.known, "known", "", "also write how far each preset was off to this file")
	f.BoolVarP(&o.all, "all", "a", false, "show every figure of every recording, not only those that do not hold")
	f.BoolVarP(&o.quiet, "quiet", "q", false, "no progress and no hints on standard error")
	f.IntVar(&o.replications, "replications", fidelity.Replications, "runs of each recording's scenario")
	return c
}

func verify(c *cobra.Command, dirs []string, o verifyOptions) error {
	if !slices.Contains([]string{"table", "json"}, o.format) {
		return usageError{fmt.Errorf("--format: %q: want table or json", o.format)}
	}
	if o.replications < 1 {
		return usageError{fmt.Errorf("--replications: %d: want at least 1", o.replications)}
	}
	if err := spared(o.paths(), within(dirs)); err != nil {
		return err
	}
	if err := report.Probe(slices.DeleteFunc(o.paths(), func(p string) bool { return p == "" })...); err != nil {
		return err
	}
	all, err := predict(c, dirs, o.replications)
	if err != nil {
		return err
	}
	b := &report.Batch{}
	defer b.Discard()
	writers := []func(io.Writer) error{
		func(w io.Writer) error { return report.HTMLOf(w, fidelity.Document(all, fidelity.Full), version()) },
		func(w io.Writer) error { return fidelity.JSON(w, all) },
		func(w io.Writer) error { _, err := io.WriteString(w, fidelity.Markdown(all)); return err },
		func(w io.Writer) error { return known.Write(w, fidelity.Presets(all)) },
	}
	var written []string
	for i, path := range o.paths() {
		if path == "" {
			continue
		}
		if err := b.Add(path, writers[i]); err != nil {
			return err
		}
		written = append(written, path)
	}
	if err := b.Commit(c.Context()); err != nil {
		return err
	}
	if !o.quiet {
		fmt.Fprintln(c.ErrOrStderr(), "Written: "+strings.Join(written, ", "))
	}
	if o.format == "json" {
		return fidelity.JSON(c.OutOrStdout(), all)
	}
	detail := fidelity.Summary
	if o.all {
		detail = fidelity.Full
	}
	width, color := terminal(c.OutOrStdout())
	_, err = io.WriteString(c.OutOrStdout(), report.TextOf(fidelity.Document(all, detail), width, color))
	return err
}

// paths returns the files that are written: the page, the figures, and on request the page for a repository and the table
// of presets; "" = not asked for.
func (o *verifyOptions) paths() []string {
	return []string{filepath.Join(o.out, "verify.html"), filepath.Join(o.out, "verify.json"), o.markdown, o.known}
}

// predict reads every recording before it runs the first, so that all mistakes of all folders come at once.
func predict(c *cobra.Command, dirs []string, replications int) ([]*fidelity.Comparison, error) {
	var recs []*recordings.Recording
	var errs []error
	for _, dir := range dirs {
		rec, err := recordings.Read(dir)
		errs = append(errs, err)
		recs = append(recs, rec)
	}
	if err := errors.Join(errs...); err != nil {
		return nil, err
	}
	var all []*fidelity.Comparison
	for _, rec := range recs {
		one, err := fidelity.Compare(c.Context(), rec, fidelity.Options{Replications: replications})
		if err != nil {
			return nil, err
		}
		all = append(all, one)
	}
	return all, nil
}
