package worker

import (
	"encoding/binary"

	"example.com/simrun/des"
)

// Blocked says who held the slots that the observed tasks of a class waited for until their first start, also those that
// never started: seconds, summed over the tasks. While a task waits in a queue, each slot of the workers that take from it
// is charged with its part of the time; while it is reserved, each slot of its worker. All parts together are Total.
type Blocked struct {
	Total     float64
	By        []Held  // of each class: whose tasks were in the slots
	Replaced  float64 // slots whose child was being replaced
	Idle      float64 // slots that were free: the message had not come to them, or they are kept for others
	Absent    float64 // there was no slot: workers that are down, or not there yet
	Countdown float64 // its own
	Elsewhere float64 // on its way to the broker or to a worker, or held back by a rate limit
}

// Held is what the tasks of one class took from another.
type Held struct {
	Seconds float64
	// Spells of the observed window during which they held every slot that the others could have.
	Spells  int64
	Full    des.Time // all of them together
	Longest des.Time
}

// Merge adds all of o.
func (b *Blocked) Merge(o *Blocked) {
	if o.By == nil {
		return
	}
	if b.By == nil {
		b.By = make([]Held, len(o.By))
	}
	for i, h := range o.By {
		sum := &b.By[i]
		sum.Seconds += h.Seconds
		sum.Spells += h.Spells
		sum.Full += h.Full
		sum.Longest = max(sum.Longest, h.Longest)
	}
	b.Total += o.Total
	b.Replaced += o.Replaced
	b.Idle += o.Idle
	b.Absent += o.Absent
	b.Countdown += o.Countdown
	b.Elsewhere += o.Elsewhere
}

// holders follows who holds slots, and who waits meanwhile. Its cost is an addition when a task begins or ends to wait and, for
// each class that waits where a slot has changed hands between two classes, another.
type holders struct {
	classes  int
	stations []*station
	ofQueue  []*station   // the station of each queue
	ofWorker []*station   // of what a worker has reserved
	serving  [][]*station // those that each worker belongs to
	slots    []int        // that each worker has now
	total    []des.Sum    // wait of each class: exact, so that it does not matter in which order tasks are counted
}

// station is the slots of all workers that a waiting task could go to.
type station struct {
	slots   int
	each    float64   // the part of one
	parts   []portion // of what the tasks of each class hold; then of what no task does
	lines   []line    // of the classes that have waited here
	lineOf  []int     // each class; none = it has not
	waiting int       // tasks
	stamp   int       // changes whenever any have waited
	moves   []move    // of one instant, not in force yet: where a slot goes to the next task of a class, nothing has changed
	moved   des.Time
	full    []spells // of each class
	seen    bool     // the observed window has ended
}

// Parts of a station that no task holds, after those of the classes.
const (
	replaced = iota
	free
	absent
	unheld
)

// portion is how much of a station somebody has.
type portion struct {
	held  int     // slots
	rate  float64 // of the wait that is charged
	stamp int     // of the station, when all that waited was charged
	by    []charge
}

// charge is what the tasks of a line have waited for a part.
type charge struct {
	seen float64 // the wait of the line up to which they are charged
	ns   float64
}

// line is the tasks of one class that wait at a station.
type line struct {
	n      int
	from   des.Time
	waited float64 // by all of them together, up to then, in ns
}

// move is a change of what a class holds.
type move struct{ class, by int }

// spells are the times during which the tasks of a class hold all slots of a station. A gap of less than a hundredth of
// the spell before it does not end that: a message takes a little to come.
type spells struct {
	on      bool     // they hold all now
	since   des.Time // the present or last spell
	until   des.Time // where it ended, unless on
	full    des.Time // since when they hold all, if on
	n       int64
	sum     des.Time
	longest des.Time
}

const gap = 100

// ns in a second.
const ns = 1e9

func newHolders(s *System) *holders {
	h := &holders{classes: len(s.classes), slots: make([]int, len(s.workers)), total: make([]des.Sum, len(s.classes)), serving: make([][]*station, len(s.workers))}
	known := map[string]*station{}
	of := func(workers []int32) *station {
		var key []byte
		for _, w := range workers {
			key = binary.LittleEndian.AppendUint32(key, uint32(w))
		}
		st := known[string(key)]
		if st == nil {
			st = newStation(h.classes)
			known[string(key)] = st
			h.stations = append(h.stations, st)
			for _, w := range workers {
				h.serving[w] = append(h.serving[w], st)
			}
		}
		return st
	}
	for i := range s.queues {
		q := &s.queues[i]
		h.ofQueue = append(h.ofQueue, of(append(append([]int32{}, q.consumers...), q.overflow...)))
	}
	for i := range s.workers {
		h.ofWorker = append(h.ofWorker, of([]int32{int32(i)}))
	}
	return h
}

func newStation(classes int) *station {
	st := &station{parts: make([]portion, classes+unheld), lineOf: make([]int, classes), full: make([]spells, classes)}
	for k := range st.lineOf {
		st.lineOf[k] = none
	}
	st.resize(0, 0)
	return st
}

// settle charges a part with what has been waited until now, and goes on with what it holds from now on.
func (st *station) settle(k int, now des.Time) {
	p := &st.parts[k]
	if st.waiting > 0 || p.stamp != st.stamp {
		for i := range st.lines {
			l, by := &st.lines[i], &p.by[i]
			st.wait(l, now)
			by.ns += p.rate * (l.waited - by.seen)
			by.seen = l.waited
		}
		p.stamp = st.stamp
	}
	p.rate = float64(max(0, p.held)) * st.each
}

// wait counts what a line has waited.
func (st *station) wait(l *line, now des.Time) {
	if l.n > 0 && now > l.from {
		l.waited += float64(l.n) * float64(now-l.from)
		st.stamp++
	}
	l.from = now
}

// hold changes the number of slots that the tasks of a class hold; of none, if that is the number of classes.
func (st *station) hold(class, d int, now des.Time) {
	if now != st.moved {
		st.enforce()
		st.moved = now
	}
	for i := range st.moves {
		if m := &st.moves[i]; m.class == class {
			m.by += d
			return
		}
	}
	st.moves = append(st.moves, move{class, d})
}

// enforce puts what has moved in force.
func (st *station) enforce() {
	all := 0
	for _, m := range st.moves {
		if m.by == 0 {
			continue
		}
		all += m.by
		st.parts[m.class].held += m.by
		st.settle(m.class, st.moved)
		st.mark(m.class, st.moved)
	}
	st.moves = st.moves[:0]
	if all != 0 {
		rest := len(st.full) + free
		st.parts[rest].held -= all
		st.settle(rest, st.moved)
	}
}

// resize changes the number of slots.
func (st *station) resize(d int, now des.Time) {
	st.enforce()
	st.slots += d
	st.each = 1 / float64(max(1, st.slots))
	rest := st.parts[len(st.full):]
	rest[free].held += d
	rest[absent].held = 0
	if st.slots == 0 {
		rest[absent].held = 1
	}
	st.settleAll(now)
	for k := range st.full {
		st.mark(k, now)
	}
}

func (st *station) settleAll(now des.Time) {
	for k := range st.parts {
		st.settle(k, now)
	}
}

// mark notes whether the tasks of a class hold all slots.
func (st *station) mark(k int, now des.Time) {
	if k >= len(st.full) || st.seen {
		return
	}
	if all := st.slots > 0 && st.parts[k].held == st.slots; all != st.full[k].on {
		st.full[k].turn(now)
	}
}

// turn begins a spell, takes it up again, or ends it.
func (f *spells) turn(now des.Time) {
	f.on = !f.on
	if !f.on {
		f.until = now
		f.sum += now - f.full
		f.longest = max(f.longest, now-f.since)
		return
	}
	f.full = now
	if f.n == 0 || now-f.until > (f.until-f.since)/gap {
		f.since = now
		f.n++
	}
}

// queue changes the number of tasks of a class that wait.
func (st *station) queue(class int32, d int, now des.Time) {
	if now > st.moved && len(st.moves) > 0 {
		st.enforce()
	}
	i := st.lineOf[class]
	if i == none {
		i = st.open(class)
	}
	l := &st.lines[i]
	st.wait(l, now)
	l.n += d
	st.waiting += d
}

// open makes the line of a class.
func (st *station) open(class int32) int {
	st.lineOf[class] = len(st.lines)
	st.lines = append(st.lines, line{})
	for k := range st.parts {
		st.parts[k].by = append(st.parts[k].by, charge{})
	}
	return st.lineOf[class]
}

// join notes that a task, which is in a queue or reserved, waits there from now on, if its wait is one that counts: observed,
// and for its first start.
func (s *System) join(t *task) {
	if s.counts(t) {
		t.charged = true
		s.holders.of(t).queue(t.class, 1, s.now)
	}
}

// counts says whether a wait counts.
func (s *System) counts(t *task) bool { return s.holders != nil && t.observed && t.attempts == 0 }

// quit notes that a task waits no more where it did.
func (s *System) quit(t *task) {
	if !t.charged {
		return
	}
	t.charged = false
	s.holders.of(t).queue(t.class, -1, s.now)
}

// of is the station at which a task waits that is in a queue or reserved.
func (h *holders) of(t *task) *station {
	if t.state == queued {
		return h.ofQueue[t.queue]
	}
	return h.ofWorker[t.worker]
}

// waited counts how long a task has waited for its first start, which has come or never will.
func (s *System) waitedFor(t *task, d des.Time) {
	if s.holders != nil {
		s.holders.total[t.class].Add(d)
	}
}

// hold notes whose task a slot has; of no class, while its child is replaced.
func (s *System) hold(id int32, class int32) {
	if s.holders == nil {
		return
	}
	if class == none {
		class = int32(s.holders.classes)
	}
	sl := &s.slots[id]
	sl.holder = class + 1
	for _, st := range s.holders.serving[sl.worker] {
		st.hold(int(class), 1, s.now)
	}
}

// unhold notes that it is free, or gone.
func (s *System) unhold(id int32) {
	sl := &s.slots[id]
	if sl.holder == 0 {
		return
	}
	for _, st := range s.holders.serving[sl.worker] {
		st.hold(int(sl.holder-1), -1, s.now)
	}
	sl.holder = 0
}

// resized notes how many slots a worker has now.
func (s *System) resized(w *instance) {
	if s.holders == nil {
		return
	}
	n := w.processes()
	if w.down() {
		n = 0
	}
	d := n - s.holders.slots[w.id]
	if d == 0 {
		return
	}
	s.holders.slots[w.id] = n
	for _, st := range s.holders.serving[w.id] {
		st.resize(d, s.now)
	}
}

// observe begins to count spells anew, or ends it.
func (h *holders) observe(end bool, now des.Time) {
	if h == nil {
		return
	}
	for _, st := range h.stations {
		st.enforce()
		for k := range st.full {
			switch f := &st.full[k]; {
			case end && f.on:
				f.turn(now)
			case !end:
				*f = spells{}
				st.mark(k, now)
			}
		}
		st.seen = end
	}
}

// closeHolders counts what was charged. Tasks that wait still must have quit.
func (s *System) closeHolders() {
	h := s.holders
	if h == nil {
		return
	}
	for _, st := range h.stations {
		st.enforce()
		st.settleAll(s.now)
	}
	for class := range s.classes {
		c := &s.tally.Classes[class]
		b := &c.Blocked
		b.Total, b.By = h.total[class].Seconds(), make([]Held, h.classes)
		for _, st := range h.stations {
			st.charged(class, b)
		}
		rest := b.Total - b.Replaced - b.Absent - b.Idle
		for _, by := range b.By {
			rest -= by.Seconds
		}
		b.Countdown = min(max(0, rest), c.InETA.Seconds())
		b.Elsewhere = max(0, rest) - b.Countdown
		for k, f := range h.ofQueue[s.classQueue[class]].full {
			b.By[k].Spells, b.By[k].Full, b.By[k].Longest = f.n, f.sum, f.longest
		}
	}
}

// charged adds what a class has waited for at a station.
func (st *station) charged(class int, b *Blocked) {
	i := st.lineOf[class]
	if i == none {
		return
	}
	for k := range st.full {
		b.By[k].Seconds += st.parts[k].by[i].ns / ns
	}
	rest := st.parts[len(st.full):]
	b.Replaced += rest[replaced].by[i].ns / ns
	b.Idle += rest[free].by[i].ns / ns
	b.Absent += rest[absent].by[i].ns / ns
}
