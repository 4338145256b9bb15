package bench

import (
	"fmt"
	"slices"

	"example.com/simrun/celery"
	"example.com/simrun/internal/units"
	"example.com/simrun/scenarios"
	"example.com/simrun/strategies"
	"example.com/simrun/system"
)

// happensHere says that a planned fault can be had on one machine without zones.
func happensHere(f *system.Fault) bool {
	return f.Of == system.OfMachine || f.Of == system.OfService || f.Of == system.OfBroker || f.Of == system.OfDeploy
}

// faultsHere returns the planned faults of a scenario as they befall a layout whose workers all run on this machine. The
// failure of a kind of machines is that of the workers and the broker that it would carry, until it would have booted.
func faultsHere(sc *scenarios.Scenario, l *strategies.Layout, speed float64) (here []system.Fault) {
	for _, f := range sc.Faults {
		if f.Of == system.OfMachine {
			f.Of, f.For = system.OfWorkers, f.For+sc.Machines[f.Target].Boot
			f.Broker = l.BrokerOn(f.Target)
			for i, node := range l.Node {
				if node >= 0 && l.Nodes[node] == f.Target {
					f.Workers = append(f.Workers, int32(i))
				}
			}
		}
		f.At, f.For, f.Grace, f.Boot = divided(f.At, speed), divided(f.For, speed), divided(f.Grace, speed), divided(f.Boot, speed)
		here = append(here, f)
	}
	return here
}

// unrecorded says why a run cannot be replayed or recorded; nil if it can.
func unrecorded(sc *scenarios.Scenario, o *Options) error {
	if o.Replay && len(sc.Faults) > 0 {
		return fmt.Errorf("%s: a replay cannot know how long the tasks that a fault cuts off would have taken: want no --replay", sc.Faults[0].Name)
	}
	if !o.Keep {
		return nil
	}
	if len(sc.Services) > 0 {
		return fmt.Errorf("services.%s: a recording cannot hold it: want no --record", sc.Services[0].Name)
	}
	if len(sc.Faults) > 0 {
		return fmt.Errorf("%s: a recording cannot hold planned faults: want no --record", sc.Faults[0].Name)
	}
	for l := range sc.Layouts {
		queues := sc.Layouts[l].Queues
		for i := range queues {
			switch q := &queues[i]; {
			case q.MaxLength >= 0:
				return fmt.Errorf("queues.%s.max_length: a recording cannot hold it: want no --record", q.Name)
			case q.DeliveryLimit >= 0 && !(q.Quorum && q.DeliveryLimit == celery.QuorumDeliveryLimit):
				return fmt.Errorf("queues.%s.delivery_limit: a recording cannot hold it: want no --record", q.Name)
			case q.Delays:
				return fmt.Errorf("queues.%s.exchange: a recording cannot hold it: want no --record", q.Name)
			case q.Quorum != queues[0].Quorum:
				return fmt.Errorf("queues.%s.type: a recording has one type for all queues: want no --record", q.Name)
			}
		}
	}
	return nil
}

// beyond are notes on the faults that the runs are too short for.
func beyond(sc *scenarios.Scenario, o *Options) (notes []string) {
	for i := range sc.Faults {
		if f := &sc.Faults[i]; divided(f.At, o.Speed) >= o.For {
			notes = append(notes, fmt.Sprintf("%s did not happen: it begins %s after the start, when no more tasks arrive.", f.Name, units.Duration(divided(f.At, o.Speed).Seconds())))
		}
	}
	return slices.Compact(notes)
}
