package strategies

import (
	"reflect"
	"slices"

	"example.com/simrun/worker"
	"example.com/simrun/workloads"
)

// Equivalent says whether two layouts treat the tasks alike: same broker, queues, workers in the same order, acks and
// machines. Names of layouts and workers do not count, nor does a setting without effect, such as the order of a worker
// with one queue.
func Equivalent(a, b *Layout, classes []workloads.Class) bool {
	if !reflect.DeepEqual(a.Broker, b.Broker) || a.BrokerZone != b.BrokerZone || len(a.Workers) != len(b.Workers) || len(a.Queues) != len(b.Queues) {
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

// sameWorker compares worker v of a with worker w of b.
func sameWorker(a, b *Layout, v, w int, classes []workloads.Class) bool {
	x, y := &a.Workers[v], &b.Workers[w]
	if !sameFleet(a.FleetOf(v), b.FleetOf(w)) || a.OwnsMachine(v) != b.OwnsMachine(w) || a.Container(v) != b.Container(w) ||
		machineOf(a, v) != machineOf(b, w) || x.RoundTrip != y.RoundTrip || x.Overheads != y.Overheads {
		return false
	}
	for _, s := range differing(x, y, a.queueName, b.queueName) {
		if !s.PerTask {
			return false
		}
	}
	for i := range classes {
		if takesClass(a, v, i) && (lateOn(&classes[i], x) != lateOn(&classes[i], y) || rejectOn(&classes[i], x) != rejectOn(&classes[i], y)) {
			return false
		}
	}
	return true
}

// rejectOn has an effect only with a late ack.
func rejectOn(c *workloads.Class, w *worker.Config) bool {
	return lateOn(c, w) && c.RejectOnWorkerLost.Or(w.RejectOnWorkerLost)
}
