package strategies

import (
	"slices"

	"example.com/simrun/worker"
	"example.com/simrun/workloads"
)

// Equivalent says whether two layouts treat the tasks alike: same broker, queues, workers in the same order, acks and
// machines. Names of layouts and workers do not count, nor does a setting without effect, such as the order of a worker
// with one queue.
func Equivalent(a, b *Layout, classes []workloads.Class) bool {
	if !sameBroker(&a.Broker, &b.Broker) || a.BrokerZone != b.BrokerZone || len(a.Workers) != len(b.Workers) || len(a.Queues) != len(b.Queues) {
		return false
	}
	for i := range classes {
		if queueName(a, a.ClassQueue[i]) != queueName(b, b.ClassQueue[i]) {
			return false
		}
	}
	for i := range a.Queues {
		n := slices.IndexFunc(b.Queues, func(q worker.Queue) bool { return q.Name == a.Queues[i].Name })
		if n < 0 || a.Queues[i] != b.Queues[n] {
			return false
		}
	}
	for w := range a.Workers {
		if !sameWorker(a, b, w, w, classes) {
			return false
		}
	}
	return true
}

func sameBroker(a, b *worker.Broker) bool {
	return a.Kind == b.Kind && a.Dispatch == b.Dispatch && a.Publish == b.Publish && a.Restore == b.Restore &&
		a.Way == b.Way && a.PublishCPU == b.PublishCPU && a.ServeCPU == b.ServeCPU &&
		slices.Equal(a.PrioritySteps, b.PrioritySteps)
}

// sameWorker compares worker v of a with worker w of b.
func sameWorker(a, b *Layout, v, w int, classes []workloads.Class) bool {
	x, y := &a.Workers[v], &b.Workers[w]
	if !sameFleet(a.FleetOf(v), b.FleetOf(w)) || a.OwnsMachine(v) != b.OwnsMachine(w) {
		return false
	}
	if !sameFlags(x, y) || a.Container(v) != b.Container(w) || x.Concurrency != y.Concurrency || machineOf(a, v) != machineOf(b, w) || x.RoundTrip != y.RoundTrip || x.Overheads != y.Overheads ||
		!slices.Equal(queueNames(a, x.Queues), queueNames(b, y.Queues)) ||
		!slices.Equal(queueNames(a, x.Overflow), queueNames(b, y.Overflow)) {
		return false
	}
	if len(x.Queues) > 1 && (x.Order != y.Order || x.Order == worker.Weighted && !slices.Equal(x.Weights, y.Weights)) {
		return false
	}
	if !slices.Equal(x.Reserve, y.Reserve) {
		return false
	}
	for i := range classes {
		if takesClass(a, v, i) && (lateOn(&classes[i], x) != lateOn(&classes[i], y) || rejectOn(&classes[i], x) != rejectOn(&classes[i], y)) {
			return false
		}
	}
	return true
}

// sameFlags compares what flags of the command line set, the queues and the slots apart.
func sameFlags(x, y *worker.Config) bool {
	return x.Pool == y.Pool && x.PrefetchMultiplier == y.PrefetchMultiplier && x.DisablePrefetch == y.DisablePrefetch &&
		x.SoftLimit == y.SoftLimit && x.HardLimit == y.HardLimit && x.MaxTasksPerChild == y.MaxTasksPerChild && x.SoftShutdown == y.SoftShutdown &&
		x.MaxMemoryPerChild == y.MaxMemoryPerChild &&
		x.AutoscaleMin == y.AutoscaleMin && x.Keepalive == y.Keepalive && x.Wakeup == y.Wakeup
}

func lateOn(c *workloads.Class, w *worker.Config) bool { return c.AcksLate.Or(w.AcksLate) }

// rejectOn has an effect only with a late ack.
func rejectOn(c *workloads.Class, w *worker.Config) bool {
	return lateOn(c, w) && c.RejectOnWorkerLost.Or(w.RejectOnWorkerLost)
}

// takesClass says whether worker w may get tasks of class i.
func takesClass(l *Layout, w, i int) bool {
	return slices.Contains(l.Workers[w].Queues, l.ClassQueue[i]) || slices.Contains(l.Workers[w].Overflow, l.ClassQueue[i])
}

func queueName(l *Layout, q int) string { return l.Queues[q].Name }

func queueNames(l *Layout, queues []int) []string {
	names := make([]string, len(queues))
	for i, q := range queues {
		names[i] = l.Queues[q].Name
	}
	return names
}

// Simplicity is how much of the baseline has to change for a layout, and how many workers it has; of two layouts that
// do, the one with fewer changes is the simpler, then the one with fewer workers. A change is a worker added or removed,
// a flag or the clearance of a worker that stays, a setting, users of their own at the broker, or a task that goes to
// another queue.
func Simplicity(from, to *Layout, classes []workloads.Class) (changes, workers int) {
	for name, g := range groupsOf(to) {
		before, there := groupsOf(from)[name]
		if !there {
			changes++
			continue
		}
		x, y := &from.Workers[before[0]], &to.Workers[g[0]]
		for _, differs := range []bool{
			!slices.Equal(queueNames(from, x.Queues), queueNames(to, y.Queues)),
			!slices.Equal(queueNames(from, x.Overflow), queueNames(to, y.Overflow)),
			!slices.Equal(slotsOf(from, before), slotsOf(to, g)),
			!sameFleet(from.FleetOf(before[0]), to.FleetOf(g[0])), // to be set up beside the number of replicas
			machineOf(from, before[0]) != machineOf(to, g[0]) || from.OwnsMachine(before[0]) != to.OwnsMachine(g[0]),
			!slices.Equal(from.ClearanceOf(before[0]), to.ClearanceOf(g[0])),
			x.Pool != y.Pool,
			x.PrefetchMultiplier != y.PrefetchMultiplier,
			x.DisablePrefetch != y.DisablePrefetch,
			x.SoftLimit != y.SoftLimit,
			x.HardLimit != y.HardLimit,
			x.MaxMemoryPerChild != y.MaxMemoryPerChild,
			from.Container(before[0]) != to.Container(g[0]),
			x.Order != y.Order && (x.Order >= worker.Strict || y.Order >= worker.Strict),
			x.Order == y.Order && !slices.Equal(x.Weights, y.Weights),
			!slices.Equal(x.Reserve, y.Reserve),
		} {
			if differs {
				changes++
			}
		}
	}
	for name := range groupsOf(from) {
		if _, there := groupsOf(to)[name]; !there {
			changes++
		}
	}
	old, oldOwn := settingsOf(from, classes)
	set, own := settingsOf(to, classes)
	changes += differing(old, set)
	for name := range groupsOf(to) {
		changes += differing(oldOwn[name], own[name])
	}
	for i := range classes {
		if queueName(from, from.ClassQueue[i]) != queueName(to, to.ClassQueue[i]) {
			changes++
		}
	}
	if from.Broker.Kind != to.Broker.Kind {
		changes++
	}
	for _, differs := range []bool{from.BrokerZone != to.BrokerZone, from.PerQueue != to.PerQueue} {
		if differs {
			changes++
		}
	}
	return changes, len(to.Workers)
}

// groupsOf are the instances of each worker as written, by its name.
func groupsOf(l *Layout) map[string][]int {
	groups := map[string][]int{}
	for w, g := range l.Group {
		groups[l.Groups[g]] = append(groups[l.Groups[g]], w)
	}
	return groups
}

func slotsOf(l *Layout, workers []int) []int {
	slots := make([]int, len(workers))
	for i, w := range workers {
		slots[i] = l.Workers[w].Concurrency
	}
	return slots
}
