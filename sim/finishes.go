package sim

// finishes is a binary heap of the attained service at which each entry is done, with the place of every entry, so
// that it can be moved or taken out. Equal finishes leave in the order in which they came. Heaps that never hold the same
// entry at once may share their places.
type finishes struct {
	heap  []finish
	place []int32 // by id
	last  uint64
}

type finish struct {
	at     float64
	serial uint64
	id     int32
}

func (f *finishes) len() int       { return len(f.heap) }
func (f *finishes) empty() bool    { return len(f.heap) == 0 }
func (f *finishes) least() float64 { return f.heap[0].at }
func (f *finishes) first() int32   { return f.heap[0].id }

func (e finish) before(o finish) bool { return e.at < o.at || e.at == o.at && e.serial < o.serial }

func (f *finishes) push(id int32, at float64) {
	f.last++
	f.heap = append(f.heap, finish{})
	f.up(len(f.heap)-1, finish{at, f.last, id})
}

// pop takes out the first.
func (f *finishes) pop() {
	last := len(f.heap) - 1
	moved := f.heap[last]
	f.heap = f.heap[:last]
	if last > 0 {
		f.down(0, moved)
	}
}

func (f *finishes) remove(id int32) {
	i := int(f.place[id])
	last := len(f.heap) - 1
	moved := f.heap[last]
	f.heap = f.heap[:last]
	if i < last {
		f.fix(i, moved)
	}
}

func (f *finishes) move(id int32, at float64) {
	i := int(f.place[id])
	moved := f.heap[i]
	moved.at = at
	f.fix(i, moved)
}

// fix puts e where it belongs, given a free place.
func (f *finishes) fix(i int, e finish) {
	if i > 0 && e.before(f.heap[(i-1)/2]) {
		f.up(i, e)
	} else {
		f.down(i, e)
	}
}

func (f *finishes) up(i int, e finish) {
	heap := f.heap
	for i > 0 {
		above := (i - 1) >> 1
		parent := heap[above]
		if !e.before(parent) {
			break
		}
		heap[i] = parent
		f.place[parent.id] = int32(i)
		i = above
	}
	heap[i] = e
	f.place[e.id] = int32(i)
}

func (f *finishes) down(i int, e finish) {
	heap := f.heap
	for {
		c := 2*i + 1
		if c >= len(heap) {
			break
		}
		child := heap[c]
		if c+1 < len(heap) && heap[c+1].before(child) {
			c++
			child = heap[c]
		}
		if !child.before(e) {
			break
		}
		heap[i] = child
		f.place[child.id] = int32(i)
		i = c
	}
	heap[i] = e
	f.place[e.id] = int32(i)
}
