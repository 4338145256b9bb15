package sim_test

import (
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"

	"example.com/simrun/des"
	"example.com/simrun/sim"
	"example.com/simrun/system"
	"example.com/simrun/worker"
	"example.com/simrun/workloads"
)

// labour is what happens to a task that computes 150 ms, due at 1 s, and to one that sleeps 100 ms, due at 1.1 s, of a
// worker on one core.
func labour(p worker.Pool, edit func(m *model)) string {
	cpu := class("cpu", workloads.Every{Period: time.Second}, must(workloads.Constant(0.15)))
	cpu.Work[0].Kind = workloads.CPU
	m := pool(2, cpu, class("io", workloads.Every{Period: 1100 * time.Millisecond}, must(workloads.Constant(0.1))))
	m.machines = []system.Machine{{Name: "m", Cores: 1, Speed: 1, Efficiency: 1, Count: 1}}
	m.layout.Nodes, m.layout.Node[0] = []int{0}, 0
	w := &m.layout.Workers[0]
	w.Pool, w.Charged, w.DisablePrefetch, w.PrefetchMultiplier = p, true, false, 0
	m.layout.Broker.Kind = worker.Redis
	w.Overheads = worker.Overheads{Fetch: 2 * time.Millisecond, Start: time.Millisecond}
	edit(m)
	d := &diary{names: map[int32]string{}}
	sim.New(&m.layout, m.classes, m.machines, sim.Options{Key: des.NewKey(1), Duration: 1500 * time.Millisecond, Drain: time.Second, Recorder: d}).Run()
	return strings.Join(d.lines, ", ")
}

// The work of Celery itself takes CPU time of its machine: at 1.1 s the core is shared with a task that computes, so
// that fetch and start take twice as long; that task takes longer by as much.
func TestOverheadsTakeCPU(t *testing.T) {
	assert.Equal(t, "1.003s cpu-0 starts, 1.106s io-0 starts, 1.156s cpu-0 ends ok, 1.206s io-0 ends ok",
		labour(worker.Prefork, func(*model) {}))
}

// The producers take their share as well: three threads share the core at 1.1 s.
func TestProducersTakeCPU(t *testing.T) {
	assert.Equal(t, "1.004s cpu-0 starts, 1.107s io-0 starts, 1.158s cpu-0 ends ok, 1.207s io-0 ends ok",
		labour(worker.Prefork, func(m *model) {
			m.layout.Broker.PublishCPU = time.Millisecond
			m.layout.ProducerNode = 0
		}))
}

// A gevent worker does it on its one thread, when no task computes there.
func TestOverheadsOfGevent(t *testing.T) {
	assert.Equal(t, "1.003s cpu-0 starts, 1.153s cpu-0 ends ok, 1.156s io-0 starts, 1.256s io-0 ends ok",
		labour(worker.Gevent, func(*model) {}))
}

// The consumer of a threads worker waits for the interpreter lock while a task computes, 8 x 0.29 x 5 ms a message, and
// the thread that takes it up once more.
func TestOverheadsOfThreads(t *testing.T) {
	assert.Equal(t, "1.003s cpu-0 starts, 1.1196s io-0 starts, 1.153s cpu-0 ends ok, 1.2196s io-0 ends ok", labour(worker.Threads, func(m *model) {
		m.machines[0].Cores = 2
		o := &m.layout.Workers[0].Overheads
		o.Switch, o.GivesUpLock, o.TakesLock = 5*time.Millisecond, 8, 0.29
	}))
}

// What a task waits for is over a little before the task goes on: it wakes 1 ms late, and what computes is not touched.
func TestWakingTakesTime(t *testing.T) {
	assert.Equal(t, "1.003s cpu-0 starts, 1.106s io-0 starts, 1.156s cpu-0 ends ok, 1.207s io-0 ends ok",
		labour(worker.Prefork, func(m *model) { m.layout.Workers[0].Overheads.Wake = time.Millisecond }))
}
