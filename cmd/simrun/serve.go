package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"github.com/spf13/cobra"

	"example.com/simrun/internal/experiment"
	"example.com/simrun/internal/logs"
	"example.com/simrun/internal/serve"
	"example.com/simrun/internal/units"
	"example.com/simrun/internal/whatif"
	"example.com/simrun/report"
	"example.com/simrun/scenarios"
)

// served is a scenario that is shown while it is written.
type served struct {
	file, out string
	cores     coreCount
}

func serveCommand() *cobra.Command {
	var s served
	c := &cobra.Command{
		Use: "serve [FILE]", Short: "Show the report of a scenario in a browser, follow the file, and answer what if",
		Long: `serve shows the report of a scenario on a page of this machine, simulates again whenever the file is saved,
and answers what happens with another load, other slots, other targets. Without FILE it takes the only *.yaml file of the
working directory. It writes nothing, unless --out says where. Ctrl-C ends it.`,
		Example: "  simrun serve scenarios/priority.yaml\n  simrun serve --out results/mine mine.yaml",
		Args: func(_ *cobra.Command, args []string) error {
			if len(args) > 1 {
				return usageError{fmt.Errorf("%d files: want one scenario", len(args))}
			}
			return nil
		},
		ValidArgsFunction: yamlFiles,
		RunE: func(c *cobra.Command, args []string) error {
			var err error
			if s.file, err = theOnly(args); err != nil {
				return err
			}
			return s.run(c)
		},
	}
	c.Flags().StringVarP(&s.out, "out", "o", "", "also write what run writes to this folder, after every answer")
	coresFlag(c, &s.cores)
	_ = c.MarkFlagDirname("out")
	return c
}

// theOnly is the file that was named, or the only scenario there is.
func theOnly(args []string) (string, error) {
	if len(args) == 1 {
		return args[0], nil
	}
	found, err := filepath.Glob("*.yaml")
	if err != nil {
		return "", err
	}
	if len(found) != 1 {
		return "", usageError{fmt.Errorf("which scenario? %s here: name one", units.Plural(len(found), "*.yaml file", "*.yaml files"))}
	}
	return found[0], nil
}

func (s *served) run(c *cobra.Command) error {
	if info, err := os.Stat(s.file); err != nil { // later it may be away for a moment, while it is saved
		return fmt.Errorf("%s: %w", s.file, logs.Reason(err))
	} else if info.IsDir() {
		return fmt.Errorf("%s: a folder: want a scenario", s.file)
	}
	var blank bytes.Buffer
	if err := report.Blank(&blank, filepath.Base(s.file), version()); err != nil {
		return err
	}
	server, listener, address, err := serve.Listen(serve.Work{Make: s.page, Files: []string{s.file}, Blank: blank.Bytes()})
	if err != nil {
		return err
	}
	fmt.Fprintf(c.OutOrStdout(), "%s\nThe page follows %s. Ctrl-C ends it.\n", address, s.file)
	return server.Serve(c.Context(), listener)
}

// page answers the scenario as it stands.
func (s *served) page(ctx context.Context, version string, say func(string), of func([]string)) (*serve.Page, error) {
	b, sc, err := scenarios.Pack(s.file)
	if err != nil {
		return nil, err
	}
	of(append([]string{s.file}, sc.Reads...))
	asker, err := whatif.New(b)
	if err != nil {
		return nil, err
	}
	began, far := time.Now(), course{began: time.Now(), scenarios: 1, layouts: len(sc.Layouts), sweeps: sc.Sweep != nil}
	r, err := experiment.Run(ctx, sc, s.options(func(p experiment.Progress) { say(far.words(p)) }))
	if err != nil {
		return nil, err
	}
	ask := &report.WhatIf{Controls: asker.Controls, Version: version}
	var html bytes.Buffer
	if err := report.HTML(&html, sc, r, ask); err != nil {
		return nil, err
	}
	if s.out != "" {
		o := runOptions{cores: s.cores}
		ran := ranHere(began, s.cores)
		if err := o.write(ctx, job{sc: sc, folder: s.out}, r, &ran); err != nil {
			return nil, err
		}
	}
	return &serve.Page{HTML: html.Bytes(), Ask: func(ctx context.Context, question []byte, tell func([]byte)) error {
		return s.answer(ctx, asker, question, tell)
	}}, nil
}

func (s *served) options(progress func(experiment.Progress)) experiment.Options {
	return experiment.Options{Cores: s.cores.used(), Version: version(), Progress: progress}
}

// answer answers what if.
func (s *served) answer(ctx context.Context, asker *whatif.Asker, question []byte, tell func([]byte)) error {
	var state whatif.State
	if err := json.Unmarshal(question, &state); err != nil {
		return errors.New("want a map of texts")
	}
	return asker.Ask(ctx, state, s.options(nil), func(a whatif.Answer) {
		line, err := json.Marshal(a)
		if err != nil {
			panic(fmt.Sprintf("an answer cannot be written: %v", err)) // texts and finite numbers always can
		}
		tell(line)
	})
}
