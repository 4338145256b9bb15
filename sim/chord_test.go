package sim_test

import (
	"math"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"example.com/simrun/des"
	"example.com/simrun/sim"
	"example.com/simrun/worker"
	"example.com/simrun/workloads"
)

// chordRecorder notes when parts and callbacks were due, and when parts ended.
type chordRecorder struct {
	parts, callbacks []des.Time
	ends             map[des.Time]des.Time // last end by due
}

func (c *chordRecorder) Publish(_ des.Time, _ int32, _ string, p *worker.Publication) {
	if p.Class == 0 {
		c.parts = append(c.parts, p.Due)
	} else {
		c.callbacks = append(c.callbacks, p.Due)
	}
}

func (c *chordRecorder) Record(r worker.Record) {
	if r.Kind == worker.Ended && r.Class == 0 {
		c.ends[r.Due] = max(c.ends[r.Due], r.At)
	}
}

func chord(n int, p float64) *model {
	part := class("part", poisson(1), must(workloads.Exponential(1)))
	part.Arrivals.Batch = must(workloads.Constant(float64(n)))
	part.Failures.Error.P = p
	return pool(4000, part, class("callback", workloads.After{Class: 0, Chance: 1, All: true}, must(workloads.Constant(0.01))))
}

// The callback of a chord of n waits for its slowest: with slots for all, the mean is H_n / mu, the largest of n exponentials
// (Feller, An Introduction to Probability Theory and Its Applications II, I.6).
func TestChordWaitsForItsSlowest(t *testing.T) {
	const n, hours = 5, 20
	c := &chordRecorder{ends: map[des.Time]des.Time{}}
	m := chord(n, 0)
	r := sim.New(&m.layout, m.classes, m.machines, sim.Options{Key: des.NewKey(1), Duration: hours * time.Hour, Drain: time.Hour, Recorder: c}).Run()
	require.Zero(t, len(c.parts)%n)
	slowest := map[des.Time]bool{}
	sum, square := 0.0, 0.0
	for due, end := range c.ends {
		slowest[end] = true
		d := (end - due).Seconds()
		sum, square = sum+d, square+d*d
	}
	for _, due := range c.callbacks {
		require.True(t, slowest[due], "a callback is due as the slowest of its parts ends")
	}
	assert.InDelta(t, float64(r.Classes[0].Published)/n, float64(r.Classes[1].Published), 10, "one for each batch, but at the edges")
	k := float64(len(c.ends))
	mean := sum / k
	harmonic := 1 + 1./2 + 1./3 + 1./4 + 1./5
	assert.InDelta(t, harmonic, mean, 4*math.Sqrt((square/k-mean*mean)/k))
	assert.InDelta(t, 1, workloads.MeanRate(m.classes, 1), 1e-12)
}

// One part that fails for good, and there is no callback.
func TestChordOfWhichAPartFails(t *testing.T) {
	const n, p = 5, 0.1
	c := &chordRecorder{ends: map[des.Time]des.Time{}}
	m := chord(n, p)
	sim.New(&m.layout, m.classes, m.machines, sim.Options{Key: des.NewKey(2), Duration: 10 * time.Hour, Drain: time.Hour, Recorder: c}).Run()
	batches, whole := float64(len(c.parts))/n, math.Pow(1-p, n)
	assert.InDelta(t, whole, float64(len(c.callbacks))/batches, 4*math.Sqrt(whole*(1-whole)/batches))
}
