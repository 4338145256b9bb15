package capacity

import (
	"fmt"
	"math"
	"math/bits"
	"slices"

	"example.com/simrun/system"
	"example.com/simrun/worker"
)

// mostEnumerated is the number of queues of which every subset is looked at.
const mostEnumerated = 12

// bound is a sum over queues that cannot exceed a capacity.
type bound struct {
	queues []int
	of     resource
	most   float64
	by     string

	serves, publishes bool // the broker, the producers work on the same cores

	only   *stream // with tokens: the stream that takes them, for
	share  float64 // of its messages
	blocks []int   // queues that nothing is taken from once it is reached
	shut   bool    // it is
}

// resource is what a bound is a sum of.
type resource uint8

const (
	slots      resource = iota
	threadTime          // core-seconds per second, of the threads that tasks compute with
	cpuTime             // the same of all that works on the machines of the workers
	messages            // per second
	tokens              // of a rate limit, per second
)

func (b *bound) cost(s *stream) float64 {
	switch b.of {
	case tokens:
		if b.only == s {
			return b.share
		}
		return 0
	case threadTime:
		return s.cpu
	case cpuTime:
		cost := s.cpu + s.beside
		if b.serves {
			cost += s.serve
		}
		if b.publishes {
			cost += s.publish
		}
		return cost
	case messages:
		return 1
	}
	return s.slot
}

// bounds of the queues of one component: the slots of every subset, and the CPU of those that the same workers take.
func (f *fluid) bounds(component []int, takes func(w int) []int) []bound {
	l := f.layout
	var bounds []bound
	for _, set := range subsets(component) {
		var room float64
		workers := takersOf(l, set, takes)
		for _, w := range workers {
			room += float64(usable(&l.Workers[w], set))
		}
		bounds = append(bounds, bound{queues: set, of: slots, most: room, by: Slots})
		if most, by := turns(l, workers, f.late(set), f.machines); !math.IsInf(most, 1) {
			bounds = append(bounds, bound{queues: set, of: messages, most: most, by: by})
		}
	}
	bounds = append(bounds, f.limits(component)...)
	seen := map[string][]int{}
	var order []string
	for _, q := range component {
		key := fmt.Sprint(takersOf(l, []int{q}, takes))
		if seen[key] == nil {
			order = append(order, key)
		}
		seen[key] = append(seen[key], q)
	}
	for _, key := range order {
		bounds = append(bounds, f.computing(seen[key], takes)...)
	}
	return bounds
}

// late is the part of the messages of some queues that is acked late.
func (f *fluid) late(queues []int) float64 {
	var late, all float64
	for _, q := range queues {
		for i := range f.streams[q] {
			s := &f.streams[q][i]
			late += s.want * s.late
			all += s.want
		}
	}
	if all == 0 {
		return 0
	}
	return late / all
}

// computing are the bounds of the CPU of the workers that take some queues, whose messages cost the broker and the producers CPU as well
// where these are on the same machines, as do those of all others.
func (f *fluid) computing(queues []int, takes func(w int) []int) []bound {
	workers := takersOf(f.layout, queues, takes)
	var bounds []bound
	if most, by := f.cores(workers, &bound{of: threadTime}); !math.IsInf(most, 1) {
		bounds = append(bounds, bound{queues: queues, of: threadTime, most: most, by: by})
	}
	on := func(node int) bool {
		return node >= 0 && slices.ContainsFunc(workers, func(w int) bool { return f.layout.Node[w] == node })
	}
	b := bound{queues: queues, of: cpuTime, serves: on(f.layout.BrokerNode), publishes: on(f.layout.ProducerNode)}
	b.most, b.by = f.cores(workers, &b)
	if math.IsInf(b.most, 1) {
		return bounds
	}
	more := false // than the threads of the tasks
	for q := range f.streams {
		for i := range f.streams[q] {
			s := &f.streams[q][i]
			if slices.Contains(queues, q) {
				more = more || b.cost(s) > s.cpu
				continue
			}
			other := b.cost(s) - s.cpu - s.beside
			b.most -= s.want * other
			more = more || other > 0
		}
	}
	if b.most = max(0, b.most); more {
		bounds = append(bounds, b)
	}
	return bounds
}

// cores is the CPU that some workers can use, and with them what works beside them in a bound, and what bounds it.
func (f *fluid) cores(workers []int, b *bound) (cores float64, by string) {
	l := f.layout
	wanted := map[int]float64{}
	var order []int
	for _, w := range workers {
		c := &l.Workers[w]
		n := l.Node[w]
		if _, seen := wanted[n]; !seen {
			order = append(order, n)
		}
		own := l.Containers[w].Cores // as a cap on what it uses
		several := c.Pool == worker.Prefork || c.Pool == worker.Solo || c.Pool == worker.Threads && b.of == cpuTime
		switch {
		case own > 0 && (several || own < 1):
			wanted[n] += own
			by = fmt.Sprintf("the cpu_limit of %q", l.Names[w])
			continue
		case several:
			wanted[n] = math.Inf(1) // as many as there are, since a task may use several: slots bound the rest
			continue
		}
		wanted[n]++
		by = fmt.Sprintf("the one thread of %q", l.Names[w])
	}
	for _, n := range order {
		most := wanted[n]
		if b.serves && n == l.BrokerNode {
			most++
		}
		if b.publishes && n == l.ProducerNode {
			most++
		}
		if n >= 0 {
			m := &f.machines[l.Nodes[n]]
			if all := m.Cores * efficiency(m); all < most {
				most = all
				by = fmt.Sprintf("cores of %q", m.Name)
			}
		}
		cores += most
	}
	return cores, by
}

func efficiency(m *system.Machine) float64 {
	if m.Efficiency > 0 {
		return m.Efficiency
	}
	return 1
}

// shareCores looks for workers of different queues that together ask for more than the cores that they share. Cores go
// to processes, not to messages: what is short is put to the smallest set of queues that asks for too much.
func (f *fluid) shareCores(takes func(w int) []int) {
	var guilty [][]int
	for _, component := range f.sharing(takes) {
		sets := subsets(component)
		slices.SortStableFunc(sets, func(a, b []int) int { return len(a) - len(b) })
		for _, set := range sets {
			if slices.ContainsFunc(guilty, func(g []int) bool { return contains(set, g) }) {
				continue
			}
			for _, b := range f.computing(set, takes) {
				var used float64
				for _, q := range set {
					for i := range f.streams[q] {
						s := &f.streams[q][i]
						used += min(s.got, s.want) * b.cost(s)
					}
				}
				if used == 0 || used < b.most*(1-1e-9) {
					continue
				}
				guilty = append(guilty, set)
				for _, q := range set {
					for i := range f.streams[q] {
						if s := &f.streams[q][i]; s.cpu > 0 {
							if !s.short() {
								s.by = b.by
							}
							s.got = min(s.got, s.want) * min(1, b.most/used)
						}
					}
				}
				break
			}
		}
	}
}

// sharing parts the queues into those whose workers share nodes.
func (f *fluid) sharing(takes func(w int) []int) [][]int {
	l := f.layout
	byNode := make([][]int, len(l.Nodes))
	var alone [][]int
	for w := range l.Workers {
		if n := l.Node[w]; n >= 0 {
			byNode[n] = append(byNode[n], takes(w)...)
		} else {
			alone = append(alone, takes(w))
		}
	}
	sets := slices.Concat(byNode, alone)
	return components(len(l.Queues), func(i int) []int { return sets[i] }, len(sets))
}

// takersOf are the workers that take any of the queues.
func takersOf(l *Layout, queues []int, takes func(w int) []int) []int {
	var list []int
	for w := range l.Workers {
		if slices.ContainsFunc(takes(w), func(q int) bool { return slices.Contains(queues, q) }) {
			list = append(list, w)
		}
	}
	return list
}

// components parts n queues into those that hang together through n sets of queues.
func components(n int, set func(i int) []int, sets int) [][]int {
	root := make([]int, n)
	for q := range root {
		root[q] = q
	}
	find := func(q int) int {
		for root[q] != q {
			q = root[q]
		}
		return q
	}
	for i := range sets {
		for _, q := range set(i) {
			a, b := find(set(i)[0]), find(q)
			root[max(a, b)] = min(a, b)
		}
	}
	var parts [][]int
	for q := range n {
		if find(q) != q {
			continue
		}
		var part []int
		for p := range n {
			if find(p) == q {
				part = append(part, p)
			}
		}
		parts = append(parts, part)
	}
	return parts
}

// subsets of the queues that are looked at: all but the empty one, of many only each alone and all together.
func subsets(queues []int) [][]int {
	var sets [][]int
	if len(queues) > mostEnumerated {
		for _, q := range queues {
			sets = append(sets, []int{q})
		}
		return append(sets, queues)
	}
	for mask := uint(1); mask < 1<<len(queues); mask++ {
		set := make([]int, 0, bits.OnesCount(mask))
		for i, q := range queues {
			if mask>>i&1 == 1 {
				set = append(set, q)
			}
		}
		sets = append(sets, set)
	}
	return sets
}

// contains says whether all of part is in set.
func contains(set, part []int) bool {
	for _, q := range part {
		if !slices.Contains(set, q) {
			return false
		}
	}
	return true
}
