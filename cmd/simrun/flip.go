package main

import (
	"fmt"
	"io"
	"path/filepath"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"example.com/simrun/internal/experiment"
	"example.com/simrun/report"
)

const flipLong = `Say how near the answer is to another one: for each input the nearest value, the others as in the file, at
which the verdict on what runs today changes, or the recommendation, with its interval; and what a tenth more or less
of each input changes of the figure that decides.

Inputs are load; TASK.arrivals, TASK.work and TASK.failures; services.NAME. All are tried unless --over names some.
Writes what simrun run writes, and flip.json.`

var flipFormats = []string{"table", "json", "markdown"}

func flipCommand() *cobra.Command {
	o := runOptions{flip: true}
	c := &cobra.Command{
		Use: "flip FILE", Short: "Find what would change the answer: which input, at which value", Long: flipLong,
		Example: "  simrun flip scenarios/priority.yaml\n  simrun flip --over load,notify.work mine.yaml",
		Args: func(_ *cobra.Command, args []string) error {
			if len(args) != 1 {
				return usageError{fmt.Errorf("flip takes one scenario, got %d", len(args))}
			}
			return nil
		},
		ValidArgsFunction: yamlFiles,
		RunE:              func(c *cobra.Command, files []string) error { return runFlip(c, files, o) },
	}
	f := c.Flags()
	f.SortFlags = false
	f.StringSliceVar(&o.over, "over", nil, "inputs to try (default all)")
	f.StringVarP(&o.out, "out", "o", "", "folder for the results (default results/NAME)")
	f.StringVarP(&o.format, "format", "f", "table", "format of standard output: "+strings.Join(flipFormats, ", "))
	f.BoolVarP(&o.quiet, "quiet", "q", false, "no progress and no hints on standard error")
	coresFlag(c, &o.cores)
	f.BoolVar(&o.force, "force", false, "simulate also what is not expected to fit in memory")
	_ = c.RegisterFlagCompletionFunc("format", cobra.FixedCompletions(flipFormats, cobra.ShellCompDirectiveNoFileComp))
	_ = c.MarkFlagDirname("out")
	return c
}

func runFlip(c *cobra.Command, files []string, o runOptions) error {
	if !slices.Contains(flipFormats, o.format) {
		return usageError{fmt.Errorf("--format: %q: want %s", o.format, strings.Join(flipFormats, ", "))}
	}
	jobs, err := o.ready(c, files)
	if err != nil {
		return err
	}
	bars := newProgress(c.ErrOrStderr(), o.quiet, len(jobs))
	r, err := o.one(c.Context(), jobs[0], bars, nil)
	if err != nil {
		return err
	}
	if err := o.showFlips(c.OutOrStdout(), r); err != nil {
		return err
	}
	if !o.quiet {
		fmt.Fprintf(c.ErrOrStderr(), "Written: %s\n", filepath.Join(jobs[0].folder, "flip.json"))
	}
	return nil
}

func (o *runOptions) showFlips(w io.Writer, r *experiment.Result) error {
	switch o.format {
	case "json":
		return report.FlipJSON(w, r.Flips)
	case "markdown":
		_, err := io.WriteString(w, report.FlipsMarkdown(r))
		return err
	}
	width, color := terminal(w)
	_, err := io.WriteString(w, report.FlipsText(r, width, color))
	return err
}

// inputs are those to try, for experiment.Options; nil where nobody asked.
func (o *runOptions) inputs() []string {
	switch {
	case !o.flip:
		return nil
	case o.over == nil:
		return []string{}
	}
	return o.over
}

// checkInputs finds out before the simulation that an input of --over does not exist.
func (o *runOptions) checkInputs(jobs []job) error {
	if !o.flip {
		return nil
	}
	for _, j := range jobs {
		if _, err := experiment.ParseInputs(j.sc, o.over); err != nil {
			return usageError{fmt.Errorf("--over: %s: %w", j.sc.File, err)}
		}
	}
	return nil
}
