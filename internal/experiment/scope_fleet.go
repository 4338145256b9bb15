package experiment

import (
	"slices"

	"example.com/simrun/des"
	"example.com/simrun/scenarios"
	"example.com/simrun/strategies"
	"example.com/simrun/worker"
)

// scaled says that the replicas of some layout follow the load.
func scaled(sc *scenarios.Scenario) bool {
	return slices.ContainsFunc(sc.Layouts, func(l strategies.Layout) bool { return len(l.Fleets) > 0 })
}

// muster counts the replicas and machines that are there all the time.
func (l *listener) muster() {
	layout := l.layout
	l.replicas, l.alive = make([]course, len(layout.Groups)), make([]bool, len(layout.Workers))
	l.machines = make([]course, len(l.sc.Machines))
	for w, g := range layout.Group {
		if layout.FleetOf(w) == nil {
			l.replicas[g].level++
		}
	}
	if !comesAndGoes(l.sc, layout) {
		for _, kind := range layout.Nodes {
			l.machines[kind].level++
		}
	}
}

// comesAndGoes says whether the world tells of the machines of a layout as they come and go.
func comesAndGoes(sc *scenarios.Scenario, layout *strategies.Layout) bool {
	return layout.Leases != nil || slices.ContainsFunc(layout.Nodes, func(kind int) bool { return sc.Machines[kind].Cold })
}

// hold keeps the number of slots held.
func (l *listener) hold(r worker.Record, at des.Time, d int) {
	if l.held[r.Slot] == (d > 0) {
		return
	}
	l.held[r.Slot] = d > 0
	l.busy[l.group(r.Worker)].add(at, l.step, d)
}

// replica keeps the number of replicas that run, those that are leaving among them.
func (l *listener) replica(r worker.Record, at des.Time) {
	up := r.Kind == worker.ReplicaUp
	if up == l.alive[r.Worker] || !up && r.Kind != worker.ReplicaGone {
		return
	}
	l.alive[r.Worker] = up
	d := -1
	if up {
		d = 1
	}
	l.replicas[l.group(r.Worker)].add(at, l.step, d)
}

// Machines implements sim.MachineRecorder.
func (l *listener) Machines(now des.Time, kind, d int) {
	l.machines[kind].add(max(0, now-l.from), l.step, d)
}

// scale fills in how the layout was scaled.
func (l *listener) scale(t *Timeline) {
	for i := range l.replicas {
		t.Replicas = append(t.Replicas, l.replicas[i].means(l.step))
	}
	t.Arrivals = make([]float64, steps)
	for i, n := range l.arrivals {
		t.Arrivals[i] = n / l.step.Seconds()
	}
	for kind := range l.machines {
		price := l.sc.Machines[kind].Price
		if price == 0 {
			continue
		}
		if t.Cost == nil {
			t.Cost = make([]float64, steps)
		}
		for i, n := range l.machines[kind].means(l.step) {
			t.Cost[i] += float64(price * n)
		}
	}
}
