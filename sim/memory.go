package sim

import (
	"slices"
	"time"

	"example.com/simrun/des"
	"example.com/simrun/strategies"
	"example.com/simrun/system"
	"example.com/simrun/worker"
	"example.com/simrun/workloads"
)

// reclaim is how long the kernel looks for pages that it can take back before it kills: what ends meanwhile saves the
// others. It kills one process at a time, so that a machine that is far too small takes a while, too.
const reclaim = 10 * time.Millisecond

// memory is what every process holds, and what that comes to on its machine and against the limit of its worker. A
// process holds its base, what the attempts in it hold, and what earlier ones have left; a worker's own also the messages
// that wait there.
//
// When a limit is exceeded the kernel kills the process that holds most (Linux, mm/oom_kill.c: oom_badness counts
// resident pages, and of equals the last is taken; a cgroup with a limit of its own is searched alone), or all of its
// worker where that is one process or a container that is killed as a group (memory.oom.group).
type memory struct {
	slots   []resident
	workers []holder
	nodes   []footprint
	nodeOf  []int32 // by worker; none = no machine
	counts  bool    // in the observed window
	step    des.Time
	from    des.Time
}

// resident is the child in a slot, or the part that a slot has in its worker's one process.
type resident struct {
	held, leaked, peak int64
	leak               int64 // of the present attempt: what stays after it
	alive              bool
}

// holder is one worker.
type holder struct {
	footprint
	system.Container
	prefork     bool
	alive       bool
	messages    int64 // that its own process has
	first, past int32 // slots
}

// footprint is what some processes hold together, in bytes.
type footprint struct {
	now, limit int64
	held       int64 // what is really there: never more than the limit, beyond which the kernel has to make room first
	most       int64
	short      bool // the kernel looks for memory
	course     []int64
	filled     int // steps of the course that are begun
}

// Footprint is what was observed of the memory of a worker or a machine, in bytes.
type Footprint struct {
	Most   int64   // in the observed window
	Limit  int64   // 0 = none
	Course []int64 // most in each step of the window, when asked for
}

// Memory is what was observed of all workers and machines.
type Memory struct{ Workers, Nodes []Footprint }

// layMemory prepares the account of memory if the scenario says anything of it, else it costs nothing.
func (w *World) layMemory(layout *strategies.Layout, machines []system.Machine) {
	asked := false
	for i := range w.classes {
		asked = asked || w.classes[i].Memory.Any()
	}
	for _, kind := range layout.Nodes {
		asked = asked || machines[kind].Memory > 0
	}
	for i := range layout.Workers {
		asked = asked || layout.Container(i).Given
	}
	if !asked {
		return
	}
	m := &memory{slots: make([]resident, len(w.slots)), from: w.opts.Warmup}
	w.memory = m
	first := int32(0)
	for i := range layout.Workers {
		c := layout.Container(i)
		past := first + int32(layout.Workers[i].Concurrency)
		m.workers = append(m.workers, holder{
			footprint: footprint{limit: c.Memory}, Container: c, prefork: layout.Workers[i].Pool == worker.Prefork,
			first: first, past: past,
		})
		first = past
		m.nodeOf = append(m.nodeOf, int32(layout.Node[i]))
	}
	for _, kind := range layout.Nodes {
		m.nodes = append(m.nodes, footprint{limit: machines[kind].Memory})
	}
	if n := w.opts.MemorySteps; n > 0 {
		m.step = (w.opts.Duration + des.Time(n) - 1) / des.Time(n)
		for i := range m.workers {
			m.workers[i].course = make([]int64, n)
		}
		for i := range m.nodes {
			m.nodes[i].course = make([]int64, n)
		}
	}
}

// allocate takes the memory of an attempt that starts.
func (w *World) allocate(slot int32) {
	m := w.memory
	b := &w.bodies[w.slots[slot].task]
	hold, leak := w.source.Memory(b.ref, int(b.attempt))
	r := &m.slots[slot]
	r.held, r.leak = hold, leak
	r.peak = max(r.peak, m.workers[w.slots[slot].worker].Child+r.leaked+r.held)
	w.swell(w.slots[slot].worker, hold)
}

// release gives back the memory of an attempt whose process lives on: some of it stays.
func (w *World) release(slot int32) {
	r, p := &w.memory.slots[slot], &w.slots[slot]
	change := r.leak - r.held
	r.leaked += r.leak
	r.held, r.leak = 0, 0
	r.peak = max(r.peak, w.memory.workers[p.worker].Child+r.leaked)
	w.swell(p.worker, change)
}

// swell changes what a worker holds, and calls the kernel where it is too much.
func (w *World) swell(id int32, by int64) {
	m := w.memory
	f := &m.workers[id].footprint
	n := m.nodeOf[id]
	before := f.within()
	f.now += by
	w.press(f, id)
	if n == none {
		m.note(w.now, f, !f.over())
		return
	}
	node := &m.nodes[n]
	node.now += f.within() - before
	w.press(node, int32(len(m.workers))+n)
	settled := !f.over() && !node.over()
	m.note(w.now, f, settled)
	m.note(w.now, node, settled)
}

// within is what its machine has to find: not what a limit of its own refuses.
func (f *footprint) within() int64 {
	if f.over() {
		return f.limit
	}
	return f.now
}

func (f *footprint) over() bool { return f.limit > 0 && f.now > f.limit }

func (w *World) press(f *footprint, arg int32) {
	if f.over() && !f.short {
		f.short = true
		w.queue.Push(des.Event{At: w.now + reclaim, Kind: kindOOM, Arg: arg})
	}
}

// note brings the figures up to date. While something is over a limit nothing grows but to that limit: what was asked for
// in vain is no memory held.
func (m *memory) note(now des.Time, f *footprint, settled bool) {
	m.advance(now, f)
	switch {
	case settled, f.now < f.held:
		f.held = f.now
	case f.over():
		f.held = f.limit
	}
	if m.counts {
		f.most = max(f.most, f.held)
		if f.course != nil {
			f.course[f.filled] = max(f.course[f.filled], f.held)
		}
	}
}

// advance begins the steps up to now with what is held.
func (m *memory) advance(now des.Time, f *footprint) {
	if f.course == nil || !m.counts {
		return
	}
	for last := min(int((now-m.from)/m.step), len(f.course)-1); f.filled < last; {
		f.filled++
		f.course[f.filled] = f.held
	}
}

// mark begins or ends the observed window.
func (m *memory) mark(now des.Time, end bool) {
	all := func(f *footprint) {
		if end {
			m.advance(now, f)
			return
		}
		f.most = f.held
		if f.course != nil {
			f.course[0] = f.held
		}
	}
	for i := range m.workers {
		all(&m.workers[i].footprint)
	}
	for i := range m.nodes {
		all(&m.nodes[i])
	}
	m.counts = !end
}

// result is what was observed; nil where no account was kept.
func (m *memory) result() *Memory {
	if m == nil {
		return nil
	}
	r := &Memory{}
	for i := range m.workers {
		f := &m.workers[i]
		r.Workers = append(r.Workers, Footprint{f.most, f.limit, f.course})
	}
	for i := range m.nodes {
		f := &m.nodes[i]
		r.Nodes = append(r.Nodes, Footprint{f.most, f.limit, f.course})
	}
	return r
}

// outOfMemory kills one process, as the kernel has not found enough. Arg is a worker that exceeds its limit, or,
// counted from the last of these on, a machine.
func (w *World) outOfMemory(arg int32) {
	m := w.memory
	var f *footprint
	from, past := int(arg), int(arg)+1
	node := arg - int32(len(m.workers))
	if node < 0 {
		f = &m.workers[arg].footprint
	} else {
		f, from, past = &m.nodes[node], 0, len(m.workers)
	}
	f.short = false
	if f.now <= f.limit {
		return
	}
	victim, child, size := int32(none), int32(none), int64(0)
	for i := from; i < past; i++ {
		if node >= 0 && m.nodeOf[i] != node || !m.workers[i].alive {
			continue
		}
		if id, most := m.largest(&m.workers[i]); most > 0 && most >= size {
			victim, child, size = int32(i), id, most
		}
	}
	switch {
	case victim == none:
		return // only the bases are left, and these fit: something has just been replaced
	case m.workers[victim].Whole || child == none:
		w.killWorker(victim)
	default:
		w.system.Kill(w.now, child)
	}
	w.press(f, arg)
}

// largest is the child of a worker that holds most, or none where that is the worker's own process, and what it holds; 0
// if no task has ever held anything there.
func (m *memory) largest(h *holder) (child int32, most int64) {
	child = none
	more := h.messages
	if h.prefork && h.messages > 0 {
		most = h.Parent + h.messages
	}
	for id := h.first; id < h.past; id++ {
		r := &m.slots[id]
		more += r.held + r.leaked
		if size := r.held + r.leaked; h.prefork && r.alive && size > 0 && h.Child+size >= most {
			child, most = id, h.Child+size
		}
	}
	if !h.prefork && more > 0 {
		most = h.now
	}
	return child, most
}

// killWorker kills a whole worker for want of memory.
func (w *World) killWorker(id int32) {
	w.system.KillWorker(w.now, id)
	if th := &w.threads[id]; th.kind == oneAtATime {
		w.passThread(th)
	}
}

// Weighs implements worker.Weigher.
func (h *host) Weighs() bool {
	return h.memory != nil && slices.ContainsFunc(h.classes, func(c workloads.Class) bool { return c.Memory.Message > 0 })
}

// Weigh implements worker.Weigher.
func (h *host) Weigh(worker, class int32, n int) {
	w := (*World)(h)
	change := w.classes[class].Memory.Message * int64(n)
	if change == 0 {
		return
	}
	w.memory.workers[worker].messages += change
	w.swell(worker, change)
}

// up, down, born and died bring the account up to date with the processes; each may be told twice.
func (w *World) up(id int32) {
	if f := &w.memory.workers[id]; !f.alive {
		f.alive = true
		w.swell(id, f.Parent)
	}
}

func (w *World) down(id int32) {
	f := &w.memory.workers[id]
	f.alive, f.messages = false, 0
	for slot := f.first; slot < f.past; slot++ {
		w.memory.slots[slot] = resident{}
	}
	w.swell(id, -f.now)
}

func (w *World) born(slot int32) {
	if r := &w.memory.slots[slot]; !r.alive {
		id := w.slots[slot].worker
		*r = resident{alive: true, peak: w.memory.workers[id].Child}
		w.swell(id, w.memory.workers[id].Child)
	}
}

func (w *World) died(slot int32) {
	if r := &w.memory.slots[slot]; r.alive {
		id := w.slots[slot].worker
		gone := w.memory.workers[id].Child + r.held + r.leaked
		*r = resident{}
		w.swell(id, -gone)
	}
}
