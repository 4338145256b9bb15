package strategies

import (
	"fmt"
	"slices"
	"strings"

	"example.com/simrun/capacity"
	"example.com/simrun/internal/units"
	"example.com/simrun/worker"
)

// compose lays the groups out: the queues that anything uses, an instance for each replica, a node for each instance.
func (b *builder) compose(groups []group) {
	l := &b.layout
	l.Broker = b.broker
	index := map[string]int{}
	use := func(name string) int {
		if q, seen := index[name]; seen {
			return q
		}
		index[name] = len(l.Queues)
		l.Queues = append(l.Queues, b.queue(name))
		return index[name]
	}
	for _, name := range b.usedInOrder(groups) {
		use(name)
	}
	for _, name := range b.classQueue {
		l.ClassQueue = append(l.ClassQueue, use(name))
	}
	l.Priority = b.priority
	nodes := newNodes(b, groups)
	l.BrokerNode, l.ProducerNode = nodes.first(b, b.spec.Broker.Machine), nodes.first(b, b.spec.Broker.Producers)
	for i := range groups {
		g := &groups[i]
		l.Groups = append(l.Groups, g.name)
		l.Lines = append(l.Lines, g.line)
		l.Sources = append(l.Sources, g.source)
		if g.fleet != nil {
			l.Fleets = append(l.Fleets, *g.fleet)
		}
		for n, slots := range g.slots {
			l.Workers = append(l.Workers, b.instance(g, n, use))
			l.Group = append(l.Group, i)
			l.Node = append(l.Node, nodes.lodge(b, g, slots))
			l.Clearance = append(l.Clearance, g.clearance)
			l.Containers = append(l.Containers, g.box)
			if g.fleet != nil {
				f := &l.Fleets[len(l.Fleets)-1]
				f.Workers = append(f.Workers, len(l.Workers)-1)
			}
		}
	}
	l.Nodes, l.Leases = nodes.kind, nodes.leases()
	for m := range b.machines {
		l.Machines = append(l.Machines, b.machines[m].Name)
	}
	l.forgetClearance()
}

// instance is the n-th worker of a group, which use tells the indices of its queues.
func (b *builder) instance(g *group, n int, use func(queue string) int) worker.Config {
	cfg := g.cfg
	cfg.Name = g.name
	if n > 0 {
		cfg.Name = fmt.Sprintf("%s#%d", g.name, n+1)
	}
	cfg.Concurrency = g.slots[n]
	b.prefetches(g, &cfg, slices.ContainsFunc(g.queues, func(name string) bool { return b.queue(name).Quorum }))
	for _, name := range g.queues {
		cfg.Queues = append(cfg.Queues, use(name))
	}
	for _, name := range g.overflow {
		cfg.Overflow = append(cfg.Overflow, use(name))
	}
	cfg.Weights = slices.Clone(g.weights)
	cfg.Reserve = slices.Clone(g.reserve)
	return cfg
}

// usedInOrder lists the queues of the layout: those with options first, then those of the tasks, then the rest. A queue
// to which nothing goes and which no worker takes is left out.
func (b *builder) usedInOrder(groups []group) []string {
	used := map[string]bool{}
	var consumed []string
	for i := range groups {
		consumed = append(append(consumed, groups[i].queues...), groups[i].overflow...)
	}
	for _, name := range append(slices.Clone(consumed), b.classQueue...) {
		used[name] = true
	}
	var names []string
	for i := range b.declared {
		names = append(names, b.declared[i].Name)
	}
	names = slices.DeleteFunc(names, func(name string) bool { return !used[name] })
	return append(append(names, b.classQueue...), consumed...)
}

// queue is the queue of that name with its options, or without any.
func (b *builder) queue(name string) worker.Queue {
	for i := range b.declared {
		if b.declared[i].Name == name {
			return b.declared[i]
		}
	}
	return worker.Queue{Name: name, MaxLength: -1, MaxPriority: -1, DeliveryLimit: -1, Patient: b.patient()}
}

// checkConsumers wants a worker for every queue to which tasks go.
func (b *builder) checkConsumers() {
	l := &b.layout
	for q := range l.Queues {
		var tasks []string
		for i, to := range l.ClassQueue {
			if to == q {
				tasks = append(tasks, b.classes[i].Name)
			}
		}
		if len(tasks) > 0 && len(capacity.Takers(l.Workers, q)) == 0 {
			b.fail("workers", "no worker takes the queue %q, to which %s would go", l.Queues[q].Name, units.Quoted(tasks))
		}
	}
}

// checkQueues warns of what the broker does not do for its queues.
func (b *builder) checkQueues() {
	l := &b.layout
	classes := l.Sent(b.classes)
	for q := range l.Queues {
		queue := &l.Queues[q]
		if strings.Contains(queue.Name, ",") {
			b.fail("routes", "the queue %q: want a name without commas, at which -Q separates", queue.Name)
		}
		switch b.broker.Kind {
		case worker.RabbitMQ:
			for i, to := range l.ClassQueue {
				if c := &classes[i]; to == q && c.HasPriority && queue.MaxPriority < 0 && !queue.TwoToOne {
					b.warn("routes", "the queue %q has no %s: rabbitmq ignores the priority of %q", queue.Name, b.lacksPriorities(queue), c.Name)
				}
			}
		case worker.Redis:
			if queue.MaxLength >= 0 || queue.DeliveryLimit >= 0 {
				b.warn("routes", "the queue %q: redis has neither max_length nor delivery_limit: simulated all the same", queue.Name)
			}
		}
	}
}
