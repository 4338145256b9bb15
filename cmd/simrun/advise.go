package main

import (
	"errors"
	"fmt"
	"io"
	"path/filepath"
	"strings"

	"github.com/spf13/cobra"

	"example.com/simrun/internal/experiment"
	"example.com/simrun/report"
)

const adviseLong = `From a log to lines that start workers, in one step.

It reads the log as simrun import does, replays its tasks through the layout that runs today and through those that are
worth a look beside it - prefetch 1, no prefetch, the queues, kinds or priorities of tasks apart, one slot more and
less -, and says which meets the targets with the fewest changes, and what to change in your own lines. The first
section says how well the log comes out of its own layout: where it does not, mend that first.

The last table repeats the question for such traffic: other tasks like these, as another hour brings them.

Both scenarios are written too, so that you can add layouts of your own and run them again.`

func adviseCommand() *cobra.Command {
	o := importOptions{replay: true, ladder: true}
	run := runOptions{format: "table"}
	c := &cobra.Command{
		Use: "advise FILE...", Short: "From a log and today's workers to the lines to start instead", Long: adviseLong,
		Example: "  simrun advise events.jsonl --worker 'celery -A shop worker -c 8 -Q mail,images' --cores 4 \\\n    --computes shop.resize --slo shop.mail.wait.p95=500ms",
		Args: func(_ *cobra.Command, args []string) error {
			if len(args) == 0 {
				return usageError{errors.New("advise on what? Name a file of events or of a recorded run, or the folder of a recording")}
			}
			return nil
		},
		RunE: func(c *cobra.Command, args []string) error { return advise(c, args, o, run) },
	}
	f := c.Flags()
	f.StringVarP(&o.out, "out", "o", "advice.yaml", "scenario to write")
	f.BoolVarP(&run.verbose, "verbose", "v", false, "print the whole report, not only what fits on one screen")
	f.BoolVarP(&run.quiet, "quiet", "q", false, "no progress and no hints on standard error")
	saying(c, &o)
	return c
}

func advise(c *cobra.Command, paths []string, o importOptions, run runOptions) error {
	if o.said.Targets == nil {
		return usageError{errors.New("no target: want --slo TASK.METRIC=BOUND, such as --slo send_email.wait.p95=500ms, for each task that matters")}
	}
	o.quiet = run.quiet
	m, written, err := makeScenario(c, paths, o)
	if err != nil {
		return err
	}
	out := c.OutOrStdout()
	width, color := terminal(out)
	say := func(sections ...report.Section) error {
		text := report.TextOf(&report.Document{Sections: sections}, width, color)
		_, err := io.WriteString(out, strings.TrimLeft(text, "\n")+"\n")
		return err
	}
	if err := say(selfCheck(m)); err != nil {
		return err
	}
	jobs, err := read([]string{o.out}, strings.TrimSuffix(o.out, filepath.Ext(o.out)))
	if err != nil {
		return err
	}
	if err := probe(jobs, run); err != nil {
		return err
	}
	bars := newProgress(c.ErrOrStderr(), run.quiet, 2)
	r, err := run.one(c.Context(), jobs[0], bars, nil)
	if err != nil {
		return err
	}
	if err := run.show(out, r, false); err != nil {
		return err
	}
	if _, err := io.WriteString(out, "\n"); err != nil {
		return err
	}
	such, err := m.Such()
	if err != nil {
		return err
	}
	other, err := experiment.Run(c.Context(), such, experiment.Options{Progress: bars.of("such traffic", such), Version: version()})
	bars.end()
	if err != nil {
		return err
	}
	if !run.quiet {
		fmt.Fprintf(c.ErrOrStderr(), "Written: %s\n", strings.Join(append(written, filepath.Join(jobs[0].folder, "report.html")), ", "))
	}
	return say(append(alsoPassing(jobs[0].sc, r), suchTraffic(r, other, m.Short))...)
}
