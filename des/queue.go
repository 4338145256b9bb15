package des

import (
	"fmt"
	"math/bits"
)

// Queue is the pending event set: a monotone radix heap on integer time (Ahuja, Mehlhorn, Orlin and Tarjan 1990,
// "Faster algorithms for the shortest path problem", JACM 37) behind a short sorted list of what comes next.
//
// The front holds all events up to the time last, sorted by (time, order of scheduling). Later ones lie unsorted in
// buckets: bucket b holds those whose time differs from base first in bit b-1, so that every event of a bucket comes
// before every event of a higher one. When the front is used up, the lowest buckets are moved into it if they are
// small; a large one is first dealt out to lower buckets around its own earliest time, which becomes the base. An
// event so moves at most 63 times, and few events are ever compared.
//
// Events of one time share a bucket and keep their order in it, so equal times leave in the order they came.
//
// The zero value is an empty queue at time 0. Steady state allocates nothing.
type Queue struct {
	now    Time    // time of the last event popped; no event is earlier
	last   Time    // events up to this time are in front, later ones in buckets
	front  []Event // sorted; those before head have been popped
	head   int
	base   Time // buckets are relative to it
	stored int  // events in buckets
	filled uint64
	bucket [64][]Event
	least  [64]Time // earliest time in each filled bucket
}

const (
	few = 16 // events that are sorted at once
	far = 32 // places by which a new event moves others in the front, at most
)

// Len is the number of pending events.
func (q *Queue) Len() int { return len(q.front) - q.head + q.stored }

// Now is the time of the event popped last, the earliest at which an event may still be pushed.
func (q *Queue) Now() Time { return q.now }

// Push schedules e. Pushing into the past is a bug of the caller and panics.
func (q *Queue) Push(e Event) {
	if e.At > q.last {
		q.store(e)
		return
	}
	if e.At < q.now {
		panic(fmt.Sprintf("des: event of kind %d scheduled at %v, before now (%v)", e.Kind, e.At, q.now))
	}
	q.insert(e)
}

// store puts an event into its bucket.
func (q *Queue) store(e Event) {
	b := bits.Len64(uint64(e.At^q.base)) & 63
	if q.filled&(1<<b) == 0 {
		q.filled |= 1 << b
		q.least[b] = e.At
	} else if e.At < q.least[b] {
		q.least[b] = e.At
	}
	q.bucket[b] = append(q.bucket[b], e)
	q.stored++
}

// insert puts an event into the front, behind those of its time. A front that has grown too long for that goes back
// into the buckets.
func (q *Queue) insert(e Event) {
	if len(q.front) == cap(q.front) && q.head > len(q.front)/2 {
		q.front = q.front[:copy(q.front, q.front[q.head:])]
		q.head = 0
	}
	i := len(q.front)
	q.front = append(q.front, e)
	for stop := max(q.head, i-far); i > stop && q.front[i-1].At > e.At; i-- {
		q.front[i] = q.front[i-1]
	}
	q.front[i] = e
	if i > q.head && q.front[i-1].At > e.At {
		q.spill(i)
	}
}
