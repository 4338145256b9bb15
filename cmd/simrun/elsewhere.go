package main

import (
	"errors"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"strings"

	"github.com/spf13/cobra"

	"example.com/simrun/internal/cells"
	"example.com/simrun/internal/oncelery"
	"example.com/simrun/internal/shards"
	"example.com/simrun/internal/units"
	"example.com/simrun/report"
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

// runElsewhere runs a scenario on Celery workers. What they have computed is kept beside the results until these are
// there, so that a run that was interrupted goes on.
func runElsewhere(c *cobra.Command, files []string, o runOptions) error {
	if len(files) > 1 || o.tasks != "" || o.trace != "" {
		return usageError{errors.New("--on takes one scenario, and neither --tasks nor --trace")}
	}
	address, err := o.elsewhere.address()
	if err != nil {
		return err
	}
	bundle, sc, err := scenarios.Pack(files[0])
	if err != nil {
		return err
	}
	j := job{sc: sc, name: report.FileName(sc.Name), folder: o.out}
	if o.out == "" {
		j.folder = filepath.Join(outFolder(""), j.name)
	}
	if err := errors.Join(o.checkRequired([]job{j}), o.checkHistogram([]job{j}), probe([]job{j}, o)); err != nil {
		return err
	}
	kept := strings.TrimRight(j.folder, string(filepath.Separator)) + ".cells"
	if err := shards.Keep(kept, bundle); err != nil {
		return err
	}
	if _, err := shards.Kept(kept); err != nil {
		return err
	}
	src := cells.NewSource(bundle, program())
	store, err := shards.Open(kept, src)
	if err != nil {
		return err
	}
	say := func(format string, args ...any) { fmt.Fprintf(c.ErrOrStderr(), "simrun: "+format+"\n", args...) }
	engine, err := oncelery.New(c.Context(), src, oncelery.Options{Broker: address, Queue: o.elsewhere.queue, Say: say})
	if err != nil {
		return err
	}
	on := shards.New(shards.Share{Part: 1, Of: 1}, store, engine)
	bars := newProgress(c.ErrOrStderr(), o.quiet, 1)
	r, ran := o.one(c.Context(), j, bars, on)
	closed := engine.Close()
	if ran != nil {
		if path, err := store.Flush(shards.Share{Part: 1, Of: 1}); err == nil && path != "" {
			say("%s kept in %s: the same command goes on from there", units.Plural(on.Computed(), "cell", "cells"), kept)
		}
		return ran
	}
	if err := errors.Join(closed, os.RemoveAll(kept)); err != nil {
		return err
	}
	if err := o.show(c.OutOrStdout(), r, false); err != nil {
		return err
	}
	if !o.quiet {
		fmt.Fprintf(c.ErrOrStderr(), "Computed on Celery: %s, %s issued again\nWritten: %s\n", units.Plural(on.Computed(), "cell", "cells"),
			units.Plural(engine.Reissued(), "message", "messages"), filepath.Join(j.folder, "report.html"))
	}
	if o.require != "" {
		if err := required(r, o.require); err != nil {
			return requireError{err}
		}
	}
	return nil
}
