package sim

// LookAtEach makes a World look at each of its nodes for the first finish, as if they were few.
func (w *World) LookAtEach() {
	w.turns = nil
	for i := range w.nodes {
		w.nodes[i].turns = nil
	}
}
