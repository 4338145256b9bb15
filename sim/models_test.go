package sim_test

import (
	"time"

	"example.com/simrun/des"
	"example.com/simrun/sim"
	"example.com/simrun/strategies"
	"example.com/simrun/system"
	"example.com/simrun/worker"
	"example.com/simrun/workloads"
)

// must is the value of a constructor whose arguments are known to be good.
func must[T any](v T, err error) T {
	if err != nil {
		panic(err)
	}
	return v
}

// model is a small system of one or more workers, built by hand.
type model struct {
	layout   strategies.Layout
	classes  []workloads.Class
	machines []system.Machine
}

// class is a class of tasks that sleep.
func class(name string, p workloads.Process, demand workloads.Dist) workloads.Class {
	c := workloads.Class{Queue: name, Arrivals: workloads.Arrivals{Process: p}}
	c.Name = name
	if demand != nil {
		c.Work = []workloads.Phase{{Kind: workloads.IO, Demand: demand}}
	}
	return c
}

func poisson(perSecond float64) workloads.Process { return workloads.Poisson{PerSecond: perSecond} }

// pool is one ideal worker with some slots that consumes every class's queue and takes a message only for a free
// slot. Classes that name the same queue share it.
func pool(slots int, classes ...workloads.Class) *model {
	m := &model{classes: classes}
	m.layout.Name = "pool"
	m.addQueues()
	m.add(worker.Config{Name: "worker", Concurrency: slots, Queues: m.all(), DisablePrefetch: true})
	return m
}

func (m *model) addQueues() {
	m.layout.BrokerNode, m.layout.ProducerNode = -1, -1
	for i := range m.classes {
		q := m.queue(m.classes[i].Queue)
		if q < 0 {
			q = len(m.layout.Queues)
			m.layout.Queues = append(m.layout.Queues, worker.Queue{
				Name: m.classes[i].Queue, MaxLength: -1, MaxPriority: -1, DeliveryLimit: -1,
			})
		}
		m.layout.ClassQueue = append(m.layout.ClassQueue, q)
	}
}

func (m *model) queue(name string) int {
	for i := range m.layout.Queues {
		if m.layout.Queues[i].Name == name {
			return i
		}
	}
	return -1
}

func (m *model) all() []int {
	var all []int
	for i := range m.layout.Queues {
		all = append(all, i)
	}
	return all
}

func (m *model) add(cfg worker.Config) *model {
	m.layout.Workers = append(m.layout.Workers, cfg)
	m.layout.Node = append(m.layout.Node, -1)
	m.layout.Group = append(m.layout.Group, len(m.layout.Groups))
	m.layout.Groups = append(m.layout.Groups, cfg.Name)
	return m
}

// on puts every worker on one machine.
func (m *model) on(cores float64) *model {
	m.machines = []system.Machine{{Name: "m", Cores: cores, Speed: 1, Efficiency: 1, Count: 1}}
	m.layout.Nodes = []int{0}
	for i := range m.layout.Node {
		m.layout.Node[i] = 0
	}
	return m
}

func (m *model) run(seed uint64, warmup, duration des.Time) sim.Result {
	return sim.New(&m.layout, m.classes, m.machines, sim.Options{
		Key: des.NewKey(seed), Warmup: warmup, Duration: duration, Drain: duration,
	}).Run()
}

const hour = time.Hour
