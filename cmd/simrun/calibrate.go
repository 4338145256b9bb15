package main

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"slices"

	"github.com/spf13/cobra"

	"example.com/simrun/internal/bench"
	"example.com/simrun/live"
	"example.com/simrun/report"
)

const calibrateLong = `Measure this machine: how many cores' worth of work its threads get done when they compute at the same time, by how much
a sleep overshoots, and what each executor of simrun bench adds to a task. This takes about ten seconds, during which the
machine should do nothing else. Put the entry that it prints under machines: in a scenario.`

func calibrateCommand() *cobra.Command {
	format := "table"
	c := &cobra.Command{
		Use: "calibrate", Short: "Measure this machine, for the machines: in a scenario", Long: calibrateLong,
		Example: "  simrun calibrate\n  simrun calibrate --format json | jq .efficiency",
		Args:    cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			if !slices.Contains(benchFormats, format) {
				return usageError{fmt.Errorf("--format: %q: want table or json", format)}
			}
			found, err := calibrate(c.Context(), []live.Executor{live.Goroutine, live.Thread, live.Process}, 200)
			if err != nil {
				return err
			}
			if format == "json" {
				return writeJSON(c.OutOrStdout(), found)
			}
			width, color := terminal(c.OutOrStdout())
			_, err = io.WriteString(c.OutOrStdout(), report.TextOf(report.CalibrationDocument(&found), width, color))
			return err
		},
	}
	c.Flags().StringVarP(&format, "format", "f", format, "of standard output: table or json")
	_ = c.RegisterFlagCompletionFunc("format", cobra.FixedCompletions(benchFormats, cobra.ShellCompDirectiveNoFileComp))
	return c
}

// calibrate measures this machine and some executors, with so many tasks a second.
func calibrate(ctx context.Context, executors []live.Executor, perSecond float64) (bench.Calibration, error) {
	found, err := live.Calibrate(ctx, executors, perSecond, nil)
	if err != nil {
		return bench.Calibration{}, err
	}
	c := bench.Calibration{
		Cores: found.Cores, Efficiency: found.Efficiency(), Rate: float64(found.Rate), Effective: found.Effective, Raised: found.Raised, Touch: found.Touch,
	}
	for _, cost := range found.Costs {
		c.Executors = append(c.Executors, bench.ExecutorCost{
			Name: cost.Executor.String(), Overshoot: spreadOf(cost.Overshoot), Overhead: spreadOf(cost.Overhead),
			Lag: spreadOf(cost.Lag), Spawn: cost.Spawn.Seconds(),
		})
	}
	return c, nil
}

func writeJSON(w io.Writer, v any) error {
	e := json.NewEncoder(w)
	e.SetIndent("", "  ")
	return e.Encode(v)
}

func spreadOf(s live.Spread) bench.Spread {
	return bench.Spread{P50: s.P50.Seconds(), P99: s.P99.Seconds(), Mean: s.Mean.Seconds()}
}
