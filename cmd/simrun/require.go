package main

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"example.com/simrun/internal/experiment"
	"example.com/simrun/internal/units"
	"example.com/simrun/report"
)

// checkRequired finds out before the simulation that the strategy of --require does not exist.
func (o *runOptions) checkRequired(jobs []job) error {
	if o.require == "" {
		return nil
	}
	for _, j := range jobs {
		var names []string
		for i := range j.sc.Layouts {
			names = append(names, j.sc.Layouts[i].Name)
		}
		if !slices.Contains(names, o.require) {
			return usageError{fmt.Errorf("--require: %q: %s has no such strategy: want one of %s", o.require, j.sc.File, strings.Join(names, ", "))}
		}
	}
	return nil
}

// checkHistogram finds out before the simulation that the class of --histogram does not exist.
func (o *runOptions) checkHistogram(jobs []job) error {
	if o.histogram == "" {
		return nil
	}
	for _, j := range jobs {
		var names []string
		for i := range j.sc.Classes {
			names = append(names, j.sc.Classes[i].Name)
		}
		if _, err := units.Choose(names, o.histogram); err != nil {
			return usageError{fmt.Errorf("--histogram: %s has no such class: %w", j.sc.File, err)}
		}
	}
	return nil
}

// required says why a strategy does not pass: one error for each target that it misses or that is undecided.
func required(r *experiment.Result, strategy string) error {
	var errs []error
	if r.Verdict.Status == "withheld" {
		errs = append(errs, fmt.Errorf("%s: --require %s: the verdict is withheld, because a check failed", r.Scenario.Name, strategy))
	}
	for i := range r.Strategies {
		if r.Strategies[i].Name != strategy {
			continue
		}
		for _, u := range r.Strategies[i].Unstable {
			if r.Strategies[i].Verdict() == "" {
				break // nothing is asked of it
			}
			errs = append(errs, fmt.Errorf("%s: --require %s: the queue %s grows without end", r.Scenario.Name, strategy, u.Queue))
		}
		for _, b := range r.Strategies[i].Breaches {
			errs = append(errs, fmt.Errorf("%s: --require %s: %s runs without clearance for %s on %s", r.Scenario.Name, strategy, b.Class, b.Label, strings.Join(b.Workers, ", ")))
		}
		for _, c := range r.Strategies[i].Classes {
			for _, t := range c.SLO {
				if t.Verdict != "pass" {
					errs = append(errs, fmt.Errorf("%s: --require %s: %s", r.Scenario.Name, strategy, report.Target(c.Name, &t)))
				}
			}
		}
	}
	return errors.Join(errs...)
}
