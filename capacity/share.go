package capacity

import (
	"slices"

	"example.com/simrun/system"
	"example.com/simrun/workloads"
)

// comes is what comes to the replicas of a worker, a second: messages, how many of these are acked late, and the CPU that they take, as
// in demand.
type comes struct{ messages, late, cpu, beside float64 }

// share is what comes to a worker and its replicas, and how long a message keeps a slot.
func (l *Layout) share(classes []workloads.Class, machines []system.Machine, o Outside, w int) (all comes, slot float64) {
	for i, q := range l.ClassQueue {
		part := l.part(q, w)
		if part == 0 {
			continue
		}
		d := workerDemand(l, classes, machines, o, i, w)
		n := rateOf(classes, i) * d.attempts * part
		all.messages += n
		all.late += n * d.late
		all.cpu += n * d.cpu
		all.beside += n * d.beside
		slot += n * d.slot
	}
	if all.messages > 0 {
		slot /= all.messages
	}
	return all, slot
}

// part is that of a worker and its replicas in what comes to a queue: by their slots among all that take it.
func (l *Layout) part(queue, w int) float64 {
	own, all := 0, 0
	for _, t := range l.takers(queue) {
		all += l.Workers[t].Concurrency
		if l.Names[t] == l.Names[w] {
			own += l.Workers[t].Concurrency
		}
	}
	if own == 0 {
		return 0
	}
	return float64(own) / float64(all)
}

// written are the workers as they are written, the first of the replicas of each.
func (l *Layout) written() (firsts []int) {
	for w, name := range l.Names {
		if slices.Index(l.Names, name) == w {
			firsts = append(firsts, w)
		}
	}
	return firsts
}

// replicas is how many of a worker there are.
func (l *Layout) replicas(w int) (n int) {
	for _, name := range l.Names {
		if name == l.Names[w] {
			n++
		}
	}
	return n
}

// neighbours is how many workers there are on the node of one, itself among them.
func (l *Layout) neighbours(w int) (n int) {
	for _, node := range l.Node {
		if node == l.Node[w] {
			n++
		}
	}
	return n
}

// LeastMachines is how many machines of a kind the workers that stand on it take, Celery's own work included: they compute so many
// times what one can.
func LeastMachines(l *Layout, classes []workloads.Class, machines []system.Machine, o Outside, kind int) float64 {
	cpu := 0.0
	for _, w := range l.written() {
		if n := l.Node[w]; n >= 0 && l.Nodes[n] == kind {
			all, _ := l.share(classes, machines, o, w)
			cpu += all.cpu + all.beside
		}
	}
	m := &machines[kind]
	return cpu / (m.Cores * efficiency(m))
}
