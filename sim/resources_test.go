package sim_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"

	"example.com/simrun/des"
	"example.com/simrun/sim"
	"example.com/simrun/system"
	"example.com/simrun/worker"
	"example.com/simrun/workloads"
)

// A worker alone on a machine that is larger than its cap has cores as many as the cap allows, to the last bit.
func TestACappedWorkerAloneHasFewerCores(t *testing.T) {
	for _, p := range []worker.Pool{worker.Prefork, worker.Threads, worker.Gevent} {
		build := func(cores, limit float64, machine bool) sim.Result {
			m := lively()
			m.layout.Workers[0].Pool = p
			if machine {
				m.on(cores)
			} else {
				m.layout.Nodes, m.layout.Node = nil, []int{-1}
			}
			m.layout.Containers = []system.Container{{Cores: limit}}
			return m.run(3, 0, hour)
		}
		for _, limit := range []float64{0.8, 1.5, 2} {
			want := build(limit, 0, true)
			got := build(8, limit, true)
			assert.Equal(t, want.Tally, got.Tally, "pool %d, %v cores", p, limit)
			assert.InDelta(t, want.Nodes[0].Busy, got.Nodes[0].Busy, 1e-9)
			assert.Equal(t, want.Tally, build(0, limit, false).Tally, "without a machine")
		}
		assert.Equal(t, build(2, 0, true).Tally, build(2, 2, true).Tally, "a cap that never binds")
	}
}

// On 4 cores, 3 threads of a worker capped at 1 get a third of a core each, and 4 of another the rest: 3/4 each. After
// 3 s the first are done with their second of work, and the others go on at full speed.
func TestWhatACappedWorkerLeavesGoesToTheOthers(t *testing.T) {
	a, b := class("a", workloads.Every{Period: 10 * time.Second}, constant(1)), class("b", workloads.Every{Period: 10 * time.Second}, constant(3))
	a.Arrivals.Batch, b.Arrivals.Batch = constant(3), constant(4)
	a.Work[0].Kind, b.Work[0].Kind = workloads.CPU, workloads.CPU
	m := &model{classes: []workloads.Class{a, b}}
	m.addQueues()
	for i, name := range []string{"a", "b"} {
		m.add(worker.Config{Name: name, Concurrency: 4, Queues: []int{i}, DisablePrefetch: true})
	}
	m.on(4)
	m.layout.Containers = []system.Container{{Cores: 1}, {}}
	r := m.run(1, 0, 11*time.Second)
	assert.InDelta(t, 3, r.Classes[0].Response.Mean(), 1e-6)
	assert.InDelta(t, 3.75, r.Classes[1].Response.Mean(), 1e-6)
	assert.InDelta(t, 4.0/11, r.Nodes[0].Busy, 1e-6, "the second that is observed")

	// Capped both, they use no more than their caps though cores are idle: 3 s of work for 1 core, 12 for 2.
	m.layout.Containers = []system.Container{{Cores: 1}, {Cores: 2}}
	r = m.run(1, 0, 11*time.Second)
	assert.InDelta(t, 3, r.Classes[0].Response.Mean(), 1e-6)
	assert.InDelta(t, 6, r.Classes[1].Response.Mean(), 1e-6)
}

// A disk that works on c requests at once is a queue with c servers: tasks that do nothing else respond as they would
// in c slots, each of them.
func TestADiskIsAQueue(t *testing.T) {
	for _, c := range []int{1, 3} {
		slots := pool(c, class("a", poisson(0.8*float64(c)/0.1), exponential(0.1)))
		want := slots.run(4, time.Minute, hour)
		disk := pool(plenty, class("a", poisson(0.8*float64(c)/0.1), exponential(0.1))).on(1)
		disk.classes[0].Work[0].Kind = workloads.Disk
		disk.machines[0].Disk = c
		got := disk.run(4, time.Minute, hour)
		assert.Equal(t, want.Classes[0].Response, got.Classes[0].Response)
		assert.Equal(t, want.Classes[0].Wait.Mean(), got.Stretch[0].Disk.Seconds()/float64(got.Classes[0].Published))
		assert.InDelta(t, want.Workers[0].Busy.Mean(hour+time.Minute), got.Nodes[0].Disk, 1e-6)
		assert.Zero(t, got.Stretch[0].CPU)
	}
}

// What waits for a disk and is killed gives its place up, and what is served gives the disk up.
func TestKilledRequestsLeaveTheDisk(t *testing.T) {
	a := class("a", workloads.Every{Period: 10 * time.Second}, constant(4))
	a.Work[0].Kind = workloads.Disk
	a.Arrivals.Batch = constant(3)
	m := pool(3, a).on(1)
	m.machines[0].Disk = 1
	m.layout.Workers[0].HardLimit = des.Seconds(6)
	// The first is served from 10 to 14 s, the second from 14 on and killed at 16, as is the third, which never was.
	lines, r := m.diary(21 * time.Second)
	assert.Equal(t, []string{"10s a-0 starts", "10s a-1 starts", "10s a-2 starts", "14s a-0 ends ok", "16s a-1 ends timeout", "16s a-2 ends timeout"}, lines[:6])
	assert.EqualValues(t, 4, r.Classes[0].ByOutcome[worker.TimedOut], "of two batches")
	assert.Equal(t, "20s a-3 starts", lines[6], "the disk is free again")
	assert.Contains(t, lines, "24s a-3 ends ok")
}

// Disks without a machine, and machines without a word of a disk, let as many read as come.
func TestDisksWithoutLimit(t *testing.T) {
	a := class("a", poisson(50), exponential(0.1))
	a.Work[0].Kind = workloads.Disk
	for _, m := range []*model{pool(plenty, a), pool(plenty, a).on(1)} {
		r := m.run(1, 0, time.Minute)
		assert.Zero(t, r.Stretch[0].Disk)
		assert.Equal(t, r.Classes[0].Run, r.Classes[0].Response)
	}
}

// A run that ends in the instant in which the window does has observed all of it.
func TestUseIsObservedToTheEnd(t *testing.T) {
	a := class("a", workloads.Every{Period: 10 * time.Second}, constant(4))
	a.Work = []workloads.Phase{{Kind: workloads.CPU, Cores: 1, Demand: constant(2)}, {Kind: workloads.Disk, Demand: constant(1)}}
	m := pool(1, a).on(1)
	r := m.run(1, 0, 18*time.Second)
	assert.Equal(t, des.Seconds(18), r.End, "nothing was left to wait for")
	assert.InDelta(t, 2.0/18, r.Nodes[0].Busy, 1e-12)
	assert.InDelta(t, 1.0/18, r.Nodes[0].Disk, 1e-12)
}
