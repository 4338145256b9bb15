package sim_test

import (
	"math"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	theoretical "example.com/simrun/capacity"
	"example.com/simrun/des"
	"example.com/simrun/sim"
	"example.com/simrun/theory"
	"example.com/simrun/worker"
	"example.com/simrun/workloads"
)

// A limit of r starts a second is a server that takes 1/r for each task: where slots are plenty, Poisson arrivals wait
// for it as in M/D/1.
func TestRateLimitIsARegulator(t *testing.T) {
	for _, rho := range []float64{0.5, 0.8} {
		c := class("a", poisson(4*rho), exponential(0.5))
		c.Pace = des.Seconds(0.25)
		m := pool(100, c)
		m.layout.Workers[0].DisablePrefetch = false
		var means, delayed []float64
		for seed := range uint64(replications) {
			r := m.run(seed, des.Seconds(500), des.Seconds(30000))
			got := &r.Classes[0]
			means = append(means, got.Wait.Mean())
			delayed = append(delayed, 1-got.Wait.Share(0))
		}
		want := theory.MG1{Lambda: 4 * rho, ES: 0.25, ES2: 0.0625}.MeanWait()
		mean, se := meanAndError(means)
		t.Logf("rho %v: wait %v, want %v, standard error %v", rho, mean, want, se)
		assert.LessOrEqual(t, math.Abs(mean-want), errors*se)
		assert.LessOrEqual(t, se, 0.02*want)
		mean, se = meanAndError(delayed)
		assert.LessOrEqual(t, math.Abs(mean-rho), errors*se, "a share rho of the tasks finds no token")
	}
}

// What is judged to be stable is, and what is not grows at the rate foretold: with a limit that fills the window, with
// one that does not, and with slots kept for others.
func TestLimitsGrowAsForetold(t *testing.T) {
	for _, c := range []struct {
		name string
		edit func(a *workloads.Class, w *worker.Config)
	}{
		{"a window is filled", func(a *workloads.Class, w *worker.Config) {
			a.Pace, w.PrefetchMultiplier = des.Seconds(0.5), 4
		}},
		{"strict", func(a *workloads.Class, w *worker.Config) {
			a.Pace, w.PrefetchMultiplier, w.Order = des.Seconds(0.5), 4, worker.Strict
		}},
		{"no window", func(a *workloads.Class, w *worker.Config) { a.Pace = des.Seconds(0.5) }},
		{"a part of the window is kept", func(a *workloads.Class, w *worker.Config) {
			a.Pace, w.PrefetchMultiplier, w.Reserve = des.Seconds(0.5), 4, []int{0, 1}
		}},
		{"slots are kept for the other", func(a *workloads.Class, w *worker.Config) {
			w.DisablePrefetch, w.Reserve = true, []int{3, 0}
		}},
	} {
		t.Run(c.name, func(t *testing.T) {
			m := pool(4, class("a", poisson(3), exponential(0.1)), class("b", poisson(11), exponential(0.1)))
			w := &m.layout.Workers[0]
			w.DisablePrefetch = false
			c.edit(&m.classes[0], w)
			const span = 4000
			r := sim.New(&m.layout, m.classes, nil, sim.Options{Key: des.NewKey(3), Duration: des.Seconds(span)}).Run()
			unstable := false
			for q, load := range m.layout.Offered(m.classes, nil, theoretical.Outside{}, 1) {
				got := &r.Classes[q]
				left := got.ByOutcome[worker.Unstarted] + got.ByOutcome[worker.Unfinished]
				unstable = unstable || load.Unstable
				// 5 standard deviations of what arrives, and some that are in the system anyway.
				assert.InDelta(t, load.GrowthPerSecond*span, float64(left), 50+5*math.Sqrt(load.Rate*span), "%s: %+v", load.Queue, load)
			}
			require.True(t, unstable)
		})
	}
}

// One of two queues of a worker that keeps all slots waits as if it had a worker of its own, and one that keeps none as
// if it were not said.
func TestReserveFromNothingToEverything(t *testing.T) {
	classes := func() []workloads.Class {
		return []workloads.Class{class("a", poisson(6), exponential(0.2)), class("b", poisson(0.5), exponential(2))}
	}
	waits := func(m *model) [2]float64 {
		r := m.run(5, 0, des.Seconds(5000))
		return [2]float64{r.Classes[0].Wait.Mean(), r.Classes[1].Wait.Mean()}
	}
	kept := func(slots ...int) *model {
		m := pool(4, classes()...)
		m.layout.Workers[0].Reserve = slots
		return m
	}
	assert.Equal(t, waits(pool(4, classes()...)), waits(kept(0, 0)))
	assert.Equal(t, waits(separated([]int{2, 2}, classes()...)), waits(kept(2, 2)))
	before := waits(kept(0, 0))
	for n := 1; n < 4; n++ {
		now := waits(kept(n, 0))
		assert.Less(t, now[0], before[0], "%d slots kept for a", n)
		assert.Greater(t, now[1], before[1])
		before = now
	}
}
