package worker

import (
	"fmt"
	"slices"

	"example.com/simrun/des"
)

// Audit looks for contradictions in what the System knows. It holds between any two events.
func (s *System) Audit() error {
	for i := range s.queues {
		if err := s.auditQueue(&s.queues[i]); err != nil {
			return fmt.Errorf("queue %d: %w", i, err)
		}
	}
	stock, err := s.stock()
	if err != nil {
		return err
	}
	for i := range s.workers {
		if err := s.auditWorker(int32(i), &stock[i]); err != nil {
			return fmt.Errorf("worker %d: %w", i, err)
		}
	}
	if err := s.auditMessages(); err != nil {
		return err
	}
	for i := range s.fleets {
		if err := s.auditFleet(&s.fleets[i]); err != nil {
			return fmt.Errorf("fleet %d: %w", i, err)
		}
	}
	listed := make([]bool, s.tasks.n)
	for id := s.freeTask; id != none; id = s.tasks.at(id).next {
		t := s.tasks.at(id)
		if listed[t.id] || t.state != gone || t.pending != 0 {
			return fmt.Errorf("task %d may not be used again: listed before %v, state %d, %d events pending", t.id, listed[t.id], t.state, t.pending)
		}
		listed[t.id] = true
	}
	return nil
}

func (s *System) auditQueue(q *queue) error {
	n, redelivered := 0, false
	for level := range q.levels {
		l := &q.levels[level]
		found := 0
		for id := l.head; id != none; id = s.tasks.at(id).next {
			t := s.tasks.at(id)
			if t.state != queued || int(t.level) != level || s.queueOf(t) != q {
				return fmt.Errorf("task %d at level %d is in state %d, of level %d and queue %d", id, level, t.state, t.level, s.queueOf(t).id)
			}
			redelivered = redelivered || t.redeliveries > 0
			found++
		}
		if l.n == 0 && l.shelf.n > 0 {
			return fmt.Errorf("level %d: %d on the shelf behind nobody", level, l.shelf.n)
		}
		n += l.shelf.n
		if found != l.n || (l.n > 0) != (q.filled>>level&1 == 1) {
			return fmt.Errorf("level %d: %d listed, %d counted, filled %b", level, found, l.n, q.filled)
		}
		n += found
	}
	if q.askers != nil {
		id := q.id
		if found, want := s.longestOf(q.askers, id), s.longestAmong(q.consumers, id); found != want {
			return fmt.Errorf("worker %d has waited longest, found %d", want, found)
		}
	}
	switch {
	case n != q.n, q.length.Level() != n:
		return fmt.Errorf("%d listed, %d counted, length %d", n, q.n, q.length.Level())
	case q.cfg.MaxLength >= 0 && n > q.cfg.MaxLength && !redelivered:
		return fmt.Errorf("%d waiting, at most %d allowed", n, q.cfg.MaxLength)
	}
	return nil
}

// auditMessages recounts the deliveries of those that have several.
func (s *System) auditMessages() error {
	live := make([]int, len(s.messages))
	named := map[int32]bool{}
	for id := range s.tasks.n {
		t := s.tasks.at(id)
		if t.id != id {
			return fmt.Errorf("task %d takes itself for %d", id, t.id)
		}
		if t.message == 0 {
			continue
		}
		live[t.message-1]++
		if name := s.nameOf(t); t.state == gone || !s.copied(t) && (named[name] || name != t.id && s.tasks.at(name).pending == 0) {
			return fmt.Errorf("task %d in state %d, known as %d, has another's name or a name that may be used again", id, t.state, name)
		} else if !s.copied(t) {
			named[name] = true
		}
	}
	for _, m := range s.freeMessages {
		s.messages[m-1].live = 0
	}
	for i := range s.messages {
		m := &s.messages[i]
		if m.live != live[i] {
			return fmt.Errorf("message %d: %d deliveries, %d counted", i+1, live[i], m.live)
		}
		for _, id := range []int32{m.task, m.last} {
			if m.live > 0 && id != none && s.tasks.at(id).message != int32(i+1) {
				return fmt.Errorf("message %d: delivery %d is another's", i+1, id)
			}
		}
	}
	return nil
}

// auditFleet: one that is looked at after every change has nothing to see but what it has seen.
func (s *System) auditFleet(f *fleet) error {
	if f.cfg.Poll > 0 || f.next <= s.now {
		return nil
	}
	want, seen := 0, 0
	if n := len(f.wanted); n > 0 {
		want, seen = min(max(s.recommended(f), f.cfg.Min), len(f.cfg.Workers)), f.wanted[n-1].replicas
	}
	switch {
	case want != seen:
		return fmt.Errorf("nobody looks: %d replicas wanted, %d at the last look", want, seen)
	case len(f.wanted) > 1 && (f.next == des.Never || f.wanted[0].at+f.cfg.Cooldown < s.now):
		return fmt.Errorf("nobody looks when the cooldown is over: %d wanted at %v", f.wanted[0].replicas, f.wanted[0].at)
	}
	return nil
}

// stock counts the tasks that a worker has.
type stock struct{ unacked, inTime, inSlots, onTheWay, later int }

// stock counts those of all workers in one pass: a system may have many.
func (s *System) stock() ([]stock, error) {
	all := make([]stock, len(s.workers))
	for id := range s.tasks.n {
		t := s.tasks.at(id)
		if t.state == gone || t.worker == none {
			continue
		}
		w := &all[t.worker]
		switch t.state {
		case fetching:
			w.onTheWay++
		case held:
			w.later++
		case starting, running, crashed:
			w.inSlots++
			if sl := &s.slots[t.slot]; sl.id != t.slot || sl.task != t.id || sl.worker != t.worker {
				return nil, fmt.Errorf("task %d is not in its slot %d", id, t.slot)
			}
		}
		if t.unacked {
			w.unacked++
			if t.eta == 0 {
				w.inTime++ // those with an eta have widened the window
			}
		}
	}
	return all, nil
}

func (s *System) auditWorker(me int32, has *stock) error {
	w := &s.workers[me]
	unacked, inTime, inSlots, onTheWay, later := has.unacked, has.inTime, has.inSlots, has.onTheWay, has.later
	if err := s.auditKept(w, me); err != nil {
		return err
	}
	occupied := w.processes() - len(w.free)
	for n := range w.cfg.Concurrency {
		if s.slots[w.firstSlot+int32(n)].ackWhenFree {
			unacked++
		}
	}
	for _, id := range w.free {
		if sl := &s.slots[id]; sl.worker != me || sl.task != none || sl.ackWhenFree {
			return fmt.Errorf("slot %d is not free", id)
		}
	}
	growing := w.cfg.AutoscaleMin > 0 && w.blocked > 0 && s.now <= w.blocked // its new processes are not there yet
	reservedNow := 0
	for id := w.reserved.head; id != none; id = s.tasks.at(id).next {
		reservedNow++
	}
	switch {
	case unacked+w.acking+w.unheard != w.unacked:
		return fmt.Errorf("%d tasks unacked, %d counted", unacked, w.unacked)
	case w.window > 0 && w.channel == nil && inTime > w.window:
		return fmt.Errorf("%d unacked in a window of %d", inTime, w.window)
	case onTheWay != w.in[fetching] || later != w.in[held] || reservedNow != w.reserved.n:
		return fmt.Errorf("fetching %d (counted %d), held %d (%d), reserved %d (%d)", onTheWay, w.in[fetching], later, w.in[held], reservedNow, w.reserved.n)
	case w.down() && (occupied > 0 || reservedNow > 0 || unacked > 0):
		return fmt.Errorf("dead, with %d slots taken, %d reserved and %d unacked", occupied, reservedNow, unacked)
	case !w.down() && w.holding() != onTheWay+reservedNow+occupied:
		return fmt.Errorf("holding %d: want %d fetching + %d reserved + %d in slots", w.holding(), onTheWay, reservedNow, occupied)
	case w.busy.Level() != occupied || inSlots > occupied || occupied > w.cfg.Concurrency:
		return fmt.Errorf("busy %d, %d tasks in %d of %d slots", w.busy.Level(), inSlots, occupied, w.cfg.Concurrency)
	case w.cut() && reservedNow+later+onTheWay > 0 && w.cfg.Pool != Threads:
		return fmt.Errorf("without a connection, with %d reserved, %d held and %d on their way", reservedNow, later, onTheWay)
	case w.waiting.Level() != reservedNow:
		return fmt.Errorf("%d reserved, %d in the average", reservedNow, w.waiting.Level())
	case reservedNow > 0 && len(w.free) > 0 && !growing && !w.ripe && !w.stalled && !w.down() && !w.leaves() && (w.keeps == nil || w.keeps.startable()):
		return fmt.Errorf("%d reserved beside %d free slots", reservedNow, len(w.free))
	case w.cfg.Loop == Alert && w.room() && s.choose(w) != nil:
		return fmt.Errorf("room for a message that waits")
	}
	return nil
}

// auditKept recounts what each queue has of a worker that keeps slots for some, and what waits for tokens.
func (s *System) auditKept(w *instance, me int32) error {
	for c := range s.classes {
		if s.buckets == nil {
			break
		}
		b := &s.buckets[int(me)*len(s.classes)+c]
		n := 0
		for id := b.waiting.head; id != none; id = s.tasks.at(id).next {
			if t := s.tasks.at(id); t.state != throttled || t.worker != me || int(t.class) != c || !t.unacked {
				return fmt.Errorf("task %d in state %d waits for a token of class %d", id, t.state, c)
			}
			n++
		}
		if n != b.waiting.n || n > 0 && !b.armed && !w.throttled && !w.leaves() {
			return fmt.Errorf("%d wait for a token, %d counted, armed %v", n, b.waiting.n, b.armed)
		}
	}
	if w.keeps == nil {
		return nil
	}
	queues := len(s.queues)
	slots, hands, window, waiting := make([]int, queues), make([]int, queues), make([]int, queues), make([]int, queues)
	for n := range w.cfg.Concurrency {
		id := w.firstSlot + int32(n)
		if q := w.keeps.inSlot[n]; !slices.Contains(w.free, id) && !slices.Contains(w.absent, id) && !s.slots[id].silent {
			slots[q]++
			hands[q]++
			if s.slots[id].ackWhenFree {
				window[q]++
			}
		}
	}
	for id := range s.tasks.n {
		t := s.tasks.at(id)
		if t.state == gone || t.worker != me {
			continue
		}
		if t.state == fetching || t.state == reserved {
			hands[s.queueOf(t).id]++
		}
		if t.state == reserved {
			waiting[s.queueOf(t).id]++
		}
		if t.unacked && t.state != held {
			window[s.queueOf(t).id]++
		}
	}
	if !slices.Equal(waiting, w.keeps.waiting) {
		return fmt.Errorf("reserved by queue %v, counted %v", waiting, w.keeps.waiting)
	}
	for i, q := range []*quota{&w.keeps.slots, &w.keeps.hands, &w.keeps.window} {
		used := [][]int{slots, hands, window}[i]
		over := 0
		for k, n := range used {
			over += max(0, n-q.kept[k])
		}
		if !slices.Equal(used, q.used) || over != q.over {
			return fmt.Errorf("share %d: by queue %v, counted %v; %d of those for all, counted %d", i, used, q.used, over, q.over)
		}
		if i == 0 && over > q.shared {
			return fmt.Errorf("%d slots of those for all, which are %d", over, q.shared)
		}
	}
	return nil
}

// Unacked is the number of messages that count in a worker's window.
func (s *System) Unacked(worker int) int { return s.workers[worker].unacked }

// Processes is the number of slots that a worker's pool has now.
func (s *System) Processes(worker int) int { return s.workers[worker].processes() }

// Heavy is the number of messages that lie in a worker's memory without a slot.
func (s *System) Heavy(worker int) int {
	n := 0
	for id := range s.tasks.n {
		t := s.tasks.at(id)
		if int(t.worker) == worker && t.state > fetching && t.state < starting {
			n++
		}
	}
	return n
}

// Reckoner charges waits by brute force.
type Reckoner []Blocked

// Reckon charges every task that waits with what holds the slots that it waits for, from one instant to the next: what
// holders does by differences of integrals.
func (r Reckoner) Reckon(s *System, d des.Time) {
	for id := range s.tasks.n {
		t := s.tasks.at(id)
		if !t.observed || t.attempts > 0 || t.state == gone {
			continue
		}
		var from []int32
		switch t.state {
		case queued:
			from = slices.Concat(s.queueOf(t).consumers, s.queueOf(t).overflow)
		case reserved:
			from = []int32{t.worker}
		default:
			continue
		}
		slots, busy := 0, make([]int, len(s.classes)+1)
		for _, i := range from {
			w := &s.workers[i]
			if w.down() {
				continue
			}
			slots += w.processes()
			for n := range w.cfg.Concurrency {
				slot := w.firstSlot + int32(n)
				if !slices.Contains(w.free, slot) && !slices.Contains(w.absent, slot) {
					sl := &s.slots[slot]
					if sl.holder == 0 || sl.task != none && s.tasks.at(sl.task).class != sl.holder-1 {
						panic("a slot is charged to the wrong class")
					}
					busy[sl.holder-1]++
				}
			}
		}
		b := &r[t.class]
		b.Total += d.Seconds()
		if slots == 0 {
			b.Absent += d.Seconds()
			continue
		}
		idle := slots
		for k, n := range busy {
			idle -= n
			part := float64(n) / float64(slots) * d.Seconds()
			if k < len(b.By) {
				b.By[k].Seconds += part
			} else {
				b.Replaced += part
			}
		}
		b.Idle += float64(idle) / float64(slots) * d.Seconds()
	}
}

// Balanced is what a metric of pods asks for.
func Balanced(ratio float64, ready, current int) int { return balanced(ratio, ready, current) }

// Steps are the replicas after each look of an HPA, the first at time 0, whose metric asks for these.
func Steps(cfg Fleet, every des.Time, from int, want ...int) []int {
	f := &fleet{cfg: &cfg, asked: from, advice: []wish{{0, from}}}
	var steps []int
	for i, n := range want {
		now := des.Time(i) * every
		if to := f.rated(f.stabilised(n, now), now); to != f.asked {
			f.changes = append(f.changes, change{now, to - f.asked})
			f.asked = to
		}
		steps = append(steps, f.asked)
	}
	return steps
}

// Consumption is the time that KEDA expects queues to be consumed in, as the HPA gets it, and whether none is delivered.
func Consumption(messages, published, delivered, activation float64) (float64, bool) {
	left, stuck := consumption(messages, published, delivered, activation)
	return milli(left), stuck
}

// Rates are by the second what a meter has of events at these times, when it is asked at those.
func Rates(events, asked []des.Time) (rates []float64) {
	var c counter
	for _, at := range asked {
		for len(events) > 0 && events[0] <= at {
			c.add(events[0])
			events = events[1:]
		}
		rates = append(rates, c.rate(at))
	}
	return rates
}
