package main

import (
	"errors"
	"fmt"
	"path/filepath"
	"runtime"

	"github.com/spf13/cobra"

	"example.com/simrun/internal/cells"
	"example.com/simrun/internal/experiment"
	"example.com/simrun/internal/shards"
	"example.com/simrun/internal/units"
	"example.com/simrun/report"
	"example.com/simrun/scenarios"
)

// program names the version and the architecture: only equal programs give equal bytes.
func program() string { return version() + " " + runtime.GOARCH }

// checkShard finds mistakes in the flags of one part of the work.
func (o *runOptions) checkShard(files []string) error {
	if _, err := shards.ParseShare(o.shard); err != nil {
		return usageError{fmt.Errorf("--shard: %w", err)}
	}
	if len(files) > 1 {
		return usageError{fmt.Errorf("--shard takes one scenario, got %d", len(files))}
	}
	for flag, given := range map[string]bool{"tasks": o.tasks != "", "trace": o.trace != "", "require": o.require != "", "png": o.png} {
		if given {
			return usageError{fmt.Errorf("--%s: a shard has no results: give it to simrun merge, or run on one machine", flag)}
		}
	}
	return nil
}

// runShard computes one part of the present round.
func runShard(c *cobra.Command, file string, o runOptions) error {
	share, err := shards.ParseShare(o.shard)
	if err != nil {
		return err
	}
	dir := o.out
	if dir == "" {
		dir = "shards"
	}
	bundle, sc, err := scenarios.Pack(file)
	if err != nil {
		return err
	}
	if err := o.weigh(c.ErrOrStderr(), []job{{sc: sc}}); err != nil {
		return err
	}
	if err := shards.Keep(dir, bundle); err != nil {
		return err
	}
	if _, err := shards.Kept(dir); err != nil { // of another scenario
		return err
	}
	store, err := shards.Open(dir, cells.NewSource(bundle, program()))
	if err != nil {
		return err
	}
	bars := newProgress(c.ErrOrStderr(), o.quiet, 1)
	on := shards.New(share, store, experiment.Local(cores(o.cores)))
	_, ran := experiment.Run(c.Context(), sc, experiment.Options{Progress: bars.of(sc.Name+" "+share.String(), sc), Backend: on, Version: version()})
	bars.end()
	path, err := store.Flush(share) // of an interrupted run, too: what was computed is not lost
	if err != nil {
		return err
	}
	var missing *experiment.Missing
	switch said := c.OutOrStdout(); {
	case errors.As(ran, &missing):
		fmt.Fprintf(said, "round %d: part %s has computed %s; %d of other parts are not there yet\n",
			missing.Round, share, units.Plural(on.Computed(), "cell", "cells"), missing.Cells)
	case ran != nil:
		return ran
	default:
		fmt.Fprintf(said, "complete: simrun merge %s\n", dir)
	}
	if path != "" && !o.quiet {
		fmt.Fprintf(c.ErrOrStderr(), "Written: %s\n", path)
	}
	return nil
}

const mergeLong = `Put the parts of simrun run --shard together.

DIR is the folder that all parts have written to (or that their files were copied to). The result is that of one machine,
byte for byte. Where something has to be decided before more can be computed, as how many replications it takes, the work
comes in rounds: merge then prints "round N" and ends with status 4; run every part again, and merge.`

func mergeCommand() *cobra.Command {
	var o runOptions
	c := &cobra.Command{
		Use: "merge DIR", Short: "Put the parts of run --shard together", Long: mergeLong,
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
	bundle, err := shards.Kept(dir)
	if err != nil {
		return err
	}
	sc, err := bundle.Scenario()
	if err != nil {
		return err
	}
	store, err := shards.Open(dir, cells.NewSource(bundle, program()))
	if err != nil {
		return err
	}
	j := job{sc: sc, name: report.FileName(sc.Name), folder: o.out}
	if o.out == "" {
		j.folder = filepath.Join(outFolder(""), j.name)
	}
	if err := errors.Join(o.checkRequired([]job{j}), probe([]job{j}, o)); err != nil {
		return err
	}
	bars := newProgress(c.ErrOrStderr(), o.quiet, 1)
	on := shards.New(shards.Share{}, store, nil)
	r, err := o.one(c.Context(), j, bars, on)
	var missing *experiment.Missing
	if errors.As(err, &missing) {
		fmt.Fprintf(c.OutOrStdout(), "round %d\n", missing.Round)
		return partError{fmt.Errorf("%s: %s", dir, on.Lacks(missing))}
	}
	if err != nil {
		return err
	}
	if err := o.show(c.OutOrStdout(), r, false); err != nil {
		return err
	}
	if !o.quiet {
		fmt.Fprintf(c.ErrOrStderr(), "Written: %s\n", filepath.Join(j.folder, "report.html"))
	}
	if o.require != "" {
		if err := required(r, o.require); err != nil {
			return requireError{err}
		}
	}
	return nil
}

func cellCommand() *cobra.Command {
	return &cobra.Command{
		Use: "cell", Short: "Compute runs for another simrun: work from standard input, outcomes to standard output", Hidden: true, Args: none,
		RunE: func(c *cobra.Command, _ []string) error {
			return cells.Serve(c.InOrStdin(), c.OutOrStdout(), program())
		},
	}
}
