package des

import (
	"fmt"
	"math/bits"
	"slices"
)

// Queue is the pending event set: a monotone radix heap on integer time (Ahuja, Mehlhorn, Orlin and Tarjan 1990,
// "Faster algorithms for the shortest path problem", JACM 37) behind a short sorted list of what comes next.
//
// The front holds all events up to the time last, sorted by (time, order of scheduling). Later ones lie unsorted in
// buckets: bucket b holds those whose time differs from base first in bit b-1, so every event of a bucket comes before
// every event of a higher one. When the front is used up, the lowest buckets are sorted into it while they are few
// events; a large bucket is first dealt out to lower ones around its own earliest time, which becomes the base. So an
// event moves at most 63 times, and is compared with few others.
//
// Events of one time share a bucket and keep their order in it, and go behind their equals in the front: equal times
// leave in the order they came. What was popped last stays before the front: no event is earlier, so no insertion looks
// behind it.
//
// The zero value is an empty queue at time 0. Steady state allocates nothing.
type Queue struct {
	now    Time    // time of the last event popped; no event is earlier
	last   Time    // events up to this time are in front, later ones in buckets
	front  []entry // those before head have been popped; the last of these stays
	head   int
	base   Time   // of the buckets
	stored int    // events in buckets
	filled uint64 // bit b set: bucket b is not empty
	bucket [64][]entry
	least  [64]Time // earliest time in each filled bucket
}

const (
	few  = 16 // events that are sorted into the front at once
	far  = 32 // events that one insertion may move
	room = 64 // for events in the front, at least
)

// Len is the number of pending events.
func (q *Queue) Len() int { return len(q.front) - q.head + q.stored }

// Now is the time of the event popped last, the earliest at which an event may still be pushed.
func (q *Queue) Now() Time { return q.now }

// Peek is the time of the next event, or Never. It moves nothing: a source of events beside the queue may fire
// before that time and push earlier ones.
func (q *Queue) Peek() Time {
	switch {
	case q.head < len(q.front):
		return q.front[q.head].at
	case q.filled == 0:
		return Never
	}
	return q.least[bits.TrailingZeros64(q.filled)]
}

// Push schedules e. Pushing into the past is a bug of the caller and panics.
func (q *Queue) Push(e Event) {
	if e.At > q.last {
		q.store(e.pack())
		return
	}
	if n := len(q.front); e.At < q.now || n == cap(q.front) || n-q.head > far && q.front[n-far].at > e.At {
		q.pushAnew(e)
		return
	}
	q.insert(e.pack())
}

// pushAnew is Push where the front has no room for e, or is too long.
func (q *Queue) pushAnew(e Event) {
	switch {
	case e.At < q.now:
		panic(fmt.Sprintf("des: event of kind %d scheduled at %v, before now (%v)", e.Kind, e.At, q.now))
	case len(q.front) == cap(q.front):
		q.makeRoom()
	default:
		q.spill()
	}
	q.Push(e)
}

// insert puts e into the front, which has room, behind its equals.
func (q *Queue) insert(e entry) {
	q.front = q.front[:len(q.front)+1]
	list := q.front
	i := len(list) - 2
	for ; i >= 0 && list[i].at > e.at; i-- { // i >= 0 is not needed, but cheaper than the check of an index
		list[i+1] = list[i]
	}
	list[i+1] = e
}

// clear leaves in the front only what stands for the event popped last.
func (q *Queue) clear() {
	q.front, q.head = append(slices.Grow(q.front[:0], room), entry{at: q.now}), 1
}

// makeRoom drops what was popped before the last, or lets the front grow.
func (q *Queue) makeRoom() {
	if q.head > len(q.front)-q.head+1 {
		q.front = q.front[:copy(q.front, q.front[q.head-1:])]
		q.head = 1
		return
	}
	q.front = slices.Grow(q.front, room)
	if q.head == 0 {
		q.clear()
	}
}

// store puts e into its bucket.
func (q *Queue) store(e entry) {
	b := bits.Len64(uint64(e.at^q.base)) & 63
	if q.filled&(1<<b) == 0 {
		q.filled |= 1 << b
		q.least[b] = e.at
	} else if e.at < q.least[b] {
		q.least[b] = e.at
	}
	q.bucket[b] = append(q.bucket[b], e)
	q.stored++
}

// spill puts the front back into buckets. They are empty up to where the front reached.
func (q *Queue) spill() {
	q.base, q.last = q.now, q.now-1
	for _, e := range q.front[q.head:] {
		q.store(e)
	}
	q.clear()
}

// Pop removes the next event. An empty queue panics.
func (q *Queue) Pop() Event {
	if q.head == len(q.front) {
		q.refill()
	}
	e := q.front[q.head]
	q.head++
	q.now = e.at
	return e.unpack()
}

// refill moves the lowest buckets into the empty front.
func (q *Queue) refill() {
	if q.stored == 0 {
		panic("des: Pop of an empty queue")
	}
	b := bits.TrailingZeros64(q.filled)
	for b > 0 && len(q.bucket[b]) > few {
		q.base = q.least[b]
		for _, e := range q.take(b) {
			q.store(e)
		}
		b = bits.TrailingZeros64(q.filled)
	}
	q.base = q.least[b]
	q.clear()
	for {
		q.last = q.least[b] | (1<<b-1)>>1 // the last time that falls into bucket b
		events := q.take(b)
		q.front = slices.Grow(q.front, len(events))
		for _, e := range events {
			q.insert(e)
		}
		if q.filled == 0 {
			q.last = Never
			return
		}
		if b = bits.TrailingZeros64(q.filled); len(q.front)-1+len(q.bucket[b]) > few {
			return
		}
	}
}

// take empties bucket b. What it returns is good until the next event goes into that bucket.
func (q *Queue) take(b int) []entry {
	events := q.bucket[b]
	q.bucket[b] = events[:0]
	q.filled &^= 1 << b
	q.stored -= len(events)
	return events
}

// Reset empties the queue and sets its time back to 0, keeping its memory.
func (q *Queue) Reset() {
	for b := range q.bucket {
		q.bucket[b] = q.bucket[b][:0]
	}
	q.now, q.last, q.base, q.stored, q.filled = 0, 0, 0, 0, 0
	q.clear()
}
