package sim

import (
	"math/bits"
	"slices"

	"example.com/simrun/des"
	"example.com/simrun/strategies"
	"example.com/simrun/worker"
	"example.com/simrun/workloads"
)

// Exposure counts the attempts of the observed tasks of a class with a label: who else was there.
type Exposure struct {
	Class     int
	Label     string
	Attempts  int64
	Uncleared int64 // on a worker that is not cleared for the label
	Process   Shared
	Machine   Shared // of workers with a machine only
}

// Shared counts the attempts that shared a place with tasks without the label.
type Shared struct {
	Attempts int64   // in a place that at any time of its life ran such a task: before, beside or after them
	Beside   int64   // while one ran there
	Overlap  des.Sum // for how long: time of these attempts while at least one ran there
}

// guard follows who runs where with whom. It exists only if a class has labels or is compromised.
type guard struct {
	w       *World
	layout  *strategies.Layout
	rows    []Exposure // classes x their labels
	bits    []int      // of the label of each row
	rowsOf  [][]int    // by class
	labels  []uint64   // by class: the set of its labels
	all     uint64     // labels there are
	missing []uint64   // worker x class: labels of the class that the worker is not cleared for
	first   []int32    // slot of each worker

	process, machine places
	stays            []stay // by slot
	marks            []mark // by task, where something is compromised
	intruders        []intruder
	read             []uint8 // task x intruder: levels at which it could be read, as bits
}

// stay is an attempt that is in its slot.
type stay struct {
	inside      bool
	observed    bool
	class, task int32
}

// places are processes or machines: what ran in each of them since it began.
type places struct {
	labels, rows int
	cells        []cell     // place x label
	open         []int64    // place x row: attempts that shared the place with nobody yet
	starts       []des.Time // slot x label: time shared when its attempt began
}

// cell is what a place has seen of the tasks without one label.
type cell struct {
	seen   bool
	n      int32 // that run there now
	since  des.Time
	shared des.Time // with at least one of them
}

// layGuard makes a guard if there is anything to be watched.
func (w *World) layGuard(layout *strategies.Layout) {
	names := workloads.Labels(w.classes)
	g := &guard{w: w, layout: layout}
	for c := range w.classes {
		var set uint64
		var rows []int
		for bit, name := range names {
			if w.classes[c].Carries(name) {
				set |= 1 << bit
				rows = append(rows, len(g.rows))
				g.rows, g.bits = append(g.rows, Exposure{Class: c, Label: name}), append(g.bits, bit)
			}
		}
		g.labels, g.rowsOf, g.all = append(g.labels, set), append(g.rowsOf, rows), g.all|set
	}
	g.suspect()
	if len(names) == 0 && len(g.intruders) == 0 {
		return
	}
	slots := int32(0)
	for i := range layout.Workers {
		g.first = append(g.first, slots)
		slots += int32(layout.Workers[i].Concurrency)
		var cleared uint64
		for bit, name := range names {
			if slices.Contains(layout.ClearanceOf(i), name) {
				cleared |= 1 << bit
			}
		}
		for c := range w.classes {
			g.missing = append(g.missing, g.labels[c]&^cleared)
		}
	}
	g.stays = make([]stay, slots)
	g.process = newPlaces(int(slots), len(names), len(g.rows), int(slots))
	g.machine = newPlaces(len(w.nodes), len(names), len(g.rows), int(slots))
	w.guard = g
}

func newPlaces(n, labels, rows, slots int) places {
	return places{
		labels: labels, rows: rows,
		cells: make([]cell, n*labels), open: make([]int64, n*rows), starts: make([]des.Time, slots*labels),
	}
}

// processOf is the number of the process that runs the tasks of a slot: prefork has one a slot, the other pools one a
// worker, which has the number of its first slot.
func (g *guard) processOf(slot int32) int {
	w := g.w.slots[slot].worker
	if g.layout.Workers[w].Pool == worker.Prefork {
		return int(slot)
	}
	return int(g.first[w])
}

// machineOf is the machine of a slot, none if its worker has none.
func (g *guard) machineOf(slot int32) int {
	return int(g.w.homes[g.w.slots[slot].worker])
}

// enter notes that an attempt begins.
func (g *guard) enter(slot, task int32) {
	w := g.w
	b := &w.bodies[task]
	class := b.ref.Class
	g.stays[slot] = stay{inside: true, observed: b.observed, class: class, task: task}
	if b.observed {
		missing := g.missing[int(w.slots[slot].worker)*len(w.classes)+int(class)]
		for _, r := range g.rowsOf[class] {
			g.rows[r].Attempts++
			if missing&(1<<g.bits[r]) != 0 {
				g.rows[r].Uncleared++
			}
		}
	}
	g.process.enter(g, g.processOf(slot), slot, ProcessLevel)
	if m := g.machineOf(slot); m != none {
		g.machine.enter(g, m, slot, MachineLevel)
	}
	g.intrude(slot)
}

// leave notes that an attempt ends.
func (g *guard) leave(slot int32) {
	if !g.stays[slot].inside {
		return
	}
	g.process.leave(g, g.processOf(slot), slot, ProcessLevel)
	if m := g.machineOf(slot); m != none {
		g.machine.leave(g, m, slot, MachineLevel)
	}
	g.stays[slot].inside = false
	g.gone(slot)
}

// renewed lets a slot begin with a new process, which finds nothing of what was there.
func (g *guard) renewed(slot int32) {
	g.leave(slot) // a body that could not be interrupted
	if p := g.processOf(slot); p == int(slot) {
		g.process.clear(p)
		g.cleanse(slot)
	}
}

// close ends what still runs.
func (g *guard) close() {
	for slot := range g.stays {
		g.leave(int32(slot))
	}
}

// shared are the figures of a row at the level of processes or of machines.
func (g *guard) shared(row, level int) *Shared {
	if level == ProcessLevel {
		return &g.rows[row].Process
	}
	return &g.rows[row].Machine
}

// enter lets an attempt into a place. Those who were there alone until now are not any more, if it lacks their label.
func (p *places) enter(g *guard, place int, slot int32, level int) {
	now := g.w.now
	s := &g.stays[slot]
	for set := g.all &^ g.labels[s.class]; set != 0; set &= set - 1 {
		c := &p.cells[place*p.labels+bits.TrailingZeros64(set)]
		if c.n == 0 {
			c.since = now
		}
		c.n++
		if c.seen {
			continue
		}
		c.seen = true
		for i, bit := range g.bits {
			if bit == bits.TrailingZeros64(set) {
				open := &p.open[place*p.rows+i]
				g.shared(i, level).Attempts += *open
				*open = 0
			}
		}
	}
	for _, r := range g.rowsOf[s.class] {
		c := &p.cells[place*p.labels+g.bits[r]]
		p.starts[int(slot)*p.labels+g.bits[r]] = c.until(now)
		switch {
		case !s.observed:
		case c.seen:
			g.shared(r, level).Attempts++
		default:
			p.open[place*p.rows+r]++
		}
	}
}

// leave lets an attempt out, and notes how long it was not alone.
func (p *places) leave(g *guard, place int, slot int32, level int) {
	now := g.w.now
	s := &g.stays[slot]
	for set := g.all &^ g.labels[s.class]; set != 0; set &= set - 1 {
		c := &p.cells[place*p.labels+bits.TrailingZeros64(set)]
		if c.n--; c.n == 0 {
			c.shared += now - c.since
		}
	}
	for _, r := range g.rowsOf[s.class] {
		beside := p.cells[place*p.labels+g.bits[r]].until(now) - p.starts[int(slot)*p.labels+g.bits[r]]
		if beside > 0 && s.observed {
			e := g.shared(r, level)
			e.Beside++
			e.Overlap.Add(beside)
		}
	}
}

// clear empties a place.
func (p *places) clear(place int) {
	clear(p.cells[place*p.labels : (place+1)*p.labels])
	clear(p.open[place*p.rows : (place+1)*p.rows])
}

// until is the time up to now in which a task without the label ran there.
func (c *cell) until(now des.Time) des.Time {
	if c.n > 0 {
		return c.shared + now - c.since
	}
	return c.shared
}
