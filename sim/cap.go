package sim

import (
	"example.com/simrun/des"
	"example.com/simrun/strategies"
)

// kin are the nodes that share the cores of one machine because some of its workers are capped (cpu_limit). Each capped
// worker is a node of its own, whose threads together use no more than its cap; the first node has the threads of all
// others. Within a node all threads are alike, so that each keeps its own attained service; between them the cores are
// shared max-min fairly by thread: every thread gets the same, unless its worker's cap gives it less, and what capped
// workers leave goes to the others.
//
// Linux caps a worker by stopping it for the rest of each 100 ms once it has used its quota (CFS bandwidth control).
// Over a second that is the same; within it, a capped thread runs at full speed and then not at all.
type kin struct {
	nodes []*node
	caps  []float64 // cores; of the first all
	done  []bool    // while sharing
}

// layCaps gives every worker with a cap on its cores a node of its own. Where there is none, nothing changes.
func (w *World) layCaps(layout *strategies.Layout, nodeOf []int32) {
	real := len(w.nodes)
	for i := range layout.Workers {
		c := layout.Container(i)
		if c.Cores == 0 {
			continue
		}
		n := int32(layout.Node[i])
		w.nodes = append(w.nodes, newNode(false, c.Cores, 1))
		nodeOf[i] = int32(len(w.nodes) - 1)
		if n != none {
			w.capped = append(w.capped, [2]int32{n, nodeOf[i]})
			w.nodes[nodeOf[i]].speed = w.nodes[n].speed
		}
	}
	for i := range real { // once the slice has its length
		var group *kin
		for _, c := range w.capped {
			if int(c[0]) != i {
				continue
			}
			if group == nil {
				group = &kin{}
				group.add(&w.nodes[i])
			}
			group.add(&w.nodes[c[1]])
		}
	}
}

func (k *kin) add(n *node) {
	n.kin = k
	k.nodes = append(k.nodes, n)
	k.caps = append(k.caps, n.cores)
	n.rate = n.speed
	k.done = append(k.done, false)
}

func (k *kin) of(n *node) int {
	for i := range k.nodes {
		if k.nodes[i] == n {
			return i
		}
	}
	panic("sim: a node that is not among its kin")
}

// settle brings the attained service of all up to now: what changes in one changes the rates of the others.
func (k *kin) settle(now des.Time) {
	for _, n := range k.nodes {
		if n.threads > 0 && now > n.at {
			dt := float64(now - n.at)
			n.v += float64(n.rate * dt)
			n.working += float64(float64(n.threads) * n.rate / n.speed * dt / 1e9)
		}
		n.at = now
		if n.threads == 0 {
			n.v = 0
		}
	}
}

// share finds the rates, by progressive filling: while some node's cap allows its threads less than an equal part of
// the cores that are left, it gets its cap, and the equal part of the others grows.
func (k *kin) share() {
	cores, threads := k.caps[0], 0
	for i, n := range k.nodes {
		k.done[i] = n.threads == 0
		threads += n.threads
		n.outdate()
	}
	for again := true; again; {
		again = false
		part := 1.0
		if float64(threads) > cores {
			part = cores / float64(threads)
		}
		for i, n := range k.nodes {
			if k.done[i] {
				continue
			}
			if i > 0 && part*float64(n.threads) > k.caps[i] {
				n.rate = n.speed * k.caps[i] / float64(n.threads)
				k.done[i], again = true, true
				cores -= k.caps[i]
				threads -= n.threads
				break
			}
			n.rate = n.speed * part
		}
	}
}

// windowOf is what all nodes of a machine have used in the observed window, in core-seconds.
func (n *node) windowOf() float64 {
	if n.kin == nil {
		return n.window
	}
	sum := 0.0
	for _, other := range n.kin.nodes {
		sum += other.window
	}
	return sum
}
