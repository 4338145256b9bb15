package strategies

import (
	"math"
	"slices"
	"testing"
	"time"

	"example.com/simrun/capacity"
	"example.com/simrun/celery"
	"example.com/simrun/system"
	"example.com/simrun/worker"
	"example.com/simrun/workloads"

	"pgregory.net/rapid"
)

func near(a, b float64) bool { return math.Abs(a-b) <= 1e-6*max(1, math.Abs(b)) }

// w is a worker of so many slots that takes queues.
func w(name string, slots int, queues ...string) WorkerSpec {
	return WorkerSpec{Worker: celery.Worker{Name: name, Queues: queues, Concurrency: new(slots)}}
}

// expectation of one queue.
type expectation struct {
	queue             string
	offered, capacity float64
	unstable          bool
	growth            float64
	by                string
}

func TestOffered(t *testing.T) {
	on := func(s WorkerSpec, machine, pool string) WorkerSpec {
		s.Machine, s.Pool = machine, pool
		return s
	}
	ordered := func(s WorkerSpec, order string) WorkerSpec {
		s.Order = order
		return s
	}
	two := []system.Machine{{Name: "two", Cores: 2, Speed: 1, Efficiency: 1, Count: 1}, {Name: "fast", Cores: 4, Speed: 2, Efficiency: 0.5, Count: 1}}
	for _, tt := range []struct {
		name    string
		classes []workloads.Class
		workers []WorkerSpec
		load    float64
		want    []expectation
	}{
		{
			"below",
			[]workloads.Class{class(t, "a", "A", 4, 0, 1)},
			[]WorkerSpec{w("w", 5, "A")},
			1,
			[]expectation{{"A", 4, 5, false, 0, ""}},
		},
		{
			"at capacity",
			[]workloads.Class{class(t, "a", "A", 4, 0, 1)},
			[]WorkerSpec{w("w", 5, "A")},
			1.25,
			[]expectation{{"A", 5, 5, true, 0, "slots"}},
		},
		{
			"above",
			[]workloads.Class{class(t, "a", "A", 4, 0, 1)},
			[]WorkerSpec{w("w", 5, "A")},
			1.5,
			[]expectation{{"A", 6, 5, true, 1, "slots"}},
		},
		// In turn, message by message: x (0.02 s + 1.5 s) = 8 slots.
		{
			"turns",
			[]workloads.Class{class(t, "a", "A", 10, 0, 0.02), class(t, "b", "B", 20, 0, 1.5)},
			[]WorkerSpec{w("w", 8, "A", "B")},
			1,
			[]expectation{{"A", 0.2, 8, true, 10 - 8/1.52, "slots"}, {"B", 30, 8, true, 20 - 8/1.52, "slots"}},
		},
		{
			"less than its turns",
			[]workloads.Class{class(t, "a", "A", 3, 0, 0.02), class(t, "b", "B", 20, 0, 1.5)},
			[]WorkerSpec{w("w", 8, "A", "B")},
			1,
			[]expectation{{"A", 0.06, 8, false, 0, ""}, {"B", 30, 8, true, 20 - (8-0.06)/1.5, "slots"}},
		},
		{
			"strict",
			[]workloads.Class{class(t, "a", "A", 10, 0, 0.02), class(t, "b", "B", 20, 0, 1.5)},
			[]WorkerSpec{ordered(w("w", 8, "A", "B"), "strict")},
			1,
			[]expectation{{"A", 0.2, 8, false, 0, ""}, {"B", 30, 8, true, 20 - 7.8/1.5, "slots"}},
		},
		{
			"starved",
			[]workloads.Class{class(t, "a", "A", 10, 0, 0.02), class(t, "b", "B", 20, 0, 1.5)},
			[]WorkerSpec{ordered(w("w", 8, "B", "A"), "strict")},
			1,
			[]expectation{{"A", 0.2, 8, true, 10, "slots"}, {"B", 30, 8, true, 20 - 8/1.5, "slots"}},
		},
		// Hall: B has one worker of its two neighbours' slots.
		{
			"one set",
			[]workloads.Class{class(t, "a", "A", 0.5, 0, 1), class(t, "b", "B", 1.2, 0, 1)},
			[]WorkerSpec{w("v", 1, "A"), w("w", 1, "A", "B")},
			1,
			[]expectation{{"A", 0.5, 2, false, 0, ""}, {"B", 1.2, 1, true, 0.2, "slots"}},
		},
		{
			"shared enough",
			[]workloads.Class{class(t, "a", "A", 1.5, 0, 1), class(t, "b", "B", 0.4, 0, 1)},
			[]WorkerSpec{w("v", 1, "A"), w("w", 1, "A", "B")},
			1,
			[]expectation{{"A", 1.5, 2, false, 0, ""}, {"B", 0.4, 1, false, 0, ""}},
		},
		{
			"both sets",
			[]workloads.Class{class(t, "a", "A", 1.5, 0, 1), class(t, "b", "B", 0.6, 0, 1)},
			[]WorkerSpec{w("v", 1, "A"), w("w", 1, "A", "B")},
			1,
			[]expectation{{"A", 1.5, 2, true, 0.1, "slots"}, {"B", 0.6, 1, false, 0, ""}},
		},
		{
			"overflow helps",
			[]workloads.Class{class(t, "a", "A", 0.9, 0, 1), class(t, "b", "B", 1.05, 0, 1)},
			[]WorkerSpec{{Worker: celery.Worker{Name: "v", Queues: []string{"A"}, Overflow: []string{"B"}, Concurrency: new(1)}}, w("w", 1, "B")},
			1,
			[]expectation{{"A", 0.9, 1, false, 0, ""}, {"B", 1.05, 2, false, 0, ""}},
		},
		{
			"overflow is not enough",
			[]workloads.Class{class(t, "a", "A", 0.9, 0, 1), class(t, "b", "B", 1.2, 0, 1)},
			[]WorkerSpec{{Worker: celery.Worker{Name: "v", Queues: []string{"A"}, Overflow: []string{"B"}, Concurrency: new(1)}}, w("w", 1, "B")},
			1,
			[]expectation{{"A", 0.9, 1, false, 0, ""}, {"B", 1.2, 2, true, 0.1, "slots"}},
		},
		{
			"cores",
			[]workloads.Class{class(t, "a", "A", 3, 1, 0)},
			[]WorkerSpec{on(w("w", 8, "A"), "two", "")},
			1,
			[]expectation{{"A", 3, 8, true, 1, `cores of "two"`}},
		},
		{
			"speed and efficiency",
			[]workloads.Class{class(t, "a", "A", 3, 1, 0)},
			[]WorkerSpec{on(w("w", 8, "A"), "fast", "")},
			1,
			[]expectation{{"A", 1.5, 8, false, 0, ""}},
		},
		{
			"the GIL",
			[]workloads.Class{class(t, "a", "A", 3, 1, 0)},
			[]WorkerSpec{on(w("w", 8, "A"), "two", "threads")},
			1,
			[]expectation{{"A", 3, 8, true, 2, `the one thread of "w"`}},
		},
		{
			"one thread without a machine",
			[]workloads.Class{class(t, "a", "A", 3, 1, 0)},
			[]WorkerSpec{on(w("w", 8, "A"), "", "gevent")},
			1,
			[]expectation{{"A", 3, 8, true, 2, `the one thread of "w"`}},
		},
		{
			"shared node, one is too much",
			[]workloads.Class{class(t, "a", "A", 1, 0.1, 0), class(t, "b", "B", 3, 1, 0)},
			[]WorkerSpec{on(w("v", 4, "A"), "two", ""), on(w("w", 4, "B"), "two", "")},
			1,
			[]expectation{{"A", 0.1, 4, false, 0, ""}, {"B", 3, 4, true, 1, `cores of "two"`}},
		},
		{
			"shared node, both together",
			[]workloads.Class{class(t, "a", "A", 1.2, 1, 0), class(t, "b", "B", 1.2, 1, 0)},
			[]WorkerSpec{on(w("v", 4, "A"), "two", ""), on(w("w", 4, "B"), "two", "")},
			1,
			[]expectation{{"A", 1.2, 4, true, 0.2, `cores of "two"`}, {"B", 1.2, 4, true, 0.2, `cores of "two"`}},
		},
	} {
		t.Run(tt.name, func(t *testing.T) {
			l := layout(t, tt.classes, two, Spec{Workers: tt.workers, Broker: BrokerSpec{Broker: celery.Broker{Kind: "ideal"}}})
			got := l.Offered(tt.classes, two, capacity.Outside{}, tt.load)
			for i, e := range tt.want {
				g := got[i]
				if g.Queue != e.queue || !near(g.Offered, e.offered) || g.Capacity != e.capacity || g.Unstable != e.unstable ||
					!near(g.GrowthPerSecond, e.growth) || g.By != e.by || g.Unstable != slices.Equal(g.Growing, []int{i}) {
					t.Errorf("%+v, want %+v", g, e)
				}
			}
		})
	}
}

func TestOfferedCountsAttempts(t *testing.T) {
	retry := worker.Retry{Max: 2, OnError: true, OnSoft: true}
	base := func(f workloads.Failures) []workloads.Class {
		c := class(t, "a", "A", 1, 0, 1)
		c.Failures, c.Retry = f, retry
		return []workloads.Class{c}
	}
	p := func(p float64) workloads.Chance { return workloads.Chance{P: p} }
	task := func(p float64) workloads.Chance { return workloads.Chance{P: p, PerTask: true} }
	plain := w("w", 9, "A")
	late := plain
	late.AcksLate, late.RejectOnWorkerLost = new(true), new(true)
	limited := plain
	limited.HardLimit = new(10 * time.Second)
	soft := limited
	soft.SoftLimit = new(4 * time.Second)
	for _, tt := range []struct {
		name     string
		failures workloads.Failures
		worker   WorkerSpec
		want     float64
	}{
		{"errors", workloads.Failures{Error: p(0.5)}, plain, 1.75},
		{"every attempt of some", workloads.Failures{Error: task(0.5)}, plain, 0.5 + 0.5*3},
		{"slow", workloads.Failures{Slow: p(0.1), SlowFactor: 11}, plain, 2},
		{"hang without a limit is left out", workloads.Failures{Hang: p(0.1)}, plain, 0.9},
		{"hang until killed", workloads.Failures{Hang: p(0.1)}, limited, 0.9 + 0.1*10},
		{"hang until the soft limit, retried", workloads.Failures{Hang: p(0.5)}, soft, 1.75 * (0.5 + 0.5*4)},
		{"crash", workloads.Failures{Crash: p(0.2)}, plain, 1},
		{"crash, given back", workloads.Failures{Crash: p(0.2)}, late, 1 / 0.8},
		{"crash or error", workloads.Failures{Crash: p(0.2), Error: p(0.4)}, late, 1.75 / 0.8},
	} {
		classes := base(tt.failures)
		l := layout(t, classes, nil, Spec{Workers: []WorkerSpec{tt.worker}, Broker: BrokerSpec{Broker: celery.Broker{Kind: "ideal"}}})
		if got := l.Offered(classes, nil, capacity.Outside{}, 1)[0].Offered; !near(got, tt.want) {
			t.Errorf("%s: %v, want %v", tt.name, got, tt.want)
		}
	}
}

func TestOfferedCountsOverheads(t *testing.T) {
	classes := []workloads.Class{class(t, "a", "A", 100, 0, 0.01)}
	early := w("w", 9, "A")
	late := early
	late.AcksLate, late.PrefetchMultiplier = new(true), new(1)
	for _, tt := range []struct {
		worker WorkerSpec
		want   float64 // 10 ms, the wake-up after it and the turnaround of Redis, 5.6
	}{{early, 1.103}, {late, 1.343}} {
		l := layout(t, classes, nil, Spec{Workers: []WorkerSpec{tt.worker}})
		if got := l.Offered(classes, nil, capacity.Outside{}, 1)[0].Offered; !near(got, tt.want) {
			t.Errorf("%v, want %v", got, tt.want)
		}
	}
}

func TestOnlyStationaryOpenSourcesAreJudged(t *testing.T) {
	stages := workloads.Stages{Steps: []workloads.Stage{{For: time.Minute, From: 9, To: 9}, {For: time.Minute, From: 3, To: 9}}}
	for name, change := range map[string]func(*workloads.Class, *worker.Queue){
		"closed": func(c *workloads.Class, _ *worker.Queue) {
			c.Arrivals.Process = workloads.Closed{Clients: 99, Think: constant(t, 1)}
		},
		"expires":    func(c *workloads.Class, _ *worker.Queue) { c.Expires = constant(t, 1) },
		"max_length": func(_ *workloads.Class, q *worker.Queue) { q.MaxLength = 5 },
		"stages":     func(c *workloads.Class, _ *worker.Queue) { c.Arrivals.Process = stages },
	} {
		classes := []workloads.Class{class(t, "a", "A", 9, 0, 1)}
		queue := worker.Queue{Name: "A", MaxLength: -1, MaxPriority: -1, DeliveryLimit: -1}
		judged := func() bool {
			layouts, _ := Resolve([]Spec{{Workers: []WorkerSpec{w("w", 1, "A")}, Broker: BrokerSpec{Broker: celery.Broker{Kind: "ideal"}}}}, classes, nil, []worker.Queue{queue})
			return layouts[0].Offered(classes, nil, capacity.Outside{}, 1)[0].Unstable
		}
		if !judged() {
			t.Fatal("the plain class is not judged")
		}
		if change(&classes[0], &queue); judged() {
			t.Errorf("%s: judged", name)
		}
	}
}

// Among priorities of one queue only those that are served last grow.
func TestOfferedByPriority(t *testing.T) {
	for _, tt := range []struct {
		broker string
		first  int // priority that is served first
		last   int
	}{{"redis", 0, 9}, {"ideal", 9, 0}} {
		classes := []workloads.Class{class(t, "late", "A", 2, 0, 1), class(t, "soon", "A", 1, 0, 1)}
		for i, p := range []int{tt.last, tt.first} {
			classes[i].HasPriority, classes[i].Priority = true, p
		}
		s := Spec{Workers: []WorkerSpec{w("w", 2, "A")}, Broker: BrokerSpec{Broker: celery.Broker{Kind: tt.broker}}}
		got := layout(t, classes, nil, s).Offered(classes, nil, capacity.Outside{}, 1)[0]
		if !got.Unstable || !slices.Equal(got.Growing, []int{0}) || got.GrowthPerSecond < 0.99 || got.GrowthPerSecond > 1.01 {
			t.Errorf("%s: %+v", tt.broker, got)
		}
	}
}

// What is served never exceeds what the workers can do, whoever shares them; more slots never make a queue unstable
// that was not.
func TestOfferedProperties(t *testing.T) {
	names := []string{"A", "B", "C", "D"}
	rapid.Check(t, func(t *rapid.T) {
		var classes []workloads.Class
		for _, name := range names {
			d, err := workloads.Constant(rapid.Float64Range(0.01, 3).Draw(t, "demand"))
			if err != nil {
				t.Fatal(err)
			}
			c := workloads.Class{Queue: name, Arrivals: workloads.Arrivals{Process: workloads.Poisson{PerSecond: rapid.Float64Range(0.1, 5).Draw(t, "rate")}}}
			c.Name, c.Work = "t"+name, []workloads.Phase{{Kind: workloads.IO, Demand: d}}
			classes = append(classes, c)
		}
		s := Spec{Broker: BrokerSpec{Broker: celery.Broker{Kind: "ideal"}}}
		for i := range 3 {
			queues := rapid.Permutation(names).Draw(t, "queues")[:rapid.IntRange(1, 4).Draw(t, "n")]
			if i == 2 {
				queues = names
			}
			s.Workers = append(s.Workers, w(names[i], rapid.IntRange(1, 8).Draw(t, "slots"), queues...))
		}
		judge := func() ([]capacity.QueueLoad, *Layout) {
			layouts, problems := Resolve([]Spec{s}, classes, nil, nil)
			if Failed(problems[0]) {
				t.Fatal(problemsOf(problems[0]))
			}
			return layouts[0].Offered(classes, nil, capacity.Outside{}, 1), &layouts[0]
		}
		before, l := judge()
		served, slots := 0.0, float64(l.Slots())
		unstable := false
		for i := range before {
			served += before[i].Offered * (1 - before[i].GrowthPerSecond/before[i].Rate)
			unstable = unstable || before[i].Unstable
			if before[i].Offered >= before[i].Capacity && !before[i].Unstable {
				t.Fatalf("%+v is stable", before[i])
			}
		}
		if served > slots*(1+1e-6) {
			t.Fatalf("%v slots' worth served by %v", served, slots)
		}
		s.Workers[2].Concurrency = new(*s.Workers[2].Concurrency + 1)
		after, _ := judge()
		for i := range after {
			if after[i].Unstable && !unstable {
				t.Fatalf("%+v with one slot more", after[i])
			}
		}
	})
}

// Of more queues than can be enumerated each one and all together are judged, and turns still hold.
func TestOfferedManyQueues(t *testing.T) {
	var classes []workloads.Class
	var names []string
	for i := range 12 + 3 {
		name := string(rune('A' + i))
		names = append(names, name)
		classes = append(classes, class(t, "t"+name, name, 0.1, 0, 1))
	}
	classes[0].Arrivals.Process = workloads.Poisson{PerSecond: 9}
	l := layout(t, classes, nil, Spec{Workers: []WorkerSpec{w("w", 3, names...)}, Broker: BrokerSpec{Broker: celery.Broker{Kind: "ideal"}}})
	got := l.Offered(classes, nil, capacity.Outside{}, 1)
	if !got[0].Unstable || !near(got[0].GrowthPerSecond, 9-(3-1.4)) {
		t.Errorf("%+v", got[0])
	}
	for _, g := range got[1:] {
		if g.Unstable {
			t.Errorf("%+v", g)
		}
	}
}

// A closed class competes with what its clients can ask for at most.
func TestClosedClassesCompete(t *testing.T) {
	closed := class(t, "closed", "B", 0, 0, 1)
	closed.Arrivals.Process = workloads.Closed{Clients: 2, Think: constant(t, 1)} // at most 1/s
	child := class(t, "child", "C", 0, 0, 1)
	child.Arrivals.Process = workloads.After{Class: 1, Chance: 0.5} // at most 0.5/s
	for rate, unstable := range map[float64]bool{1.4: false, 1.6: true} {
		classes := []workloads.Class{class(t, "open", "A", rate, 0, 1), closed, child}
		l := layout(t, classes, nil, Spec{Workers: []WorkerSpec{w("w", 3, "A", "B", "C")}, Broker: BrokerSpec{Broker: celery.Broker{Kind: "ideal"}}})
		got := l.Offered(classes, nil, capacity.Outside{}, 1)
		if got[0].Unstable != unstable || got[1].Unstable || got[2].Unstable || got[1].Rate != 0 {
			t.Errorf("%v/s: %+v", rate, got)
		}
	}
}

// Workers that contradict each other have no order in common: the queues then get their turns.
func TestContradictingOrders(t *testing.T) {
	classes := []workloads.Class{class(t, "a", "A", 3, 0, 1), class(t, "b", "B", 3, 0, 1)}
	v, u := w("v", 2, "A", "B"), w("u", 2, "B", "A")
	v.Order, u.Order = "strict", "strict"
	l := layout(t, classes, nil, Spec{Workers: []WorkerSpec{v, u}, Broker: BrokerSpec{Broker: celery.Broker{Kind: "ideal"}}})
	for _, g := range l.Offered(classes, nil, capacity.Outside{}, 1) {
		if !g.Unstable || !near(g.GrowthPerSecond, 1) {
			t.Errorf("%+v", g)
		}
	}
}
