package sim_test

import (
	"math"
	"slices"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"example.com/simrun/des"
	"example.com/simrun/sim"
	"example.com/simrun/worker"
	"example.com/simrun/workloads"
)

// lively is a pool with something of everything: two classes with CPU and IO phases on two cores, prefetch, retries.
func lively() *model {
	a := class("a", poisson(5), exponential(0.2))
	b := computing("b", 0.5, exponential(1))
	b.Work = append(b.Work, workloads.Phase{Kind: workloads.IO, Demand: exponential(1)})
	for _, c := range []*workloads.Class{&a, &b} {
		c.Failures.Error.P = 0.1
		c.Retry = worker.Retry{Max: 3, Delay: des.Seconds(1), Backoff: 2, Jitter: true, OnError: true}
	}
	m := pool(4, a, b).on(2)
	w := &m.layout.Workers[0]
	w.DisablePrefetch, w.PrefetchMultiplier, w.AcksLate = false, 2, true
	return m
}

func TestSameSeedSameBytes(t *testing.T) {
	m := lively()
	m.layout.Broker.Kind = worker.RabbitMQ // chooses at random among the queues
	first := m.run(7, hour/10, hour)
	assert.Equal(t, first, m.run(7, hour/10, hour))
	assert.NotEqual(t, first, m.run(8, hour/10, hour))
}

// Ten times the times: every mean is ten times as long, every count the same.
func TestScaledTime(t *testing.T) {
	build := func(k float64) *model {
		b := computing("b", 0.5/k, exponential(k))
		b.Work = append(b.Work, workloads.Phase{Kind: workloads.IO, Demand: exponential(k)})
		b.Failures.Error.P = 0.1
		b.Retry = worker.Retry{Max: 3, Delay: des.Seconds(k), Backoff: 2, Jitter: true, OnError: true}
		return pool(4, class("a", poisson(5/k), exponential(0.2*k)), b).on(2)
	}
	one, ten := build(1).run(3, hour/10, hour), build(10).run(3, hour, 10*hour)
	for i := range one.Classes {
		x, y := &one.Classes[i], &ten.Classes[i]
		assert.Equal(t, x.Published, y.Published)
		assert.Equal(t, x.ByOutcome, y.ByOutcome)
		assert.Equal(t, x.Attempts, y.Attempts)
		assert.InEpsilon(t, 10*x.Wait.Mean(), y.Wait.Mean(), 1e-5)
		assert.InEpsilon(t, 10*x.Response.Mean(), y.Response.Mean(), 1e-5)
		assert.InEpsilon(t, x.InSystem.Mean(hour/10+hour), y.InSystem.Mean(11*hour), 1e-5)
	}
	assert.InEpsilon(t, one.Nodes[0].Busy, ten.Nodes[0].Busy, 1e-5)
}

// Streams go by name: the order in which classes are declared changes no figure of any of them.
func TestTheOrderOfClassesDoesNotMatter(t *testing.T) {
	classes := []workloads.Class{
		class("a", poisson(5), exponential(0.2)), class("b", poisson(1), exponential(0.5)), class("c", poisson(0.2), exponential(2)),
	}
	for i := range classes {
		classes[i].Queue = "all"
		classes[i].Failures.Error.P = 0.1
		classes[i].Retry = worker.Retry{Max: 2, Delay: des.Seconds(1), Backoff: 2, Jitter: true, OnError: true}
	}
	there := pool(3, classes...).run(5, hour/10, hour)
	back := slices.Clone(classes)
	slices.Reverse(back)
	here := pool(3, back...).run(5, hour/10, hour)
	for i := range there.Classes {
		assert.Equal(t, there.Classes[i], here.Classes[len(back)-1-i], classes[i].Name)
	}
	assert.Equal(t, there.Workers, here.Workers)
}

// waits notes the wait of every task, by name.
type waits map[string]des.Time

type waitRecorder struct {
	names map[int32]string
	waits waits
}

func (w *waitRecorder) Publish(_ des.Time, task int32, id string, _ *worker.Publication) {
	w.names[task] = id
}

func (w *waitRecorder) Record(r worker.Record) {
	if r.Kind == worker.Started {
		w.waits[w.names[r.Task]] = r.At - r.Due
	}
}

func waitsOf(m *model, seed uint64) waits {
	w := &waitRecorder{map[int32]string{}, waits{}}
	sim.New(&m.layout, m.classes, m.machines, sim.Options{Key: des.NewKey(seed), Duration: hour, Drain: hour, Recorder: w}).Run()
	return w.waits
}

// In a first in first out pool one more slot makes no task start later (Kiefer and Wolfowitz 1955).
func TestOneMoreSlotMakesNobodyWaitLonger(t *testing.T) {
	build := func(slots int) *model {
		a, b := class("a", poisson(3), exponential(0.3)), class("b", poisson(0.3), must(workloads.Lognormal(3, 2)))
		a.Queue, b.Queue = "all", "all"
		return pool(slots, a, b)
	}
	for seed := range uint64(5) {
		before := waitsOf(build(2), seed)
		shorter := 0
		for slots := 3; slots <= 6; slots++ {
			now := waitsOf(build(slots), seed)
			for id, wait := range now {
				was, both := before[id]
				if !both {
					continue // published while the last observed tasks were waited for
				}
				require.LessOrEqual(t, wait, was, "%s with %d slots", id, slots)
				if wait < was {
					shorter++
				}
			}
			before = now
		}
		require.Positive(t, shorter)
	}
}

// What cannot happen changes nothing.
func TestWhatCannotHappenChangesNothing(t *testing.T) {
	plain := lively().run(9, hour/10, hour)
	for _, c := range []struct {
		name string
		edit func(m *model)
	}{
		{"a limit nobody reaches", func(m *model) { m.layout.Workers[0].SoftLimit, m.layout.Workers[0].HardLimit = 100*hour, 200*hour }},
		{"an expiry nobody reaches", func(m *model) { m.classes[0].Expires, m.classes[1].Expires = constant(1e6), constant(1e6) }},
		{"failures at chance 0", func(m *model) {
			m.classes[0].Failures.Slow, m.classes[0].Failures.SlowFactor = workloads.Chance{PerTask: true}, 10
			m.classes[1].Failures.Hang = workloads.Chance{PerTask: true}
		}},
		{"a queue that is never full", func(m *model) { m.layout.Queues[0].MaxLength = 1e9 }},
		{"a delivery limit without redelivery", func(m *model) { m.layout.Queues[0].DeliveryLimit = 1 }},
		{"rejects without lost workers", func(m *model) { m.layout.Workers[0].RejectOnWorkerLost = true }},
		{"a publication cost of 0", func(m *model) { m.layout.Broker.Publish = 0 }},
		{"a worker without queues that get anything", func(m *model) {
			m.layout.Queues = append(m.layout.Queues, worker.Queue{Name: "idle", MaxLength: -1, MaxPriority: -1, DeliveryLimit: -1})
			m.add(worker.Config{Name: "idle", Concurrency: 4, Queues: []int{2}}).on(2)
		}},
	} {
		t.Run(c.name, func(t *testing.T) {
			m := lively()
			c.edit(m)
			got := m.run(9, hour/10, hour)
			assert.Equal(t, plain.Classes, got.Classes)
			assert.Equal(t, plain.Queues, got.Queues[:2])
			assert.Equal(t, plain.Workers[0], got.Workers[0])
			assert.Equal(t, plain.Nodes, got.Nodes)
		})
	}
}

// Kleinrock's conservation law: on one slot the waits, weighted by the load of their classes, have the same sum for
// any order that looks at no sizes: rho W0 / (1 - rho).
func TestConservationLawForEveryOrder(t *testing.T) {
	classes := []workloads.Class{
		class("a", poisson(0.8), exponential(0.5)), class("b", poisson(0.1), constant(2)), class("c", poisson(0.05), exponential(3)),
	}
	const rho, w0 = 0.4 + 0.2 + 0.15, (0.8*0.5 + 0.1*4 + 0.05*18) / 2
	edits := map[string]func(m *model){
		"rotation": func(*model) {},
		"strict":   func(m *model) { m.layout.Workers[0].Order = worker.Strict },
		"sorted":   func(m *model) { m.layout.Workers[0].Order, m.layout.Workers[0].Queues = worker.Sorted, []int{2, 0, 1} },
		"weighted": func(m *model) {
			m.layout.Workers[0].Order, m.layout.Workers[0].Weights = worker.Weighted, []int{1, 2, 5}
		},
		"random": func(m *model) { m.layout.Broker.Kind = worker.RabbitMQ },
		"priorities": func(m *model) {
			m.layout.ClassQueue = []int{0, 0, 0}
			for i := range m.classes {
				m.classes[i].HasPriority, m.classes[i].Priority = true, i
			}
		},
		"redis priorities over queues": func(m *model) {
			m.layout.Broker.Kind, m.layout.Broker.PrioritySteps = worker.Redis, []int{0, 3, 6, 9}
			m.classes[2].HasPriority, m.classes[2].Priority = true, 0
			m.classes[0].HasPriority, m.classes[0].Priority = true, 4
		},
		"prefetch": func(m *model) {
			m.layout.Workers[0].DisablePrefetch, m.layout.Workers[0].PrefetchMultiplier = false, 4
		},
	}
	for name, edit := range edits {
		t.Run(name, func(t *testing.T) {
			m := pool(1, slices.Clone(classes)...)
			edit(m)
			var sums, first []float64
			for seed := range uint64(replications) {
				r := m.run(seed, hour/2, 10*hour)
				var sum float64
				for i := range m.classes {
					sum += classes[i].Arrivals.Process.Rate() * classes[i].Work[0].Demand.Mean() * r.Classes[i].Wait.Mean()
				}
				sums = append(sums, sum)
				first = append(first, r.Classes[0].Wait.Mean())
			}
			compare(t, "sum of rho W", sums, rho*w0/(1-rho), "exact", 0, 0)
			mean, _ := meanAndError(first)
			if name == "strict" {
				assert.InEpsilon(t, w0/(1-0.4), mean, 0.03, "Cobham, for the class that goes first")
			}
		})
	}
}

// Where workers and queues stand in a layout changes no figure of any of them, as long as each worker asks for its own
// queues in its own order.
func TestTheOrderOfWorkersAndQueuesDoesNotMatter(t *testing.T) {
	for _, kind := range []worker.BrokerKind{worker.Ideal, worker.Redis} {
		build := func(back bool) *model {
			classes := []workloads.Class{
				class("a", poisson(5), exponential(0.2)), class("b", poisson(2), exponential(0.4)), class("c", poisson(1), exponential(1)),
			}
			for i := range classes {
				classes[i].Failures.Error.P = 0.1
				classes[i].Retry = worker.Retry{Max: 2, Delay: des.Seconds(1), Backoff: 2, Jitter: true, OnError: true}
			}
			m := &model{classes: classes}
			m.layout.Name = "apart"
			m.addQueues()
			m.layout.Broker.Kind, m.layout.Broker.PrioritySteps = kind, []int{0}
			at := func(q int) int { return q }
			if back {
				slices.Reverse(m.layout.Queues)
				at = func(q int) int { return len(m.layout.Queues) - 1 - q }
				for i := range m.layout.ClassQueue {
					m.layout.ClassQueue[i] = at(m.layout.ClassQueue[i])
				}
			}
			workers := []worker.Config{
				{Name: "one", Concurrency: 2, Queues: []int{at(0)}, PrefetchMultiplier: 2},
				{Name: "two", Concurrency: 3, Queues: []int{at(1), at(2)}, PrefetchMultiplier: 1, Order: worker.Strict},
			}
			if back {
				slices.Reverse(workers)
			}
			for _, w := range workers {
				m.add(w)
			}
			return m
		}
		there, here := build(false).run(5, hour/10, hour), build(true).run(5, hour/10, hour)
		assert.Equal(t, there.Classes, here.Classes, kind)
		for i := range there.Queues {
			assert.Equal(t, there.Queues[i], here.Queues[len(here.Queues)-1-i], kind)
		}
		assert.Equal(t, there.Workers[0].Busy, here.Workers[1].Busy, kind)
	}
}

// A class in two halves of half the rate is the same traffic under two names: the waits of both together are those of the
// whole, and the halves wait alike.
func TestAClassInTwoHalves(t *testing.T) {
	build := func(parts int) *model {
		var classes []workloads.Class
		for i := range parts {
			c := computing(string(rune('a'+i)), 6/float64(parts), exponential(0.5))
			c.Queue = "all"
			c.Failures.Error.P = 0.1
			c.Retry = worker.Retry{Max: 3, Delay: des.Seconds(1), Backoff: 2, Jitter: true, OnError: true}
			classes = append(classes, c)
		}
		return pool(6, classes...).on(4)
	}
	var whole, halves, apart []float64
	for seed := range uint64(replications) {
		one, two := build(1).run(seed, hour/10, hour), build(2).run(seed+1000, hour/10, hour)
		whole = append(whole, one.Classes[0].Wait.Mean())
		apart = append(apart, two.Classes[0].Wait.Mean()-two.Classes[1].Wait.Mean())
		both := two.Classes[0].Wait
		both.Merge(&two.Classes[1].Wait)
		halves = append(halves, both.Mean())
	}
	mean, se := meanAndError(whole)
	other, otherSE := meanAndError(halves)
	assert.InDelta(t, mean, other, 3*math.Hypot(se, otherSE), "the whole and both halves, s")
	assert.InEpsilon(t, mean, other, 0.1)
	between, se := meanAndError(apart)
	assert.InDelta(t, 0, between, 3*se, "one half and the other, s")
}
