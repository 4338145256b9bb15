package des_test

import (
	"fmt"
	"testing"

	"example.com/simrun/des"
)

// BenchmarkQueue is the hold model: with n events pending, pop one and push one an exponential time later.
func BenchmarkQueue(b *testing.B) {
	for _, n := range []int{2, 16, 256, 4 << 10, 64 << 10, 1 << 20} {
		b.Run(fmt.Sprintf("n=%d", n), func(b *testing.B) {
			// Drawn beforehand, so that the queue alone is measured.
			s := des.NewStream(des.NewKey(1))
			var increments [1 << 12]des.Time
			for i := range increments {
				increments[i] = des.Seconds(s.ExpFloat64())
			}
			var q des.Queue
			for i := range n {
				q.Push(des.Event{At: des.Seconds(s.ExpFloat64()), Arg: int32(i)})
			}
			i := 0
			hold := func() {
				e := q.Pop()
				e.At += increments[i&(len(increments)-1)]
				i++
				q.Push(e)
			}
			for range 4 * n { // to the steady state, in which the buckets have their sizes
				hold()
			}
			b.ReportAllocs()
			for b.Loop() {
				hold()
			}
		})
	}
}

// BenchmarkQueueTies is of batches: 4,096 events of one time, each of which causes one more at that time, and then one later.
func BenchmarkQueueTies(b *testing.B) {
	const batch = 4 << 10
	var q des.Queue
	b.ReportAllocs()
	for n := 0; n < b.N; n += 3 * batch {
		at := q.Now() + 1e9
		for i := range int32(batch) {
			q.Push(des.Event{At: at, Arg: i})
		}
		for range batch {
			e := q.Pop()
			q.Push(e)
			e.At += 1e6
			q.Push(e)
		}
		for q.Len() > 0 {
			q.Pop()
		}
	}
}

// The M/M/c benchmarks are of one event, an arrival or a departure, at load 0.9: two events are one task. Each model
// stands in the steady state before it is measured.

func BenchmarkMM1(b *testing.B)      { perEvent(b, newMMC(1, 1).step) }
func BenchmarkMM8(b *testing.B)      { perEvent(b, newMMC(8, 1).step) }
func BenchmarkNaiveMM1(b *testing.B) { perEvent(b, newNaive(1, 1).step) }
func BenchmarkNaiveMM8(b *testing.B) { perEvent(b, newNaive(8, 1).step) }

func perEvent(b *testing.B, step func()) {
	for range 100_000 {
		step()
	}
	b.ReportAllocs()
	for b.Loop() {
		step()
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N), "ns/event")
}

// BenchmarkHistogram is one value counted, and BenchmarkStream one stream pointed at another key and drawn from.
func BenchmarkHistogram(b *testing.B) {
	s := des.NewStream(des.NewKey(1))
	var values [1 << 12]des.Time
	for i := range values {
		values[i] = des.Seconds(s.ExpFloat64())
	}
	var h des.Histogram
	i := 0
	b.ReportAllocs()
	for b.Loop() {
		h.Add(values[i&(len(values)-1)])
		i++
	}
}

func BenchmarkStream(b *testing.B) {
	key := des.NewKey(1)
	s := des.NewStream(key)
	n := uint64(0)
	b.ReportAllocs()
	for b.Loop() {
		s.Reset(key.With(n))
		n++
		s.ExpFloat64()
	}
}
