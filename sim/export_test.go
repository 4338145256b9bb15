package sim

import "example.com/simrun/des"

// Finishes are machines of one core, on each of which one finish is to come, or none.
type Finishes struct {
	nodes []node
	turns *turns
}

func NewFinishes(n int) *Finishes {
	f := &Finishes{nodes: make([]node, n)}
	place := make([]int32, n)
	for i := range f.nodes {
		f.nodes[i] = newNode(true, 1, 1)
		f.nodes[i].heap.place = place
	}
	f.turns = newTurns(f.nodes)
	return f
}

// Set makes the finish on a machine come at a time; Never = none comes.
func (f *Finishes) Set(i int, at des.Time) {
	n := &f.nodes[i]
	if !n.heap.empty() {
		n.remove(0, user(i), 1)
	}
	if at < des.Never {
		n.add(0, user(i), float64(at), 1)
	}
}

// First is the machine whose finish comes first, and when.
func (f *Finishes) First() (int, des.Time) {
	t := f.turns.first()
	return int(t.node), t.at
}
