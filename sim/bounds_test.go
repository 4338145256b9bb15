package sim_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"

	"example.com/simrun/system"
	"example.com/simrun/worker"
	"example.com/simrun/workloads"
)

// A task that would take longer than time itself lasts takes for ever: the clock does not run over.
func TestDemandsWithoutEnd(t *testing.T) {
	for _, kind := range []workloads.PhaseKind{workloads.IO, workloads.CPU, workloads.Disk} {
		for _, p := range []worker.Pool{worker.Prefork, worker.Threads, worker.Gevent, worker.Solo} {
			century := must(workloads.Constant(100 * 365 * 86400))
			c := class("a", poisson(1), century)
			for range 5 { // together they would be too long again
				c.Work = append(c.Work, c.Work[0])
			}
			for i := range c.Work {
				c.Work[i].Kind, c.Work[i].Cores = kind, 1
			}
			c.Failures = workloads.Failures{Slow: workloads.Chance{P: 1}, SlowFactor: 1e6}
			m := pool(2, c).on(4)
			m.layout.Workers[0].Pool = p
			tally := m.run(1, 0, time.Minute).Classes[0]
			assert.Positive(t, tally.ByOutcome[worker.Unfinished], "%v %v", kind, p)
			assert.Equal(t, tally.Published, tally.ByOutcome[worker.Unfinished]+tally.ByOutcome[worker.Unstarted], "%v %v", kind, p)
		}
	}
}

// Demands that come to an end, but not before time itself does on cores that are slow or shared by many, take for ever, too.
func TestSlowCoresWithoutEnd(t *testing.T) {
	decades := must(workloads.Constant(50 * 365 * 86400))
	for _, machine := range []system.Machine{{Cores: 1, Speed: 1e-6}, {Cores: 1, Speed: 1}, {Cores: 1e-3, Speed: 1}, {Cores: 64, Speed: 1}} {
		for _, p := range []worker.Pool{worker.Prefork, worker.Threads, worker.Gevent, worker.Solo} {
			c := class("a", poisson(1), decades)
			c.Work[0].Kind, c.Work[0].Cores = workloads.CPU, 1
			m := pool(20, c).on(machine.Cores)
			m.machines[0].Speed = machine.Speed
			m.layout.Workers[0].Pool = p
			tally := m.run(1, 0, time.Minute).Classes[0]
			assert.Positive(t, tally.ByOutcome[worker.Unfinished], "%v %v", machine, p)
			assert.Equal(t, tally.Published, tally.ByOutcome[worker.Unfinished]+tally.ByOutcome[worker.Unstarted], "%v %v", machine, p)
		}
	}
}

// A service whose rate admits the next call after the end of time admits one.
func TestARateWithoutEnd(t *testing.T) {
	c := class("a", poisson(1), must(workloads.Constant(0.1)))
	c.Work[0] = workloads.Phase{Kind: workloads.Call, Demand: c.Work[0].Demand}
	o := outside{model: pool(20, c), services: []system.Service{{Name: "api", Rate: 1e-20}}}
	tally := o.run(1, 0, time.Minute).Classes[0]
	assert.Greater(t, tally.Published, int64(5))
	assert.EqualValues(t, 1, tally.ByOutcome[worker.OK])
}

// A task with no time to start expires, however idle the worker is.
func TestNoTimeToStart(t *testing.T) {
	c := class("a", poisson(1), must(workloads.Constant(1)))
	c.Expires = must(workloads.Constant(0))
	tally := pool(2, c).run(1, 0, hour).Classes[0]
	assert.Positive(t, tally.Published)
	assert.Equal(t, tally.Published, tally.ByOutcome[worker.Expired])
	assert.Zero(t, tally.WaitAll.Max())
}
