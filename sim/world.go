package sim

import (
	"example.com/simrun/des"
	"example.com/simrun/strategies"
	"example.com/simrun/system"
	"example.com/simrun/worker"
	"example.com/simrun/workloads"
)

// Options say what one run simulates.
type Options struct {
	Key      des.Key  // of the replication: every stream of the run derives from it
	Load     float64  // multiplies arrivals; 0 = 1
	Warmup   des.Time // before the observed window
	Duration des.Time // of the observed window
	Drain    des.Time // at most, after it, for tasks that arrived in it
	Start    des.Time // time of the week at which the observed window starts
	Bins     int      // slices of the window whose mean waits are kept; 0 = none
	Recorder Recorder // nil = nobody listens

	Holders bool // keep who holds the slots that others wait for

	MemorySteps int // of the window, in which the course of the memory of workers and machines is kept; 0 = not

	Services []system.Service // that calls go to, by index
	Zones    system.Zones
	Faults   []system.Fault // planned
	Steps    int            // of the window, in which the course of each class and of the waiting tasks is kept; 0 = not
}

// Recorder receives every change of state, and what of a task the worker does not know.
type Recorder interface {
	worker.Recorder
	// Publish tells which task the index in the records of that instant stands for. A worker.Bystander that is aloof
	// hears no id.
	Publish(now des.Time, task int32, id string, p *worker.Publication)
}

// Result is what one run observed.
type Result struct {
	*worker.Tally
	Nodes   []Node
	Stretch []Stretch // of each class
	Memory  *Memory   // nil where the scenario says nothing of memory
	Waiting []int32   // tasks that waited at the end of each step

	Sent        []int64       // bytes of observed tasks over each of the Zones' Links; nil if no task transfers anything
	Exposure    []Exposure    // of each class with labels
	Compromised []Compromised // of each fault that compromises a class
	Events      int64         // handled, of every kind
	End         des.Time      // when the run stopped
}

// Node is what was observed of one machine.
type Node struct {
	Cores float64 // effective
	Busy  float64 // mean cores at work
	Disk  float64 // mean requests that its disk works on
	Paid  float64 // share of the window that it was paid for
}

// Kinds of events of this world.
const (
	kindPhase     des.Kind = worker.FirstHostKind + iota // slot: the present phase is over
	kindMark                                             // the observed window begins or ends
	kindLabour                                           // labourer: its present piece of work is over
	kindAnswer                                           // slot: the answer of a service is there
	kindCallFails                                        // slot: its call is refused, ends in an error or times out
	kindServed                                           // call: the service has done it
	kindAdmit                                            // call: the rate of the service allows it
	kindBreak                                            // planned fault: it begins
	kindMend                                             // planned fault: it is over
	kindRecover                                          // worker: its machine has booted
	kindThread                                           // worker: the thread of those that were killed can be had
	kindSample                                           // the end of a step of the window
	kindDisk                                             // slot: its disk has done what it asked for
	kindOOM                                              // worker, or after these machine: too little memory was found
)

// World is one run. It is not reused.
type World struct {
	opts    Options
	now     des.Time
	queue   des.Queue
	classes []workloads.Class
	source  *workloads.Source
	system  *worker.System
	phases  [][]workloads.Phase // of each class
	stride  int                 // phases of the class that has most

	bodies   []body     // by task
	demands  []des.Time // task x phase
	slots    []place
	threads  []thread // by worker: those whose tasks share one thread
	labour   []labourer
	nodes    []node
	turns    *turns     // among the nodes
	homes    []int32    // by worker: the machine, whatever shares its cores there
	capped   [][2]int32 // node, and that of a worker whose cores on it are capped
	disks    []disk     // by machine
	diskOf   []int32    // by worker; none = a disk without limit
	net      network
	guard    *guard  // nil = nothing is sensitive or compromised
	memory   *memory // nil = nobody asks
	lodging  *lodging
	stretch  []Stretch // by class
	events   int64
	marked   bool // the end of the observed window
	followed bool // something is published when tasks end
	aloof    bool // who listens does not tell tasks apart

	// One of each serves all arrivals, one after the other.
	arrival workloads.Arrival
	message worker.Publication
}

// body is the world's side of a task.
type body struct {
	ref      workloads.Ref
	attempt  int32 // from 1
	fate     workloads.Fate
	observed bool
}

// place is the world's side of a slot. What each phase needs comes first, and lies together.
type place struct {
	id, worker int32
	task       int32 // none = empty
	phase      int32
	gen        uint32
	threads    int32      // of the present CPU phase
	began      des.Time   // of the present phase
	due        des.Time   // what it would take by itself
	kind       threadKind // of its worker
	last       bool       // no phase comes after the present one
	onCPU      bool
	failed     bool // the attempt fails, as something that it needs did
	starting   bool // its child takes up a task
	awake      bool // threads: what it waited for has come, and it waits for the interpreter lock

	reading reading
	event   des.Event
}

const none = -1

// New prepares a run of a layout. The layout, classes and machines are read only and may be shared between runs.
func New(layout *strategies.Layout, classes []workloads.Class, machines []system.Machine, o Options) *World {
	classes = layout.Sent(classes)
	if o.Load == 0 {
		o.Load = 1
	}
	w := &World{
		opts:    o,
		classes: classes,
		source: workloads.NewSource(classes, o.Key.WithName("tasks"), workloads.Options{
			Load: o.Load, Origin: o.Start - o.Warmup, Until: o.Warmup + o.Duration + o.Drain,
		}),
	}
	w.stretch = make([]Stretch, len(classes))
	for i := range classes {
		w.phases = append(w.phases, classes[i].Work)
		w.followed = w.followed || w.source.Followed(int32(i))
		w.stride = max(w.stride, len(classes[i].Work))
	}
	w.threads = make([]thread, len(layout.Workers))
	for i := range layout.Workers {
		for range layout.Workers[i].Concurrency {
			w.slots = append(w.slots, place{id: int32(len(w.slots)), worker: int32(i), task: none, kind: threadKinds[layout.Workers[i].Pool]})
		}
	}
	w.layNodes(layout, machines)
	w.layDisks(layout, machines)
	w.layMemory(layout, machines)
	w.layLabour(layout)
	w.layNetwork(layout, machines)
	w.layGuard(layout)
	w.layLodging(layout, machines)
	var listener worker.Recorder
	if o.Recorder != nil {
		listener = o.Recorder
		b, ok := listener.(worker.Bystander)
		w.aloof = ok && b.Aloof()
	}
	setup := layout.Setup(classes, o.Key.WithName("broker"), listener)
	layout.Plan(&setup, machines, o.Faults, o.Warmup)
	setup.Origin, setup.Holders = o.Start-o.Warmup, o.Holders
	w.system = worker.New(setup, (*host)(w))
	if w.lodging != nil {
		w.lodging.begin(w)
	}
	w.system.Observe(o.Warmup, o.Warmup+o.Duration, o.Bins)
	if o.Steps > 0 {
		w.system.Follow(o.Steps)
	}
	w.queue.Push(des.Event{At: o.Warmup, Kind: kindMark, Arg: 0})
	w.queue.Push(des.Event{At: o.Warmup + o.Duration, Kind: kindMark, Arg: 1})
	return w
}

// Run simulates until every observed task has ended, at most Drain after the observed window, and returns what was
// observed. Arrivals go on meanwhile, so that the last observed tasks meet the same world as the others.
func (w *World) Run() Result {
	last := min(w.opts.Warmup+w.opts.Duration+w.opts.Drain, des.Never-1)
	for !w.system.Settled() {
		event, finish, arrival := w.queue.Peek(), w.turns.first(), w.source.Peek()
		next := min(event, finish.at, arrival)
		if next > last {
			break
		}
		w.events++
		switch {
		case next == event:
			w.handle(w.queue.Pop())
		case next == finish.at:
			w.now = next
			w.attain(&w.nodes[finish.node])
		default:
			w.now = next
			w.publish()
		}
	}
	if !w.system.Settled() {
		w.now = last
	}
	if !w.marked { // the last task ended before the window did, and the run in the very instant of that
		w.mark(true)
	}
	if w.guard != nil {
		w.guard.close()
	}
	r := Result{Tally: w.system.Close(w.now), Events: w.events, End: w.now, Stretch: w.stretch, Waiting: w.net.waiting, Sent: w.net.sent}
	if w.guard != nil {
		r.Exposure, r.Compromised = w.guard.rows, w.guard.compromised()
	}
	for i := range w.nodes {
		n := &w.nodes[i]
		if n.limited {
			r.Nodes = append(r.Nodes, Node{Cores: n.cores, Busy: n.windowOf() / w.opts.Duration.Seconds(), Paid: w.paid(i)})
		}
	}
	for i := range w.disks { // the machines come first among the nodes
		r.Nodes[i].Disk = w.disks[i].mean
	}
	r.Memory = w.memory.result()
	return r
}

func (w *World) handle(e des.Event) {
	w.now = e.At
	switch e.Kind {
	case kindPhase:
		if p := &w.slots[e.Arg]; des.MakeGen(p.gen) == e.Gen && !w.lockedOut(e, p) {
			w.phaseDone(p)
		}
	case kindLabour:
		w.jobDone(&w.labour[e.Arg])
	case kindAnswer, kindCallFails:
		if c := &w.net.callers[e.Arg]; c.calling && des.MakeGen(c.gen) == e.Gen {
			w.callDone(e.Arg, e.Kind == kindCallFails)
		}
	case kindServed:
		w.served(e.Arg)
	case kindAdmit:
		w.admit(e.Arg)
	case kindBreak:
		w.strike(e.Arg)
	case kindMend:
		w.mend(&w.net.faults[e.Arg])
	case kindRecover:
		w.recoverWorker(e.Arg)
	case kindThread:
		w.passThread(&w.threads[e.Arg])
	case kindSample:
		w.sample()
	case kindOOM:
		w.outOfMemory(e.Arg)
	case kindDisk:
		if p := &w.slots[e.Arg]; des.MakeGen(p.gen) == e.Gen && p.reading == served {
			w.diskDone(e.Arg)
		}
	case kindMark:
		w.mark(e.Arg == 1)
	default:
		w.system.Handle(e)
	}
}

// mark begins or ends the observed window.
func (w *World) mark(end bool) {
	w.marked = end
	for i := range w.nodes {
		w.nodes[i].mark(w.now, end)
	}
	if w.memory != nil {
		w.memory.mark(w.now, end)
	}
	for i := range w.disks {
		w.disks[i].mark(w.now, w.opts.Duration, end)
	}
	if w.lodging != nil {
		w.lodging.mark(w.now, w.opts.Duration, end)
	}
}

// publish sends the next arrival to the broker.
func (w *World) publish() {
	a := &w.arrival
	if !w.source.Next(a) {
		return
	}
	id := w.system.NextTask()
	p := &w.message
	w.embody(id, a, p)
	if w.guard != nil {
		w.guard.published(id)
	}
	if w.opts.Recorder != nil {
		name := ""
		if !w.aloof {
			name = w.source.ID(a.Ref)
		}
		w.opts.Recorder.Publish(w.now, id, name, p)
	}
	w.system.Publish(w.now, p)
}

// observes says whether a task that is due then is observed.
func (w *World) observes(due des.Time) bool {
	return due >= w.opts.Warmup && due < w.opts.Warmup+w.opts.Duration
}

// embody makes the body of a task that arrives, and the message that is published for it.
func (w *World) embody(task int32, a *workloads.Arrival, p *worker.Publication) {
	w.makeRoom(task)
	b := &w.bodies[task]
	b.ref = a.Ref
	b.fate = w.source.Publication(a, w.demandsOf(task, b), p)
	b.observed = w.observes(a.Due)
}

// makeRoom makes room for what the world keeps of a task.
func (w *World) makeRoom(task int32) {
	for int(task) >= len(w.bodies) {
		w.bodies = append(w.bodies, body{})
		for range w.stride {
			w.demands = append(w.demands, 0)
		}
	}
}

// demandsOf are the demands of a task's phases.
func (w *World) demandsOf(task int32, b *body) []des.Time {
	from := int(task) * w.stride
	return w.demands[from : from+len(w.phases[b.ref.Class])]
}
