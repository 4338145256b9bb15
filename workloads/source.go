package workloads

import (
	"fmt"
	"math"

	"example.com/simrun/des"
)

// Options of a source.
type Options struct {
	Load   float64  // factor of all arrivals that no other task causes, as Arrivals.Scale; 0 = 1
	Origin des.Time // time of the week at run time 0, from Monday 00:00, for Cron and Stages
	Until  des.Time // nobody asks for arrivals after it; 0 = no end is known
}

// Source makes the tasks of one replication and answers for everything random about them. It is not safe for use by
// more than one goroutine. After its first tasks it allocates nothing.
type Source struct {
	queue   des.Queue // one event for each open class, thinking client and batch of children
	flows   []flow    // by class
	clients []client
	broods  []brood
	free    []int32 // broods that may be used again
	now     batch   // being handed out
	until   des.Time
	scratch *des.Stream
}

// Kinds of events in the source's queue. Arg is the index of a flow, a client or a brood.
const (
	openDue des.Kind = iota
	clientDue
	broodDue
)

// Purposes of streams. Their numbers are part of every seeded result: append only. The phases of a task after its
// first take the numbers from phaseDemand up.
const (
	ofArrivals uint64 = iota
	ofBatches
	ofTasks
	ofThinking
	ofChildren
	ofCountdown
	ofExpires
	ofTaskFate
	ofAttemptFate
	ofJitter
	ofFresh
	ofCalls
	ofCallErrors
	ofSizes

	phaseDemand = 1 << 32
)

// client is one client of a closed class.
type client struct {
	flow    int32
	waiting int32 // tasks of it that have not ended
	cycle   uint64
}

// brood is a batch of tasks that wait to be handed out because a task of another class has ended.
type brood struct {
	key  des.Key
	flow int32
	size int64
}

// batch is a batch of tasks with one due.
type batch struct {
	due  des.Time
	flow *flow
	row  int32
	left int64
	next uint64 // number of the next task under key; open classes go on counting
	key  des.Key
}

// NewSource makes the source of all tasks of the classes, at time 0. The classes are kept and must not change. The key is
// that of the replication. An After class refers to its parent by index, everything else goes by name, and names must
// differ.
func NewSource(classes []Class, key des.Key, o Options) *Source {
	s := &Source{flows: make([]flow, len(classes)), scratch: des.NewStream(key), until: o.Until}
	if s.until == 0 {
		s.until = des.Never - 1
	}
	load := o.Load
	if load == 0 {
		load = 1
	}
	for i := range classes {
		c := &classes[i]
		own := key.WithName(c.Name)
		s.flows[i] = flow{
			id: int32(i), class: c, own: own, name: hash(c.Name), tasks: own.With(ofTasks), thinking: own.With(ofThinking), row: -1,
			batch: c.Arrivals.Batch, batches: des.NewStream(own.With(ofBatches)), times: 1,
		}
		s.flows[i].plan()
	}
	for i := range classes { // when all flows are there: a class may come after a later one
		s.start(int32(i), ground{s.flows[i].own.With(ofArrivals), load * classes[i].Arrivals.scale(), o.Origin})
	}
	return s
}

// start makes the first arrivals of class i known.
func (s *Source) start(i int32, g ground) {
	f := &s.flows[i]
	a := &f.class.Arrivals
	if f.batch != nil && !(f.batch.Mean() > 0) || !(g.factor > 0) {
		return
	}
	switch p := a.Process.(type) {
	case After:
		f.times = a.scale()
		parent := &s.flows[p.Class]
		if p.All {
			parent.whole = append(parent.whole, i)
		} else {
			parent.children = append(parent.children, i)
		}
		return
	case Closed:
		f.think, f.slower, f.client = p.Think, g.factor, int32(len(s.clients))
		for n := range p.Clients {
			s.clients = append(s.clients, client{flow: i})
			s.ponder(f.client+int32(n), 0)
		}
		return
	case Trace:
		f.rows, f.demands = p.Rows, p.Demands
	case Cron:
		f.times, f.kept = g.factor, g.factor < a.scale()
		g.factor = 1
	}
	rate := a.Process.Rate()
	if math.IsInf(rate, 1) {
		panic(fmt.Sprintf("workloads: class %q arrives without end at one instant", f.class.Name))
	}
	if rate > 0 || len(f.rows) > 0 {
		f.gen = a.Process.generator(g)
		s.schedule(f)
	}
}

// schedule makes the next batch of an open class known.
func (s *Source) schedule(f *flow) {
	for {
		due := f.gen.next()
		if due > s.until { // nearly all batches may be empty, for longer than the run
			return
		}
		if f.rows != nil {
			f.row++
		}
		if f.size = f.count(f.batches); f.size > 0 {
			s.queue.Push(des.Event{At: due, Kind: openDue, Arg: f.id})
			return
		}
	}
}

// ponder lets a client think from now on and makes its next tasks known.
func (s *Source) ponder(n int32, now des.Time) {
	c := &s.clients[n]
	f := &s.flows[c.flow]
	for {
		s.scratch.Reset(f.thinking.With(uint64(n - f.client)).With(c.cycle))
		thought := instant(f.think.Draw(s.scratch) / f.slower)
		if thought > s.until-now {
			return
		}
		now += thought
		size := f.count(s.scratch)
		if size > 0 {
			c.waiting = int32(size)
			s.queue.Push(des.Event{At: now, Kind: clientDue, Arg: n})
			return
		}
		c.cycle++
	}
}

// Peek returns the due of the next task that is known, des.Never when there is none. Tasks that hang on the ends of
// others may become known later, but never with a due before the time at which Finished is called.
func (s *Source) Peek() des.Time {
	if s.now.left > 0 {
		return s.now.due
	}
	return s.queue.Peek()
}

// Next writes the next task into a: tasks come by due, and among equal dues in the order in which they became known, a
// batch in one piece. It is written into a, which may serve for one after the other. False when none is known. Call it
// only when the clock has reached Peek: what becomes known later must not be due before a task that was taken.
func (s *Source) Next(a *Arrival) bool {
	b := &s.now
	if b.left == 0 {
		if s.queue.Len() == 0 {
			return false
		}
		s.open(s.queue.Pop())
	}
	b.left--
	f := b.flow
	a.Key, a.Class, a.Row, a.Ordinal, a.Due = b.key.With(b.next), f.id, b.row, f.made, b.due
	b.next++
	f.made++
	return true
}

// Numbered says whether the tasks of a class are known by their numbers: they come by themselves, neither from a client nor
// after another task.
func (s *Source) Numbered(class int32) bool {
	switch s.flows[class].class.Arrivals.Process.(type) {
	case Closed, After:
		return false
	}
	return true
}

// Ref is that of a task which its source has made, of a class whose tasks are known by their numbers.
func (s *Source) Ref(class, row int32, number int64) Ref {
	return Ref{Key: s.flows[class].tasks.With(uint64(number)), Class: class, Row: row, Ordinal: number}
}

// open makes the batch of an event the one that is handed out.
func (s *Source) open(e des.Event) {
	b := &s.now
	b.due = e.At
	switch e.Kind {
	case openDue:
		f := &s.flows[e.Arg]
		b.flow, b.row, b.left, b.key, b.next = f, f.row, f.size, f.tasks, uint64(f.made)
		s.schedule(f)
	case clientDue:
		c := &s.clients[e.Arg]
		f := &s.flows[c.flow]
		n := e.Arg - f.client
		b.flow, b.row, b.left, b.key, b.next = f, n, int64(c.waiting), f.tasks.With(uint64(n)).With(c.cycle), 0
		c.cycle++
	case broodDue:
		k := &s.broods[e.Arg]
		b.flow, b.row, b.left, b.key, b.next = &s.flows[k.flow], -1, k.size, k.key, 0
		s.free = append(s.free, e.Arg)
	}
	b.flow.begin(b.left)
}

// Followed says whether anything is published when tasks of a class end: what ends need not be reported otherwise.
func (s *Source) Followed(class int32) bool {
	f := &s.flows[class]
	return f.think != nil || f.whole != nil || f.children != nil
}

// Finished says that a task has ended for good at time now, in whatever way, and succeeded or not. Every task of a
// closed class and every parent of an After class must be reported once, in the order of time.
func (s *Source) Finished(ref Ref, now des.Time, succeeded bool) {
	f := &s.flows[ref.Class]
	if f.think != nil {
		n := f.client + ref.Row
		c := &s.clients[n]
		if c.waiting--; c.waiting == 0 {
			s.ponder(n, now)
		}
	}
	if f.whole != nil && f.ended(ref.Ordinal, succeeded) {
		for _, i := range f.whole { // by the key of the last: the batch has none
			s.bear(ref, now, i)
		}
	}
	if !succeeded {
		return
	}
	for _, i := range f.children {
		s.bear(ref, now, i)
	}
}

// bear makes the children in class i of a task known. Their key names the class, not its index.
func (s *Source) bear(parent Ref, now des.Time, i int32) {
	f := &s.flows[i]
	key := parent.Key.With(ofChildren).With(f.name)
	s.scratch.Reset(key)
	if s.scratch.Float64() >= f.class.Arrivals.Process.(After).Chance {
		return
	}
	size := f.count(s.scratch)
	if size == 0 {
		return
	}
	var n int32
	if last := len(s.free) - 1; last >= 0 {
		n = s.free[last]
		s.free = s.free[:last]
	} else {
		n = int32(len(s.broods))
		s.broods = append(s.broods, brood{})
	}
	s.broods[n] = brood{key, i, size}
	s.queue.Push(des.Event{At: now, Kind: broodDue, Arg: n})
}
