package strategies

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"example.com/simrun/celery"
	"example.com/simrun/worker"
	"example.com/simrun/workloads"

	"pgregory.net/rapid"
)

// describe writes the workers of a layout as name:queues:slots.
func describe(l *Layout) string {
	var parts []string
	for i := range l.Workers {
		c := &l.Workers[i]
		parts = append(parts, fmt.Sprintf("%s:%s:%d", c.Name, strings.Join(queueNames(l, c.Queues), ","), c.Concurrency))
	}
	return strings.Join(parts, " ")
}

func TestDerive(t *testing.T) {
	classes := []workloads.Class{
		class(t, "notify", "all", 10, 0, 0.1), // 1 slot
		class(t, "report", "all", 1, 2, 1),    // 3 slots, mostly computing
		class(t, "backup", "low", 0.8, 0, 5),  // 4 slots
	}
	classes[2].HasPriority, classes[2].Priority = true, 9
	from := WorkerSpec{Worker: celery.Worker{Name: "worker", Queues: []string{"all", "low"}, Concurrency: new(8), AcksLate: new(true), PrefetchMultiplier: new(1)}, Machine: "app"}
	twice := from
	twice.Concurrency, twice.Replicas = new(4), new(2)
	for _, tt := range []struct {
		name    string
		broker  string
		from    WorkerSpec
		d       Derive
		workers string
		routes  string // queue of each class
	}{
		{"queue, load", "ideal", from, Derive{SplitBy: "queue", Share: "load"}, "worker_all:all:4 worker_low:low:4", "all all low"},
		{"queue, given", "ideal", from, Derive{SplitBy: "queue", Shares: map[string]int{"all": 6, "low": 2}}, "worker_all:all:6 worker_low:low:2", "all all low"},
		{"kind, load", "ideal", from, Derive{SplitBy: "kind", Share: "load"}, "worker_cpu_intensive:all_cpu:3 worker_io_bound:all_io,low:5", "all_io all_cpu low"},
		{"kind, equal", "redis", from, Derive{SplitBy: "kind", Share: "equal"}, "worker_cpu_intensive:all_cpu:4 worker_io_bound:all_io,low:4", "all_io all_cpu low"},
		{"priority on redis", "redis", from, Derive{SplitBy: "priority", Share: "equal"}, "worker_high_priority:all:4 worker_low_priority:low:4", "all all low"},
		{"priority elsewhere", "ideal", from, Derive{SplitBy: "priority", Shares: map[string]int{"high": 1, "low": 7}}, "worker_high_priority:low:1 worker_low_priority:all:7", "all all low"},
		{"replicas", "ideal", twice, Derive{SplitBy: "queue", Shares: map[string]int{"all": 7, "low": 1}}, "worker_all:all:4 worker_all#2:all:3 worker_low:low:1", "all all low"},
	} {
		tt.d.From = "one"
		broker := BrokerSpec{Broker: celery.Broker{Kind: tt.broker}}
		layouts, problems := Resolve([]Spec{
			{Name: "derived", Derive: &tt.d, Broker: broker}, // before the one that it comes from
			{Name: "one", Workers: []WorkerSpec{tt.from}, Broker: broker},
		}, classes, app, nil)
		if Failed(problems[0]) || Failed(problems[1]) {
			t.Errorf("%s: %s\n%s", tt.name, problemsOf(problems[0]), problemsOf(problems[1]))
			continue
		}
		l := &layouts[0]
		if got := describe(l); got != tt.workers {
			t.Errorf("%s: %s, want %s", tt.name, got, tt.workers)
		}
		if got := strings.Join(queueNames(l, l.ClassQueue), " "); got != tt.routes {
			t.Errorf("%s: routes %s, want %s", tt.name, got, tt.routes)
		}
		for _, w := range l.Workers {
			if !w.AcksLate || w.PrefetchMultiplier != 1 {
				t.Errorf("%s: %+v does not inherit", tt.name, w)
			}
		}
		if l.Slots() != layouts[1].Slots() || len(l.Nodes) != 1 {
			t.Errorf("%s: %d slots, nodes %v", tt.name, l.Slots(), l.Nodes)
		}
	}
}

func TestDeriveKeepsOptionsOfQueues(t *testing.T) {
	classes := []workloads.Class{class(t, "a", "all", 1, 0, 1), class(t, "b", "all", 1, 1, 0)}
	layouts, problems := Resolve([]Spec{
		{Name: "one", Workers: []WorkerSpec{{Worker: celery.Worker{Name: "w", Queues: []string{"all"}, Concurrency: new(4)}}}},
		{Name: "split", Derive: &Derive{From: "one", SplitBy: "kind"}},
	}, classes, nil, []worker.Queue{{Name: "all", MaxLength: 7, MaxPriority: 3, DeliveryLimit: 2}})
	if Failed(problems[1]) {
		t.Fatal(problemsOf(problems[1]))
	}
	for _, q := range layouts[1].Queues {
		if q.MaxLength != 7 || q.MaxPriority != 3 || q.DeliveryLimit != 2 {
			t.Errorf("%+v", q)
		}
	}
}

func TestDeriveProblems(t *testing.T) {
	classes := notifyAndBackup(t)
	classes = append(classes, classes[0])
	classes[2].Name = "closed"
	classes[2].Arrivals = workloads.Arrivals{Process: workloads.Closed{Clients: 2, Think: constant(t, 1)}}
	pool := []WorkerSpec{{Worker: celery.Worker{Name: "w", Queues: []string{"high", "low"}, Concurrency: new(4)}, Machine: "app"}}
	for _, tt := range []struct {
		d    Derive
		want string
	}{
		{Derive{From: "poool", SplitBy: "queue"}, `derive.from: "poool": want pool, tiny, mixed or broken; did you mean "pool"?`},
		{Derive{From: "derived", SplitBy: "queue"}, `derive.from: "derived": it is derived from this one`},
		{Derive{From: "broken", SplitBy: "queue"}, `derive.from: "broken": it has errors of its own`},
		{Derive{From: "mixed", SplitBy: "queue"}, `derive.from: "mixed": the settings of its workers differ ("a" and "b")`},
		{Derive{From: "tiny", SplitBy: "queue", Share: "equal"}, "derive.split_by: 1 slots for 2 workers: want at least one each"},
		{Derive{From: "pool", SplitBy: "label"}, `derive.split_by: label: all tasks have the same: nothing to split`},
		{Derive{From: "pool", SplitBy: "zone"}, `derive.split_by: zone: all tasks need the same: nothing to split`},
		{Derive{From: "pool", SplitBy: "memory"}, `derive.split_by: memory: no task holds more than 40 MiB`},
		{Derive{From: "pool", SplitBy: "queues"}, `derive.split_by: "queues": want queue, kind, priority, label, memory or zone; did you mean "queue"?`},
		{Derive{From: "pool", SplitBy: "kind", Share: "equal"}, "derive.split_by: kind: no task is of the kind cpu"},
		{Derive{From: "pool", SplitBy: "queue", Share: "load"}, `derive.share: load: the rate of "closed" depends`},
		{Derive{From: "pool", SplitBy: "queue", Share: "fair"}, `derive.share: "fair": want load or equal, or slots by name`},
		{Derive{From: "pool", SplitBy: "queue", Shares: map[string]int{"high": 4, "low": 1}}, `derive.share: 5 slots in all: want 4, as "pool" has`},
		{Derive{From: "pool", SplitBy: "queue", Shares: map[string]int{"high": 4}}, `derive.share: "low": 0: want at least 1 slot`},
		{Derive{From: "pool", SplitBy: "queue", Shares: map[string]int{"high": 1, "low": 3, "lo": 0}}, `derive.share: "lo": want high or low; did you mean "low"?`},
	} {
		_, problems := Resolve([]Spec{
			{Name: "derived", Derive: &tt.d},
			{Name: "pool", Workers: pool},
			{Name: "tiny", Workers: []WorkerSpec{{Worker: celery.Worker{Name: "w", Queues: []string{"high", "low"}, Concurrency: new(1)}}}},
			{Name: "mixed", Workers: []WorkerSpec{{Worker: celery.Worker{Name: "a", Queues: []string{"high"}, Concurrency: new(1)}}, {Worker: celery.Worker{Name: "b", Queues: []string{"low"}, Concurrency: new(1), AcksLate: new(true)}}}},
			{Name: "broken"},
		}, classes, app, nil)
		if got := problemsOf(problems[0]); !strings.HasPrefix(got, tt.want) {
			t.Errorf("%+v: %s, want %s", tt.d, got, tt.want)
		}
	}
}

func TestApportion(t *testing.T) {
	for _, tt := range []struct {
		n     int
		loads []float64
		want  []int
	}{
		{8, []float64{1, 1}, []int{4, 4}},
		{8, []float64{0.01, 4}, []int{1, 7}},
		{7, []float64{1, 1, 1}, []int{3, 2, 2}},
		{10, []float64{47, 16, 15.8, 12, 6.1, 3.1}, []int{5, 1, 1, 1, 1, 1}},
		{3, []float64{0, 0, 9}, []int{1, 1, 1}},
		{4, []float64{0, 0}, []int{2, 2}},
	} {
		if got := apportion(tt.n, tt.loads); !slices.Equal(got, tt.want) {
			t.Errorf("%d of %v: %v, want %v", tt.n, tt.loads, got, tt.want)
		}
	}
}

func TestApportionSpendsTheBudget(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		loads := rapid.SliceOfN(rapid.Float64Range(0, 1e6), 1, 20).Draw(t, "loads")
		n := rapid.IntRange(len(loads), 200).Draw(t, "n")
		sum := 0
		for i, seats := range apportion(n, loads) {
			if seats < 1 {
				t.Fatalf("share %d has no slot", i)
			}
			sum += seats
		}
		if sum != n {
			t.Fatalf("%d slots dealt out, want %d", sum, n)
		}
	})
}

// A derived worker of several queues keeps their weights; a queue that was split off has weight 1.
func TestDeriveInheritsWeights(t *testing.T) {
	classes := []workloads.Class{class(t, "a", "A", 1, 0, 1), class(t, "b", "B", 1, 0, 1), class(t, "c", "C", 1, 0, 1), class(t, "d", "C", 1, 1, 0)}
	pool := w("w", 4, "A", "B", "C")
	pool.Weights = map[string]int{"A": 5, "B": 3, "C": 2}
	layouts, problems := Resolve([]Spec{
		{Name: "one", Workers: []WorkerSpec{pool}, Broker: BrokerSpec{Broker: celery.Broker{Kind: "ideal"}}},
		{Name: "kind", Derive: &Derive{From: "one", SplitBy: "kind"}, Broker: BrokerSpec{Broker: celery.Broker{Kind: "ideal"}}},
	}, classes, nil, nil)
	if Failed(problems[1]) {
		t.Fatal(problemsOf(problems[1]))
	}
	if io := layouts[1].Workers[1]; io.Order != worker.Weighted || !slices.Equal(io.Weights, []int{5, 3, 1}) {
		t.Errorf("%s: %+v", describe(&layouts[1]), io)
	}
	if cpu := layouts[1].Workers[0]; cpu.Order != worker.RoundRobin || cpu.Weights != nil {
		t.Errorf("%+v", cpu)
	}
}
