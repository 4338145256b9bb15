package strategies

import (
	"slices"

	"example.com/simrun/capacity"
	"example.com/simrun/celery"
	"example.com/simrun/des"
	"example.com/simrun/system"
	"example.com/simrun/worker"
	"example.com/simrun/workloads"
)

// Layout is one strategy, resolved: everything a world needs to know of how queues are dealt out to workers.
type Layout struct {
	Name         string
	Release      string // of Celery: its series, such as "5.6"
	Broker       worker.Broker
	Queues       []worker.Queue
	ClassQueue   []int           // the queue of each class, routes applied
	Priority     []*int          // of the messages of each class, where routes give one in place of its own; nil = nowhere
	Workers      []worker.Config // replicas expanded, each an instance of its own
	Group        []int           // group of each worker, an index into Groups: replicas of one worker share theirs
	Groups       []string        // the workers as written
	Sources      []string        // the files that start them, where they were read from some
	Lines        []celery.Line   // their command lines, where somebody wrote one
	Node         []int           // node of each worker, an index into Nodes; -1 = cores without limit
	Nodes        []int           // machine kind of each node, an index into the scenario's machines
	Leases       []Lease         // of each node; nil = all are standing
	Fleets       []worker.Fleet  // workers whose number of replicas follows the load
	BrokerNode   int             // of the broker, if it takes CPU
	ProducerNode int             // of the producers, if they take CPU
	BrokerZone   string          // where the broker stands; "" = next door to everything
	WhatIf       []string        // what no setting of this Celery and broker can do; empty = can be deployed
	Notes        []string        // warnings and ignored flags, as sentences

	Clearance [][]string // of each worker: the labels that it may handle; nil = no worker of the layout has any

	PerQueue bool // every worker has a user of its own at the broker, which reads its queues only

	Machines   []string           // names of the kinds of machines; nil = unknown
	Containers []system.Container // of each worker: what it may use of its machine; nil = nothing is said
}

// Sent returns the classes as the messages of the layout are: with the priorities that its routes give them.
func (l *Layout) Sent(classes []workloads.Class) []workloads.Class {
	if l.Priority == nil {
		return classes
	}
	sent := slices.Clone(classes)
	for i, p := range l.Priority {
		if p != nil {
			sent[i].HasPriority, sent[i].Priority = true, *p
		}
	}
	return sent
}

// Slots is the number of tasks that the layout can run at once.
func (l *Layout) Slots() int {
	n := 0
	for i := range l.Workers {
		n += l.Workers[i].Concurrency
	}
	return n
}

// capacity is the layout as its theory sees it.
func (l *Layout) capacity() *capacity.Layout {
	c := capacity.Layout{Broker: &l.Broker, Queues: l.Queues, ClassQueue: l.ClassQueue, Workers: l.Workers, Node: l.Node, Nodes: l.Nodes, BrokerNode: l.BrokerNode, ProducerNode: l.ProducerNode}
	for w := range l.Workers {
		c.Names = append(c.Names, l.Groups[l.Group[w]])
		c.Containers = append(c.Containers, l.Container(w))
	}
	return &c
}

// Offered judges every queue of the layout when all arrivals are multiplied by load (package capacity).
func (l *Layout) Offered(classes []workloads.Class, machines []system.Machine, o capacity.Outside, load float64) []capacity.QueueLoad {
	return capacity.Offered(l.capacity(), l.Sent(classes), machines, o, load)
}

// LeastWorkers is how many workers like w its queues take, whatever their slots (package capacity).
func (l *Layout) LeastWorkers(classes []workloads.Class, machines []system.Machine, o capacity.Outside, w int) float64 {
	return capacity.LeastWorkers(l.capacity(), l.Sent(classes), machines, o, w)
}

// LeastMachines is how many machines of a kind its workers take that stand on it (package capacity).
func (l *Layout) LeastMachines(classes []workloads.Class, machines []system.Machine, o capacity.Outside, kind int) float64 {
	return capacity.LeastMachines(l.capacity(), l.Sent(classes), machines, o, kind)
}

// Stalls are the workers that do not recover once their window is full (package capacity).
func (l *Layout) Stalls(classes []workloads.Class, machines []system.Machine, o capacity.Outside) []capacity.Stall {
	return capacity.Stalls(l.capacity(), l.Sent(classes), machines, o)
}

// Leaks are the workers that lose slots to tasks that hang (package capacity).
func (l *Layout) Leaks(classes []workloads.Class) []capacity.Leak {
	return capacity.Leaks(l.capacity(), l.Sent(classes))
}

// Ahead estimates what one replication of the layout over a span asks of whoever simulates it (package capacity).
func (l *Layout) Ahead(classes []workloads.Class, machines []system.Machine, o capacity.Outside, span des.Time) capacity.Effort {
	return capacity.Ahead(l.capacity(), classes, machines, o, span)
}

// Container is what worker w may use of its machine, with the usual sizes of processes where nothing is said.
func (l *Layout) Container(w int) system.Container {
	if w < len(l.Containers) {
		return l.Containers[w]
	}
	return usualContainer(l.Workers[w].Pool)
}

// Preset names whose behaviour a worker has, as scenarios do: the release, the broker and the pool.
func (l *Layout) Preset(worker int) (release, broker, pool string) {
	release, _ = celery.BehavesAs(l.Release)
	return release, l.Broker.Kind.String(), l.Workers[worker].Pool.String()
}
