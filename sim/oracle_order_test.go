package sim_test

import (
	"example.com/simrun/worker"
	"example.com/simrun/workloads"
)

// parsed are the classes of a case that lists them, all in one queue, the first with the largest priority if they
// are ranked.
func parsed(o *oracleCase, ranked bool) []workloads.Class {
	var classes []workloads.Class
	for i, x := range o.Model["classes"].([]any) {
		x := x.(map[string]any)
		name, _ := x["name"].(string)
		if name == "" {
			name = []string{"q1", "q2"}[i]
		}
		rate := x["arrivals"].(map[string]any)["rate"].(float64)
		c := class(name, poisson(rate), law(x["service"].(map[string]any)))
		if ranked {
			c.Queue, c.HasPriority, c.Priority = "ranked", true, 9-i
		}
		classes = append(classes, c)
	}
	return classes
}

// ranked is a pool that serves larger priorities first and interrupts nobody.
func ranked(o *oracleCase) []experiment {
	return []experiment{{model: pool(int(o.Model["servers"].(float64)), parsed(o, true)...)}}
}

// keeping is a pool that takes short tasks first, and leaves long ones at most some of its slots.
func keeping(o *oracleCase) []experiment {
	m := pool(int(o.p("c")), parsed(o, false)...)
	w := &m.layout.Workers[0]
	w.Order = worker.Strict
	w.Reserve = []int{w.Concurrency - int(o.p("max_long")), 0}
	return []experiment{{model: m}}
}

// alternating is one slot that takes one message from each of two queues in turn.
func alternating(o *oracleCase) []experiment {
	return []experiment{{model: pool(1, parsed(o, false)...)}}
}

// pooling is the same two classes on two pools of their own and on one pool in the order of arrival. The long tasks are
// few: so that enough of them are seen, their own pool is simulated alone, too.
func pooling(o *oracleCase) []experiment {
	mixed := parsed(o, false)
	for i := range mixed {
		mixed[i].Queue = "mixed"
	}
	slots := []int{int(o.p("s1")), int(o.p("s2"))}
	long := parsed(o, false)[1:]
	return []experiment{
		{name: "separate", model: separated(slots, parsed(o, false)...)},
		{name: "separate", only: "separate:long", part: 0.4, model: separated(slots[1:], long...)},
		{name: "pooled", model: pool(slots[0]+slots[1], mixed...)},
	}
}

// overflowing are two workers of one slot, each with a queue of its own; some also take the other's queue, when their
// own is empty.
func overflowing(takes ...bool) func(*oracleCase) []experiment {
	return func(o *oracleCase) []experiment {
		m := separated([]int{1, 1},
			class("short", poisson(o.p("l1")), exponential(o.p("m1"))), class("long", poisson(o.p("l2")), exponential(o.p("m2"))))
		for i, yes := range takes {
			if yes {
				m.layout.Workers[i].Overflow = []int{1 - i}
			}
		}
		return []experiment{{model: m}}
	}
}

// prefetching are two workers of one slot with late acks; a message goes to a random one with room in its window.
func prefetching(o *oracleCase) []experiment {
	m := &model{classes: []workloads.Class{class("task", poisson(o.p("lambda")), exponential(1))}}
	m.addQueues()
	m.layout.Broker.Dispatch = worker.Random
	for range 2 {
		m.add(worker.Config{Concurrency: 1, Queues: []int{0}, AcksLate: true, PrefetchMultiplier: int(o.p("cap"))})
	}
	return []experiment{{model: m}}
}

// inTurn are two workers without limit to their windows, to which rabbitmq pushes messages in turn.
func inTurn(o *oracleCase) []experiment {
	m := &model{classes: []workloads.Class{class("task", poisson(o.p("lambda")), exponential(1))}}
	m.addQueues()
	m.layout.Broker.Kind = worker.RabbitMQ
	for range 2 {
		m.add(worker.Config{Concurrency: 1, Queues: []int{0}})
	}
	return []experiment{{model: m}}
}
