package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"path/filepath"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"example.com/simrun/internal/experiment"
	"example.com/simrun/internal/plan"
	"example.com/simrun/report"
	"example.com/simrun/scenarios"
)

// planOptions are the flags of plan.
type planOptions struct {
	out, format     string
	shard           string
	quiet, noSearch bool
	cores           coreCount
	elsewhere
}

var planFormats = []string{"table", "json", "markdown"}

func planCommand() *cobra.Command {
	var o planOptions
	c := &cobra.Command{
		Use: "plan FILE...", Short: "Find how many slots each layout needs, and layouts that nobody wrote down",
		Long: "For each layout of a file, find the least capacity that meets every target: concurrency, replicas, the bounds of\n" +
			"scaling, machines. Then look for layouts that nobody wrote down, which cost less or take fewer slots. The answer is\n" +
			"shown to pass on tasks that the search has not seen, and one slot less to fail; otherwise it is called open. The key plan of\n" +
			"the file bounds the search. Writes plan.json and plan.html to the folder of results.",
		Example: "  simrun plan scenarios/priority.yaml\n  simrun plan --no-search --format json mine.yaml | jq .answer\n  simrun plan mine.yaml --shard 3/16 --out shards",
		Args:    atLeastOneFile, ValidArgsFunction: yamlFiles,
		RunE: o.run,
	}
	f := c.Flags()
	f.SortFlags = false
	f.StringVarP(&o.out, "out", "o", "", "folder for the results (default results/NAME; with several files, a folder NAME for each in results)")
	f.StringVarP(&o.format, "format", "f", "table", "format of standard output: "+strings.Join(planFormats, ", "))
	f.StringVar(&o.shard, "shard", "", "compute one part of the work, such as 3/16, into the folder --out (default shards); simrun merge puts the parts together")
	f.BoolVar(&o.noSearch, "no-search", false, "only the layouts of the file")
	f.BoolVarP(&o.quiet, "quiet", "q", false, "no progress and no hints on standard error")
	coresFlag(c, &o.cores)
	o.elsewhere.flags(c)
	_ = c.RegisterFlagCompletionFunc("format", cobra.FixedCompletions(planFormats, cobra.ShellCompDirectiveNoFileComp))
	_ = c.MarkFlagDirname("out")
	return c
}

func (o *planOptions) run(c *cobra.Command, files []string) error {
	if !slices.Contains(planFormats, o.format) {
		return usageError{fmt.Errorf("--format: %q: want %s", o.format, strings.Join(planFormats, ", "))}
	}
	if o.shard != "" {
		if err := checkPart(o.shard, files, map[string]bool{"on": o.on != ""}); err != nil {
			return err
		}
		return planShard(c, files[0], o)
	}
	if o.on != "" {
		return planElsewhere(c, files, o)
	}
	jobs, err := read(files, o.out)
	if err != nil {
		return err
	}
	if err := spare(jobs); err != nil {
		return err
	}
	var errs []error
	bars := newProgress(c.ErrOrStderr(), o.quiet, len(jobs))
	for i, j := range jobs {
		err := o.one(c, j, bars, nil, i > 0)
		if _, ok := errors.AsType[unplanned](err); ok {
			errs = append(errs, err)
			continue
		}
		if err != nil {
			return err
		}
	}
	return errors.Join(errs...)
}

// spare sees to it that no plan is written over what was read.
func spare(jobs []job) error {
	var reads, writes []string
	for _, j := range jobs {
		reads = append(append(reads, j.sc.File), j.sc.Reads...)
		writes = append(writes, filepath.Join(j.folder, "plan.json"), filepath.Join(j.folder, "plan.html"))
	}
	return spared(writes, reads)
}

// unplanned says why there is no plan of a scenario, which keeps no other from having one.
type unplanned struct{ error }

// one plans a scenario, writes the plan and shows it.
func (o *planOptions) one(c *cobra.Command, j job, bars *progress, on experiment.Backend, again bool) error {
	if err := report.Probe(filepath.Join(j.folder, "plan.json")); err != nil {
		return err
	}
	p, err := o.plan(c.Context(), j.sc, bars, on)
	bars.end()
	if err != nil {
		return err
	}
	if err := writePlan(c.Context(), j.folder, p); err != nil {
		return err
	}
	if err := o.show(c.OutOrStdout(), p, again); err != nil {
		return err
	}
	if !o.quiet {
		fmt.Fprintf(c.ErrOrStderr(), "Written: %s\n", filepath.Join(j.folder, "plan.html"))
	}
	return nil
}

// plan plans a scenario, here or where a backend computes.
func (o *planOptions) plan(ctx context.Context, sc *scenarios.Scenario, bars *progress, on experiment.Backend) (*plan.Result, error) {
	if on == nil {
		on = here(o.cores.used(), toCome{events: plan.UsualEvents}, bars)
	}
	p, err := plan.Run(ctx, sc, o.options(bars, sc, on))
	var missing *experiment.Missing
	if err == nil || errors.Is(err, context.Canceled) || errors.As(err, &missing) {
		return p, err
	}
	return nil, unplanned{fmt.Errorf("%s: %w", sc.File, err)}
}

func (o *planOptions) options(bars *progress, sc *scenarios.Scenario, on experiment.Backend) plan.Options {
	po := plan.Options{NoSearch: o.noSearch, Backend: on, Ahead: o.shard != "" || o.on != ""}
	if tell := bars.of(sc.Name, sc); tell != nil {
		po.Progress = func(what string, n, of int) {
			tell(experiment.Progress{Phase: what, Done: n, Total: of})
		}
	}
	return po
}

// writePlan puts the plan and its page into place, both or none.
func writePlan(ctx context.Context, dir string, p *plan.Result) error {
	b := &report.Batch{}
	defer b.Discard()
	if err := b.Add(filepath.Join(dir, "plan.json"), func(w io.Writer) error { return writeJSON(w, p) }); err != nil {
		return err
	}
	if err := b.Add(filepath.Join(dir, "plan.html"), func(w io.Writer) error { return report.HTMLOf(w, report.PlanDocument(p), version()) }); err != nil {
		return err
	}
	return b.Commit(ctx)
}

func (o *planOptions) show(w io.Writer, p *plan.Result, again bool) error {
	switch o.format {
	case "json":
		return writeJSON(w, p)
	case "markdown":
		_, err := io.WriteString(w, gap(again)+report.MarkdownOf(report.PlanDocument(p)))
		return err
	}
	width, color := terminal(w)
	_, err := io.WriteString(w, gap(again)+report.TextOf(report.PlanDocument(p), width, color))
	return err
}
