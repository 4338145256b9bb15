package des

import (
	"fmt"
	"math/bits"
)

// Queue is the pending event set: a monotone radix heap on integer time (Ahuja, Mehlhorn, Orlin and Tarjan 1990,
// "Faster algorithms for the shortest path problem", JACM 37). Bucket b holds the events whose time differs from
// the floor first in bit b-1, so an event moves at most 63 times towards bucket 0 and no two events are ever
// compared. Events of one time always share a bucket and never change their order in it: equal times leave in the
// order they came, by construction.
//
// The zero value is an empty queue at time 0. Steady state allocates nothing.
type Queue struct {
	floor  Time   // time of the last event popped; no event is earlier
	filled uint64 // bit b set: bucket b is not empty
	size   int
	head   int // first event of bucket 0 that has not been popped
	bucket [64][]Event
	least  [64]Time // earliest time in each filled bucket
}

// Len is the number of pending events.
func (q *Queue) Len() int { return q.size }

// Now is the time of the event popped last, the earliest at which an event may still be pushed.
func (q *Queue) Now() Time { return q.floor }

// Push schedules e. Pushing into the past is a bug of the caller and panics.
func (q *Queue) Push(e Event) {
	if e.At < q.floor {
		panic(fmt.Sprintf("des: event of kind %d scheduled at %v, before now (%v)", e.Kind, e.At, q.floor))
	}
	q.place(e)
	q.size++
}

func (q *Queue) place(e Event) {
	b := bits.Len64(uint64(e.At^q.floor)) & 63
	if q.filled&(1<<b) == 0 {
		q.filled |= 1 << b
		q.least[b] = e.At
	} else if e.At < q.least[b] {
		q.least[b] = e.At
	}
	q.bucket[b] = append(q.bucket[b], e)
}

// Peek is the time of the next event, or Never. It moves nothing: a source of events beside the queue may fire
// before that time and push earlier ones.
func (q *Queue) Peek() Time {
	if q.size == 0 {
		return Never
	}
	return q.least[bits.TrailingZeros64(q.filled)]
}

// Pop removes the next event. An empty queue panics.
func (q *Queue) Pop() Event {
	if q.size == 0 {
		panic("des: Pop of an empty queue")
	}
	q.size--
	if q.filled&1 == 0 {
		b := bits.TrailingZeros64(q.filled)
		bucket := q.bucket[b]
		q.floor = q.least[b]
		if len(bucket) == 1 {
			q.bucket[b] = bucket[:0]
			q.filled &^= 1 << b
			return bucket[0]
		}
		q.redistribute(b)
	}
	e := q.bucket[0][q.head]
	q.head++
	if q.head == len(q.bucket[0]) {
		q.bucket[0] = q.bucket[0][:0]
		q.head = 0
		q.filled &^= 1
	}
	return e
}

// redistribute empties bucket b towards lower ones, after the floor has moved to its earliest time.
func (q *Queue) redistribute(b int) {
	bucket := q.bucket[b]
	q.bucket[b] = bucket[:0]
	q.filled &^= 1 << b
	for _, e := range bucket {
		q.place(e)
	}
}

// Reset empties the queue and sets its time back to 0, keeping its memory.
func (q *Queue) Reset() {
	for b := range q.bucket {
		q.bucket[b] = q.bucket[b][:0]
	}
	q.floor, q.filled, q.size, q.head = 0, 0, 0, 0
}
