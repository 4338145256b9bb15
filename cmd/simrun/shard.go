package main

import (
	"context"
	"errors"
	"fmt"
	"runtime"

	"github.com/spf13/cobra"

	"example.com/simrun/internal/cells"
	"example.com/simrun/internal/experiment"
	"example.com/simrun/internal/shards"
	"example.com/simrun/internal/units"
	"example.com/simrun/scenarios"
)

// program names the version and the architecture: only equal programs give equal bytes.
func program() string { return version() + " " + runtime.GOARCH }

// checkPart finds mistakes in the flags of one part of the work, of which others make no sense beside it.
func checkPart(shard string, files []string, without map[string]bool) error {
	if _, err := shards.ParseShare(shard); err != nil {
		return usageError{fmt.Errorf("--shard: %w", err)}
	}
	if len(files) > 1 {
		return usageError{fmt.Errorf("--shard takes one scenario, got %d", len(files))}
	}
	for flag, given := range without {
		if given {
			return usageError{fmt.Errorf("--%s: a shard has no results: give it to simrun merge, or run on one machine", flag)}
		}
	}
	return nil
}

func (o *runOptions) checkShard(files []string) error {
	return checkPart(o.shard, files, map[string]bool{
		"tasks": o.tasks != "", "trace": o.trace != "", "require": o.require != "", "junit": o.junit != "", "histogram": o.histogram != "", "png": o.png,
		"on": o.on != "",
	})
}

// part is one part of the work in a folder that all parts share.
type part struct {
	shard, dir string
	cores      coreCount
	bars       *progress
}

// answering asks a question over the runs that a backend computes, and keeps or forgets the answer.
type answering func(ctx context.Context, sc *scenarios.Scenario, on experiment.Backend) error

// compute computes one part of the present round.
func (p part) compute(c *cobra.Command, q *shards.Question, answer answering) error {
	share, err := shards.ParseShare(p.shard)
	if err != nil {
		return err
	}
	if p.dir == "" {
		p.dir = "shards"
	}
	sc, err := q.Scenario()
	if err != nil {
		return err
	}
	if err := shards.Keep(p.dir, q); err != nil {
		return err
	}
	store, err := shards.Open(p.dir, cells.NewSource(q.Bundle, program()))
	if err != nil {
		return err
	}
	on := shards.New(share, store, here(p.cores.used(), comes(q, sc, store, share.Of), p.bars))
	ran := answer(c.Context(), sc, on)
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
		fmt.Fprintf(said, "complete: simrun merge %s\n", p.dir)
	}
	if path != "" && !p.bars.quiet {
		fmt.Fprintf(c.ErrOrStderr(), "Written: %s\n", path)
	}
	return nil
}

// runShard computes one part of the present round of a run.
func runShard(c *cobra.Command, file string, o runOptions) error {
	bundle, sc, err := scenarios.Pack(file)
	if err != nil {
		return err
	}
	if err := o.weigh(c.ErrOrStderr(), []job{{sc: sc}}); err != nil {
		return err
	}
	bars := newProgress(c.ErrOrStderr(), o.quiet, 1)
	p := part{o.shard, o.out, o.cores, bars}
	return p.compute(c, &shards.Question{Bundle: bundle, Flips: o.inputs()}, func(ctx context.Context, sc *scenarios.Scenario, on experiment.Backend) error {
		defer bars.end()
		_, err := experiment.Run(ctx, sc, experiment.Options{Progress: bars.of(sc.Name+" "+o.shard, sc), Backend: on, Version: version(), Flips: o.inputs()})
		return err
	})
}

// planShard computes one part of the present round of a plan.
func planShard(c *cobra.Command, file string, o *planOptions) error {
	bundle, _, err := scenarios.Pack(file)
	if err != nil {
		return err
	}
	bars := newProgress(c.ErrOrStderr(), o.quiet, 1)
	p := part{o.shard, o.out, o.cores, bars}
	return p.compute(c, &shards.Question{Bundle: bundle, Plan: true, NoSearch: o.noSearch}, func(ctx context.Context, sc *scenarios.Scenario, on experiment.Backend) error {
		defer bars.end()
		_, err := o.plan(ctx, sc, bars, on)
		return err
	})
}

func cellCommand() *cobra.Command {
	return &cobra.Command{
		Use: "cell", Short: "Compute runs for another simrun: work from standard input, outcomes to standard output", Hidden: true, Args: none,
		RunE: func(c *cobra.Command, _ []string) error {
			return cells.Serve(c.InOrStdin(), c.OutOrStdout(), program())
		},
	}
}
