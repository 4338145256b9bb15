package capacity

import (
	"slices"

	"example.com/simrun/system"
	"example.com/simrun/worker"
)

// Layout is what counts of one: who takes what, and on which cores.
type Layout struct {
	Broker     *worker.Broker
	Queues     []worker.Queue
	ClassQueue []int // the queue of each class
	Workers    []worker.Config
	Names      []string           // of the workers, as written: replicas share theirs
	Node       []int              // of each worker, an index into Nodes; -1 = cores without limit
	Nodes      []int              // machine kind of each node
	Containers []system.Container // of each worker

	BrokerNode, ProducerNode int // of the broker and of the producers, if they take CPU; -1 = cores without limit
}

// Takers are the workers that take a queue, if only as overflow.
func Takers(workers []worker.Config, queue int) []int {
	var list []int
	for w := range workers {
		if slices.Contains(workers[w].Queues, queue) || slices.Contains(workers[w].Overflow, queue) {
			list = append(list, w)
		}
	}
	return list
}

func (l *Layout) takers(queue int) []int { return Takers(l.Workers, queue) }

// machine is that of a worker, nil without one.
func (l *Layout) machine(w int, machines []system.Machine) *system.Machine {
	if l.Node[w] < 0 {
		return nil
	}
	return &machines[l.Nodes[l.Node[w]]]
}

// usable are the slots of a worker that a set of queues may have: all but those kept for others.
func usable(c *worker.Config, queues []int) int {
	n := c.Concurrency
	for i, kept := range c.Reserve {
		if !slices.Contains(queues, c.Queues[i]) {
			n -= kept
		}
	}
	return n
}
