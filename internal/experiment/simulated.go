package experiment

import (
	"fmt"

	"example.com/simrun/scenarios"
	"example.com/simrun/workloads"
)

// simulatedOnly is why a scenario cannot be run for real; nil if it can.
func simulatedOnly(sc *scenarios.Scenario) error {
	for i := range sc.Classes {
		c := &sc.Classes[i]
		for _, p := range c.Work {
			switch p.Kind {
			case workloads.Transfer:
				return fmt.Errorf("task %q transfers data to the zone %q: zones are simulated only", c.Name, p.To)
			case workloads.Call:
				return fmt.Errorf("task %q calls the service %q: services are simulated only", c.Name, sc.Services[p.Service].Name)
			}
		}
		if c.Zone != "" {
			return fmt.Errorf("task %q needs the zone %q: zones are simulated only", c.Name, c.Zone)
		}
	}
	for i := range sc.Faults {
		if f := &sc.Faults[i]; !happensHere(f) {
			return fmt.Errorf("%s: planned faults of services and zones, and compromised tasks, are simulated only", f.Name)
		}
	}
	return nil
}
