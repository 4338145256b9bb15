package main

import (
	"errors"
	"fmt"
	"io"
	"path/filepath"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"example.com/simrun/internal/experiment"
	"example.com/simrun/internal/units"
	"example.com/simrun/report"
	"example.com/simrun/worker"
	"example.com/simrun/workloads"
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
	f.BoolVarP(&run.quiet, "quiet", "q", false, "no progress and no hints on standard error")
	saying(c, &o.said)
	return c
}

func advise(c *cobra.Command, paths []string, o importOptions, run runOptions) error {
	if o.said.Targets == nil {
		return usageError{errors.New("no target: want --slo TASK.METRIC=BOUND, such as --slo send_email.wait.p95=500ms, for each task that matters")}
	}
	m, written, err := makeScenario(c, paths, o)
	if err != nil {
		return err
	}
	width, color := terminal(c.OutOrStdout())
	d := &report.Document{Sections: []report.Section{selfCheck(m)}}
	if _, err := io.WriteString(c.OutOrStdout(), strings.TrimLeft(report.TextOf(d, width, color), "\n")+"\n"); err != nil {
		return err
	}
	if !run.quiet {
		fmt.Fprintf(c.ErrOrStderr(), "Written: %s\n", strings.Join(written, ", "))
	}
	run.out = strings.TrimSuffix(o.out, filepath.Ext(o.out))
	if err := runFiles(c, []string{o.out}, run); err != nil {
		return err
	}
	sc, err := m.Such()
	if err != nil {
		return err
	}
	bars := newProgress(c.ErrOrStderr(), run.quiet)
	r, err := experiment.Run(c.Context(), sc, experiment.Options{Progress: bars.of("such traffic"), Version: version()})
	bars.end()
	if err != nil {
		return err
	}
	d = &report.Document{Sections: []report.Section{suchTraffic(r)}}
	_, err = io.WriteString(c.OutOrStdout(), report.TextOf(d, width, color))
	return err
}

// suchTraffic shows how each layout meets its targets when not these tasks come, but others like them.
func suchTraffic(r *experiment.Result) report.Section {
	s := report.Section{Title: "Such traffic: other tasks like these", Text: []string{
		"Above are the tasks of the log once more. Another hour brings others: as many on average, as long, as they came. A window is as long as the log; 95 of 100 show a figure in that range.",
	}}
	s.Table = &report.Table{Head: []string{"strategy", "class", "metric", "target", "value", "one window", "verdict"}, Text: 3}
	var pass []string
	for i := range r.Strategies {
		st := &r.Strategies[i]
		g := report.Group{Name: st.Name}
		for k := range st.Classes {
			c := &st.Classes[k]
			for n := range c.SLO {
				o := &c.SLO[n]
				value := units.Absent
				if o.Value.Known() {
					value = o.Metric.Show(o.Value.Value)
				}
				g.Rows = append(g.Rows, []string{c.Name, o.Metric.Words(), o.Metric.Show(o.Target), value, oneWindow(c, o.Metric), o.Verdict})
			}
		}
		s.Table.Groups = append(s.Table.Groups, g)
		if !slices.ContainsFunc(g.Rows, func(row []string) bool { return row[len(row)-1] != "pass" }) {
			pass = append(pass, st.Name)
		}
	}
	if pass == nil {
		s.Text = append(s.Text, "No layout is sure to meet every target then: do not take one that passes above for more than it is, a pass on these tasks.")
	} else {
		s.Text = append(s.Text, "Sure to meet every target then: "+units.And(pass)+".")
	}
	return s
}

// oneWindow is what one window shows of a figure, where that is known.
func oneWindow(c *experiment.Class, m workloads.Metric) string {
	w := c.Window
	if m.Of == worker.Response {
		w = c.ResponseWindow
	}
	if w == nil || m.IsShare() || m.HasBy || m.Of == worker.Run {
		return units.Absent
	}
	bands := map[string]*experiment.Band{"mean": w.Mean, "p50": w.P50, "p95": w.P95, "p99": w.P99}
	if b := bands[m.Stat.String()]; b != nil {
		return units.Duration(b.Low) + " .. " + units.Duration(b.High)
	}
	return units.Absent
}
