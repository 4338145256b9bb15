package sim

import (
	"slices"

	"example.com/simrun/des"
	"example.com/simrun/strategies"
	"example.com/simrun/system"
)

// lodging is which machines are there: nil where all are, all the time.
type lodging struct {
	layout *strategies.Layout
	kinds  []system.Machine
	nodes  []lodge
	need   []strategies.Room // what each worker counts for
	open   bool              // the run has begun
	watch  MachineRecorder
}

// lodge is one node.
type lodge struct {
	lease   strategies.Lease
	on      bool
	ready   des.Time        // when it has booted
	used    strategies.Room // what the workers on it count for
	tenants int
	paid    des.Area
	share   float64 // of the window, once it is over
}

// MachineRecorder is a Recorder that also wants to know when machines come and go.
type MachineRecorder interface {
	// Machines tells that d machines of a kind more are paid for.
	Machines(now des.Time, kind, d int)
}

// comesAndGoes says whether a layout has machines that are not there all the time.
func comesAndGoes(layout *strategies.Layout, machines []system.Machine) bool {
	for i, kind := range layout.Nodes {
		if machines[kind].Cold || layout.Leases != nil && layout.Leases[i] != strategies.Standing {
			return true
		}
	}
	return false
}

// layLodging lays out the machines that come and go, and puts the workers on them that are no replicas of a fleet.
func (w *World) layLodging(layout *strategies.Layout, machines []system.Machine) {
	if !comesAndGoes(layout, machines) {
		return
	}
	l := &lodging{layout: layout, kinds: machines, nodes: make([]lodge, len(layout.Nodes))}
	l.watch, _ = w.opts.Recorder.(MachineRecorder)
	w.lodging = l
	for i := range layout.Workers {
		l.need = append(l.need, layout.Need(i))
	}
	for i := range l.nodes {
		if layout.Leases != nil {
			l.nodes[i].lease = layout.Leases[i]
		}
		if l.nodes[i].lease == strategies.Standing {
			w.switchOn(i)
		}
	}
	for i, n := range layout.Node {
		if n != none && layout.FleetOf(i) == nil {
			w.switchOn(n)
			l.nodes[n].used = l.nodes[n].used.Add(l.need[i])
			l.nodes[n].tenants++
		}
	}
}

// switchOn pays for a node from now on. Before the run has begun it was there already, unless it starts cold.
func (w *World) switchOn(i int) {
	l := w.lodging
	n := &l.nodes[i]
	if n.on {
		return
	}
	n.on = true
	n.ready = w.now
	kind := l.layout.Nodes[i]
	if m := &l.kinds[kind]; l.open || m.Cold {
		n.ready += m.Boot
	}
	n.paid.Set(w.now, 1)
	if l.watch != nil {
		l.watch.Machines(w.now, kind, 1)
	}
}

// begin begins the run: workers that are no replicas wait for machines that start cold.
func (l *lodging) begin(w *World) {
	l.open = true
	for i, n := range l.layout.Node {
		if n != none && l.nodes[n].ready > 0 && l.layout.FleetOf(i) == nil {
			one := [1]int32{int32(i)}
			w.system.Await(one[:])
			w.queue.Push(des.Event{At: l.nodes[n].ready, Kind: kindRecover, Arg: int32(i)})
		}
	}
}

// Lodge implements worker.Landlord.
func (h *host) Lodge(worker int32) (des.Time, bool) {
	w := (*World)(h)
	l := w.lodging
	home := w.homes[worker]
	if l == nil || home == none {
		return 0, true
	}
	kind := l.layout.Nodes[l.layout.Node[worker]]
	if m := &l.kinds[kind]; m.Most > 0 && l.nodes[home].lease != strategies.Own {
		i, ok := l.find(kind, l.need[worker], w.now)
		if !ok {
			return 0, false
		}
		home = int32(i)
		w.rehome(worker, home)
	}
	w.switchOn(int(home))
	n := &l.nodes[home]
	n.used = n.used.Add(l.need[worker])
	n.tenants++
	return max(0, n.ready-w.now), true
}

// find is the node of a kind on which a replica takes tasks soonest: one with room, else one to be switched on.
func (l *lodging) find(kind int, need strategies.Room, now des.Time) (best int, found bool) {
	at := des.Never
	for i := range l.nodes {
		n := &l.nodes[i]
		if l.layout.Nodes[i] != kind || n.lease == strategies.Own || !strategies.Fits(&l.kinds[kind], n.used, need) {
			continue
		}
		ready := max(now, n.ready)
		if !n.on {
			ready = now + l.kinds[kind].Boot
		}
		switch {
		case !found, ready < at, ready == at && n.on && !l.nodes[best].on:
			best, at, found = i, ready, true
		}
	}
	return best, found
}

// Vacate implements worker.Landlord. A node that nobody is left on goes at once, unless it stands.
func (h *host) Vacate(worker int32) {
	w := (*World)(h)
	l := w.lodging
	home := w.homes[worker]
	if l == nil || home == none {
		return
	}
	w.unstart(worker)
	n := &l.nodes[home]
	n.used = n.used.Sub(l.need[worker])
	n.tenants--
	if n.tenants > 0 || n.lease == strategies.Standing {
		return
	}
	n.on = false
	if w.guard != nil {
		w.guard.machine.clear(int(home)) // the next one is another machine
	}
	n.paid.Set(w.now, 0)
	if l.watch != nil {
		l.watch.Machines(w.now, l.layout.Nodes[home], -1)
	}
}

// rehome puts a replica that is not there on another node. One with a cap on its cores keeps its own, which then shares
// the cores of that node.
func (w *World) rehome(id, home int32) {
	old := w.homes[id]
	if old == home {
		return
	}
	w.homes[id], w.diskOf[id] = home, home
	if w.memory != nil {
		w.memory.nodeOf[id] = home
	}
	own, there := w.threads[id].node, &w.nodes[home]
	if own == nil || own.number == old {
		w.threads[id].node, w.labour[id].node = there, there
		return
	}
	from := own.kin
	from.settle(w.now)
	from.remove(own)
	from.share()
	if there.kin == nil {
		there.settle(w.now)
		k := &kin{}
		k.add(there)
	}
	there.kin.settle(w.now)
	there.kin.add(own)
	there.kin.share()
}

// remove takes a capped worker's node away.
func (k *kin) remove(n *node) {
	i := k.of(n)
	k.nodes = slices.Delete(k.nodes, i, i+1)
	k.caps = slices.Delete(k.caps, i, i+1)
	k.done = slices.Delete(k.done, i, i+1)
}

// unstart takes off its node what the children of a worker that is gone were taking up.
func (w *World) unstart(worker int32) {
	for i := range w.slots {
		if p := &w.slots[i]; p.worker == worker && p.starting {
			w.threads[worker].node.remove(w.now, w.slotUser(int32(i)), 1)
			p.starting = false
		}
	}
}

// mark begins or ends the observed window.
func (l *lodging) mark(now, span des.Time, end bool) {
	for i := range l.nodes {
		n := &l.nodes[i]
		if end {
			n.share = n.paid.Integral(now) / span.Seconds()
		} else {
			n.paid.Restart(now)
		}
	}
}

// paid is the share of the window for which a node was paid for.
func (w *World) paid(node int) float64 {
	if w.lodging == nil {
		return 1
	}
	return w.lodging.nodes[node].share
}
