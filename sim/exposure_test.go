package sim_test

import (
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

// sensitive is a task of a second each 10 s that carries a label, and others of four seconds each 24 s that do not, on
// one worker of one machine.
func sensitive(slots int) *model {
	s := class("s", workloads.Every{Period: 10 * time.Second}, constant(1))
	s.Labels = []string{"pii"}
	o := class("o", workloads.Every{Period: 24 * time.Second}, constant(4))
	return pool(slots, s, o).on(1)
}

// apart gives each class a worker of its own, on one machine or two.
func apart(machines int) *model {
	m := sensitive(1)
	m.layout.Workers[0].Queues = []int{0}
	m.add(worker.Config{Name: "general", Concurrency: 1, Queues: []int{1}, DisablePrefetch: true})
	m.layout.Node[1] = machines - 1
	if machines == 2 {
		m.layout.Nodes = []int{0, 0}
	}
	return m
}

func (m *model) watched(duration des.Time, faults ...system.Fault) sim.Result {
	return sim.New(&m.layout, m.classes, m.machines, sim.Options{
		Key: des.NewKey(1), Duration: duration, Drain: time.Minute, Faults: faults,
	}).Run()
}

// In 100 s sensitive tasks come at 10, 20 .. 90, the others at 24, 48, 72 and 96: the second is there when that of 50 s
// comes, and goes after a second.
func TestExposureByHand(t *testing.T) {
	for _, c := range []struct {
		name             string
		model            func() *model
		process, machine [2]int64 // attempts that shared one, and at the same time
		overlap          des.Time // on the machine
	}{
		{"one process runs all", func() *model { return sensitive(1) }, [2]int64{9, 0}, [2]int64{9, 0}, 0},
		// The second child runs one task, that of 50 s, beside the other.
		{"a free child is taken in order", func() *model { return sensitive(2) }, [2]int64{8, 0}, [2]int64{9, 1}, time.Second},
		{"threads share their process", func() *model {
			m := sensitive(2)
			m.layout.Workers[0].Pool = worker.Threads
			return m
		}, [2]int64{9, 1}, [2]int64{9, 1}, time.Second},
		{"a child of its own for every task", func() *model {
			m := sensitive(2)
			m.layout.Workers[0].MaxTasksPerChild = 1
			return m
		}, [2]int64{0, 0}, [2]int64{9, 1}, time.Second},
		// Children run 10 20 (24), 30 40 (48), 50 60 70, (72) 80 90: those of the third are alone.
		{"three tasks a child", func() *model {
			m := sensitive(1)
			m.layout.Workers[0].MaxTasksPerChild = 3
			return m
		}, [2]int64{6, 0}, [2]int64{9, 0}, 0},
		{"a worker of its own", func() *model { return apart(1) }, [2]int64{0, 0}, [2]int64{9, 1}, time.Second},
		{"a machine of its own", func() *model { return apart(2) }, [2]int64{0, 0}, [2]int64{0, 0}, 0},
	} {
		t.Run(c.name, func(t *testing.T) {
			m := c.model()
			r := m.watched(100 * time.Second)
			require.Len(t, r.Exposure, 1)
			x := &r.Exposure[0]
			assert.Equal(t, "pii", x.Label)
			assert.EqualValues(t, 9, x.Attempts)
			assert.EqualValues(t, 9, x.Uncleared, "nobody is cleared")
			process, machine := [2]int64{x.Process.Attempts, x.Process.Beside}, [2]int64{x.Machine.Attempts, x.Machine.Beside}
			assert.Equal(t, c.process, process)
			assert.Equal(t, c.machine, machine)
			assert.Equal(t, c.overlap.Seconds(), x.Machine.Overlap.Seconds())

			m.layout.Clearance = make([][]string, len(m.layout.Workers))
			m.layout.Clearance[0] = []string{"pii"}
			r = m.watched(100 * time.Second)
			assert.Zero(t, r.Exposure[0].Uncleared, "its worker is")
		})
	}
}

// The machine fails from 68.5 s to 69.5 s. The process of its worker is another one then: the first has met the other
// task, the second meets none.
func TestAProcessEndsWithItsMachine(t *testing.T) {
	m := sensitive(1)
	m.classes[1].Arrivals.Process = workloads.Every{Period: 64 * time.Second}
	down := system.Fault{Of: system.OfMachine, At: 68500 * time.Millisecond, For: time.Second}
	r := m.watched(100*time.Second, down)
	x := &r.Exposure[0]
	// 10 .. 60 s before the failure share the process with the task of 64 s; 70, 80 and 90 s have a new one.
	assert.EqualValues(t, 9, x.Attempts)
	assert.EqualValues(t, 6, x.Process.Attempts)
	assert.EqualValues(t, 9, x.Machine.Attempts, "the machine is the same")
}

// A machine that is given back is gone with all that ran on it. A sensitive task comes at 25 min, others in the first
// nine: where the one replica is away from 10 to 20 min, it has another machine then.
func TestAMachineThatIsGivenBack(t *testing.T) {
	m := planned(nil).own()
	m.classes = []workloads.Class{
		class("s", workloads.Every{Period: 25 * time.Minute}, constant(1)),
		class("o", workloads.Stages{Steps: []workloads.Stage{{For: 9 * time.Minute, From: 0.1, To: 0.1}, {For: hour}}}, constant(1)),
	}
	m.classes[0].Labels = []string{"pii"}
	m.layout.Queues, m.layout.ClassQueue = nil, nil
	m.addQueues()
	for i := range m.layout.Workers {
		m.layout.Workers[i].Queues = m.all()
	}
	f := &m.layout.Fleets[0]
	f.Min = 0
	shared := func(between int) int64 {
		f.Plan = []worker.Span{{For: 10 * time.Minute, Replicas: 1}, {For: 10 * time.Minute, Replicas: between}, {For: 20 * time.Minute, Replicas: 1}}
		r := m.watched(26 * time.Minute)
		require.EqualValues(t, 1, r.Exposure[0].Attempts)
		return r.Exposure[0].Machine.Attempts
	}
	assert.EqualValues(t, 1, shared(1))
	assert.Zero(t, shared(0))
}

// The others are malicious from 20 s to 60 s: those of 24 s and 48 s.
func TestCompromiseByHand(t *testing.T) {
	ownUsers := func(m *model) *model { m.layout.PerQueue = true; return m }
	for _, c := range []struct {
		name  string
		model *model
		want  [sim.Levels]int64 // process, machine, broker
	}{
		// What comes at 30, 40 and 50 s; the four of that time are those and the one of 20 s.
		{"one process", sensitive(1), [sim.Levels]int64{3, 3, 3}},
		{"a worker of its own", apart(1), [sim.Levels]int64{0, 3, 3}},
		{"and a user of its own", ownUsers(apart(1)), [sim.Levels]int64{0, 3, 0}},
		{"a machine of its own", apart(2), [sim.Levels]int64{0, 0, 3}},
		{"and a user, too", ownUsers(apart(2)), [sim.Levels]int64{0, 0, 0}},
		// Nothing is there from 24 to 28 s; that of 50 s comes while the other runs.
		{"children of their own", func() *model {
			m := sensitive(2)
			m.layout.Workers[0].MaxTasksPerChild = 1
			return m
		}(), [sim.Levels]int64{0, 1, 1}},
		// They run from 24 to 33 s and from 48 to 57 s, and those of 30 and 50 s wait for them in the broker. When they
		// begin, the malicious child is gone.
		{"a message that waits", func() *model {
			m := sensitive(1)
			m.classes[1].Work[0].Demand = constant(9)
			m.layout.Workers[0].MaxTasksPerChild = 1
			return m
		}(), [sim.Levels]int64{0, 0, 2}},
	} {
		t.Run(c.name, func(t *testing.T) {
			r := c.model.watched(100*time.Second, system.Fault{Of: system.OfClass, Target: 1, At: 20 * time.Second, For: 40 * time.Second})
			require.Len(t, r.Compromised, 1)
			assert.Equal(t, c.want, r.Compromised[0].Reach[0])
			assert.EqualValues(t, 4, r.Compromised[0].Present[0])
			assert.Zero(t, r.Compromised[0].Reach[1], "its own tasks are no news to it")
		})
	}
}

// A task with two labels is exposed for each by itself: to tasks that lack it.
func TestExposureByLabel(t *testing.T) {
	m := sensitive(1)
	m.classes[0].Labels = []string{"pii", "pay"}
	m.classes[1].Labels = []string{"pii"}
	m.layout.Clearance = [][]string{{"pay"}}
	r := m.watched(100 * time.Second)
	require.Len(t, r.Exposure, 3)
	type row struct {
		class                       int
		label                       string
		attempts, uncleared, shared int64
	}
	var got []row
	for _, x := range r.Exposure {
		got = append(got, row{x.Class, x.Label, x.Attempts, x.Uncleared, x.Process.Attempts})
	}
	assert.Equal(t, []row{{0, "pii", 9, 9, 0}, {0, "pay", 9, 0, 9}, {1, "pii", 4, 4, 0}}, got)
}

// Labels, clearances, access control and a compromise change nothing that happens, in any pool and under any trouble;
// and what is counted adds up.
func TestWatchingChangesNothing(t *testing.T) {
	for name, p := range map[string]worker.Pool{"prefork": worker.Prefork, "gevent": worker.Gevent, "threads": worker.Threads} {
		t.Run(name, func(t *testing.T) {
			m := troubled(p)
			m.layout.Workers[0].MaxTasksPerChild = 50
			if p != worker.Prefork {
				for i := range m.classes {
					m.classes[i].Work[0].Demand = exponential(0.003)
					m.classes[i].Failures.Hang.P = 0
				}
			}
			plain := m.watched(hour)
			require.Nil(t, plain.Exposure)
			require.Nil(t, plain.Compromised)
			m.classes[0].Labels, m.classes[3].Labels, m.classes[5].Labels = []string{"a"}, []string{"b", "a"}, []string{"b"}
			m.layout.Clearance, m.layout.PerQueue = [][]string{{"b"}}, true
			bad := system.Fault{Of: system.OfClass, Target: 1, At: 10 * time.Minute, For: 10 * time.Minute}
			r := m.watched(hour, bad)
			assert.Equal(t, plain.Events+2, r.Events, "it begins and ends")
			assert.Equal(t, plain.Tally, r.Tally)
			assert.Equal(t, plain.Nodes, r.Nodes)
			require.Len(t, r.Exposure, 4)
			for _, x := range r.Exposure {
				assert.Equal(t, r.Classes[x.Class].Attempts, x.Attempts)
				assert.Equal(t, x.Label == "a", x.Uncleared == x.Attempts)
				assert.Positive(t, x.Process.Attempts)
				assert.LessOrEqual(t, x.Process.Attempts, x.Machine.Attempts)
				assert.LessOrEqual(t, x.Machine.Attempts, x.Attempts)
				assert.LessOrEqual(t, x.Process.Beside, x.Process.Attempts)
				assert.LessOrEqual(t, x.Process.Overlap.Seconds(), x.Machine.Overlap.Seconds())
				run := r.Classes[x.Class].Run.Mean() * float64(r.Classes[x.Class].Run.Count())
				assert.LessOrEqual(t, x.Machine.Overlap.Seconds(), run+1e-6, "no longer than they ran")
				assert.Equal(t, p == worker.Prefork, x.Process.Beside == 0, "a child runs one task at a time")
			}
			for c, reach := range r.Compromised[0].Reach {
				assert.LessOrEqual(t, reach[sim.ProcessLevel], reach[sim.MachineLevel])
				assert.LessOrEqual(t, reach[sim.MachineLevel], r.Compromised[0].Present[c])
				assert.LessOrEqual(t, reach[sim.BrokerLevel], r.Compromised[0].Present[c])
				assert.Equal(t, c != 1, reach[sim.MachineLevel] > 0)
			}
			again := m.watched(hour, bad)
			assert.Equal(t, r, again)
		})
	}
}
