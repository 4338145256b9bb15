package sim_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"

	"example.com/simrun/des"
	"example.com/simrun/sim"
	"example.com/simrun/system"
	"example.com/simrun/worker"
	"example.com/simrun/workloads"
)

// Among many machines the first finish is found without a look at each: the same one, also where several are at once.
func TestManyMachines(t *testing.T) {
	m := &model{classes: []workloads.Class{
		computing("a", 60, exponential(0.5)), class("even", workloads.Every{Period: 50 * time.Millisecond}, nil),
	}}
	m.classes[1].Work = []workloads.Phase{{Kind: workloads.CPU, Demand: constant(0.25)}, {Kind: workloads.IO, Demand: constant(0.25)}}
	m.addQueues()
	m.machines = []system.Machine{{Name: "m", Cores: 1.5, Speed: 1, Efficiency: 1, Count: 45}}
	pools := []worker.Pool{worker.Prefork, worker.Threads, worker.Gevent}
	for i := range 45 {
		m.add(worker.Config{Name: fmt.Sprint("w", i), Pool: pools[i%3], Concurrency: 4, PrefetchMultiplier: 2, Queues: m.all()})
		m.layout.Nodes = append(m.layout.Nodes, 0)
		m.layout.Node[i] = i
	}
	o := sim.Options{Key: des.NewKey(5), Duration: time.Minute, Drain: time.Hour}
	each := sim.New(&m.layout, m.classes, m.machines, o)
	each.LookAtEach()
	assert.Equal(t, each.Run(), sim.New(&m.layout, m.classes, m.machines, o).Run())
}
