package main

import (
	"fmt"
	"slices"
	"strings"

	"example.com/simrun/scenarios"
	"example.com/simrun/workloads"
)

// resources refuses a scenario with limits that nothing here can hold real bodies to: what was measured would be of
// another system than the one that is predicted.
func resources(sc *scenarios.Scenario) error {
	var asked []string
	ask := func(yes bool, what string) {
		if yes && !slices.Contains(asked, what) {
			asked = append(asked, what)
		}
	}
	for i := range sc.Classes {
		c := &sc.Classes[i]
		ask(slices.ContainsFunc(c.Work, func(p workloads.Phase) bool { return p.Kind == workloads.Disk }), "disk phases")
	}
	for i := range sc.Machines {
		ask(sc.Machines[i].Memory > 0, "the memory of machines")
	}
	for i := range sc.Layouts {
		l := &sc.Layouts[i]
		for w := range l.Workers {
			ask(l.Container(w).Memory > 0, "memory_limit")
			ask(l.Container(w).Cores > 0, "cpu_limit")
		}
	}
	if asked == nil {
		return nil
	}
	return fmt.Errorf("%s: real bodies compute, sleep and take memory: want a scenario without %s", sc.File, strings.Join(asked, ", "))
}
