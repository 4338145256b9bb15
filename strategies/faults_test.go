package strategies_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"

	"example.com/simrun/strategies"
	"example.com/simrun/system"
	"example.com/simrun/worker"
)

// A fault of the machine on which the broker lives is one of the broker, too, until that has booted.
func TestTheBrokerGoesDownWithItsMachine(t *testing.T) {
	machines := []system.Machine{{Name: "app"}, {Name: "db", Zone: "here", Boot: 30 * time.Second}}
	plan := func(broker int, f system.Fault) (outages []worker.Outage) {
		l := strategies.Layout{Nodes: []int{0, 1}, BrokerNode: broker, ProducerNode: -1, BrokerZone: "here"}
		if broker < 0 {
			l.BrokerZone = ""
		}
		f.At, f.For = 10*time.Minute, 5*time.Minute
		var s worker.Setup
		l.Plan(&s, machines, []system.Fault{f}, time.Minute)
		return s.Outages
	}
	assert.Equal(t, []worker.Outage{{From: 11 * time.Minute, To: 16*time.Minute + 30*time.Second}}, plan(1, system.Fault{Of: system.OfMachine, Target: 1}))
	assert.Equal(t, []worker.Outage{{From: 11 * time.Minute, To: 16*time.Minute + 30*time.Second}}, plan(1, system.Fault{Of: system.OfZone, Zone: "here"}))
	assert.Equal(t, []worker.Outage{{From: 11 * time.Minute, To: 16 * time.Minute}}, plan(1, system.Fault{Of: system.OfBroker}), "its process alone")
	assert.Equal(t, []worker.Outage{{From: 11 * time.Minute, To: 16 * time.Minute}}, plan(-1, system.Fault{Of: system.OfWorkers, Broker: true}), "on one machine for all")
	assert.Empty(t, plan(1, system.Fault{Of: system.OfMachine, Target: 0}), "another machine")
	assert.Empty(t, plan(-1, system.Fault{Of: system.OfMachine, Target: 0}), "a broker without a machine")
}
