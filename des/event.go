package des

import (
	"math"
	"time"
)

// Time is a virtual instant or span in integer nanoseconds since the run began. Integers make equality exact, so
// that a virtual run and a real one can be compared event by event, and ties are decidable.
type Time = time.Duration

// Never is later than every event.
const Never Time = math.MaxInt64

// Seconds converts seconds to Time, rounded to the nearest nanosecond and clamped to [0, Never).
func Seconds(s float64) Time {
	ns := math.Round(s * 1e9)
	switch {
	case !(ns > 0):
		return 0
	case ns >= math.MaxInt64:
		return Never - 1
	}
	return Time(ns)
}

// Kind says what an event means. Each world owns the meaning of its kinds; the queue does not look at them.
type Kind uint8

// Event is plain data: 16 bytes, no pointer, no closure. Arg is an index into the one table that its Kind belongs
// to. Gen is compared with the generation of that entry when the event fires: an event whose entry has moved on is
// stale and is dropped, which is how an event is cancelled without searching for it. 24 bits of Gen are kept.
type Event struct {
	At   Time
	Arg  int32
	Kind Kind
	Gen  Gen
}

// Gen is a generation modulo 2^24, packed beside the kind so that an event stays 16 bytes.
type Gen [3]uint8

// MakeGen keeps the lowest 24 bits of n.
func MakeGen(n uint32) Gen { return Gen{uint8(n), uint8(n >> 8), uint8(n >> 16)} }
