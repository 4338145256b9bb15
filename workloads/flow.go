package workloads

import (
	"cmp"
	"hash/fnv"
	"math"
	"slices"

	"example.com/simrun/des"
)

// flow is what the source knows of one class.
type flow struct {
	id       int32 // its index
	class    *Class
	name     uint64  // its hash, for keys that name the class
	own      des.Key // of everything of the class
	tasks    des.Key // of open and closed tasks
	thinking des.Key
	gen      generator
	rows     []TraceRow   // of a trace
	demands  [][]des.Time // of the rows, of a trace that brings them apart
	row      int32        // of the last arrival that was made; -1 if there is no trace
	batch    Dist         // nil = 1
	batches  *des.Stream
	times    float64 // factor of the batch
	kept     bool    // less load makes batches smaller, and does not cancel them: the calendar keeps its instants
	size     int64   // of the batch that is due next
	think    Dist
	slower   float64 // thinking times are divided by it
	client   int32   // the first of the class in clients
	children []int32 // classes that come after this one
	whole    []int32 // classes that come after all of a batch of this one
	chords   []chord // batches that have not ended, where whole says that it matters; by first
	made     int64

	attributes               bool
	ownWork, fresh           bool
	ownCountdown, ownExpires bool
	phases                   []phase
	taskFate, eachFate       bool
	taskOdds, eachOdds       odds
	slowFactor               float64
}

// chord is a batch for whose end something waits.
type chord struct {
	first  int64 // ordinal of its first task
	left   int64 // tasks that have not ended
	failed bool  // one has not succeeded
}

// begin notes that a batch is about to be handed out.
func (f *flow) begin(size int64) {
	if f.whole != nil {
		f.chords = append(f.chords, chord{first: f.made, left: size})
	}
}

// ended says whether with a task all of its batch have ended and succeeded.
func (f *flow) ended(ordinal int64, succeeded bool) bool {
	n, found := slices.BinarySearchFunc(f.chords, ordinal, func(c chord, o int64) int { return cmp.Compare(c.first, o) })
	if !found {
		n--
	}
	c := &f.chords[n]
	c.left--
	c.failed = c.failed || !succeeded
	all := c.left == 0 && !c.failed
	over := 0
	for over < len(f.chords) && f.chords[over].left == 0 {
		over++
	}
	f.chords = f.chords[:copy(f.chords, f.chords[over:])]
	return all
}

// phase is a phase of a class, with what can be known of its demand before any draw.
type phase struct {
	demand Dist
	fixed  bool
	call   bool     // its service takes another time for each attempt, whatever the attempt asks for
	time   des.Time // of a fixed demand
	salt   des.Salt // of its draws, unless it is the first
}

// odds are the chances of what goes wrong, of those drawn per task or of those drawn per attempt.
type odds struct{ hang, crash, error, slow float64 }

func (o odds) any() bool { return o.hang > 0 || o.crash > 0 || o.error > 0 || o.slow > 0 }

// plan prepares the draws of a class, so that none is made for what it does not have.
func (f *flow) plan() {
	c := f.class
	t, traced := c.Arrivals.Process.(Trace)
	f.ownWork, f.fresh = traced && t.HasWork, c.Fresh
	f.ownCountdown, f.ownExpires = traced && t.HasCountdown, traced && t.HasExpires
	f.attributes = traced || c.Countdown != nil || c.Expires != nil
	for i, p := range c.Work {
		v, fixed := p.Demand.(constant)
		f.phases = append(f.phases, phase{p.Demand, fixed, p.Kind == Call, des.Seconds(float64(v)), des.NewSalt(phaseDemand + uint64(i))})
	}
	x := &c.Failures
	for _, k := range []struct {
		chance     Chance
		task, each *float64
	}{
		{x.Hang, &f.taskOdds.hang, &f.eachOdds.hang},
		{x.Crash, &f.taskOdds.crash, &f.eachOdds.crash},
		{x.Error, &f.taskOdds.error, &f.eachOdds.error},
		{x.Slow, &f.taskOdds.slow, &f.eachOdds.slow},
	} {
		if k.chance.PerTask {
			*k.task = k.chance.P
		} else {
			*k.each = k.chance.P
		}
	}
	f.taskFate, f.eachFate = f.taskOdds.any(), f.eachOdds.any()
	f.slowFactor = x.SlowFactor
}

// count draws the size of a batch.
func (f *flow) count(from *des.Stream) int64 {
	if f.batch == nil && f.times == 1 {
		return 1
	}
	return f.draw(from)
}

func (f *flow) draw(from *des.Stream) int64 {
	drawn := 1.0
	if f.batch != nil {
		drawn = f.batch.Draw(from)
	}
	size := drawn * f.times
	if f.kept && drawn >= 1 {
		size = max(1, size)
	}
	whole := math.Floor(size)
	n := int64(whole)
	if size > whole && from.Float64() < size-whole {
		n++
	}
	return n
}

// hash returns a number for a name.
func hash(name string) uint64 {
	h := fnv.New64a()
	h.Write([]byte(name))
	return h.Sum64()
}
