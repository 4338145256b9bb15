package bench

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"example.com/simrun/scenarios"
	"example.com/simrun/workloads"
)

// Refuse says why a scenario cannot be run for real; nil if it can.
func Refuse(sc *scenarios.Scenario) error { return errors.Join(resources(sc), simulatedOnly(sc)) }

// simulatedOnly refuses what the real world of one machine does not have.
func simulatedOnly(sc *scenarios.Scenario) error {
	for i := range sc.Classes {
		c := &sc.Classes[i]
		for _, p := range c.Work {
			switch p.Kind {
			case workloads.Transfer:
				return fmt.Errorf("task %q transfers data to the zone %q: zones are simulated only", c.Name, p.To)
			case workloads.Call:
				if s := &sc.Services[p.Service]; s.Connections > 0 {
					return fmt.Errorf("task %q calls the service %q: limits on connections are simulated only", c.Name, s.Name)
				} else if s.Zone != "" || s.From != nil {
					return fmt.Errorf("task %q calls the service %q: zones are simulated only", c.Name, s.Name)
				}
			}
		}
		if c.Zone != "" {
			return fmt.Errorf("task %q needs the zone %q: zones are simulated only", c.Name, c.Zone)
		}
	}
	for i := range sc.Faults {
		if f := &sc.Faults[i]; !happensHere(f) {
			return fmt.Errorf("%s: planned faults of zones, and compromised tasks, are simulated only", f.Name)
		}
	}
	return nil
}

// resources refuses a scenario with limits that nothing here can hold real bodies to: what was measured would be of
// another system than the one that is predicted. How much memory a machine has is left out of both, see notesOn.
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
		ask(c.Memory.Message > 0, "what messages weigh (memory.message)")
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
