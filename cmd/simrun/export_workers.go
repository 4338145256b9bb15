package main

import (
	"fmt"
	"io"
	"maps"
	"reflect"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"example.com/simrun/celery"
	"example.com/simrun/internal/deployed"
	"example.com/simrun/internal/units"
	"example.com/simrun/scenarios"
	"example.com/simrun/strategies"
	"example.com/simrun/worker"
	"example.com/simrun/workloads"
)

// exportWorkers is a command that writes a file which starts the workers of a layout.
func exportWorkers(form string) *cobra.Command {
	var strategy string
	c := &cobra.Command{
		Use: form + " FILE", Short: "A file for " + form + " that starts the workers of a layout", ValidArgsFunction: yamlFiles,
		Example: "  simrun export " + form + " --strategy separated mine.yaml",
		Args: func(_ *cobra.Command, args []string) error {
			if len(args) != 1 {
				return usageError{fmt.Errorf("%d files: want one scenario", len(args))}
			}
			return nil
		},
		RunE: func(c *cobra.Command, args []string) error {
			sc, err := scenarios.Read(args[0])
			if err != nil {
				return err
			}
			text, err := exported(sc, form, strategy)
			if err != nil {
				return err
			}
			_, err = io.WriteString(c.OutOrStdout(), text)
			return err
		},
	}
	c.Flags().StringVar(&strategy, "strategy", "", "layout to write (default what runs today)")
	return c
}

// exported is the file of one form for a layout, "" = today's.
func exported(sc *scenarios.Scenario, form, strategy string) (string, error) {
	today := &sc.Layouts[sc.Baseline]
	l := today
	if strategy != "" {
		var names []string
		for i := range sc.Layouts {
			names = append(names, sc.Layouts[i].Name)
		}
		i, err := units.Choose(names, strategy)
		if err != nil {
			return "", usageError{fmt.Errorf("--strategy: %w", err)}
		}
		l = &sc.Layouts[i]
	}
	change := strategies.Diff(today, l, sc.Classes)
	if len(change.WhatIf) > 0 {
		return "", fmt.Errorf("%s: %s cannot be deployed: %s", sc.File, l.Name, strings.Join(change.WhatIf, "; "))
	}
	parts, err := partsOf(today, l, sc.Classes, form)
	if err == nil {
		var text string
		if text, err = deployed.Write(form, comments(sc, l, &change), parts); err == nil {
			return text, nil
		}
	}
	return "", fmt.Errorf("%s: %s: %w", sc.File, l.Name, err)
}

// comments say what the file cannot: settings of the app.
func comments(sc *scenarios.Scenario, l *strategies.Layout, c *strategies.Change) []string {
	lines := []string{fmt.Sprintf("The workers of %s in %s, written by simrun export.", l.Name, sc.Name)}
	add := func(title string, settings map[string]any) {
		if len(settings) == 0 {
			return
		}
		lines = append(lines, title)
		for _, key := range slices.Sorted(maps.Keys(settings)) {
			for line := range strings.SplitSeq(key+" = "+celery.Python(settings[key], ""), "\n") {
				lines = append(lines, "  "+line)
			}
		}
	}
	add("Settings of the app that belong to it:", c.Settings)
	for _, name := range slices.Sorted(maps.Keys(c.WorkerSettings)) {
		add(fmt.Sprintf("Settings of %s alone, which needs a configuration of its own:", name), c.WorkerSettings[name])
	}
	for i := range l.Fleets {
		if f := &l.Fleets[i]; f.Limit.Replicas > 0 {
			lines = append(lines, fmt.Sprintf("The layout has %s grow by at most %d replicas in %v: the pace of the cloud, which nothing here sets.", l.Groups[l.Group[f.Workers[0]]], f.Limit.Replicas, f.Limit.Per))
		}
	}
	return lines
}

// partsOf are the workers of a layout: replicas together where the form knows replicas and they are alike.
func partsOf(today, l *strategies.Layout, classes []workloads.Class, form string) ([]deployed.Part, error) {
	commands, names := strategies.Instances(today, l)
	var parts []deployed.Part
	last := -1 // the instance to which the last part belongs
	for w := range l.Workers {
		fleet := l.FleetOf(w)
		alike := last >= 0 && l.Group[last] == l.Group[w] && (fleet != nil || !deployed.Single(form) && same(l, last, w))
		if alike {
			if fleet == nil {
				parts[len(parts)-1].Replicas++
			}
			continue
		}
		last = w
		box := l.Container(w)
		p := deployed.Part{
			Worker: deployed.Worker{Name: strings.TrimSuffix(names[w], "@%h"), Command: commands[w], Replicas: 1, Cores: box.Cores, Memory: box.Memory},
			Slots:  l.Workers[w].Concurrency, Broker: l.Broker.Kind.String(),
		}
		for _, q := range l.Workers[w].Queues {
			p.Queues = append(p.Queues, l.Queues[q].Name)
		}
		p.Steps = l.StepsOf(w, classes)
		if fleet != nil {
			p.Replicas = 0
			if p.Scaling = scalingOf(fleet, p.Queues); p.Scaling == nil {
				return nil, fmt.Errorf("the replicas of %q follow a plan, or how long messages wait: no form here says that", p.Name)
			}
			p.Grace = fleet.Grace
		}
		parts = append(parts, p)
	}
	return parts, nil
}

// same says whether two replicas are started alike.
func same(l *strategies.Layout, v, w int) bool {
	x, y := l.Workers[v], l.Workers[w]
	x.Name, y.Name = "", ""
	return reflect.DeepEqual(x, y) && l.Container(v) == l.Container(w)
}

// scalingOf is nil where no form says it. A limit is the cloud's pace, which is no setting of the scaler: like the boot of a
// replica it is in no file. The queues are those of its replicas.
func scalingOf(f *worker.Fleet, queues []string) *deployed.Scaling {
	s := &deployed.Scaling{
		Min: f.Min, Max: len(f.Workers), Policy: strategies.PolicyName(f), Target: f.Target, Unacked: f.Unacked, Poll: f.Poll, Cooldown: f.Cooldown,
		Share: f.Share || f.Policy == worker.Utilization, Activation: f.Activation, Idle: f.Idle,
	}
	switch f.Policy {
	case worker.KEDA, worker.HPA:
		for _, t := range f.Follows() {
			one := deployed.Trigger{Target: t.Target, Share: t.Share, Unacked: t.Unacked, Activation: t.Activation}
			if t.Measure != worker.Messages {
				one.Measure = strategies.MeasureName(&t)
			}
			if f.Triggers == nil {
				s.Measure = one.Measure
				break
			}
			for _, q := range t.Queues {
				one.Queues = append(one.Queues, queues[q])
			}
			s.Triggers = append(s.Triggers, one)
		}
		s.Up, s.Down = rulesOf(&f.Up), rulesOf(&f.Down)
	case worker.Latency, worker.Schedule:
		return nil
	}
	return s
}

// rulesOf are the rules of an HPA in the words of Kubernetes.
func rulesOf(r *worker.Rules) *deployed.Rules {
	capital := func(s string) string { return strings.ToUpper(s[:1]) + s[1:] }
	out := &deployed.Rules{Window: new(int(r.Window / time.Second)), Select: capital(strategies.SelectName(r))}
	for i := range r.Policies {
		p := &r.Policies[i]
		out.Policies = append(out.Policies, deployed.Rate{Type: capital(strategies.RateName(p)), Value: p.Value, Period: int(p.Per / time.Second)})
	}
	return out
}
