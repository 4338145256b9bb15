package worker

import (
	"encoding/binary"

	"example.com/simrun/des"
)

// holders follows who holds slots, and who waits meanwhile. Its cost is an addition when a task begins or ends to wait and, for
// each class that waits where a slot has changed hands between two classes, another.
type holders struct {
	classes  int
	stations []*station
	ofClass  []*station   // that of the queue of each class
	ofWorker []*station   // of what a worker has reserved
	serving  [][]*station // those that each worker belongs to
	slots    []int        // that each worker has now
	total    []des.Sum    // wait of each class: exact, so that it does not matter in which order tasks are counted
	windows  windows
}

func newHolders(s *System) *holders {
	h := &holders{classes: len(s.classes), windows: newWindows(len(s.classes)), slots: make([]int, len(s.workers)), total: make([]des.Sum, len(s.classes)), serving: make([][]*station, len(s.workers))}
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
	ofQueue := make([]*station, len(s.queues))
	for i := range s.queues {
		q := &s.queues[i]
		ofQueue[i] = of(append(append([]int32{}, q.consumers...), q.overflow...))
	}
	for i := range s.kinds {
		h.ofClass = append(h.ofClass, ofQueue[s.kinds[i].queue.id])
	}
	for i := range s.workers {
		h.ofWorker = append(h.ofWorker, of([]int32{int32(i)}))
	}
	return h
}

// join notes that a task, which is in a queue or reserved, waits there from now on, if its wait is one that counts: observed,
// and for its first start.
func (s *System) join(t *task) {
	if s.counts(t) {
		t.charged = true
		s.holders.queue(t, 1, s.now)
	}
}

// counts says whether a wait counts.
func (s *System) counts(t *task) bool { return s.holders != nil && t.observed && t.attempts == 0 }

// quit notes that a task waits no more where it did.
func (s *System) quit(t *task) {
	if t.charged {
		t.charged = false
		s.holders.queue(t, -1, s.now)
	}
}

// queue tells the station at which a task waits that is in a queue or reserved.
func (h *holders) queue(t *task, n int, now des.Time) {
	if t.state == queued {
		h.ofClass[t.class].queue(t.class, n, now)
	} else {
		h.ofWorker[t.worker].queue(t.class, n, now)
	}
}

// waited counts how long a task has waited for its first start, which has come or never will.
func (s *System) waitedFor(t *task, d des.Time) {
	if s.holders != nil {
		s.holders.total[t.class].Add(d)
	}
}

// hold notes whose task a slot has; of no class, while its child is replaced.
func (s *System) hold(sl *slot, class int32) {
	if s.holders != nil {
		s.holders.hold(sl, class, s.now)
	}
}

// unhold notes that it is free, or gone.
func (s *System) unhold(sl *slot) {
	if sl.holder != 0 {
		s.holders.unhold(sl, s.now)
	}
}

func (h *holders) hold(sl *slot, class int32, now des.Time) {
	if class == none {
		class = int32(h.classes)
	}
	sl.holder = class + 1
	for _, st := range h.serving[sl.worker] {
		st.hold(int(class), 1, now)
	}
}

func (h *holders) unhold(sl *slot, now des.Time) {
	for _, st := range h.serving[sl.worker] {
		st.hold(int(sl.holder-1), -1, now)
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

// clock is called before anything changes at a later time than before: windows that are over end.
func (s *System) clock(now des.Time) {
	s.now = now
	if now >= s.windowEnd {
		s.endWindows()
	}
}

func (s *System) endWindows() {
	for s.now >= s.windowEnd {
		s.holders.settle(s.windowEnd)
		s.holders.windows.close(s.holders.stations, fiveMinutes)
		s.windowEnd += fiveMinutes
	}
}

// settle charges all that has been waited until now.
func (h *holders) settle(now des.Time) {
	for _, st := range h.stations {
		st.enforce()
		st.settleAll(now)
	}
}

// observeHolders begins to count spells and windows anew, or ends it.
func (s *System) observeHolders(end bool) {
	h, now := s.holders, s.now
	if h == nil {
		return
	}
	h.settle(now)
	if end {
		h.windows.close(h.stations, now-(s.windowEnd-fiveMinutes))
		s.windowEnd = des.Never
	} else {
		s.windowEnd = now + fiveMinutes
	}
	for _, st := range h.stations {
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
	h.settle(s.now)
	for class := range s.classes {
		c := &s.tally.Classes[class]
		b := &c.Blocked
		b.Total, b.By = h.total[class].Seconds(), make([]Held, h.classes)
		parts, rest := make([]float64, h.classes+unheld), b.Total
		for _, st := range h.stations {
			st.charged(class, parts)
		}
		for k, seconds := range parts {
			rest -= seconds
			if k < h.classes {
				b.By[k].Seconds = seconds
			}
		}
		b.Replaced, b.Idle, b.Absent = parts[h.classes+replaced], parts[h.classes+free], parts[h.classes+absent]
		b.Countdown = min(max(0, rest), c.InETA.Seconds())
		b.Elsewhere = max(0, rest) - b.Countdown
		b.Worst = h.windows.of(class)
		for k, f := range h.ofClass[class].full {
			b.By[k].Spells, b.By[k].Full, b.By[k].Longest = f.n, f.sum, f.longest
		}
	}
}
