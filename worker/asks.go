package worker

import (
	"math/bits"
	"slices"
	"time"

	"example.com/simrun/des"
)

// askAgain is the timeout of BRPOP.
const askAgain = time.Second

// longestAsking is the worker with room that has waited for a message longest: redis serves blocked clients in the
// order in which they blocked (redis.io, BLPOP).
//
// A worker asks again each second, and blocks anew (kombu/transport/redis.py: Transport.brpop_timeout): with messages
// further apart than that, who gets one is a matter of phases.
func (s *System) longestAsking(q *queue, queue int32) int32 {
	if q.askers != nil {
		return s.longestOf(q.askers, queue)
	}
	return s.longestAmong(q.consumers, queue)
}

// longestAmong is longestAsking by a look at each.
func (s *System) longestAmong(workers []int32, queue int32) int32 {
	best := int32(none)
	for _, id := range workers {
		best = s.longer(best, id, queue)
	}
	return best
}

// longer is that of two workers which has waited longer for a message of a queue. The first has room, or is none.
func (s *System) longer(best, id, queue int32) int32 {
	w := &s.workers[id]
	if !hasRoom(w, queue) {
		return best
	}
	if best == none {
		return id
	}
	b := &s.workers[best]
	since, longest := (s.now-w.sent)%askAgain, (s.now-b.sent)%askAgain
	if since > longest || since == longest && w.asked < b.asked {
		return id
	}
	return best
}

// scatter gives the asks of the workers that are up at the start a phase each: they were started some time before.
func (s *System) scatter(key des.Key) {
	phases := des.NewStream(key.WithName("phases"))
	for i := range s.workers {
		if w := &s.workers[i]; w.asking {
			w.sent -= des.Time(phases.Float64() * float64(askAgain))
		}
	}
}

// askers are the consumers of one or more queues by the phase of their asks: the second is cut into parts, and each part
// lists those who ask in it. Who has waited longest is the first with room that asks after the present phase. So it is
// found among a few of them, where a fleet has thousands.
type askers struct {
	workers    []int32
	next, prev []int32 // by place among the workers
	first      [parts]int32
	filled     [parts/64 + 1]uint64
	words      uint64 // of filled that are not 0
}

const (
	part      = 1 << 18 // ns: so that a word has a bit for each word of bits
	parts     = int32(askAgain/part) + 1
	manyAsked = 16 // consumers among whom looking at each of them takes longer
)

// seat is the place of a worker in one of the askers.
type seat struct {
	askers *askers
	place  int32
	part   int32
}

// seat lays out the askers. Queues with the same consumers share theirs. Those far from the broker are left out: their
// asks lie ahead of the present.
func (s *System) seat() {
	if s.broker.Kind != Redis {
		return
	}
	for i := range s.queues {
		q := &s.queues[i]
		far := func(id int32) bool { return s.workers[id].cfg.RoundTrip > 0 }
		if len(q.consumers) < manyAsked || slices.ContainsFunc(q.consumers, far) {
			continue
		}
		for k := range i {
			if other := &s.queues[k]; other.askers != nil && slices.Equal(other.consumers, q.consumers) {
				q.askers = other.askers
			}
		}
		if q.askers == nil {
			q.askers = newAskers(s, q.consumers)
		}
	}
}

func newAskers(s *System, workers []int32) *askers {
	a := &askers{workers: workers, next: make([]int32, len(workers)), prev: make([]int32, len(workers))}
	for i := range a.first {
		a.first[i] = none
	}
	for place, id := range workers {
		w := &s.workers[id]
		at := partOf(phaseOf(w.sent))
		w.seats = append(w.seats, seat{a, int32(place), at})
		a.add(int32(place), at)
	}
	return a
}

// phaseOf is the phase of a time, which may lie before the start.
func phaseOf(at des.Time) des.Time { return (at%askAgain + askAgain) % askAgain }

func partOf(phase des.Time) int32 { return int32(phase / part) }

// send notes when the present ask for messages was sent.
func (w *instance) send(at des.Time) {
	w.sent = at
	for i := range w.seats {
		st := &w.seats[i]
		if to := partOf(phaseOf(at)); to != st.part {
			st.askers.take(st.place, st.part)
			st.askers.add(st.place, to)
			st.part = to
		}
	}
}

func (a *askers) add(place, to int32) {
	head := a.first[to]
	a.next[place], a.prev[place] = head, none
	if head != none {
		a.prev[head] = place
	}
	a.first[to] = place
	a.filled[to/64] |= 1 << (to % 64)
	a.words |= 1 << (to / 64)
}

func (a *askers) take(place, from int32) {
	next, prev := a.next[place], a.prev[place]
	if next != none {
		a.prev[next] = prev
	}
	if prev != none {
		a.next[prev] = next
		return
	}
	a.first[from] = next
	if next == none {
		if a.filled[from/64] &^= 1 << (from % 64); a.filled[from/64] == 0 {
			a.words &^= 1 << (from / 64)
		}
	}
}

// longestOf is the worker with room that has waited for a message longest. The present part of the second is looked at
// first and last: those who ask later in it have waited for nearly a second, the others have just asked.
func (s *System) longestOf(a *askers, queue int32) int32 {
	now := phaseOf(s.now)
	present := partOf(now)
	best := int32(none)
	for place := a.first[present]; place != none; place = a.next[place] {
		if id := a.workers[place]; phaseOf(s.workers[id].sent) > now {
			best = s.longer(best, id, queue)
		}
	}
	for _, span := range [2][2]int32{{present + 1, parts}, {0, present + 1}} {
		for p := a.from(span[0]); p < span[1] && best == none; p = a.from(p + 1) {
			for place := a.first[p]; place != none; place = a.next[place] {
				best = s.longer(best, a.workers[place], queue)
			}
		}
	}
	return best
}

// from is the first part, not before p, in which anybody asks, or beyond all.
func (a *askers) from(p int32) int32 {
	i := p / 64
	word := a.filled[i] &^ (1<<(p%64) - 1)
	if word == 0 {
		later := a.words &^ (2<<i - 1)
		if later == 0 {
			return parts
		}
		i = int32(bits.TrailingZeros64(later))
		word = a.filled[i]
	}
	return 64*i + int32(bits.TrailingZeros64(word))
}
