package sim

import (
	"example.com/simrun/des"
	"example.com/simrun/strategies"
	"example.com/simrun/system"
)

// disk is the disk of one node: it works on so many requests at once, and the others wait, first come first served.
// What a request's process is killed for is taken off at once.
type disk struct {
	parallel int      // 0 = no limit
	busy     des.Area // requests that it works on
	line     line[request]
	mean     float64 // of busy, in the observed window, once it is over
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

// layDisks lays out the disks of the nodes.
func (w *World) layDisks(layout *strategies.Layout, machines []system.Machine) {
	for _, kind := range layout.Nodes {
		w.disks = append(w.disks, disk{parallel: machines[kind].Disk})
	}
	for i := range layout.Workers {
		w.diskOf = append(w.diskOf, int32(layout.Node[i]))
	}
}

// useDisk begins a disk phase of slot.
func (w *World) useDisk(slot int32, demand des.Time) {
	p := &w.slots[slot]
	r := request{slot: slot, gen: p.gen, demand: demand}
	n := w.diskOf[p.worker]
	if n == none {
		p.reading = served
		w.queue.Push(des.Event{At: w.now + demand, Kind: kindDisk, Arg: slot, Gen: des.MakeGen(p.gen)})
		return
	}
	d := &w.disks[n]
	if d.parallel > 0 && d.busy.Level() >= d.parallel {
		p.reading = inLine
		d.line.push(r)
		return
	}
	w.startRequest(d, r)
}

// startRequest lets the disk work on a request.
func (w *World) startRequest(d *disk, r request) {
	d.busy.Add(w.now, 1)
	w.slots[r.slot].reading = served
	w.queue.Push(des.Event{At: w.now + r.demand, Kind: kindDisk, Arg: r.slot, Gen: des.MakeGen(r.gen)})
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
	d.busy.Add(w.now, -1)
	for d.line.len() > 0 {
		r := d.line.pop()
		if q := &w.slots[r.slot]; q.reading == inLine && q.gen == r.gen {
			w.startRequest(d, r)
			return
		}
	}
}

// diskDone ends a disk phase.
func (w *World) diskDone(slot int32) {
	p := &w.slots[slot]
	w.leaveDisk(slot)
	took := w.now - p.began
	if b := &w.bodies[p.task]; b.observed {
		w.stretch[b.ref.Class].Disk.Add(max(0, took-p.due))
	}
	p.due = took // what comes on top until the body goes on is a wait for its thread
	e := des.Event{Kind: kindPhase, Arg: slot, Gen: des.MakeGen(p.gen)}
	if !w.lockedOut(e, p) {
		w.phaseDone(p)
	}
}

// mark begins or ends the observed window.
func (d *disk) mark(now, span des.Time, end bool) {
	if end {
		d.mean = d.busy.Integral(now) / span.Seconds()
	} else {
		d.busy.Restart(now)
	}
}
