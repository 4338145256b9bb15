package strategies

import (
	"fmt"
	"slices"
	"strconv"

	"example.com/simrun/internal/units"
	"example.com/simrun/worker"
)

// split deals the classes out to shares.
func (b *builder) split(from *Layout) []share {
	switch b.spec.Derive.SplitBy {
	case "queue":
		return b.byQueue()
	case "kind":
		return b.byKind()
	case "priority":
		return b.byPriority(from)
	case "label":
		return b.byLabel()
	case "memory":
		return b.byMemory(from)
	case "zone":
		return b.byZone(from)
	default:
		_, err := units.Choose([]string{"queue", "kind", "priority", "label", "memory", "zone"}, b.spec.Derive.SplitBy)
		b.fail("derive.split_by", "%v", err)
	}
	return nil
}

func (b *builder) byQueue() []share {
	var shares []share
	for i, q := range b.classQueue {
		n := slices.IndexFunc(shares, func(s share) bool { return s.name == q })
		if n < 0 {
			n = len(shares)
			shares = append(shares, share{name: q, worker: "worker_" + q})
		}
		shares[n].classes = append(shares[n].classes, i)
	}
	if len(shares) == 1 {
		b.fail("derive.split_by", "queue: all tasks go to the queue %q: nothing to split: give them queues (queue: in a task, or routes in the strategy that it is derived from), or split by kind", shares[0].name)
		return nil
	}
	return shares
}

// byKind sets those that mostly compute apart from those that mostly wait.
func (b *builder) byKind() []share {
	shares := []share{{name: "cpu", worker: "worker_cpu_intensive"}, {name: "io", worker: "worker_io_bound"}}
	for i := range b.classes {
		n := 1
		if cpu, io := b.classes[i].Means(); cpu > io {
			n = 0
		}
		shares[n].classes = append(shares[n].classes, i)
	}
	for _, s := range shares {
		if len(s.classes) == 0 {
			b.fail("derive.split_by", "kind: no task is of the kind %s: nothing to split", s.name)
			return nil
		}
	}
	return shares
}

// byPriority goes by the priorities as written, those served first in front. A message without one has 0.
func (b *builder) byPriority(from *Layout) []share {
	var levels []int
	classes := from.Sent(b.classes)
	for i := range classes {
		levels = append(levels, classes[i].Level())
	}
	distinct := slices.Compact(slices.Sorted(slices.Values(levels)))
	if from.Broker.Kind != worker.Redis { // redis serves 0 first, the others the largest
		slices.Reverse(distinct)
	}
	if len(distinct) < 2 {
		b.fail("derive.split_by", "priority: all tasks have the same: nothing to split")
		return nil
	}
	var shares []share
	for n, level := range distinct {
		s := share{name: strconv.Itoa(level), worker: fmt.Sprintf("worker_priority_%d", level)}
		if len(distinct) == 2 {
			s.name = []string{"high", "low"}[n]
			s.worker = "worker_" + s.name + "_priority"
		}
		for i, l := range levels {
			if l == level {
				s.classes = append(s.classes, i)
			}
		}
		shares = append(shares, s)
	}
	return shares
}
