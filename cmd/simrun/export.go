package main

import (
	"errors"
	"fmt"
	"io"
	"path/filepath"
	"strings"

	"github.com/spf13/cobra"

	"example.com/simrun/internal/deployed"
	"example.com/simrun/internal/engine"
	"example.com/simrun/internal/oncelery"
	"example.com/simrun/internal/shards"
	"example.com/simrun/report"
	"example.com/simrun/scenarios"
)

// exportCommand writes what other programs need: to start workers, or to compute runs.
func exportCommand() *cobra.Command {
	parent := &cobra.Command{
		Use: "export", Short: "Write a layout as files that start it, or what it takes to compute on other machines", Args: cobra.ArbitraryArgs,
		RunE: func(_ *cobra.Command, args []string) error {
			what := "export what?"
			if len(args) > 0 {
				what = fmt.Sprintf("export %q:", args[0])
			}
			return usageError{errors.New(what + " want a layout for " + strings.Join(deployed.Forms, ", ") + "; or celery-task, k8s-job FILE, parallel FILE or slurm FILE, to compute elsewhere")}
		},
		FParseErrWhitelist: cobra.FParseErrWhitelist{UnknownFlags: true}, // what they mean depends on what is exported
	}
	parent.AddCommand(&cobra.Command{
		Use: "celery-task", Short: "The module that Celery workers import to compute for run --on celery", Args: none,
		Example: "  simrun export celery-task > simrun_cells.py\n  SIMRUN_BROKER=redis://127.0.0.1:6379/0 celery -A simrun_cells worker -Q simrun",
		RunE: func(c *cobra.Command, _ []string) error {
			_, err := io.WriteString(c.OutOrStdout(), oncelery.Task)
			return err
		},
	}, engineFiles(), inParts("k8s-job", "An Indexed Job of Kubernetes, one pod a part, and its merge step", shards.Job),
		inParts("parallel", "A shell script that runs the parts with GNU parallel, round by round, and merges them", shards.Parallel),
		inParts("slurm", "A shell script that runs the parts as arrays of Slurm, round by round, and merges them", shards.Slurm))
	for _, form := range deployed.Forms {
		parent.AddCommand(exportWorkers(form))
	}
	return parent
}

// engineFiles is a command that builds the simulator that pages hold.
func engineFiles() *cobra.Command {
	return &cobra.Command{
		Use: "engine FOLDER", Short: "The simulator as WebAssembly, as a release embeds it for run --interactive", Hidden: true, Args: cobra.ExactArgs(1),
		RunE: func(c *cobra.Command, args []string) error {
			e, err := engine.Build(c.Context())
			if err != nil {
				return err
			}
			return e.Write(args[0])
		},
	}
}

// inParts is a command that writes how to run a scenario in parts.
func inParts(name, short string, write func(command, file, scenario string, parts int) string) *cobra.Command {
	var parts int
	var plan bool
	c := &cobra.Command{
		Use: name + " FILE", Short: short, ValidArgsFunction: yamlFiles,
		Args: func(_ *cobra.Command, args []string) error {
			if len(args) != 1 {
				return usageError{fmt.Errorf("%d files: want one scenario", len(args))}
			}
			return nil
		},
		RunE: func(c *cobra.Command, args []string) error {
			if _, err := shards.ParseShare(fmt.Sprintf("1/%d", parts)); err != nil {
				return usageError{fmt.Errorf("--shards: %d: want a number of parts from 1 to 10000", parts)}
			}
			sc, err := scenarios.Read(args[0])
			if err != nil {
				return err
			}
			command := "run"
			if plan {
				command = "plan"
			}
			_, err = io.WriteString(c.OutOrStdout(), write(command, filepath.Base(args[0]), report.FileName(sc.Name), parts))
			return err
		},
	}
	c.Flags().IntVar(&parts, "shards", 4, "number of parts")
	c.Flags().BoolVar(&plan, "plan", false, "parts of simrun plan, not of simrun run")
	return c
}
