package main

import (
	"errors"
	"fmt"
	"path/filepath"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"example.com/simrun/internal/cells"
	"example.com/simrun/internal/experiment"
	"example.com/simrun/internal/shards"
	"example.com/simrun/report"
	"example.com/simrun/scenarios"
)

const mergeLong = `Put the parts of simrun run --shard, or of simrun plan --shard, together.

DIR is the folder that all parts have written to (or that their files were copied to). The result is that of one machine,
byte for byte. Where something has to be decided before more can be computed, as how many replications it takes, the work
comes in rounds: merge then prints "round N" and ends with status 4; run every part again, and merge.`

func mergeCommand() *cobra.Command {
	var o runOptions
	c := &cobra.Command{
		Use: "merge DIR", Short: "Put the parts of run --shard or plan --shard together", Long: mergeLong,
		Example: "  for i in 1 2 3 4; do simrun run mine.yaml --shard $i/4 --out shards; done; simrun merge shards",
		Args: func(_ *cobra.Command, args []string) error {
			if len(args) != 1 {
				return usageError{fmt.Errorf("%d folders: want one, that the parts were written to", len(args))}
			}
			return nil
		},
		RunE: func(c *cobra.Command, args []string) error { return mergeShards(c, args[0], o) },
	}
	o.outputFlags(c)
	return c
}

// partError says that parts of the work are missing.
type partError struct{ error }

func mergeShards(c *cobra.Command, dir string, o runOptions) error {
	if err := o.check([]string{dir}); err != nil {
		return err
	}
	q, err := shards.Kept(dir)
	if err != nil {
		return err
	}
	sc, err := q.Scenario()
	if err != nil {
		return err
	}
	store, err := shards.Open(dir, cells.NewSource(q.Bundle, program()))
	if err != nil {
		return err
	}
	on := shards.New(shards.Share{}, store, nil)
	if q.Plan {
		err = mergePlan(c, o, sc, q.NoSearch, on)
	} else {
		err = mergeRun(c, o, dir, sc, q.Flips, on)
	}
	if missing, ok := errors.AsType[*experiment.Missing](err); ok {
		fmt.Fprintf(c.OutOrStdout(), "round %d\n", missing.Round)
		return partError{fmt.Errorf("%s: %s", dir, on.Lacks(missing))}
	}
	return err
}

// mergeRun makes the results of a run of what its parts have left.
func mergeRun(c *cobra.Command, o runOptions, dir string, sc *scenarios.Scenario, flips []string, on experiment.Backend) error {
	if o.flip && flips == nil {
		return usageError{errors.New("--flip: the parts were not asked for it: give it to each of them")}
	}
	o.flip, o.over = flips != nil, flips
	j := jobOf(sc, o.out)
	if err := errors.Join(spared([]string{o.junit}, within([]string{dir})), o.apart([]job{j}), o.checkRequired([]job{j}), o.checkHistogram([]job{j}), probe([]job{j}, o)); err != nil {
		return err
	}
	r, err := o.one(c.Context(), j, newProgress(c.ErrOrStderr(), o.quiet, 1), on)
	if err != nil {
		return err
	}
	return o.told(c, j, r)
}

// jobOf is one scenario whose results go to a folder, or to one of its name.
func jobOf(sc *scenarios.Scenario, out string) job {
	j := job{sc: sc, name: report.FileName(sc.Name), folder: out}
	if out == "" {
		j.folder = filepath.Join(outFolder(""), j.name)
	}
	return j
}

// told shows the result of a run that was computed elsewhere.
func (o *runOptions) told(c *cobra.Command, j job, r *experiment.Result) error {
	if err := o.show(c.OutOrStdout(), r, false); err != nil {
		return err
	}
	if !o.quiet {
		fmt.Fprintf(c.ErrOrStderr(), "Written: %s\n", filepath.Join(j.folder, "report.html"))
	}
	if err := o.toServer(c.Context(), []report.Entry{{Folder: j.name, Result: r}}); err != nil {
		return err
	}
	if o.require != "" {
		if err := required(r, o.require); err != nil {
			return requireError{err}
		}
	}
	return nil
}

// mergePlan makes a plan of what its parts have left.
func mergePlan(c *cobra.Command, o runOptions, sc *scenarios.Scenario, noSearch bool, on experiment.Backend) error {
	for flag, given := range map[string]bool{"require": o.require != "", "junit": o.junit != "", "histogram": o.histogram != "", "png": o.png, "flip": o.flip} {
		if given {
			return usageError{fmt.Errorf("--%s: these are parts of a plan: want those of a run", flag)}
		}
	}
	if !slices.Contains(planFormats, o.format) {
		return usageError{fmt.Errorf("--format: %q: these are parts of a plan: want %s", o.format, strings.Join(planFormats, ", "))}
	}
	po := &planOptions{out: o.out, format: o.format, quiet: o.quiet, noSearch: noSearch}
	return po.one(c, jobOf(sc, o.out), newProgress(c.ErrOrStderr(), o.quiet, 1), on, false)
}
