package main

import (
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"example.com/simrun/internal/lint"
	"example.com/simrun/internal/units"
	"example.com/simrun/report"
	"example.com/simrun/scenarios"
)

func checkCommand() *cobra.Command {
	format := "yaml"
	command := &cobra.Command{
		Use: "check FILE...", Short: "Read a scenario and say what is in it, without simulating it",
		Long: "Read and check a scenario. Print it with every default filled in, the load offered to each queue against what its\n" +
			"workers can do, the queues that grow without end, what queueing theory expects where a closed form applies, and\n" +
			"warnings: what has no effect, and what is known to go wrong, with the setting that cures it. As JSON: these findings\n" +
			"and the workers.",
		Example: "  simrun check scenarios/priority.yaml\n  simrun check --format json scenarios/priority.yaml",
		Args:    atLeastOneFile, ValidArgsFunction: yamlFiles,
		RunE: func(c *cobra.Command, files []string) error {
			if !slices.Contains([]string{"yaml", "json"}, format) {
				return usageError{fmt.Errorf("--format: %q: want yaml or json", format)}
			}
			var errs []error
			for i, file := range files {
				sc, err := scenarios.Read(file)
				if err != nil {
					errs = append(errs, err)
					continue
				}
				if format == "json" {
					if err := checkJSON(c.OutOrStdout(), sc); err != nil {
						return err
					}
					continue
				}
				if i > 0 {
					fmt.Fprintln(c.OutOrStdout(), "---")
				}
				if err := check(c.OutOrStdout(), sc); err != nil {
					return err
				}
			}
			return errors.Join(errs...)
		},
	}
	command.Flags().StringVar(&format, "format", format, "yaml or json")
	return command
}

// check prints what is in a scenario. The expansion comes first and the rest as comments under it, so that the output
// stays YAML.
func check(w io.Writer, sc *scenarios.Scenario) error {
	var b strings.Builder
	b.WriteString(strings.TrimRight(sc.Expanded, "\n") + "\n")
	comment := func(title string, lines []string) {
		if len(lines) == 0 {
			return
		}
		b.WriteString("\n# " + title + "\n")
		for _, l := range lines {
			b.WriteString(strings.TrimRight("#   "+l, " ") + "\n")
		}
	}
	if sc.Sweep != nil {
		var axes []string
		for _, a := range sc.Sweep.Axes {
			axes = append(axes, a.Name+": "+strings.Join(a.Values, ", "))
		}
		comment(fmt.Sprintf("Varied, in %s of which each is sound", units.Plural(len(sc.Sweep.Cells), "cell", "cells")), axes)
	}
	comment("Offered load, in slots", strings.Split(report.Offered(offered(sc), 96), "\n"))
	var expected []string
	warnings := slices.Clone(sc.Warnings)
	for i := range sc.Layouts {
		expected = append(expected, closedForms(sc, i)...)
		warnings = report.AddNotes(warnings, sc.Layouts[i].Name, sc.Layouts[i].WhatIf, sc.Layouts[i].Notes)
	}
	for _, f := range lint.Find(sc) {
		warnings = append(warnings, f.String())
	}
	comment("Expected by queueing theory", expected)
	comment("Filled in, because the file does not say", sc.Assumptions)
	comment("Warnings", warnings)
	_, err := io.WriteString(w, b.String())
	return err
}

// offered returns what each queue of each strategy is offered.
func offered(sc *scenarios.Scenario) (rows []report.Load) {
	for i := range sc.Layouts {
		l := &sc.Layouts[i]
		for _, load := range l.Offered(sc.Classes, sc.Machines, sc.Outside(), 1) {
			rows = append(rows, report.Load{Strategy: l.Name, QueueLoad: load})
		}
	}
	return rows
}
