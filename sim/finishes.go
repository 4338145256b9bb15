package sim

// finishes is a binary heap of the attained service at which each entry is done, with the place of every entry, so
// that it can be moved or taken out. Equal finishes leave in the order in which they came.
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

func newFinishes(ids int) finishes { return finishes{place: make([]int32, ids)} }

func (f *finishes) len() int            { return len(f.heap) }
func (f *finishes) empty() bool         { return len(f.heap) == 0 }
func (f *finishes) least() float64      { return f.heap[0].at }
func (f *finishes) first() int32        { return f.heap[0].id }
func (f *finishes) at(id int32) float64 { return f.heap[f.place[id]].at }

func (a *finish) before(b *finish) bool {
	if a.at != b.at {
		return a.at < b.at
	}
	return a.serial < b.serial
}

func (f *finishes) push(id int32, at float64) {
	f.last++
	f.heap = append(f.heap, finish{at, f.last, id})
	f.up(len(f.heap) - 1)
}

func (f *finishes) remove(id int32) {
	i := int(f.place[id])
	last := len(f.heap) - 1
	moved := f.heap[last]
	f.heap = f.heap[:last]
	if i < last {
		f.heap[i] = moved
		f.fix(i)
	}
}

func (f *finishes) move(id int32, at float64) {
	i := int(f.place[id])
	f.heap[i].at = at
	f.fix(i)
}

func (f *finishes) fix(i int) {
	if f.up(i) == i {
		f.down(i)
	}
}

func (f *finishes) up(i int) int {
	moving := f.heap[i]
	for i > 0 {
		parent := (i - 1) / 2
		if !moving.before(&f.heap[parent]) {
			break
		}
		f.set(i, f.heap[parent])
		i = parent
	}
	f.set(i, moving)
	return i
}

func (f *finishes) down(i int) {
	moving := f.heap[i]
	for {
		child := 2*i + 1
		if child >= len(f.heap) {
			break
		}
		if child+1 < len(f.heap) && f.heap[child+1].before(&f.heap[child]) {
			child++
		}
		if !f.heap[child].before(&moving) {
			break
		}
		f.set(i, f.heap[child])
		i = child
	}
	f.set(i, moving)
}

func (f *finishes) set(i int, e finish) {
	f.heap[i] = e
	f.place[e.id] = int32(i)
}
