package sim_test

import (
	"fmt"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"example.com/simrun/des"
	"example.com/simrun/sim"
	"example.com/simrun/system"
	"example.com/simrun/worker"
	"example.com/simrun/workloads"
)

const gib = 1 << 30

// holding is a class of tasks that sleep and hold memory, in GiB.
func holding(name string, every time.Duration, seconds, hold, leak float64) workloads.Class {
	c := class(name, workloads.Every{Period: every}, constant(seconds))
	if hold > 0 {
		c.Memory.Hold = constant(hold * gib)
	}
	if leak > 0 {
		c.Memory.Leak = constant(leak * gib)
	}
	return c
}

// in puts the workers of a model, whose processes hold nothing by themselves, into containers of so many GiB.
func (m *model) in(limit float64, whole bool) *model {
	for range m.layout.Workers {
		m.layout.Containers = append(m.layout.Containers, system.Container{Memory: int64(limit * gib), Whole: whole, Given: true})
	}
	return m
}

func (m *model) diary(duration time.Duration) ([]string, sim.Result) {
	d := &diary{names: map[int32]string{}}
	r := sim.New(&m.layout, m.classes, m.machines, sim.Options{
		Key: des.NewKey(1), Duration: duration, Drain: time.Hour, Recorder: d, MemorySteps: 10,
	}).Run()
	return d.lines, r
}

// Tasks of 1 and of 2 GiB in a worker of 2.5: when the small one comes to the large one, that one is killed, 10 ms later.
func TestTheKernelKillsTheChildThatHoldsMost(t *testing.T) {
	large, small := holding("large", 10*time.Second, 6, 2, 0), holding("small", 12*time.Second, 6, 1, 0)
	lines, r := pool(2, large, small).in(2.5, false).diary(15 * time.Second)
	assert.Equal(t, []string{
		"10s large-0 starts", "12s small-0 starts", "12.01s large-0 ends lost", "18s small-0 ends ok",
	}, lines[:4])
	assert.EqualValues(t, 1, r.Workers[0].Killed)
	assert.EqualValues(t, 1, r.Workers[0].Restarts)
	assert.Equal(t, worker.Killed{Attempts: 1, Lost: 1, Wasted: sumOf(2010 * time.Millisecond)}, r.Classes[0].Killed)
	assert.EqualValues(t, 1, r.Classes[0].ByOutcome[worker.Lost])
	assert.EqualValues(t, 2.5*gib, r.Memory.Workers[0].Most, "what does not fit is not held")
	assert.Equal(t, []int64{0, 0, 0, 0, 0, 0, 2 * gib, 2 * gib, 2.5 * gib, 1 * gib}, r.Memory.Workers[0].Course)
}

func sumOf(d time.Duration) (s des.Sum) {
	s.Add(d)
	return s
}

// What ends before the kernel has looked saves the others.
func TestTheKernelLooksTwice(t *testing.T) {
	a := holding("a", 10*time.Second, 5, 2, 0)
	b := holding("b", 10*time.Second, 0.005, 2, 0)
	lines, r := pool(2, a, b).in(3, false).diary(11 * time.Second)
	assert.Equal(t, []string{"10s a-0 starts", "10s b-0 starts", "10.005s b-0 ends ok", "15s a-0 ends ok"}, lines[:4])
	assert.Zero(t, r.Workers[0].Killed)
}

// Late acks and reject_on_worker_lost: what cannot fit is killed and given back for ever, or until the delivery limit.
func TestRedeliveryLoop(t *testing.T) {
	for _, limit := range []int{3, -1} {
		m := pool(1, holding("a", time.Minute, 6, 4, 0)).in(2, false)
		w := &m.layout.Workers[0]
		w.AcksLate, w.RejectOnWorkerLost = true, true
		w.Overheads.Notice, w.Overheads.Respawn = 20*time.Millisecond, 70*time.Millisecond
		m.layout.Queues[0].DeliveryLimit = limit
		lines, r := m.diary(61 * time.Second)
		k := r.Classes[0].Killed
		if limit < 0 {
			// A turn of the loop takes 10 + 20 + 70 ms.
			assert.Equal(t, []string{"1m0s a-0 starts", "1m0.01s a-0 ends lost", "1m0.03s a-0 requeued", "1m0.1s a-0 starts"}, lines[:4])
			assert.EqualValues(t, 10, r.Workers[0].Killed, "in the second that is observed")
			assert.InDelta(t, 36000, k.Attempts, 10, "in the hour after it")
			assert.Zero(t, r.Classes[0].ByOutcome[worker.OK])
			continue
		}
		assert.EqualValues(t, 4, k.Attempts)
		assert.EqualValues(t, 4, k.Again)
		assert.EqualValues(t, 1, r.Classes[0].ByOutcome[worker.Dead])
	}
}

// Messages with a countdown weigh on the worker that has them. Where they come to more than it may hold its own process
// holds most, and goes with all of it; redis gives them to the other one, which fares no better.
func TestMessagesWeighFromReceiptToStart(t *testing.T) {
	for _, c := range []struct {
		name   string
		size   int64
		most   float64
		killed int64
	}{
		{"nothing", 0, 0, 0},
		{"they fit", gib / 4, 1, 0},
		{"they do not fit", gib / 2, 1.5, 1},
	} {
		t.Run(c.name, func(t *testing.T) {
			later := class("later", workloads.Every{Period: 30 * time.Second}, constant(1))
			later.Arrivals.Batch, later.Countdown, later.Memory.Message = constant(4), constant(20), c.size
			m := pool(1, later).in(1.5, false)
			m.layout.Broker.Kind = worker.Redis
			_, r := m.diary(45 * time.Second)
			assert.EqualValues(t, c.most*gib, r.Memory.Workers[0].Most)
			if c.killed == 0 {
				assert.Zero(t, r.Workers[0].Killed)
				return
			}
			assert.Positive(t, r.Workers[0].Killed)
			assert.Positive(t, r.Classes[0].Killed.Again, "what was never acked")
		})
	}
}

// What a child keeps counts: it is killed for it, with the task that it runs now, or idle, when nobody's task is lost.
func TestAChildIsKilledForWhatItKeeps(t *testing.T) {
	leaks := func(seconds float64) workloads.Class { return holding("leaks", 10*time.Second, seconds, 0, 3) }
	next := holding("next", 15*time.Second, 1, 2, 0)
	// The child that became free last is used first: here that which has leaked.
	lines, r := pool(2, leaks(4.5), next).in(4, false).diary(16 * time.Second)
	assert.Equal(t, []string{"10s leaks-0 starts", "14.5s leaks-0 ends ok", "15s next-0 starts", "15.01s next-0 ends lost"}, lines[:4])
	assert.EqualValues(t, 1, r.Workers[0].Killed)

	other := holding("other", 9*time.Second, 3, 0, 0) // and here another one
	m := pool(2, leaks(1), other, next).in(4, false)
	m.layout.Workers[0].Overheads.Respawn = 100 * time.Millisecond
	lines, r = m.diary(16 * time.Second)
	assert.Equal(t, []string{
		"9s other-0 starts", "10s leaks-0 starts", "11s leaks-0 ends ok", "12s other-0 ends ok", "15s next-0 starts", "16s next-0 ends ok",
	}, lines[:6])
	assert.EqualValues(t, 1, r.Workers[0].Killed)
	assert.EqualValues(t, 1, r.Workers[0].Restarts)
	for i := range r.Classes {
		assert.Zero(t, r.Classes[i].Killed)
	}
}

// A container that is killed as a group takes all its tasks along, and its machine's other worker none.
func TestTheWholeWorkerIsKilled(t *testing.T) {
	a := holding("a", 10*time.Second, 5, 1.5, 0)
	b := holding("b", 10*time.Second, 5, 1, 0)
	m := pool(2, a, b).in(2, true)
	m.layout.Workers[0].Overheads.Restart = time.Second
	lines, r := m.diary(11 * time.Second)
	assert.Equal(t, []string{"10s a-0 starts", "10s b-0 starts", "10.01s b-0 ends lost", "10.01s a-0 ends lost"}, lines[:4])
	assert.EqualValues(t, 1, r.Workers[0].Killed)
	assert.EqualValues(t, 1, r.Workers[0].Restarts)
}

// A machine has the kernel look among all its workers; one process that is a whole worker counts with all it holds.
func TestMemoryOfAMachine(t *testing.T) {
	for _, p := range []worker.Pool{worker.Threads, worker.Gevent} {
		a := holding("a", 10*time.Second, 5, 1, 0)
		a.Arrivals.Batch = constant(3)
		b := holding("b", 12*time.Second, 5, 2, 0)
		m := &model{classes: []workloads.Class{a, b}}
		m.addQueues()
		m.add(worker.Config{Name: "many", Pool: p, Concurrency: 3, Queues: []int{0}, DisablePrefetch: true})
		m.add(worker.Config{Name: "one", Concurrency: 1, Queues: []int{1}, DisablePrefetch: true})
		m.on(4)
		m.machines[0].Memory = 4.5 * gib
		m.layout.Containers = []system.Container{{Whole: true}, {}}
		lines, r := m.diary(13 * time.Second)
		assert.Equal(t, []string{
			"10s a-0 starts", "10s a-1 starts", "10s a-2 starts", "12s b-0 starts",
			"12.01s a-2 ends lost", "12.01s a-1 ends lost", "12.01s a-0 ends lost", "17s b-0 ends ok",
		}, lines[:8], "3 GiB in one process are more than 2 in the other")
		assert.EqualValues(t, 1, r.Workers[0].Killed)
		assert.Zero(t, r.Workers[1].Killed)
		assert.EqualValues(t, 4.5*gib, r.Memory.Nodes[0].Most)
		assert.EqualValues(t, 3*gib, r.Memory.Workers[0].Most)
	}
}

// A child is replaced after the task, and for the most that it has ever held: leaks of 0.4 GiB add up to more than 1 at
// the third task, one of 1.5 GiB is enough though it is given back.
func TestRecyclingByMemory(t *testing.T) {
	for _, c := range []struct {
		hold, leak float64
		restarts   int64
	}{{0, 0.4, 3}, {1.5, 0, 9}, {0.9, 0, 0}, {0.9, 0.05, 2}} {
		m := pool(1, holding("a", 10*time.Second, 1, c.hold, c.leak)).in(0, false)
		m.layout.Workers[0].MaxMemoryPerChild = gib
		_, r := m.diary(99 * time.Second)
		assert.Equal(t, c.restarts, r.Workers[0].Restarts, "hold %v, leak %v", c.hold, c.leak)
		assert.Zero(t, r.Workers[0].Killed)
		assert.EqualValues(t, 9, r.Classes[0].ByOutcome[worker.OK])
	}
}

// Memory without limits changes nothing but that it is counted, and none at all is not even that.
func TestMemoryWithoutLimitsChangesNothing(t *testing.T) {
	plain := lively()
	want := plain.run(5, 0, time.Hour)
	assert.Nil(t, want.Memory)
	m := lively()
	for i := range m.classes {
		m.classes[i].Memory = workloads.Memory{Hold: exponential(gib), Leak: exponential(1 << 20)}
	}
	m.on(8)
	plain.on(8)
	want = plain.run(5, 0, time.Hour)
	got := m.run(5, 0, time.Hour)
	assert.Positive(t, got.Memory.Nodes[0].Most)
	assert.Equal(t, want.Tally, got.Tally)
	assert.Equal(t, want.Events, got.Events)
}

// starved is a battered system on machines too small for it.
func starved(p worker.Pool, whole bool) *outside {
	o := battered(p)
	for i := range o.classes {
		c := &o.classes[i]
		c.Memory.Hold = must(workloads.Lognormal(0.1*gib*float64(i+1), 1))
		c.Memory.Leak = exponential(5 << 20)
		c.Work = append(c.Work, workloads.Phase{Kind: workloads.Disk, Demand: exponential(0.02)})
	}
	o.machines[0].Memory, o.machines[0].Disk = 6*gib, 2
	w := &o.layout.Workers[0]
	w.MaxMemoryPerChild = gib
	w.Overheads.Notice, w.Overheads.Restart = 20*time.Millisecond, 500*time.Millisecond
	o.layout.Containers = []system.Container{{Parent: 48 << 20, Child: 40 << 20, Memory: 5 * gib, Whole: whole || p != worker.Prefork, Cores: 6}}
	return o
}

// Every task has one outcome whatever the kernel kills, and memory ends where it began.
func TestConservationWithoutMemory(t *testing.T) {
	for name, p := range map[string]worker.Pool{"prefork": worker.Prefork, "threads": worker.Threads, "gevent": worker.Gevent} {
		for _, whole := range []bool{false, true} {
			for _, late := range []bool{false, true} {
				t.Run(fmt.Sprint(name, whole, late), func(t *testing.T) {
					o := starved(p, whole)
					o.layout.Workers[0].AcksLate, o.layout.Workers[0].RejectOnWorkerLost = late, late
					for i := range o.layout.Queues {
						o.layout.Queues[i].DeliveryLimit = 5
					}
					o.faults = []system.Fault{{Of: system.OfMachine, At: 5 * time.Minute, For: time.Minute}}
					r := o.run(2, 0, 20*time.Minute)
					var killed int64
					for k := range r.Classes {
						var ended int64
						for _, n := range r.Classes[k].ByOutcome {
							ended += n
						}
						require.Equal(t, r.Classes[k].Published, ended)
						killed += r.Classes[k].Killed.Attempts
						require.GreaterOrEqual(t, r.Classes[k].Killed.Attempts+r.Classes[k].Killed.Again+r.Classes[k].Killed.Lost, int64(0))
					}
					require.Positive(t, killed)
					require.Positive(t, r.Workers[0].Killed)
					require.LessOrEqual(t, r.Memory.Workers[0].Most, int64(5*gib))
					require.LessOrEqual(t, r.Memory.Nodes[0].Most, int64(6*gib))
					require.Equal(t, r.Tally, starvedAgain(p, whole, late).Tally, "the same once more")
				})
			}
		}
	}
}

func starvedAgain(p worker.Pool, whole, late bool) sim.Result {
	o := starved(p, whole)
	o.layout.Workers[0].AcksLate, o.layout.Workers[0].RejectOnWorkerLost = late, late
	for i := range o.layout.Queues {
		o.layout.Queues[i].DeliveryLimit = 5
	}
	o.faults = []system.Fault{{Of: system.OfMachine, At: 5 * time.Minute, For: time.Minute}}
	return o.run(2, 0, 20*time.Minute)
}

// The account of a worker is the sum of what its processes hold: with every slot busy for good it is known.
func TestBaseMemory(t *testing.T) {
	a := holding("a", time.Second, 1e6, 0.5, 0)
	m := pool(4, a).on(8)
	m.layout.Containers = []system.Container{{Parent: 48 << 20, Child: 40 << 20, Given: true}}
	_, r := m.diary(10 * time.Second)
	assert.EqualValues(t, (48+4*40)<<20+4*gib/2, r.Memory.Workers[0].Most)
	assert.EqualValues(t, (48+4*40)<<20, r.Memory.Workers[0].Course[0], "nothing has come yet")
	assert.True(t, strings.HasPrefix(fmt.Sprint(r.Memory.Nodes[0].Course), fmt.Sprint(r.Memory.Workers[0].Course)))
}

// The account of memory, kills, disks and caps allocate nothing once their tables have grown.
func TestMemoryAllocatesNothing(t *testing.T) {
	for _, whole := range []bool{false, true} {
		o := starved(worker.Prefork, whole)
		for i := range o.layout.Queues {
			o.layout.Queues[i].DeliveryLimit = 5
		}
		allocations := func(duration des.Time) (mallocs uint64, events int64) {
			var before, after runtime.MemStats
			world := sim.New(&o.layout, o.classes, o.machines, sim.Options{Key: des.NewKey(1), Duration: duration, Services: o.services, Zones: o.zones})
			runtime.ReadMemStats(&before)
			r := world.Run()
			runtime.ReadMemStats(&after)
			assert.Positive(t, r.Workers[0].Killed)
			return after.Mallocs - before.Mallocs, r.Events
		}
		short, few := allocations(10 * time.Minute)
		long, many := allocations(30 * time.Minute)
		assert.Greater(t, many-few, int64(50_000))
		t.Logf("%d allocations in %d events, %d in %d", short, few, long, many)
		assert.LessOrEqual(t, long, short+150)
	}
}
