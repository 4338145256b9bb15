package capacity

import (
	"math"

	"example.com/simrun/system"
	"example.com/simrun/workloads"
)

// comes is what comes to the replicas of a worker, a second: messages, how many of these are acked late, and the CPU that they take.
type comes struct{ messages, late, cpu float64 }

// share is the part of a worker and its replicas of what comes to their queues, by slots, and how long a message keeps a slot.
func (l *Layout) share(classes []workloads.Class, machines []system.Machine, o Outside, w int) (all comes, slot float64) {
	like := l.Names[w]
	for i, q := range l.ClassQueue {
		own, slots := 0, 0
		for _, t := range l.takers(q) {
			slots += l.Workers[t].Concurrency
			if l.Names[t] == like {
				own += l.Workers[t].Concurrency
			}
		}
		if own == 0 {
			continue
		}
		rate := workloads.MeanRate(classes, i)
		if math.IsNaN(rate) {
			rate = closedRate(classes, i)
		}
		d := workerDemand(l, classes, machines, o, i, w)
		n := rate * d.attempts * float64(own) / float64(slots)
		all.messages += n
		all.late += n * d.late
		all.cpu += n * d.cpu
		slot += n * d.slot
	}
	if all.messages > 0 {
		slot /= all.messages
	}
	return all, slot
}

// LeastMachines is how many machines of a kind the workers that stand on it take, Celery's own work included: they compute so many
// times what one can.
func LeastMachines(l *Layout, classes []workloads.Class, machines []system.Machine, o Outside, kind int) float64 {
	cpu := 0.0
	seen := map[string]bool{}
	for w, name := range l.Names {
		if n := l.Node[w]; n < 0 || l.Nodes[n] != kind || seen[name] {
			continue
		}
		seen[name] = true
		all, _ := l.share(classes, machines, o, w)
		cpu += all.cpu
	}
	m := &machines[kind]
	return cpu / (m.Cores * efficiency(m))
}
