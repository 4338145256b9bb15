package sim

import "example.com/simrun/des"

// fewNodes are so many that a look at each is as quick.
const fewNodes = 32

// turns finds the node whose earliest finish comes first among many: a tree in which each place has the winner of the two
// below it, the first of equals. Only nodes that have changed are planned and play again, as far up as that changes
// anything. The times stand in the tree: those in the nodes would be far from each other.
type turns struct {
	nodes  []node
	leaves int // a power of two
	winner []turn
	stale  []int32 // nodes that have changed
}

type turn struct {
	at   des.Time
	node int32
}

func newTurns(nodes []node) *turns {
	t := &turns{nodes: nodes, leaves: 1}
	for t.leaves < len(nodes) {
		t.leaves *= 2
	}
	t.winner = make([]turn, 2*t.leaves)
	for i := range t.winner {
		t.winner[i].at = des.Never
	}
	for i := range nodes {
		nodes[i].turns, nodes[i].number = t, int32(i)
	}
	return t
}

// first is the node whose finish comes first, any if there is none.
func (t *turns) first() *node {
	for _, id := range t.stale {
		n := &t.nodes[id]
		n.plan()
		at, won := t.leaves+int(id), turn{n.next, id}
		for at > 0 && t.winner[at] != won {
			t.winner[at] = won
			at /= 2
			won = t.winner[2*at]
			if other := t.winner[2*at+1]; other.at < won.at {
				won = other
			}
		}
	}
	t.stale = t.stale[:0]
	return &t.nodes[t.winner[1].node]
}
