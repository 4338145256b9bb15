package des_test

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"

	"pgregory.net/rapid"

	"simrun/des"
)

// pair drives a queue and its reference, the pending events in the order in which they were scheduled, side by side.
// Every event carries its serial number, spread over its fields.
type pair struct {
	t         testing.TB
	queue     des.Queue
	reference []des.Event
	now       des.Time
	serial    uint32
}

func newPair(t testing.TB) *pair { return &pair{t: t} }

func (p *pair) push(at des.Time) {
	p.serial++
	e := des.Event{At: at, Arg: int32(p.serial), Kind: des.Kind(p.serial), Gen: des.MakeGen(^p.serial)}
	p.queue.Push(e)
	p.reference = append(p.reference, e)
	p.look()
}

func (p *pair) pop() {
	// A stable sort is the definition of the order: by time, then by order of scheduling.
	slices.SortStableFunc(p.reference, func(a, b des.Event) int { return int(min(max(a.At-b.At, -1), 1)) })
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
	for _, e := range p.reference {
		next = min(next, e.At)
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

// beforeNext is a time from now to the next event, however far that is: what a source of events beside the queue may
// do after a Peek.
func (p *pair) beforeNext(share uint64) des.Time {
	return p.now + des.Time(share%(uint64(p.queue.Peek()-p.now)+1))%(des.Never-p.now)
}

func TestQueueKeepsOrder(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		p := &pair{t: nopTB{t}}
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
			"push before the next": func(t *rapid.T) { p.push(p.beforeNext(rapid.Uint64().Draw(t, "share"))) },
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

// nopTB lets a rapid run stand for a testing.TB; only Fatalf is used.
type nopTB struct{ *rapid.T }
