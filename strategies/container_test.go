package strategies

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"example.com/simrun/capacity"
	"example.com/simrun/celery"
	"example.com/simrun/system"
	"example.com/simrun/workloads"
)

func sized(name string, hold float64) workloads.Class {
	c := workloads.Class{Queue: name, Arrivals: workloads.Arrivals{Process: workloads.Poisson{PerSecond: 1}}}
	c.Name = name
	d, err := workloads.Constant(1)
	if err != nil {
		panic(err)
	}
	c.Work = []workloads.Phase{{Kind: workloads.IO, Demand: d}}
	if hold > 0 {
		if c.Memory.Hold, err = workloads.Constant(hold); err != nil {
			panic(err)
		}
	}
	return c
}

// What the processes hold must fit; what a task holds besides should.
func TestWhatFits(t *testing.T) {
	const mib = 1 << 20
	classes := []workloads.Class{sized("train", 3000*mib), sized("move", 10*mib)}
	machines := []system.Machine{{Name: "app", Cores: 4, Count: 2, Memory: 1024 * mib}}
	for _, tt := range []struct {
		name string
		edit func(w *WorkerSpec)
		want []string
	}{
		{"four children of 40 MiB and 48", func(w *WorkerSpec) { w.Container.Memory = new(int64(208 * mib)) }, []string{
			`workers.w: its memory_limit has 208 MiB, of which its processes take 208 MiB before any task: "train", which holds 2.93 GiB on average, does not fit even alone`,
			`workers.w: its memory_limit has 208 MiB, of which its processes take 208 MiB before any task: "move", which holds 10 MiB on average, does not fit even alone`,
		}},
		{"one MiB short", func(w *WorkerSpec) { w.Container.Memory = new(int64(207 * mib)) }, []string{
			"workers.w.memory_limit: 207 MiB: its processes take 208 MiB before any task (base_memory)",
		}},
		{"two of ten replicas a machine", func(w *WorkerSpec) { w.Replicas, w.Machine = new(8), "app" }, []string{
			`workers.w: its machine has 1 GiB, of which its processes take 208 MiB before any task: "train", which holds 2.93 GiB on average, does not fit even alone`,
		}},
		{"five of them are too many", func(w *WorkerSpec) { w.Replicas, w.Machine = new(10), "app" }, []string{
			`workers.w: its machine has 1 GiB, of which its processes take 208 MiB before any task: "train", which holds 2.93 GiB on average, does not fit even alone`,
			`workers.w.machine: "app": one has 1 GiB, and the processes of its workers take 1.02 GiB before any task (base_memory)`,
		}},
		{"threads are one process", func(w *WorkerSpec) {
			w.Pool, w.Container.Memory, w.Container.OOM, w.MaxMemoryPerChild = "threads", new(int64(4096*mib)), "child", new(int64(mib))
		}, []string{
			"workers.w.oom: no effect: the pool threads is one process, which dies as a whole",
			"workers.w.max_memory_per_child: no effect: the pool threads has no processes to recycle",
		}},
		{"less than an idle child", func(w *WorkerSpec) { w.MaxMemoryPerChild = new(int64(30 * mib)) }, []string{
			"workers.w.max_memory_per_child: 30 MiB: a child holds 40 MiB before any task: every child is replaced after its first one",
		}},
		{"another word", func(w *WorkerSpec) { w.Container.OOM = "childs" }, []string{`workers.w.oom: "childs": want child or worker; did you mean "child"?`}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			w := WorkerSpec{Worker: celery.Worker{Name: "w", Queues: []string{"train", "move"}, Concurrency: new(4)}}
			tt.edit(&w)
			_, problems := Resolve([]Spec{{Name: "s", Broker: BrokerSpec{Broker: celery.Broker{Kind: "ideal"}}, Workers: []WorkerSpec{w}}}, classes, machines, nil)
			var got []string
			for _, p := range problems[0] {
				got = append(got, p.Path+": "+p.Message)
			}
			assert.Equal(t, tt.want, got)
		})
	}
}

func TestSplitByMemory(t *testing.T) {
	classes := []workloads.Class{sized("train", 2<<30), sized("move", 1<<20), sized("mail", 0)}
	from := Spec{Name: "pool", Workers: []WorkerSpec{{Worker: celery.Worker{Name: "w", Queues: []string{"train", "move", "mail"}, Concurrency: new(6), MaxMemoryPerChild: new(int64(1 << 30))}}}}
	by := Spec{Name: "split", Derive: &Derive{From: "pool", SplitBy: "memory", Shares: map[string]int{"memory": 2, "light": 4}}}
	layouts, problems := Resolve([]Spec{from, by}, classes, nil, nil)
	require.False(t, Failed(problems[1]), "%v", problems[1])
	l := &layouts[1]
	assert.Equal(t, []string{"worker_memory_intensive", "worker_lightweight"}, l.Groups)
	assert.Equal(t, []string{"train"}, queueNames(l, l.Workers[0].Queues))
	assert.Equal(t, []string{"move", "mail"}, queueNames(l, l.Workers[1].Queues))
	assert.EqualValues(t, 1<<30, l.Workers[1].MaxMemoryPerChild, "settings are taken over")
	assert.Equal(t, 2, l.Workers[0].Concurrency)

	capped := from
	capped.Workers = []WorkerSpec{from.Workers[0]}
	capped.Workers[0].Container.Memory = new(int64(8 << 30))
	_, problems = Resolve([]Spec{capped, by}, classes, nil, nil)
	assert.Contains(t, problems[1][0].Message, "has a memory_limit or a cpu_limit, which no rule here deals out")
}

// What Celery can be told goes into the command line, in KiB.
func TestMemoryOnTheCommandLine(t *testing.T) {
	w, _, err := celery.ParseCommand("celery -A app worker -Q a -c 2 --max-memory-per-child=1048576")
	require.NoError(t, err)
	assert.EqualValues(t, 1<<30, *w.MaxMemoryPerChild)
	layouts, _ := Resolve([]Spec{{Name: "s", Workers: []WorkerSpec{{Worker: celery.Worker{Name: "w"}, Command: "celery -A app worker -Q a -c 2 --max-memory-per-child=1048576"}}}},
		[]workloads.Class{sized("a", 0)}, nil, nil)
	assert.Contains(t, lineOf(&layouts[0], 0, "w").String(), " --max-memory-per-child=1048576")
}

// A cap is what a worker's tasks can use at most, whatever cores there are: 2 cores of work a second do not fit into 1.5.
func TestACapMakesAQueueUnstable(t *testing.T) {
	busy := sized("a", 0)
	busy.Work[0].Kind = workloads.CPU
	busy.Arrivals.Process = workloads.Poisson{PerSecond: 2}
	machines := []system.Machine{{Name: "app", Cores: 8, Speed: 1, Efficiency: 1, Count: 1}}
	for limit, unstable := range map[float64]bool{1.5: true, 2.5: false} {
		w := WorkerSpec{Worker: celery.Worker{Name: "w", Queues: []string{"a"}, Concurrency: new(8)}, Machine: "app"}
		w.Container.Cores = new(limit)
		layouts, problems := Resolve([]Spec{{Name: "s", Broker: BrokerSpec{Broker: celery.Broker{Kind: "ideal"}}, Workers: []WorkerSpec{w}}}, []workloads.Class{busy}, machines, nil)
		require.False(t, Failed(problems[0]))
		load := layouts[0].Offered([]workloads.Class{busy}, machines, capacity.Outside{}, 1)[0]
		assert.Equal(t, unstable, load.Unstable)
		if unstable {
			assert.Equal(t, `the cpu_limit of "w"`, load.By)
			assert.InDelta(t, 0.5, load.GrowthPerSecond, 1e-6)
		}
	}
}
