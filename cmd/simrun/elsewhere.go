package main

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"strings"

	"github.com/spf13/cobra"

	"example.com/simrun/internal/cells"
	"example.com/simrun/internal/experiment"
	"example.com/simrun/internal/oncelery"
	"example.com/simrun/internal/shards"
	"example.com/simrun/internal/units"
	"example.com/simrun/scenarios"
)

// elsewhere are the flags of runs that other machines compute.
type elsewhere struct{ on, broker, brokerFile, queue string }

// brokerVariable names the variable with the address of the broker, which no list of processes shows.
const brokerVariable = "SIMRUN_BROKER"

func (w *elsewhere) flags(c *cobra.Command) {
	f := c.Flags()
	f.StringVar(&w.on, "on", "", "celery: compute on Celery workers that run the module of simrun export celery-task")
	f.StringVar(&w.broker, "broker", "", "with --on celery: redis://HOST:PORT/DB or amqp://HOST:PORT/VHOST; with a password in $"+brokerVariable+" or --broker-file instead")
	f.StringVar(&w.brokerFile, "broker-file", "", "with --on celery: file that holds the address of the broker")
	f.StringVar(&w.queue, "queue", "simrun", "with --on celery: queue of our own")
}

// address reads where the broker is. No error repeats it.
func (w *elsewhere) address() (*url.URL, error) {
	if w.on != "celery" {
		return nil, usageError{fmt.Errorf("--on: %q: want celery", w.on)}
	}
	if w.queue == "" || w.queue == "celery" {
		return nil, usageError{fmt.Errorf("--queue: %q: want a queue of our own, that no other tasks use", w.queue)}
	}
	from, text := "--broker", w.broker
	switch {
	case w.broker != "" && w.brokerFile != "":
		return nil, usageError{errors.New("--broker and --broker-file: want one of them")}
	case w.brokerFile != "":
		data, err := os.ReadFile(w.brokerFile)
		if err != nil {
			return nil, err
		}
		from, text = "--broker-file", strings.TrimSpace(string(data))
	case w.broker == "":
		from, text = "$"+brokerVariable, os.Getenv(brokerVariable)
		if text == "" {
			return nil, usageError{fmt.Errorf("--on celery: which broker? want --broker, --broker-file or $%s", brokerVariable)}
		}
	}
	u, err := oncelery.ParseBroker(text)
	if err != nil {
		return nil, usageError{fmt.Errorf("%s: %w", from, err)}
	}
	if _, secret := u.User.Password(); secret && from == "--broker" {
		return nil, usageError{fmt.Errorf("--broker: a password here is shown to everybody who lists processes: put the address into $%s or --broker-file", brokerVariable)}
	}
	return u, nil
}

// runElsewhere runs a scenario on Celery workers.
func runElsewhere(c *cobra.Command, files []string, o runOptions) error {
	if len(files) > 1 || o.tasks != "" || o.trace != "" {
		return usageError{errors.New("--on takes one scenario, and neither --tasks nor --trace")}
	}
	bundle, sc, err := scenarios.Pack(files[0])
	if err != nil {
		return err
	}
	j := jobOf(sc, o.out)
	if err := errors.Join(o.apart([]job{j}), o.checkRequired([]job{j}), o.checkHistogram([]job{j}), o.checkInputs([]job{j}), probe([]job{j}, o)); err != nil {
		return err
	}
	bars := newProgress(c.ErrOrStderr(), o.quiet, 1)
	var r *experiment.Result
	q := &shards.Question{Bundle: bundle, Flips: o.inputs()}
	err = o.elsewhere.compute(c, j.folder, q, bars, func(ctx context.Context, sc *scenarios.Scenario, on experiment.Backend) (err error) {
		j.sc = sc
		r, err = o.one(ctx, j, bars, on)
		return err
	})
	if err != nil {
		return err
	}
	return o.told(c, j, r)
}

// planElsewhere plans a scenario on Celery workers.
func planElsewhere(c *cobra.Command, files []string, o *planOptions) error {
	if len(files) > 1 {
		return usageError{errors.New("--on takes one scenario")}
	}
	bundle, sc, err := scenarios.Pack(files[0])
	if err != nil {
		return err
	}
	j := jobOf(sc, o.out)
	if err := spare([]job{j}); err != nil {
		return err
	}
	bars := newProgress(c.ErrOrStderr(), o.quiet, 1)
	q := &shards.Question{Bundle: bundle, Plan: true, NoSearch: o.noSearch}
	return o.elsewhere.compute(c, j.folder, q, bars, func(_ context.Context, sc *scenarios.Scenario, on experiment.Backend) error {
		j.sc = sc
		return o.one(c, j, bars, on, false)
	})
}

// compute answers a question on Celery workers. What they have computed is kept beside the results until these are there, so
// that what was interrupted goes on.
func (w *elsewhere) compute(c *cobra.Command, folder string, q *shards.Question, bars *progress, answer answering) error {
	address, err := w.address()
	if err != nil {
		return err
	}
	sc, err := q.Scenario()
	if err != nil {
		return err
	}
	kept := strings.TrimRight(folder, string(filepath.Separator)) + ".cells"
	if err := shards.Keep(kept, q); err != nil {
		return err
	}
	src := cells.NewSource(q.Bundle, program())
	store, err := shards.Open(kept, src)
	if err != nil {
		return err
	}
	o := oncelery.Options{Broker: address, Queue: w.queue, Say: bars.say}
	if !bars.quiet {
		to := comes(q, sc, store, 1)
		o.Measured = func(m oncelery.Measured) { to.announce(bars.say, m) }
	}
	engine, err := oncelery.New(c.Context(), src, o)
	if err != nil {
		return err
	}
	share := shards.Share{Part: 1, Of: 1}
	on := shards.New(share, store, engine)
	ran := answer(c.Context(), sc, on)
	closed := engine.Close()
	if ran != nil {
		if path, err := store.Flush(share); err == nil && path != "" {
			bars.say("%s kept in %s: the same command goes on from there", units.Plural(on.Computed(), "cell", "cells"), kept)
		}
		return ran
	}
	if !bars.quiet {
		fmt.Fprintf(c.ErrOrStderr(), "Computed on Celery: %s, %s issued again\n", units.Plural(on.Computed(), "cell", "cells"),
			units.Plural(engine.Reissued(), "message", "messages"))
	}
	return errors.Join(closed, os.RemoveAll(kept))
}
