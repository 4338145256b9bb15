package sim

import "example.com/simrun/des"

// fewNodes are so many that a look at each is as quick.
const fewNodes = 32

// turns finds the node whose earliest finish comes first among many: a tree in which each place has the winner of the two
// below it, the first of equals. Only nodes that have changed are planned and play again.
type turns struct {
	nodes  []node
	leaves int     // a power of two
	winner []int32 // none = nobody
	stale  []int32 // nodes that have changed
}

func newTurns(nodes []node) *turns {
	t := &turns{nodes: nodes, leaves: 1}
	for t.leaves < len(nodes) {
		t.leaves *= 2
	}
	t.winner = make([]int32, 2*t.leaves)
	for i := range t.winner {
		t.winner[i] = none
	}
	for i := range nodes {
		nodes[i].turns, nodes[i].number = t, int32(i)
	}
	return t
}

// first is the node whose finish comes first, or none.
func (t *turns) first() int32 {
	for _, id := range t.stale {
		n := &t.nodes[id]
		n.plan()
		at := t.leaves + int(id)
		t.winner[at] = id
		if n.next == des.Never {
			t.winner[at] = none
		}
		for at /= 2; at > 0; at /= 2 {
			t.winner[at] = t.better(t.winner[2*at], t.winner[2*at+1])
		}
	}
	t.stale = t.stale[:0]
	return t.winner[1]
}

func (t *turns) better(a, b int32) int32 {
	if a == none || b != none && t.nodes[b].next < t.nodes[a].next {
		return b
	}
	return a
}
