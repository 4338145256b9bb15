package des_test

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"

	"pgregory.net/rapid"

	"example.com/simrun/des"
)

// pair drives a queue and its reference side by side: a list kept in order by putting every event behind all that are
// not later, which is the definition of the order. Every event carries its serial number, spread over its fields.
type pair struct {
	t         rapid.TB
	queue     des.Queue
	reference []des.Event
	now       des.Time
	serial    uint32
}

func newPair(t rapid.TB) *pair { return &pair{t: t} }

func (p *pair) push(at des.Time) {
	p.serial++
	e := des.Event{At: at, Arg: int32(p.serial), Kind: des.Kind(p.serial), Gen: des.MakeGen(^p.serial)}
	p.queue.Push(e)
	place, _ := slices.BinarySearchFunc(p.reference, e, func(a, b des.Event) int {
		if a.At <= b.At {
			return -1
		}
		return 1
	})
	p.reference = slices.Insert(p.reference, place, e)
	p.look()
}

func (p *pair) pop() {
	want := p.reference[0]
	p.reference = p.reference[1:]
	p.now = want.At
	if got := p.queue.Pop(); got != want {
		p.t.Fatalf("popped %+v, want %+v", got, want)
	}
	p.look()
}

func (p *pair) reset() {
	p.queue.Reset()
	p.reference, p.now = nil, 0
	p.look()
}

// look compares everything that can be seen without popping.
func (p *pair) look() {
	next := des.Never
	if len(p.reference) > 0 {
		next = p.reference[0].At
	}
	if p.queue.Peek() != next || p.queue.Len() != len(p.reference) || p.queue.Now() != p.now {
		p.t.Fatalf("peeked %d of %d events at %d, want %d of %d at %d",
			p.queue.Peek(), p.queue.Len(), p.queue.Now(), next, len(p.reference), p.now)
	}
}

func (p *pair) drain() {
	for len(p.reference) > 0 {
		p.pop()
	}
}

// later is now + d, where that is still before Never.
func (p *pair) later(d des.Time) des.Time { return p.now + min(d, des.Never-1-p.now) }

// untilNext is a time from now to the next event, however far that is: what a source of events beside the queue may do
// after a Peek.
func (p *pair) untilNext(share uint64) des.Time {
	return p.later(des.Time(share % (uint64(p.queue.Peek()-p.now) + 1)))
}

func TestQueueKeepsOrder(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		p := newPair(t)
		delay := rapid.OneOf(
			rapid.Int64Range(0, 3),
			rapid.Int64Range(0, 1<<20),
			rapid.Map(rapid.IntRange(0, 62), func(b int) int64 { return 1<<b - 1 }),
			rapid.Int64Range(0, int64(des.Never-1)),
		)
		t.Repeat(map[string]func(*rapid.T){
			"push": func(t *rapid.T) { p.push(p.later(des.Time(delay.Draw(t, "delay")))) },
			"push many at once": func(t *rapid.T) {
				at := p.later(des.Time(delay.Draw(t, "delay")))
				for range rapid.IntRange(2, 80).Draw(t, "events") {
					p.push(at)
				}
			},
			"push until the next": func(t *rapid.T) { p.push(p.untilNext(rapid.Uint64().Draw(t, "share"))) },
			"pop": func(t *rapid.T) {
				if len(p.reference) == 0 {
					t.Skip("empty")
				}
				p.pop()
			},
			"reset": func(t *rapid.T) {
				if rapid.IntRange(0, 9).Draw(t, "chance") > 0 {
					t.Skip("seldom")
				}
				p.reset()
			},
		})
		p.drain()
	})
}

// TestQueueEqualTimes: events of one time leave in the order they came, wherever they lay meanwhile.
func TestQueueEqualTimes(t *testing.T) {
	for _, n := range []int{2, 16, 17, 40, 1000} {
		t.Run(fmt.Sprint(n), func(t *testing.T) {
			p := newPair(t)
			random := rand.New(rand.NewPCG(1, 2))
			const tie = 1 << 40
			for i := range n {
				p.push(tie)
				p.push(p.now + des.Time(random.Int64N(int64(tie-p.now)))) // moves the base of the buckets again and again when popped
				if i%3 == 0 {
					p.pop()
				}
			}
			p.drain()
			if p.now != tie {
				t.Errorf("ended at %d, want %d", p.now, tie)
			}
		})
	}
}

// TestQueueAtOneInstant: events that beget events at the same time, among many at that time.
func TestQueueAtOneInstant(t *testing.T) {
	p := newPair(t)
	for range 200 {
		p.push(5)
		p.push(9)
	}
	for range 300 {
		p.pop()
		p.push(p.now)
		p.push(p.now + 4)
	}
	p.drain()
}

// TestQueueFrontGoesBack: many events in falling order of time while the queue thinks that few are to come, which is
// the one case in which sorted events are put back into buckets.
func TestQueueFrontGoesBack(t *testing.T) {
	p := newPair(t)
	p.push(7)
	p.push(1 << 50)
	p.pop()
	for i := range 500 {
		p.push(1<<40 - des.Time(i)*1e6)
		p.push(8)
		if i%5 == 0 {
			p.pop()
		}
	}
	p.drain()
}

func TestQueueAtTheEndOfTime(t *testing.T) {
	p := newPair(t)
	for range 3 {
		p.push(des.Never - 1)
		p.push(0)
		p.push(des.Never - 2)
	}
	p.drain()
	if p.now != des.Never-1 {
		t.Errorf("ended at %d", p.now)
	}
	p.push(des.Never - 1)
	p.drain()
	p.reset()
	p.push(1)
	p.drain()
}

func TestQueuePanics(t *testing.T) {
	panics := func(what string, f func()) {
		t.Helper()
		defer func() {
			if recover() == nil {
				t.Errorf("%s: no panic", what)
			}
		}()
		f()
	}
	var q des.Queue
	panics("pop of an empty queue", func() { q.Pop() })
	panics("push before the beginning", func() { q.Push(des.Event{At: -1}) })
	for at := range des.Time(100) {
		q.Push(des.Event{At: at * 1000})
	}
	for q.Len() > 0 {
		q.Pop()
		panics("push into the past", func() { q.Push(des.Event{At: q.Now() - 1}) })
	}
	panics("pop of a queue that is empty again", func() { q.Pop() })
}

// TestQueueAllocatesNothing: the hold model in its steady state.
func TestQueueAllocatesNothing(t *testing.T) {
	for _, n := range []int{2, 100, 5000} {
		s := des.NewStream(des.NewKey(1))
		var q des.Queue
		hold := func() {
			e := q.Pop()
			e.At += des.Seconds(s.ExpFloat64())
			q.Push(e)
		}
		for range n {
			q.Push(des.Event{At: des.Seconds(s.ExpFloat64())})
		}
		for range 1000 * n {
			hold()
		}
		if got := testing.AllocsPerRun(20, func() {
			for range n {
				hold()
			}
		}); got != 0 {
			t.Errorf("%d pending: %v allocations for %d events", n, got, n)
		}
	}
}

// FuzzQueue reads its input as a script: pairs of bytes, a step and its size.
func FuzzQueue(f *testing.F) {
	f.Add([]byte{0, 10, 0, 10, 2, 0, 0, 62, 2, 0})
	f.Add([]byte{1, 200, 2, 0, 1, 200, 0, 0, 2, 9})
	f.Add([]byte{0, 40, 3, 100, 3, 50, 2, 0, 3, 255, 4, 0, 0, 1})
	f.Add(append([]byte{0, 7, 0, 250, 2, 0}, slices.Repeat([]byte{5, 40, 3, 1}, 60)...))
	f.Fuzz(func(t *testing.T, script []byte) {
		p := newPair(t)
		for ; len(script) >= 2 && p.queue.Len() < 3000; script = script[2:] {
			size := script[1]
			switch script[0] % 6 {
			case 0: // one event, some power of two later, or one off it
				p.push(p.later(1<<(size%63) - 1 + des.Time(size>>6)))
			case 1: // many at one time
				for range size {
					p.push(p.later(des.Time(size) << 20))
				}
			case 2: // pop a few
				for range min(int(size%16)+1, len(p.reference)) {
					p.pop()
				}
			case 3: // between now and the next
				p.push(p.untilNext(uint64(size) * 0x9e3779b97f4a7c15))
			case 4:
				if size < 8 {
					p.reset()
				}
			case 5: // many in falling order
				for i := range des.Time(size) {
					p.push(p.later(1<<30 - i<<20))
				}
			}
		}
		p.drain()
	})
}
