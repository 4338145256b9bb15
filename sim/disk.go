package sim

import (
	"example.com/simrun/des"
	"example.com/simrun/strategies"
	"example.com/simrun/system"
)

// disk is the disk of one node: it works on so many requests at once, and the others wait, first come first served.
// What a request's process is killed for is taken off at once.
type disk struct {
	parallel int // 0 = no limit
	busy     int
	line     []request
	first    int     // of the line
	area     float64 // requests being worked on, times seconds, since the last mark
	window   float64 // of the observed window
	at       des.Time
}

// request is one of a slot.
type request struct {
	slot   int32
	gen    uint32
	demand des.Time
}

// reading says what a slot wants of its disk now.
type reading uint8

const (
	notReading reading = iota
	inLine
	served
)

// disks lays out the disks of the nodes.
func (w *World) layDisks(layout *strategies.Layout, machines []system.Machine) {
	for _, kind := range layout.Nodes {
		w.disks = append(w.disks, disk{parallel: machines[kind].Disk})
	}
	for i := range layout.Workers {
		w.diskOf = append(w.diskOf, int32(layout.Node[i]))
	}
}

// access begins a disk phase of slot.
func (w *World) access(slot int32, demand des.Time) {
	p := &w.slots[slot]
	r := request{slot: slot, gen: p.gen, demand: demand}
	n := w.diskOf[p.worker]
	if n == none {
		p.reading = served
		w.queue.Push(des.Event{At: w.now + demand, Kind: kindDisk, Arg: slot, Gen: des.MakeGen(p.gen)})
		return
	}
	d := &w.disks[n]
	if d.parallel > 0 && d.busy >= d.parallel {
		p.reading = inLine
		d.line = append(d.line, r)
		return
	}
	w.transfer(d, r)
}

// transfer lets the disk work on a request.
func (w *World) transfer(d *disk, r request) {
	d.count(w.now, 1)
	w.slots[r.slot].reading = served
	w.queue.Push(des.Event{At: w.now + r.demand, Kind: kindDisk, Arg: r.slot, Gen: des.MakeGen(r.gen)})
}

func (d *disk) count(now des.Time, change int) {
	d.area += float64(float64(d.busy) * float64(now-d.at) / 1e9)
	d.at = now
	d.busy += change
}

// leaveDisk ends what a slot wants of its disk, done or not, and lets the next in line begin.
func (w *World) leaveDisk(slot int32) {
	p := &w.slots[slot]
	was := p.reading
	p.reading = notReading
	n := w.diskOf[p.worker]
	if was != served || n == none {
		return // a place in line is passed over when its turn comes
	}
	d := &w.disks[n]
	d.count(w.now, -1)
	for d.first < len(d.line) {
		r := d.line[d.first]
		d.first++
		if d.first > 64 && 2*d.first > len(d.line) {
			d.line = d.line[:copy(d.line, d.line[d.first:])]
			d.first = 0
		}
		if q := &w.slots[r.slot]; q.reading == inLine && q.gen == r.gen {
			w.transfer(d, r)
			return
		}
	}
	d.line, d.first = d.line[:0], 0
}

// transferred is the end of a disk phase.
func (w *World) transferred(slot int32) {
	p := &w.slots[slot]
	w.leaveDisk(slot)
	took := w.now - p.began
	if b := &w.bodies[p.task]; b.observed {
		w.stretch[b.ref.Class].Disk.Add(max(0, took-p.due))
	}
	p.due = took // what comes on top until the body goes on is a wait for its thread
	e := des.Event{Kind: kindPhase, Arg: slot, Gen: des.MakeGen(p.gen)}
	if !w.lockedOut(e, p) {
		w.phaseDone(slot)
	}
}

func (d *disk) mark(now des.Time, end bool) {
	d.count(now, 0)
	if end {
		d.window = d.area
	}
	d.area = 0
}
