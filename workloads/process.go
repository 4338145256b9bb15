package workloads

import (
	"math"

	"example.com/simrun/des"
)

// Arrivals say when the tasks of a class are published and how many at once.
type Arrivals struct {
	Process Process

	// Batch is the number of tasks published at once; nil = 1. A draw that is not whole is rounded up with the
	// chance of its fraction, else down, so that the mean stays true; a batch of 0 publishes nothing.
	Batch Dist

	// Scale is a factor of the rate; 0 = 1. It shortens gaps and thinking times; what is bound to the calendar or to
	// other tasks (Cron, After) keeps its instants and gets larger batches.
	Scale float64
}

// Process is a process of arrivals in time: one of the types of this package.
type Process interface {
	// Rate is the long-run number of arrivals (of batches) per second; NaN if it depends on other tasks.
	Rate() float64
	// Stationary says whether the law of the process is the same at every time.
	Stationary() bool

	// generator starts the process at time 0; nil if its arrivals are made by the ends of tasks.
	generator(g ground) generator
}

// ground is what a generator starts from.
type ground struct {
	key    des.Key  // of its streams
	factor float64  // of the rate
	origin des.Time // since Monday 00:00, at time 0
}

// stream makes the stream of the generator's n-th purpose.
func (g ground) stream(n uint64) *des.Stream { return des.NewStream(g.key.With(n)) }

// generator makes the arrivals of a process one after the other.
type generator interface {
	// next is the time of the next arrival, not before the last one; des.Never when there is none.
	next() des.Time
}

// instant returns a time in seconds as des.Time; des.Never beyond its range and for NaN.
func instant(seconds float64) des.Time {
	if seconds < 9e9 {
		return des.Seconds(seconds)
	}
	return des.Never
}

// modulo returns how far t is into its round of that length, of a time before the first round too.
func modulo[T ~int64](t, length T) T { return (t%length + length) % length }

// scaled divides a planned time by a factor of the rate, rounded to the nanosecond.
func scaled(t des.Time, factor float64) des.Time {
	if factor == 1 {
		return t
	}
	if ns := math.Round(float64(t) / factor); ns < math.MaxInt64 {
		return des.Time(ns)
	}
	return des.Never
}

// Closed arrivals: each of the clients thinks, publishes, waits until what it published has ended for good, and thinks
// again. All begin by thinking.
type Closed struct {
	Clients int
	Think   Dist // seconds
}

// Rate is NaN: it depends on how long the tasks take.
func (Closed) Rate() float64 { return math.NaN() }

// Stationary reports true.
func (Closed) Stationary() bool { return true }

func (Closed) generator(ground) generator { return nil }

// After arrivals: published with this chance when a task of another class succeeds, and due at that end. With All, when
// all tasks of the other class have succeeded that arrived together: the callback of a chord.
type After struct {
	Class  int // index of the other class
	Chance float64
	All    bool
}

// Rate is NaN: it depends on the other class; see MeanRate.
func (After) Rate() float64 { return math.NaN() }

// Stationary reports false: it depends on the other class; see the function Stationary.
func (After) Stationary() bool { return false }

func (After) generator(ground) generator { return nil }

// MeanRate returns the long-run number of tasks of class i per second, batches and scale included; of an After class, the
// number if every task of its parent succeeds. NaN if it hangs on a closed class, or on itself.
func MeanRate(classes []Class, i int) float64 {
	rate, whole := 1.0, false // whole: of the batch, which counts as one
	for range classes {
		a := &classes[i].Arrivals
		rate *= a.scale()
		if a.Batch != nil && !whole {
			rate *= a.Batch.Mean()
		}
		after, ok := a.Process.(After)
		if !ok {
			return rate * a.Process.Rate()
		}
		rate *= after.Chance
		i, whole = after.Class, after.All
	}
	return math.NaN()
}

// Stationary says whether the arrivals of class i have the same law at every time; an After class is as its parent.
func Stationary(classes []Class, i int) bool {
	for range classes {
		after, ok := classes[i].Arrivals.Process.(After)
		if !ok {
			return classes[i].Arrivals.Process.Stationary()
		}
		i = after.Class
	}
	return false
}

// Scaled returns the arrivals at so many times their rate.
func (a Arrivals) Scaled(factor float64) Arrivals {
	a.Scale = a.scale() * factor
	return a
}

func (a *Arrivals) scale() float64 {
	if a.Scale == 0 {
		return 1
	}
	return a.Scale
}
