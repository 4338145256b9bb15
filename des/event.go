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

// Longest is what a span is at most: longer than any run, and so far from Never that a run's clock and a few spans can be
// added.
const Longest = Never / 4

// Seconds converts seconds to Time, rounded to the nearest nanosecond and clamped to [0, Never).
func Seconds(s float64) Time {
	ns := s * 1e9
	switch {
	case !(ns > 0):
		return 0
	case ns >= math.MaxInt64:
		return Never - 1
	}
	t := Time(ns)
	if ns-float64(t) >= 0.5 { // exact, unlike adding a half; and cheaper than math.Round
		t++
	}
	return t
}

// Kind says what an event means. Each world owns the meaning of its kinds; the queue does not look at them.
type Kind uint8

// Event is plain data: no pointer, no closure, 16 bytes in the queue. Arg is an index into the one table that its Kind
// belongs to. Gen is compared with the generation of that entry when the event fires: an event whose entry has moved
// on is stale and is dropped, which is how an event is cancelled without searching for it.
type Event struct {
	At   Time
	Arg  int32
	Kind Kind
	Gen  Gen
}

// Gen is a generation modulo 2^24.
type Gen uint32

const maxGen = 1<<24 - 1

// MakeGen keeps the lowest 24 bits of n.
func MakeGen(n uint32) Gen { return Gen(n & maxGen) }

// entry is an event as it lies in the queue. All but the time is one word: a struct of small fields would be written in
// pieces and read as a whole, for which processors have to wait.
type entry struct {
	at   Time
	rest uint64 // Arg, Gen, Kind from the highest bit down
}

func (e Event) pack() entry {
	return entry{e.At, uint64(uint32(e.Arg))<<32 | uint64(e.Gen&maxGen)<<8 | uint64(e.Kind)}
}

func (e entry) unpack() Event {
	return Event{e.at, int32(e.rest >> 32), Kind(e.rest), Gen(e.rest>>8) & maxGen}
}
