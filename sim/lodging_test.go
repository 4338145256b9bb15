package sim_test

import (
	"fmt"
	"runtime"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"example.com/simrun/des"
	"example.com/simrun/sim"
	"example.com/simrun/strategies"
	"example.com/simrun/system"
	"example.com/simrun/worker"
	"example.com/simrun/workloads"
)

// logbook writes down what happens to replicas and machines.
type logbook struct{ lines []string }

func (l *logbook) Publish(des.Time, int32, string, *worker.Publication) {}

func (l *logbook) Machines(now des.Time, kind, d int) {
	l.lines = append(l.lines, fmt.Sprintf("%v machine %d %+d", now, kind, d))
}

func (l *logbook) Record(r worker.Record) {
	word := map[worker.RecordKind]string{
		worker.ReplicaOrdered: "order", worker.ReplicaUp: "up", worker.ReplicaLeaving: "leave", worker.ReplicaGone: "gone",
	}[r.Kind]
	if word != "" {
		l.lines = append(l.lines, fmt.Sprintf("%v %s %d", r.At, word, r.Worker))
	}
}

// planned is a fleet of replicas of two slots that follows a plan: 1 for ten minutes, 4 for ten, 1 again.
func planned(boot workloads.Dist) *model {
	m := &model{classes: []workloads.Class{class("task", poisson(0.01), constant(1))}}
	m.addQueues()
	f := worker.Fleet{
		Policy: worker.Schedule, Min: 1, Poll: time.Minute, First: time.Minute, Grace: time.Minute, Boot: boot,
		Plan: []worker.Span{{For: 10 * time.Minute, Replicas: 1}, {For: 10 * time.Minute, Replicas: 4}, {For: 20 * time.Minute, Replicas: 1}},
	}
	for n := range 4 {
		m.add(worker.Config{Name: "worker", Concurrency: 2, Queues: m.all(), DisablePrefetch: true})
		f.Workers = append(f.Workers, n)
	}
	m.layout.Fleets = []worker.Fleet{f}
	m.machines = []system.Machine{{Name: "m", Cores: 4, Speed: 1, Efficiency: 1, Boot: 3 * time.Minute}}
	return m
}

// shared puts the replicas on machines that come and go, two on each.
func (m *model) shared(least, most int) *model {
	m.machines[0].Count, m.machines[0].Most = least, most
	for i := range most {
		m.layout.Nodes = append(m.layout.Nodes, 0)
		lease := strategies.Shared
		if i < least {
			lease = strategies.Standing
		}
		m.layout.Leases = append(m.layout.Leases, lease)
	}
	for i := range m.layout.Node {
		m.layout.Node[i] = min(i/2, most-1)
	}
	return m
}

// own gives each replica a machine.
func (m *model) own() *model {
	for i := range m.layout.Node {
		m.layout.Nodes, m.layout.Leases = append(m.layout.Nodes, 0), append(m.layout.Leases, strategies.Own)
		m.layout.Node[i] = i
	}
	return m
}

func (m *model) observe(o sim.Options) (sim.Result, []string) {
	l := &logbook{}
	o.Key, o.Recorder = des.NewKey(1), l
	return sim.New(&m.layout, m.classes, m.machines, o).Run(), l.lines
}

func shares(r *sim.Result) (all []float64) {
	for _, n := range r.Nodes {
		all = append(all, n.Paid)
	}
	return all
}

// A replica waits for its machine to boot and then for itself; one that finds room on a machine, only for itself; one
// that finds a machine which is booting, for the rest of that.
func TestMachinesComeAndGo(t *testing.T) {
	window := sim.Options{Duration: 40 * time.Minute}
	t.Run("shared", func(t *testing.T) {
		r, lines := planned(constant(60)).shared(0, 2).observe(window)
		assert.Equal(t, []string{
			"0s machine 0 +1", "0s order 0", "0s up 0",
			"10m0s order 1", "10m0s machine 0 +1", "10m0s order 2", "10m0s order 3",
			"11m0s up 1", "14m0s up 2", "14m0s up 3",
			// The newest goes first, and the second machine with the last that was on it.
			"20m0s leave 3", "20m0s gone 3", "20m0s leave 2", "20m0s machine 0 -1", "20m0s gone 2", "20m0s leave 1", "20m0s gone 1",
		}, lines)
		assert.Equal(t, []float64{1, 0.25}, shares(&r))
		assert.InDelta(t, (40+9+6+6)*60.0, r.Fleets[0].Running.Integral(40*time.Minute), 1e-6)
		assert.InDelta(t, (1+4+4)*60.0, r.Fleets[0].Booting.Integral(40*time.Minute), 1e-6)
	})
	t.Run("standing", func(t *testing.T) {
		r, lines := planned(constant(60)).shared(2, 2).observe(window)
		assert.Contains(t, lines, "11m0s up 3")
		assert.Equal(t, []float64{1, 1}, shares(&r))
	})
	t.Run("own", func(t *testing.T) {
		r, lines := planned(nil).own().observe(window)
		assert.Contains(t, lines, "13m0s up 1")
		assert.Contains(t, lines, "13m0s up 3")
		assert.Equal(t, []float64{1, 0.25, 0.25, 0.25}, shares(&r))
	})
	t.Run("no room", func(t *testing.T) {
		_, lines := planned(constant(60)).shared(0, 1).observe(window)
		assert.Equal(t, []string{
			"0s machine 0 +1", "0s order 0", "0s up 0", "10m0s order 1", "11m0s up 1", "20m0s leave 1", "20m0s gone 1",
		}, lines, "two fit, the others wait for room")
	})
	t.Run("a smaller share of the cores", func(t *testing.T) {
		m := planned(constant(60)).shared(0, 2)
		for range m.layout.Workers {
			m.layout.Containers = append(m.layout.Containers, system.Container{Cores: 1})
		}
		r, _ := m.observe(window)
		assert.Equal(t, []float64{1, 0}, shares(&r), "four of one core each fit on one machine")
	})
	t.Run("memory", func(t *testing.T) {
		m := planned(constant(60)).shared(0, 2)
		m.machines[0].Memory = 4 << 30
		for range m.layout.Workers {
			m.layout.Containers = append(m.layout.Containers, system.Container{Parent: 1 << 30, Child: 1 << 28, Memory: 3 << 30})
		}
		_, lines := m.observe(window)
		assert.Equal(t, []string{
			"0s machine 0 +1", "0s order 0", "0s up 0", "10m0s machine 0 +1", "10m0s order 1", "14m0s up 1",
			"20m0s leave 1", "20m0s machine 0 -1", "20m0s gone 1",
		}, lines, "of two limits of 3 GiB one fits")
		for i := range m.layout.Containers {
			m.layout.Containers[i].Memory = 0
		}
		_, lines = m.observe(window)
		assert.Contains(t, lines, "11m0s up 1", "two bases of 1.5 GiB fit")
		assert.Contains(t, lines, "14m0s up 3")
	})
	t.Run("called off", func(t *testing.T) {
		m := planned(constant(3600)).own()
		_, lines := m.observe(window)
		assert.Equal(t, []string{"20m0s machine 0 -1", "20m0s gone 3", "20m0s machine 0 -1", "20m0s gone 2", "20m0s machine 0 -1", "20m0s gone 1"}, lines[len(lines)-6:])
	})
	t.Run("cold", func(t *testing.T) {
		m := planned(constant(60)).own()
		m.machines[0].Cold = true
		m.layout.Fleets[0].Cold = true
		_, lines := m.observe(window)
		assert.Contains(t, lines, "4m0s up 0")
	})
}

// A fixed worker on a machine that starts cold takes its first task when that has booted.
func TestColdMachine(t *testing.T) {
	a := class("a", workloads.Every{Period: time.Minute}, constant(1))
	m := pool(1, a).on(1)
	m.machines[0].Cold, m.machines[0].Boot = true, 150*time.Second
	d := &diary{names: map[int32]string{}}
	o := outside{model: m, recorder: d}
	r := o.run(1, 0, 5*time.Minute)
	assert.Equal(t, []string{"2m30s a-0 starts", "2m31s a-0 ends ok", "2m31s a-1 starts"}, d.lines[:3])
	assert.Zero(t, r.Workers[0].Restarts)
}

// Two capped replicas on the second of two machines share its cores, though they were laid out on the first.
func TestCapsMoveAlong(t *testing.T) {
	burning := computing("a", 1, constant(60))
	burning.Arrivals.Process = workloads.Every{Period: 30 * time.Minute}
	burning.Arrivals.Batch = constant(8)
	m := planned(nil).shared(0, 2)
	m.classes = []workloads.Class{burning}
	m.layout.Queues, m.layout.ClassQueue = nil, nil
	m.addQueues()
	m.machines[0].Boot = 0
	m.layout.Fleets[0].Plan = []worker.Span{{For: time.Hour, Replicas: 4}}
	for i := range m.layout.Workers {
		m.layout.Workers[i].Queues = m.all()
		m.layout.Containers = append(m.layout.Containers, system.Container{Cores: 2})
		m.layout.Node[i] = 0 // wherever it was laid out
	}
	r, lines := m.observe(sim.Options{Duration: 45 * time.Minute, Drain: hour})
	assert.Equal(t, []float64{1, 1}, shares(&r), lines)
	// Eight tasks of a minute on 2 x 4 cores: all run at full speed, and end after a minute.
	assert.InDelta(t, 60, r.Classes[0].Run.Max().Seconds(), 1e-6)
	assert.InDelta(t, 8*60/(45*60.0), r.Nodes[0].Busy+r.Nodes[1].Busy, 1e-6)
}

// computingFleet is a fleet on machines that come and go, with everything that can go wrong with tasks.
func computingFleet(p worker.Pool, policy worker.Policy) *model {
	m := troubled(p)
	one := m.layout.Workers[0]
	one.Concurrency = 8
	f := worker.Fleet{
		Policy: policy, Min: 1, Target: map[worker.Policy]float64{worker.QueueLength: 5, worker.Utilization: 0.6, worker.Latency: 2}[policy],
		Poll: 15 * time.Second, Cooldown: time.Minute, Boot: exponential(20), Grace: 10 * time.Second, Victim: worker.Victim(policy % 2),
		Plan: []worker.Span{{For: 4 * time.Minute, Replicas: 2}, {For: 3 * time.Minute, Replicas: 10}},
	}
	m.layout.Workers, m.layout.Node, m.layout.Nodes = nil, nil, nil
	for n := range 12 {
		m.add(one)
		f.Workers = append(f.Workers, n)
	}
	m.layout.Fleets = []worker.Fleet{f}
	m.machines = []system.Machine{{Name: "m", Cores: 16, Speed: 1, Efficiency: 1, Boot: 40 * time.Second, Zone: "here"}}
	for i := range m.classes {
		m.classes[i].Arrivals.Process = workloads.Stages{Steps: []workloads.Stage{
			{For: 5 * time.Minute, From: 1, To: 1}, {For: 3 * time.Minute, From: 12 / float64(i+1), To: 20 / float64(i+1)},
		}}
		if p != worker.Prefork {
			m.classes[i].Failures.Hang.P = 0
		}
	}
	return m.shared(1, 5)
}

// Tasks are conserved while replicas and machines come and go and fail, whoever scales them, and the same seed gives the
// same answer.
func TestConservationInFleets(t *testing.T) {
	for name, p := range map[string]worker.Pool{"prefork": worker.Prefork, "threads": worker.Threads, "gevent": worker.Gevent, "solo": worker.Solo} {
		for policy := range worker.Policy(4) {
			t.Run(fmt.Sprintf("%s, policy %d", name, policy), func(t *testing.T) {
				m := computingFleet(p, policy)
				if p == worker.Solo {
					for i := range m.layout.Workers {
						m.layout.Workers[i].Concurrency = 1
					}
				}
				if policy == worker.Utilization {
					for range m.layout.Workers {
						m.layout.Containers = append(m.layout.Containers, system.Container{Cores: 3, Given: true, Parent: 50, Child: 40})
					}
				}
				o := outside{model: m, faults: []system.Fault{{Of: system.OfMachine, At: 12 * time.Minute, For: time.Minute}}}
				r := o.run(3, 0, 40*time.Minute)
				for k := range r.Classes {
					var ended int64
					for _, n := range r.Classes[k].ByOutcome {
						ended += n
					}
					require.Equal(t, r.Classes[k].Published, ended)
				}
				assert.Positive(t, r.Fleets[0].Ordered)
				assert.Positive(t, r.Fleets[0].Removed)
				assert.LessOrEqual(t, r.Fleets[0].Running.Most(), 12)
				again := o.run(3, 0, 40*time.Minute)
				assert.Equal(t, r.Tally, again.Tally)
				assert.Equal(t, r.Nodes, again.Nodes)
			})
		}
	}
}

// A fleet that has been everywhere it can go allocates nothing more.
func TestFleetsAllocateNothing(t *testing.T) {
	m := computingFleet(worker.Prefork, worker.QueueLength)
	allocations := func(duration des.Time) (mallocs uint64, events int64) {
		var before, after runtime.MemStats
		world := sim.New(&m.layout, m.classes, m.machines, sim.Options{Key: des.NewKey(1), Duration: duration, Drain: hour})
		runtime.ReadMemStats(&before)
		r := world.Run()
		runtime.ReadMemStats(&after)
		return after.Mallocs - before.Mallocs, r.Events
	}
	short, few := allocations(2 * hour)
	long, many := allocations(6 * hour)
	assert.Greater(t, many-few, int64(500_000))
	t.Logf("%d allocations in %d events, %d in %d", short, few, long, many)
	assert.LessOrEqual(t, long, short+150)
}
