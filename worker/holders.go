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

// holders follows who holds slots, and who waits meanwhile. Its cost is a few additions for each class when a task begins
// or ends to wait, and for each station of a worker when one of its slots changes hands.
type holders struct {
	classes  int
	stations []station
	ofQueue  []int32   // the station of each queue
	ofWorker []int32   // of what a worker has reserved
	serving  [][]int32 // stations that each worker belongs to
	slots    []int     // that each worker has now
	total    []des.Sum // wait of each class: exact, so that it does not matter in which order tasks are counted
}

// station is the slots of all workers that a waiting task could go to.
type station struct {
	slots int
	part  float64    // of one slot in all
	held  []int      // by the tasks of each class; the last but one: by no task
	area  []float64  // integral over time of the part that each holds, in ns; the last: of there being no slot
	since []des.Time // up to when
	full  []spells   // of each class
	seen  bool       // the observed window has ended
	lines []*line    // of each class; nil = none of it has waited here
}

// line is the tasks of one class that wait at a station.
type line struct {
	n    int
	from des.Time
	seen []float64 // area, up to which its tasks are charged
	by   []float64 // ns
	idle float64   // ns
}

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
	h := &holders{classes: len(s.classes), slots: make([]int, len(s.workers)), total: make([]des.Sum, len(s.classes)), serving: make([][]int32, len(s.workers))}
	known := map[string]int32{}
	of := func(workers []int32) int32 {
		var key []byte
		for _, w := range workers {
			key = binary.LittleEndian.AppendUint32(key, uint32(w))
		}
		id, ok := known[string(key)]
		if !ok {
			id = int32(len(h.stations))
			known[string(key)] = id
			h.stations = append(h.stations, newStation(h.classes))
			for _, w := range workers {
				h.serving[w] = append(h.serving[w], id)
			}
		}
		return id
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

func newStation(classes int) station {
	return station{
		held: make([]int, classes+1), area: make([]float64, classes+2), since: make([]des.Time, classes+2),
		full: make([]spells, classes), lines: make([]*line, classes),
	}
}

// settle brings one area up to now.
func (st *station) settle(k int, now des.Time) {
	d := now - st.since[k]
	switch {
	case d == 0:
		return
	case k < len(st.held):
		st.area[k] += float64(st.held[k]) * st.part * float64(d)
	case st.slots == 0:
		st.area[k] += float64(d)
	}
	st.since[k] = now
}

// hold changes the number of slots that the tasks of a class hold; of none, if that is the number of classes.
func (st *station) hold(k, d int, now des.Time) {
	st.settle(k, now)
	st.held[k] += d
	st.mark(k, now)
}

// resize changes the number of slots.
func (st *station) resize(d int, now des.Time) {
	for k := range st.area {
		st.settle(k, now)
	}
	st.slots += d
	st.part = 1 / float64(max(1, st.slots))
	for k := range st.full {
		st.mark(k, now)
	}
}

// mark notes whether the tasks of a class hold all slots.
func (st *station) mark(k int, now des.Time) {
	if k == len(st.full) || st.seen {
		return
	}
	if all := st.slots > 0 && st.held[k] == st.slots; all != st.full[k].on {
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

// queue changes the number of tasks of a class that wait, once those before are charged.
func (st *station) queue(class int32, d int, now des.Time) {
	l := st.lines[class]
	if l == nil {
		l = &line{seen: make([]float64, len(st.area)), by: make([]float64, len(st.area))}
		st.lines[class] = l
	}
	if waited := now - l.from; waited > 0 || l.n == 0 {
		n, idle := float64(l.n), float64(waited)
		for k := range st.area {
			st.settle(k, now)
			part := st.area[k] - l.seen[k]
			l.seen[k] = st.area[k]
			l.by[k] += n * part
			idle -= part
		}
		l.idle += n * max(0, idle)
	}
	l.n += d
	l.from = now
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
		return &h.stations[h.ofQueue[t.queue]]
	}
	return &h.stations[h.ofWorker[t.worker]]
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
	for _, at := range s.holders.serving[sl.worker] {
		s.holders.stations[at].hold(int(class), 1, s.now)
	}
}

// unhold notes that it is free, or gone.
func (s *System) unhold(id int32) {
	sl := &s.slots[id]
	if sl.holder == 0 {
		return
	}
	for _, at := range s.holders.serving[sl.worker] {
		s.holders.stations[at].hold(int(sl.holder-1), -1, s.now)
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
	for _, at := range s.holders.serving[w.id] {
		s.holders.stations[at].resize(d, s.now)
	}
}

// observe begins to count spells anew, or ends it.
func (h *holders) observe(end bool, now des.Time) {
	if h == nil {
		return
	}
	for i := range h.stations {
		st := &h.stations[i]
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
	for class := range s.classes {
		c := &s.tally.Classes[class]
		b := &c.Blocked
		b.Total, b.By = h.total[class].Seconds(), make([]Held, h.classes)
		charged := 0.0
		for i := range h.stations {
			l := h.stations[i].lines[class]
			if l == nil {
				continue
			}
			for k, part := range l.by[:h.classes] {
				b.By[k].Seconds += part / ns
				charged += part / ns
			}
			b.Replaced += l.by[h.classes] / ns
			b.Absent += l.by[h.classes+1] / ns
			b.Idle += l.idle / ns
		}
		charged += b.Replaced + b.Absent + b.Idle
		rest := max(0, b.Total-charged)
		b.Countdown = min(rest, c.InETA.Seconds())
		b.Elsewhere = rest - b.Countdown
		for k, f := range h.stations[h.ofQueue[s.classQueue[class]]].full {
			b.By[k].Spells, b.By[k].Full, b.By[k].Longest = f.n, f.sum, f.longest
		}
	}
}
