package sim

import "example.com/simrun/des"

// turns finds the node whose earliest finish comes first: a tree in which each place has the winner of the two below it,
// the first of equals. Only nodes that have changed are planned and play again, as far up as that changes anything. The
// times stand in the tree: those of many nodes would be far from each other.
type turns struct {
	leaves int // a power of two
	winner []turn
	stale  *node // the last that has changed, and by it the others; nil = none has
}

// turn is the earliest finish on a node; Never = nobody computes there.
type turn struct {
	at   des.Time
	node int32
}

func newTurns(nodes []node) *turns {
	t := &turns{leaves: 1}
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

// first is the finish that comes first.
func (t *turns) first() turn {
	if t.stale != nil {
		t.play()
	}
	return t.winner[1]
}

// play lets the nodes that have changed play again.
func (t *turns) play() {
	for n := t.stale; n != nil; n = n.staler {
		n.plan()
		at := t.leaves + int(n.number)
		t.winner[at] = turn{n.next, n.number}
		for at /= 2; at > 0; at /= 2 {
			won := t.winner[2*at]
			if other := t.winner[2*at+1]; other.at < won.at {
				won = other
			}
			if t.winner[at] == won {
				break
			}
			t.winner[at] = won
		}
	}
	t.stale = nil
}
