package sim

import (
	"example.com/simrun/des"
	"example.com/simrun/system"
)

// Compromised is what the malicious code of one fault could have read, in observed tasks of each class.
type Compromised struct {
	Fault   int // index among the faults of the run
	Present []int64
	Reach   [][Levels]int64
}

// Levels at which a task can be read: it ran in a process that malicious code had run in, or on a machine with such a
// process, or its message lay in a queue that such a process has the credentials for.
const (
	ProcessLevel = iota
	MachineLevel
	BrokerLevel
	Levels = iota
)

// intruder is one compromise in progress. What it has got hold of it keeps until its process is replaced or the fault
// is over.
type intruder struct {
	fault    int
	of       *fault
	class    int32
	on       bool
	process  []bool  // in its hands
	machines []int32 // processes in its hands, of each machine
	workers  []int32 // the same of each worker
	queues   []spied
	found    Compromised
}

// spied is how far a queue could be read.
type spied struct {
	by    int32    // workers in whose processes the malicious code is
	until des.Time // the last time that there was one; -1 = never
}

// mark is what is known of the message of a task.
type mark struct {
	class    int32
	observed bool
	copied   bool
	present  bool     // published and not done
	lying    bool     // in the broker, or in the hands of a worker that has not acked it
	since    des.Time // lying
}

// suspect makes the intruders of a run.
func (g *guard) suspect() {
	n := &g.w.net
	for i := range n.faults {
		f := &n.faults[i]
		if f.Of != system.OfClass {
			continue
		}
		in := intruder{
			fault: i, of: f, class: int32(f.Target),
			process: make([]bool, len(g.w.slots)), machines: make([]int32, len(g.w.nodes)),
			workers: make([]int32, len(g.layout.Workers)), queues: make([]spied, len(g.layout.Queues)),
			found: Compromised{Fault: i, Present: make([]int64, len(g.w.classes)), Reach: make([][Levels]int64, len(g.w.classes))},
		}
		for q := range in.queues {
			in.queues[q].until = -1
		}
		g.intruders = append(g.intruders, in)
	}
}

// published notes a new task.
func (g *guard) published(task int32) {
	if len(g.intruders) == 0 {
		return
	}
	for int(task) >= len(g.marks) {
		g.marks = append(g.marks, mark{})
		for range g.intruders {
			g.read = append(g.read, 0)
		}
	}
	b := &g.w.bodies[task]
	g.marks[task] = mark{class: b.ref.Class, observed: b.observed, present: true, lying: true, since: g.w.now}
	for i := range g.intruders {
		g.read[int(task)*len(g.intruders)+i] = 0
		if in := &g.intruders[i]; in.on {
			g.meets(in, task)
		}
	}
}

// copied notes another delivery of a task: the same data, which is counted once.
func (g *guard) copied(copied int32) {
	if len(g.intruders) == 0 {
		return
	}
	g.published(copied)
	g.marks[copied].copied = true
}

// meets counts a task that is there while the fault lasts.
func (g *guard) meets(in *intruder, task int32) {
	if m := &g.marks[task]; m.observed && !m.copied && m.class != in.class {
		in.found.Present[m.class]++
	}
}

// begin begins a fault: attempts of its class are malicious from now on.
func (g *guard) begin(f *fault) {
	for i := range g.intruders {
		in := &g.intruders[i]
		if in.of != f {
			continue
		}
		in.on = true
		for task := range g.marks {
			if g.marks[task].present {
				g.meets(in, int32(task))
			}
		}
	}
}

// end ends a fault: everything is clean again.
func (g *guard) end(f *fault) {
	for i := range g.intruders {
		in := &g.intruders[i]
		if in.of != f {
			continue
		}
		in.on = false
		clear(in.process)
		clear(in.machines)
		clear(in.workers)
		for q := range in.queues {
			if s := &in.queues[q]; s.by > 0 {
				s.by, s.until = 0, g.w.now
			}
		}
	}
}

// intrude notes an attempt that begins: it meets malicious code, or is malicious itself.
func (g *guard) intrude(slot int32) {
	if len(g.intruders) == 0 {
		return
	}
	s := &g.stays[slot]
	process, machine := g.processOf(slot), g.machineOf(slot)
	for i := range g.intruders {
		in := &g.intruders[i]
		switch {
		case !in.on:
		case s.class == in.class:
			g.seize(i, slot)
		default:
			if in.process[process] {
				g.reads(i, s.task, ProcessLevel)
			}
			if machine != none && in.machines[machine] > 0 {
				g.reads(i, s.task, MachineLevel)
			}
		}
		g.opened(i, s.task, true)
	}
	g.marks[s.task].lying = g.late(slot)
}

// late says whether the message of the attempt in slot stays in the broker while it runs.
func (g *guard) late(slot int32) bool {
	cfg := &g.layout.Workers[g.w.slots[slot].worker]
	return g.w.classes[g.stays[slot].class].AcksLate.Or(cfg.AcksLate)
}

// gone notes the end of an attempt: the message of a retry, if there is one, is another.
func (g *guard) gone(slot int32) {
	if len(g.intruders) == 0 {
		return
	}
	task := g.stays[slot].task
	for i := range g.intruders {
		g.opened(i, task, false)
	}
	m := &g.marks[task]
	m.lying, m.since = true, g.w.now
}

// done notes the end of a task.
func (g *guard) done(task int32) {
	if len(g.intruders) == 0 {
		return
	}
	for i := range g.intruders {
		g.opened(i, task, false)
	}
	g.marks[task].present, g.marks[task].lying = false, false
}

// opened notes that the message of a task could be read while it lay in the broker. Passing says that it has just been
// taken out: also one that lay there for no time has come through it.
func (g *guard) opened(i int, task int32, passing bool) {
	m := &g.marks[task]
	if !m.lying {
		return
	}
	s := &g.intruders[i].queues[g.layout.ClassQueue[m.class]]
	if s.by > 0 && (passing || g.w.now > m.since) || s.until > m.since {
		g.reads(i, task, BrokerLevel)
	}
}

// reads counts a task that could have been read, once a level.
func (g *guard) reads(i int, task int32, level int) {
	in := &g.intruders[i]
	m := &g.marks[task]
	if !m.observed || m.copied || m.class == in.class {
		return
	}
	if seen := &g.read[int(task)*len(g.intruders)+i]; *seen&(1<<level) == 0 {
		*seen |= 1 << level
		in.found.Reach[m.class][level]++
	}
}

// seize puts the process of a slot into the hands of malicious code, which runs there for the first time.
func (g *guard) seize(i int, slot int32) {
	in := &g.intruders[i]
	process, machine := g.processOf(slot), g.machineOf(slot)
	if in.process[process] {
		return
	}
	in.process[process] = true
	w := g.w.slots[slot].worker
	if in.workers[w]++; in.workers[w] == 1 {
		for q := range in.queues {
			if g.layout.Reads(int(w), q) {
				in.queues[q].by++
			}
		}
	}
	first := false
	if machine != none {
		in.machines[machine]++
		first = in.machines[machine] == 1
	}
	for other := range g.stays {
		s := &g.stays[other]
		if !s.inside {
			continue
		}
		if g.processOf(int32(other)) == process {
			g.reads(i, s.task, ProcessLevel)
		}
		if first && g.machineOf(int32(other)) == machine {
			g.reads(i, s.task, MachineLevel)
		}
	}
}

// cleanse takes away a process that is gone, and the malicious code with it.
func (g *guard) cleanse(slot int32) {
	process, machine := g.processOf(slot), g.machineOf(slot)
	w := g.w.slots[slot].worker
	for i := range g.intruders {
		in := &g.intruders[i]
		if !in.process[process] {
			continue
		}
		in.process[process] = false
		if machine != none {
			in.machines[machine]--
		}
		if in.workers[w]--; in.workers[w] > 0 {
			continue
		}
		for q := range in.queues {
			if g.layout.Reads(int(w), q) {
				if in.queues[q].by--; in.queues[q].by == 0 {
					in.queues[q].until = g.w.now
				}
			}
		}
	}
}

// compromised are the findings on every fault.
func (g *guard) compromised() []Compromised {
	var all []Compromised
	for i := range g.intruders {
		all = append(all, g.intruders[i].found)
	}
	return all
}
