package sim

// finishes is a binary heap of the attained service at which each entry is done, with the place of every entry, so
// that it can be moved or taken out. Equal finishes leave in the order in which they came.
type finishes struct {
	ids    []int32
	place  []int32   // by id
	finish []float64 // by id
	serial []uint64  // by id
	last   uint64
}

func newFinishes(ids int) finishes {
	return finishes{place: make([]int32, ids), finish: make([]float64, ids), serial: make([]uint64, ids)}
}

func (f *finishes) empty() bool         { return len(f.ids) == 0 }
func (f *finishes) least() float64      { return f.finish[f.ids[0]] }
func (f *finishes) first() int32        { return f.ids[0] }
func (f *finishes) at(id int32) float64 { return f.finish[id] }

func (f *finishes) less(a, b int32) bool {
	if f.finish[a] != f.finish[b] {
		return f.finish[a] < f.finish[b]
	}
	return f.serial[a] < f.serial[b]
}

func (f *finishes) push(id int32, finish float64) {
	f.last++
	f.finish[id], f.serial[id] = finish, f.last
	f.ids = append(f.ids, id)
	f.up(len(f.ids) - 1)
}

func (f *finishes) remove(id int32) {
	i := int(f.place[id])
	last := len(f.ids) - 1
	moved := f.ids[last]
	f.ids = f.ids[:last]
	if i < last {
		f.ids[i] = moved
		f.place[moved] = int32(i)
		f.fix(i)
	}
}

func (f *finishes) move(id int32, finish float64) {
	f.finish[id] = finish
	f.fix(int(f.place[id]))
}

func (f *finishes) fix(i int) {
	if f.up(i) == i {
		f.down(i)
	}
}

func (f *finishes) up(i int) int {
	id := f.ids[i]
	for i > 0 {
		parent := (i - 1) / 2
		if !f.less(id, f.ids[parent]) {
			break
		}
		f.ids[i] = f.ids[parent]
		f.place[f.ids[i]] = int32(i)
		i = parent
	}
	f.ids[i] = id
	f.place[id] = int32(i)
	return i
}

func (f *finishes) down(i int) {
	id := f.ids[i]
	for {
		child := 2*i + 1
		if child >= len(f.ids) {
			break
		}
		if child+1 < len(f.ids) && f.less(f.ids[child+1], f.ids[child]) {
			child++
		}
		if !f.less(f.ids[child], id) {
			break
		}
		f.ids[i] = f.ids[child]
		f.place[f.ids[i]] = int32(i)
		i = child
	}
	f.ids[i] = id
	f.place[id] = int32(i)
}
