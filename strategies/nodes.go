package strategies

import (
	"slices"

	"example.com/simrun/system"
)

// Lease says for how long a node is there, and paid for.
type Lease uint8

// Leases.
const (
	Standing Lease = iota // all the time
	Shared                // from when a replica fits on no other until its last replica is gone
	Own                   // with the one replica that it belongs to
)

// Room is what workers count for on a machine, as the requests of pods do: not what they use.
type Room struct {
	Cores  float64
	Memory int64 // bytes
}

// Add is both together.
func (r Room) Add(o Room) Room { return Room{r.Cores + o.Cores, r.Memory + o.Memory} }

// Sub is the one without the other.
func (r Room) Sub(o Room) Room { return Room{r.Cores - o.Cores, r.Memory - o.Memory} }

// Fits says whether a replica that counts for so much may be put on a node of a kind where so much is taken. Only where
// machines come and go one can be full; what is larger than a machine fits on an empty one.
func Fits(m *system.Machine, taken, need Room) bool {
	if m.Most == 0 || taken.Cores == 0 {
		return true
	}
	all := taken.Add(need)
	return all.Cores <= m.Cores && (m.Memory == 0 || all.Memory <= m.Memory)
}

// Need is what a worker counts for where machines come and go: its cpu_limit, or else a core for each slot; and its
// memory_limit, or else what its processes hold before any task.
func (l *Layout) Need(w int) Room { return need(l.Container(w), l.Workers[w].Concurrency) }

func need(c system.Container, slots int) Room {
	r := Room{c.Cores, c.Memory}
	if r.Cores == 0 {
		r.Cores = float64(slots)
	}
	if r.Memory == 0 {
		r.Memory = c.Base(slots)
	}
	return r
}

// nodes are the machines that a layout uses, one entry a node, and the slots on each.
type nodes struct {
	kind, slots []int
	taken       []Room
	lease       []Lease
	crowded     bool // a warning has been given
}

func newNodes(b *builder, groups []group) nodes {
	var n nodes
	for m := range b.machines {
		if !slices.ContainsFunc(groups, func(g group) bool { return g.machine == m && !g.own }) {
			continue
		}
		count := max(1, b.machines[m].Count)
		if b.machines[m].Most > 0 {
			count = b.machines[m].Count
		}
		for i := range max(count, b.machines[m].Most) {
			lease := Standing
			if i >= count {
				lease = Shared
			}
			n.add(m, lease)
		}
	}
	return n
}

// add is a new node.
func (n *nodes) add(machine int, lease Lease) int {
	n.kind = append(n.kind, machine)
	n.slots = append(n.slots, 0)
	n.taken = append(n.taken, Room{})
	n.lease = append(n.lease, lease)
	return len(n.kind) - 1
}

// lodge is the node of a replica; -1 without a machine. Where machines come and go it is the one on which it would be if
// all were there.
func (n *nodes) lodge(b *builder, g *group, slots int) int {
	switch {
	case g.machine < 0:
		return -1
	case g.own:
		i := n.add(g.machine, Own)
		n.slots[i] = slots
		return i
	}
	if m := &b.machines[g.machine]; m.Most > 0 {
		for i, kind := range n.kind {
			if kind == g.machine && n.lease[i] != Own && Fits(m, n.taken[i], need(g.box, slots)) {
				n.slots[i] += slots
				n.taken[i] = n.taken[i].Add(need(g.box, slots))
				return i
			}
		}
		if n.crowded {
			return n.take(g.machine, slots)
		}
		n.crowded = true
		b.warn("workers."+g.name+".machine", "%q: not all replicas fit on %d of them, counting a core for each slot where cpu_limit says nothing, and the base_memory where memory_limit does not: some will have to wait for room, as on machines that come and go; on a fixed count they would share the cores", m.Name, m.Most)
	}
	return n.take(g.machine, slots)
}

// take is the node of this kind with the fewest slots, the first of equals.
func (n *nodes) take(machine, slots int) int {
	best := -1
	for i, kind := range n.kind {
		if kind == machine && n.lease[i] != Own && (best < 0 || n.slots[i] < n.slots[best]) {
			best = i
		}
	}
	if best >= 0 {
		n.slots[best] += slots
	}
	return best
}

// first is the first standing node of the kind of that name; -1 without a name. Where there is none, one is added.
func (n *nodes) first(b *builder, name string) int {
	for m := range b.machines {
		if b.machines[m].Name != name {
			continue
		}
		for i, kind := range n.kind {
			if kind == m && n.lease[i] == Standing {
				return i
			}
		}
		return n.add(m, Standing)
	}
	return -1
}

// leases are nil where all nodes stand.
func (n *nodes) leases() []Lease {
	if !slices.ContainsFunc(n.lease, func(l Lease) bool { return l != Standing }) {
		return nil
	}
	return n.lease
}
