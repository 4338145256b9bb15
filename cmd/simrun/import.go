package main

import (
	"errors"
	"fmt"
	"io"
	"path/filepath"
	"runtime/debug"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"example.com/simrun/internal/imports"
	"example.com/simrun/internal/logs"
	"example.com/simrun/internal/recordings"
	"example.com/simrun/report"
	"example.com/simrun/scenarios"
)

const importLong = `Make a scenario from what a running Celery reports about itself.

FILE is what there is, in one file or several; which it is shows in how it begins, and is said: Celery's events (JSON, one
a line or in an array, or what celery events --dump prints), what workers log at INFO, tasks as Flower lists them
(/api/tasks), metrics of celery-exporter (as query_range answers, or scrapes), the run*.csv of a recording, or the folder of
one, which says what ran the tasks as well. Any other table in CSV or JSON lines is read with --map. It may be packed by
gzip or zstd. docs/your-own-log.md says what each of them costs.

It answers two questions, in two scenarios. "These tasks again" (--replay) repeats the tasks of the log one by one: what
would another layout have made of them? "Such traffic" (without it) fits laws to them: what of more of them, or on
another day?

Say what runs the tasks today, as far as you know it: the lines of the workers, the cores that they share, which tasks
compute. Run times are then told apart from what crowded cores and slots made of them, and the log is simulated in its
own layout: where that does not give the log back, import says so, and what may be missing.`

type importOptions struct {
	out            string
	replay, fitted bool
	ladder         bool
	said           imports.Said
	columns, zone  string // of the files
	quiet          bool
}

// importCommand is simrun import. The word celery may stand first: it is the only system whose logs are read.
func importCommand() *cobra.Command {
	var o importOptions
	parent := importing("import FILE...", &o)
	parent.AddCommand(importing("celery FILE...", &o))
	return parent
}

func importing(use string, o *importOptions) *cobra.Command {
	c := &cobra.Command{
		Use: use, Short: "Make a scenario from the logs of a running system", Long: importLong,
		Example: "  simrun import events.jsonl -o mine.yaml\n  simrun import --replay run1.csv -o again.yaml\n" +
			"  simrun import events.jsonl --worker 'celery -A shop worker -c 8' --cores 4 --computes shop.resize --slo 'shop.mail.wait.p95=500ms'",
		Args: func(_ *cobra.Command, args []string) error {
			if len(args) == 0 {
				return usageError{errors.New("import what? Name a file of events or of a recorded run, or the folder of a recording")}
			}
			return nil
		},
		RunE: func(c *cobra.Command, args []string) error { return importLog(c, args, *o) },
	}
	f := c.Flags()
	f.StringVarP(&o.out, "out", "o", "scenario.yaml", "scenario to write")
	f.BoolVar(&o.replay, "replay", false, "these tasks again: replay the tasks of the log one by one instead of fitting laws to them")
	f.BoolVar(&o.fitted, "fitted", false, "draw run times from the law that fits best, not from the sample")
	f.BoolVarP(&o.quiet, "quiet", "q", false, "no progress on standard error")
	saying(c, o)
	return c
}

// saying are the flags that say how to read a log, and what runs its tasks today.
func saying(c *cobra.Command, o *importOptions) {
	s, f := &o.said, c.Flags()
	f.StringVar(&o.columns, "map", "", "columns of a table that nobody knows: created=A,started=B,ended=C,class=D; also "+strings.Join(logs.Columns[4:], ", "))
	f.StringVar(&o.zone, "timezone", "UTC", "of times in the files that say none, such as Europe/Berlin")
	f.StringArrayVar(&s.Sent, "queue", nil, "TASK=QUEUE, where the log does not say it; repeat it for each")
	f.StringArrayVar(&s.Workers, "worker", nil, "line that starts a worker today, in quotes; repeat it for each")
	f.StringVar(&s.From, "workers", "", "file that starts the workers: compose, Procfile, supervisor, systemd or Kubernetes")
	f.StringArrayVar(&s.Targets, "slo", nil, "target of a task, such as send_email.wait.p95=500ms; repeat it for each")
	f.StringVar(&s.Broker, "broker", "", "redis or rabbitmq")
	f.StringVar(&s.Celery, "celery", "", "release of Celery, such as 5.6")
	f.StringArrayVar(&s.Settings, "setting", nil, "NAME=VALUE of the app's configuration, such as task_acks_late=True; repeat it for each")
	f.Float64Var(&s.Cores, "cores", 0, "cores of the one machine that workers, broker and producers share; finer things are edited")
	f.StringSliceVar(&s.Computes, "computes", nil, "tasks that compute instead of waiting; TASK=250ms: so much of each")
}

func importLog(c *cobra.Command, paths []string, o importOptions) error {
	m, written, err := makeScenario(c, paths, o)
	if err != nil {
		return err
	}
	width, color := terminal(c.OutOrStdout())
	if _, err := io.WriteString(c.OutOrStdout(), report.TextOf(imported(m), width, color)); err != nil {
		return err
	}
	if !o.quiet {
		fmt.Fprintln(c.ErrOrStderr(), strings.Join(m.Log.Taken, "\n"))
	}
	next := "simrun check " + o.out
	if len(m.Today.Targets) == 0 {
		next = "add targets (slo), then " + next
	}
	fmt.Fprintf(c.ErrOrStderr(), "Written: %s\nNext: %s\n", strings.Join(written, ", "), next)
	return nil
}

// mostMemory is where the collector begins to work hard, in bytes: garbage must not double what a long log takes.
const mostMemory = 1400 << 20

// makeScenario makes a scenario of logs and writes it, its files and its page, all or none.
func makeScenario(c *cobra.Command, paths []string, o importOptions) (m *imports.Import, written []string, err error) {
	if ext := filepath.Ext(o.out); ext != ".yaml" && ext != ".yml" {
		return nil, nil, usageError{fmt.Errorf("--out: %q: want a file that ends in .yaml", o.out)}
	}
	if o.replay && o.fitted {
		return nil, nil, usageError{errors.New("--replay and --fitted: want one of them: a replay has the run times of the log")}
	}
	dir, base := filepath.Dir(o.out), strings.TrimSuffix(filepath.Base(o.out), filepath.Ext(o.out))
	reading, err := o.reading()
	if err != nil {
		return nil, nil, err
	}
	debug.SetMemoryLimit(mostMemory)
	bar := newReading(c.ErrOrStderr(), o.quiet)
	reading.Progress = bar.of()
	m, err = imports.Make(c.Context(), imports.Options{Paths: paths, Read: reading, Base: base, Replay: o.replay, Fitted: o.fitted, Ladder: o.ladder, Said: o.said})
	bar.end()
	if _, ok := errors.AsType[imports.Wrong](err); ok {
		return nil, nil, usageError{err}
	}
	if err != nil {
		return nil, nil, err
	}
	page := filepath.Join(dir, base+".html")
	b := &report.Batch{}
	defer b.Discard()
	written = []string{o.out, page}
	errs := []error{
		b.Add(o.out, text(m.Scenario)),
		b.Add(page, func(w io.Writer) error { return report.HTMLOf(w, imported(m), version()) }),
	}
	more := m.Files
	if m.Traffic != nil {
		more = slices.Concat(more, []recordings.File{{Name: base + ".traffic.yaml", Content: []byte(m.Traffic.Scenario)}}, m.Traffic.Files)
	}
	for _, f := range more {
		name := filepath.Join(dir, f.Name)
		errs = append(errs, b.Add(name, text(string(f.Content))))
		written = append(written, name)
	}
	if err := spared(written, append(within(paths), o.said.From)); err != nil {
		return nil, nil, err
	}
	if err := errors.Join(errs...); err != nil {
		return nil, nil, fmt.Errorf("cannot write: %w", err)
	}
	if err := b.Commit(c.Context()); err != nil {
		return nil, nil, err
	}
	if _, err := scenarios.Read(o.out); err != nil {
		return nil, nil, fmt.Errorf("%w\n%s: the log has something that a scenario cannot say; edit it", err, o.out)
	}
	return m, written, nil
}

// reading says how to read the files.
func (o *importOptions) reading() (r logs.Options, err error) {
	if o.columns != "" {
		if r.Map, err = logs.ParseMapping(o.columns); err != nil {
			return r, usageError{fmt.Errorf("--map: %w", err)}
		}
	}
	if r.Zone, err = time.LoadLocation(o.zone); err != nil || o.zone == "" || o.zone == "Local" {
		return r, usageError{fmt.Errorf("--timezone: %q: want the name of a zone, such as UTC or Europe/Berlin", o.zone)}
	}
	return r, nil
}

func text(s string) func(io.Writer) error {
	return func(w io.Writer) error { _, err := io.WriteString(w, s); return err }
}
