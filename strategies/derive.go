package strategies

import (
	"slices"

	"example.com/simrun/internal/units"
	"example.com/simrun/system"
	"example.com/simrun/worker"
)

// share is one part of a split: the classes that get a worker of their own, and its slots.
type share struct {
	name    string // as in Derive.Shares
	worker  string
	classes []int
	queues  []string
	load    float64 // slots that its tasks keep busy
	slots   int
	machine *int // that its worker runs on, where it is not that of the other layout
}

// derive makes workers of the same budget of slots out of another layout, with its settings.
func (b *builder) derive() []group {
	d := b.spec.Derive
	if len(b.spec.Workers) > 0 {
		b.fail("workers", "a derived layout makes its own workers: want either workers or derive")
	}
	if len(b.spec.Routes) > 0 {
		b.fail("routes", "a derived layout takes its routes from the other one: want either routes or derive")
	}
	from := b.source(d.From)
	if from == nil || !b.uniform(from) {
		return nil
	}
	for i, q := range from.ClassQueue {
		b.classQueue[i] = from.Queues[q].Name
	}
	b.priority = from.Priority
	shares := b.split(from)
	if shares == nil || !b.size(from, shares) {
		return nil
	}
	for w := range from.Workers {
		if from.Workers[w].Reserve != nil {
			b.note("derive: the slots that %q keeps for a queue are dealt out with the others", from.Workers[w].Name)
		}
	}
	b.separate(from, shares)
	return b.staff(from, shares)
}

// source is the layout to derive from.
func (b *builder) source(name string) *Layout {
	names := make([]string, 0, len(b.specs))
	for i := range b.specs {
		names = append(names, b.specs[i].Name)
	}
	i := slices.Index(names, name)
	switch {
	case i < 0:
		_, err := units.Choose(slices.DeleteFunc(names, func(n string) bool { return n == b.spec.Name }), name)
		b.fail("derive.from", "%v", err)
		return nil
	case b.state[i] == underway:
		b.fail("derive.from", "%q: it is derived from this one: want a layout that is not", name)
		return nil
	}
	b.resolve(i)
	if Failed(b.resolver.problems[i]) {
		b.fail("derive.from", "%q: it has errors of its own", name)
		return nil
	}
	return &b.layouts[i]
}

// uniform says whether the workers of a layout differ in nothing but their queues and their slots.
func (b *builder) uniform(from *Layout) bool {
	first := inherited(from, 0)
	if len(from.Fleets) > 0 {
		b.fail("derive.from", "%q: the replicas of %q follow the load, so that it has no budget of slots to deal out: want a layout without autoscale",
			from.Name, from.Groups[from.Group[from.Fleets[0].Workers[0]]])
		return false
	}
	for w := range from.Workers {
		if from.Workers[w].AutoscaleMin > 0 {
			b.fail("derive.from", "%q: %q has autoscale: not supported yet", from.Name, from.Workers[w].Name)
			return false
		}
		if box := from.Container(w); box.Memory > 0 || box.Cores > 0 {
			b.fail("derive.from", "%q: %q has a memory_limit or a cpu_limit, which no rule here deals out: want the workers written out", from.Name, from.Workers[w].Name)
			return false
		}
		if len(from.Workers[w].Overflow) > 0 {
			b.fail("derive.from", "%q: %q has overflow: not supported yet", from.Name, from.Workers[w].Name)
			return false
		}
		if other := inherited(from, w); !same(first, other) {
			b.fail("derive.from", "%q: the settings of its workers differ (%q and %q): want the same for all",
				from.Name, from.Workers[0].Name, from.Workers[w].Name)
			return false
		}
	}
	return true
}

// setting is what a derived worker inherits.
type setting struct {
	cfg       worker.Config
	machine   int
	clearance []string
	box       system.Container
	own       bool // a machine for each replica
}

func inherited(l *Layout, w int) setting {
	cfg := l.Workers[w]
	if len(cfg.Queues) < 2 {
		cfg.Order = worker.RoundRobin
	}
	cfg.Name, cfg.Queues, cfg.Weights, cfg.Overflow, cfg.Reserve, cfg.Concurrency = "", nil, nil, nil, nil, 0
	return setting{cfg, machineOf(l, w), l.ClearanceOf(w), l.Container(w), l.OwnsMachine(w)}
}

// same compares two settings; the order only matters to a worker of several queues, which may be either.
func same(a, b setting) bool {
	if a.cfg.Order == worker.RoundRobin || b.cfg.Order == worker.RoundRobin {
		a.cfg.Order, b.cfg.Order = worker.RoundRobin, worker.RoundRobin
	}
	return a.machine == b.machine && a.box == b.box && a.own == b.own && slices.Equal(a.clearance, b.clearance) &&
		len(differing(&a.cfg, &b.cfg, nil, nil)) == 0
}

// machineOf is the machine kind of a worker, -1 without one.
func machineOf(l *Layout, w int) int {
	if l.Node[w] < 0 {
		return -1
	}
	return l.Nodes[l.Node[w]]
}

// OwnsMachine says whether a worker has a machine to itself, bought with it.
func (l *Layout) OwnsMachine(w int) bool {
	return l.Node[w] >= 0 && l.Leases != nil && l.Leases[l.Node[w]] == Own
}

// separate gives every share queues of its own: a queue that two of them would take is split.
func (b *builder) separate(from *Layout, shares []share) {
	owner := map[string][]int{}
	for i := range shares {
		for _, c := range shares[i].classes {
			if q := b.classQueue[c]; !slices.Contains(owner[q], i) {
				owner[q] = append(owner[q], i)
			}
		}
	}
	taken := map[string]bool{}
	for i := range from.Queues {
		taken[from.Queues[i].Name] = true
	}
	names := map[[2]string]string{} // of the queue and the share
	for i := range shares {
		s := &shares[i]
		for _, c := range s.classes {
			old := b.classQueue[c]
			name := old
			if len(owner[old]) > 1 {
				key := [2]string{old, s.name}
				if names[key] == "" {
					names[key] = free(old+"_"+s.name, taken)
					options := from.Queues[from.ClassQueue[c]]
					options.Name = names[key]
					b.declared = append(b.declared, options)
				}
				name = names[key]
			}
			b.classQueue[c] = name
			if !slices.Contains(s.queues, name) {
				s.queues = append(s.queues, name)
			}
		}
	}
	for i := range from.Queues {
		if name := from.Queues[i].Name; len(owner[name]) == 0 {
			b.note("derive: no task goes to the queue %q: it is left out", name)
		}
	}
}

// free is a name that is not taken, and takes it.
func free(name string, taken map[string]bool) string {
	for taken[name] {
		name += "_"
	}
	taken[name] = true
	return name
}

// staff makes a worker of each share, in as many replicas as the other layout's workers have, where it has the slots.
func (b *builder) staff(from *Layout, shares []share) []group {
	replicas := make([]int, len(from.Groups))
	for _, g := range from.Group {
		replicas[g]++
	}
	base := inherited(from, 0)
	for w := range from.Workers {
		if order := inherited(from, w).cfg.Order; order != worker.RoundRobin {
			base.cfg.Order = order
		}
	}
	preset := b.preset(base.cfg.Pool)
	base.cfg.Overheads = preset.Overheads(&b.spec.Broker.Broker)
	base.cfg.Loop, base.cfg.TimersLast = preset.Loop(), preset.TimersLast()
	base.cfg.Charged = base.machine >= 0 && b.broker.Kind != worker.Ideal
	base.cfg.RoundTrip = 0
	var groups []group
	for i := range shares {
		s := &shares[i]
		g := group{name: s.worker, cfg: base.cfg, queues: s.queues, machine: base.machine, box: base.box, own: base.own, line: from.line(s.worker)}
		if s.machine != nil {
			g.machine, g.cfg.Charged = *s.machine, b.broker.Kind != worker.Ideal
		}
		n := min(slices.Max(replicas), s.slots)
		for r := range n {
			slots := s.slots / n
			if r < s.slots%n {
				slots++
			}
			g.slots = append(g.slots, slots)
		}
		switch {
		case len(g.queues) < 2:
			g.cfg.Order = worker.RoundRobin
		case g.cfg.Order == worker.Weighted:
			g.weights = b.inheritedWeights(from, g.queues)
		}
		g.clearance = b.needed(base.clearance, s.classes)
		b.limits("derive", &g)
		groups = append(groups, g)
	}
	return groups
}

// inheritedWeights are the weights of the queues in the other layout; a queue that was split off has weight 1.
func (b *builder) inheritedWeights(from *Layout, queues []string) []int {
	weights := make([]int, len(queues))
	for i, name := range queues {
		weights[i] = 1
		for w := range from.Workers {
			cfg := &from.Workers[w]
			for n, q := range cfg.Queues {
				if from.Queues[q].Name == name && cfg.Weights != nil {
					weights[i] = cfg.Weights[n]
				}
			}
		}
	}
	return weights
}
