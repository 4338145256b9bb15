package strategies

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"

	"example.com/simrun/system"
	"example.com/simrun/workloads"
)

func TestDeriveByZone(t *testing.T) {
	classes := []workloads.Class{class(t, "a", "q", 4, 0, 1), class(t, "b", "q", 2, 0, 1), class(t, "c", "other", 2, 0, 1)}
	classes[0].Zone, classes[1].Zone = "home", "cloud"
	from := Spec{Name: "one", Broker: BrokerSpec{Zone: "home", Zones: places}, Workers: []WorkerSpec{on(w("w", 16, "q", "other"), "here")}}
	derived := func(machines []system.Machine) (*Layout, string) {
		layouts, problems := Resolve([]Spec{from, {Name: "two", Broker: from.Broker, Derive: &Derive{From: "one", SplitBy: "zone", Share: "load"}}}, classes, machines, nil)
		return &layouts[1], problemsOf(problems[1])
	}
	l, problems := derived(placed)
	assert.Empty(t, problems)
	assert.Equal(t, []string{"worker_home", "worker_cloud", "worker_anywhere"}, l.Groups)
	var machines []string
	var trips []time.Duration
	slots := 0
	for i := range l.Workers {
		machines = append(machines, placed[machineOf(l, i)].Name)
		trips = append(trips, l.Workers[i].RoundTrip)
		slots += l.Workers[i].Concurrency
	}
	assert.Equal(t, []string{"here", "there", "here"}, machines)
	assert.Equal(t, []time.Duration{0, 25 * time.Millisecond, 0}, trips)
	assert.Equal(t, 16, slots)
	assert.Equal(t, []string{"q_home"}, queueNames(l, l.Workers[0].Queues))

	_, problems = derived(placed[:1])
	assert.Contains(t, problems, `derive.split_by: zone: no machine stands in the zone "cloud"`)
	twice := append([]system.Machine{}, placed...)
	twice[2].Zone = "cloud"
	_, problems = derived(twice)
	assert.Contains(t, problems, `derive.split_by: zone: several machines stand in the zone "cloud" (there, away): want the workers written out`)
	classes[0].Zone, classes[1].Zone = "", ""
	_, problems = derived(placed)
	assert.Contains(t, problems, "derive.split_by: zone: all tasks need the same: nothing to split")
}
