package live

import (
	"fmt"

	"example.com/simrun/strategies"
	"example.com/simrun/worker"
	"example.com/simrun/workloads"
)

// pages is memory from the kernel itself: it is real once every page of it has been touched, and given back at once,
// with which no collector interferes.
type pages []byte

// piece is how much is touched between two looks at whether to stop.
const piece = 1 << 20

// touch makes memory real; false when it was stopped.
func (p pages) touch(stop func() bool) bool {
	for at := 0; at < len(p); at += pageSize {
		if at%piece == 0 && stop() {
			return false
		}
		p[at] = 1
	}
	return true
}

// accounts keep what the processes hold by what their tasks asked for: what every child has held at most, and what
// all bodies hold together, which this machine must have.
type accounts struct {
	source *workloads.Source
	slots  []resident
	base   []int64 // by worker: what each child holds before any task, as the scenario has it
	now    int64   // of all bodies together
	most   int64
	budget int64 // 0 = not known
	idle   bool  // goroutines only sleep: they take nothing
}

// resident is what the process of a slot holds, or, in a pool of one process, the part of a slot.
type resident struct {
	worker                   int32
	held, leaked, leak, peak int64
}

// audit prepares the accounts if the scenario says anything of memory, else it costs nothing.
func (w *World) audit(layout *strategies.Layout) *accounts {
	asked := false
	for i := range w.classes {
		asked = asked || w.classes[i].Memory.Any()
	}
	for i := range layout.Workers {
		asked = asked || layout.Workers[i].MaxMemoryPerChild > 0
	}
	if !asked {
		return nil
	}
	m := &accounts{source: w.source, idle: w.opts.Executor == Goroutine}
	for i := range layout.Workers {
		c := layout.Container(i)
		m.base = append(m.base, c.Child)
		for range layout.Workers[i].Concurrency {
			m.slots = append(m.slots, resident{worker: int32(i)})
		}
	}
	return m
}

// start is the start of an attempt, whose body takes so much.
func (m *accounts) start(ref workloads.Ref, slot int32, attempt int, j *job) {
	r := &m.slots[slot]
	j.hold, j.leak = m.source.Memory(ref, attempt)
	r.held, r.leak = j.hold, j.leak
	if m.idle {
		j.hold, j.leak = 0, 0
	}
	r.peak = max(r.peak, m.base[r.worker]+r.leaked+r.held)
	m.change(r.held)
}

// end is the end of an attempt in a process that lives on.
func (m *accounts) end(slot int32, leaves bool) {
	r := &m.slots[slot]
	m.change(-r.held)
	if leaves {
		r.leaked += r.leak
		m.change(r.leak)
		r.peak = max(r.peak, m.base[r.worker]+r.leaked)
	}
	r.held, r.leak = 0, 0
}

func (m *accounts) change(by int64) {
	m.now += by
	m.most = max(m.most, m.now)
}

// clear is the end of the process of a slot.
func (m *accounts) clear(slot int32) {
	r := &m.slots[slot]
	m.change(-r.held - r.leaked)
	*r = resident{worker: r.worker}
}

// short says that bodies hold more than this machine had free; a run that went on would meet the kernel's choice of
// what to kill.
func (m *accounts) short() error {
	if m == nil || m.budget == 0 || m.now <= m.budget {
		return nil
	}
	return fmt.Errorf("tasks hold %d MiB together: this machine had %d MiB to spare", m.now>>20, m.budget>>20)
}

// observe brings the account up to date with the processes; a worker's own is none here.
func (m *accounts) observe(what worker.Change, id int32) {
	switch what {
	case worker.WorkerDown:
		for slot := range m.slots {
			if m.slots[slot].worker == id {
				m.clear(int32(slot))
			}
		}
	case worker.ChildStarted:
		r := &m.slots[id]
		r.peak = max(r.peak, m.base[r.worker])
	case worker.ChildEnded, worker.ChildDied:
		m.clear(id)
	}
}
