package strategies

import (
	"slices"
	"strings"
	"testing"
	"time"

	"example.com/simrun/celery"
	"example.com/simrun/des"
	"example.com/simrun/system"
	"example.com/simrun/worker"
	"example.com/simrun/workloads"
)

func constant(t testing.TB, seconds float64) workloads.Dist {
	t.Helper()
	d, err := workloads.Constant(seconds)
	if err != nil {
		t.Fatal(err)
	}
	return d
}

// class publishes to a queue at a rate; its tasks compute and wait for so many seconds.
func class(t testing.TB, name, queue string, rate, cpu, io float64) workloads.Class {
	t.Helper()
	c := workloads.Class{Queue: queue, Arrivals: workloads.Arrivals{Process: workloads.Poisson{PerSecond: rate}}}
	c.Name = name
	c.Work = []workloads.Phase{
		{Kind: workloads.CPU, Demand: constant(t, cpu), Cores: 1},
		{Kind: workloads.IO, Demand: constant(t, io), Cores: 1},
	}
	return c
}

// notifyAndBackup are the classes of most tests.
func notifyAndBackup(t testing.TB) []workloads.Class {
	classes := []workloads.Class{class(t, "notify", "high", 10, 0.002, 0.048), class(t, "backup", "low", 0.8, 0, 5)}
	classes[1].HasPriority, classes[1].Priority = true, 9
	return classes
}

var app = []system.Machine{{Name: "app", Cores: 4, Speed: 1, Efficiency: 1, Count: 1}}

// problemsOf is what Resolve says of one strategy, a line each, warnings marked.
func problemsOf(problems []Problem) string {
	var lines []string
	for _, p := range problems {
		mark := ""
		if p.Warning {
			mark = "warning: "
		}
		lines = append(lines, mark+p.Path+": "+p.Message)
	}
	return strings.Join(lines, "\n")
}

// layout resolves a strategy that must have no errors.
func layout(t testing.TB, classes []workloads.Class, machines []system.Machine, s Spec) *Layout {
	t.Helper()
	layouts, problems := Resolve([]Spec{s}, classes, machines, nil)
	if Failed(problems[0]) {
		t.Fatal(problemsOf(problems[0]))
	}
	return &layouts[0]
}

func TestResolve(t *testing.T) {
	classes := notifyAndBackup(t)
	machines := []system.Machine{{Name: "other", Cores: 1, Count: 1}, {Name: "app", Cores: 4, Count: 2}}
	queues := []worker.Queue{{Name: "spare", MaxLength: -1, MaxPriority: -1, DeliveryLimit: -1}, {Name: "low", MaxLength: 9, MaxPriority: -1, DeliveryLimit: 3}}
	layouts, problems := Resolve([]Spec{{
		Name:   "s",
		Broker: BrokerSpec{Broker: celery.Broker{Kind: "rabbitmq"}},
		Workers: []WorkerSpec{
			{Worker: celery.Worker{Name: "a", Queues: []string{"high", "low"}, Concurrency: new(3), AcksLate: new(true)}, Machine: "app", Replicas: new(3)},
			{Worker: celery.Worker{Concurrency: new(6)}, Command: "celery -A x worker -n b@%h -Q low -c 5 -P gevent --prefetch-multiplier=2", Machine: "app"},
		},
	}}, classes, machines, queues)
	if got := problemsOf(problems[0]); got != `warning: routes: the queue "low" has no max_priority: rabbitmq ignores the priority of "backup"` {
		t.Fatal(got)
	}
	l := layouts[0]
	if got := []string{l.Queues[0].Name, l.Queues[1].Name}; len(l.Queues) != 2 || !slices.Equal(got, []string{"low", "high"}) || l.Queues[0].DeliveryLimit != 3 {
		t.Errorf("queues %+v", l.Queues)
	}
	if !slices.Equal(l.ClassQueue, []int{1, 0}) {
		t.Errorf("class queues %v", l.ClassQueue)
	}
	var names []string
	for _, w := range l.Workers {
		names = append(names, w.Name)
	}
	if !slices.Equal(names, []string{"a", "a#2", "a#3", "b"}) || !slices.Equal(l.Group, []int{0, 0, 0, 1}) || !slices.Equal(l.Groups, []string{"a", "b"}) {
		t.Errorf("workers %v, groups %v %v", names, l.Group, l.Groups)
	}
	// Slots on the two nodes: 3, 3, then 6, then 6 more on the second, which has fewer.
	if !slices.Equal(l.Nodes, []int{1, 1}) || !slices.Equal(l.Node, []int{0, 1, 0, 1}) {
		t.Errorf("nodes %v, node %v", l.Nodes, l.Node)
	}
	if b := l.Workers[3]; b.Concurrency != 6 || b.Pool != worker.Gevent || b.PrefetchMultiplier != 2 || !slices.Equal(b.Queues, []int{0}) {
		t.Errorf("b: %+v", b)
	}
	if a := l.Workers[0]; !a.AcksLate || a.PrefetchMultiplier != 4 || !slices.Equal(a.Queues, []int{1, 0}) {
		t.Errorf("a: %+v", a)
	}
	if l.Slots() != 15 {
		t.Errorf("%d slots, want 15", l.Slots())
	}
}

func TestRoutes(t *testing.T) {
	classes := []workloads.Class{class(t, "mail.send", "q", 1, 0, 1), class(t, "mail.bulk", "q", 1, 0, 1), class(t, "other", "own", 1, 0, 1), class(t, "last", "own", 1, 0, 1)}
	workers := []WorkerSpec{{Worker: celery.Worker{Name: "w", Queues: []string{"all", "mail", "bulk"}, Concurrency: new(1)}}}
	for _, routes := range [][]Route{
		{{Task: "*", Queue: "all"}, {Task: "mail.*", Queue: "mail"}, {Task: "mail.bulk", Queue: "bulk"}},
		{{Task: "mail.bulk", Queue: "bulk"}, {Task: "mail.*", Queue: "mail"}, {Task: "*", Queue: "all"}},
	} {
		l := layout(t, classes, nil, Spec{Workers: workers, Routes: routes})
		var got []string
		for i := range classes {
			got = append(got, queueName(l, l.ClassQueue[i]))
		}
		if !slices.Equal(got, []string{"mail", "bulk", "all", "all"}) {
			t.Errorf("%v: %v", routes, got)
		}
	}
}

func TestResolveProblems(t *testing.T) {
	pool := func(change func(*WorkerSpec)) Spec {
		w := WorkerSpec{Worker: celery.Worker{Name: "w", Queues: []string{"high", "low"}, Concurrency: new(4)}, Machine: "app"}
		change(&w)
		return Spec{Workers: []WorkerSpec{w}}
	}
	on := func(kind string, s Spec) Spec {
		s.Broker.Kind = kind
		return s
	}
	old := func(s Spec) Spec {
		s.Release = "5.2"
		return s
	}
	for _, tt := range []struct {
		name string
		spec Spec
		want string // all problems
	}{
		{"fine", pool(func(*WorkerSpec) {}), ""},
		{"no workers", Spec{}, "workers: none: want at least one"},
		{"no queues", pool(func(w *WorkerSpec) { w.Queues = nil }), "workers.w.queues: none: want at least one of high or low"},
		{
			"unknown queue", pool(func(w *WorkerSpec) { w.Queues = []string{"hihg", "high", "low"} }),
			`workers.w.queues: "hihg": no task goes to this queue: want high or low; did you mean "high"?`,
		},
		{"twice", pool(func(w *WorkerSpec) { w.Queues = []string{"high", "low", "high"} }), `workers.w.queues: "high": twice in the list`},
		{
			"no consumer", pool(func(w *WorkerSpec) { w.Queues = []string{"high"} }),
			`workers: no worker takes the queue "low", to which "backup" would go`,
		},
		{"overflow consumes", on("ideal", Spec{Workers: []WorkerSpec{{Worker: celery.Worker{Name: "w", Queues: []string{"high"}, Overflow: []string{"low"}, Concurrency: new(1)}, Machine: "app"}}}), ""},
		{"route of unknown", func() Spec {
			s := pool(func(*WorkerSpec) {})
			s.Routes = []Route{{Task: "bakcup", Queue: "high"}}
			return s
		}(), `routes.bakcup: no such task: want notify, backup or "*"; did you mean "backup"?`},
		{
			"same name",
			Spec{Workers: []WorkerSpec{{Worker: celery.Worker{Name: "w", Queues: []string{"high", "low"}, Concurrency: new(1)}, Machine: "app"}, {Worker: celery.Worker{Name: "w", Queues: []string{"low"}, Concurrency: new(1)}, Machine: "app"}}},
			`workers.w: "w": a worker of this name is there already`,
		},
		{"no concurrency", pool(func(w *WorkerSpec) { w.Concurrency = nil }), "workers.w.concurrency: not given: want the number of slots"},
		{"concurrency 0", pool(func(w *WorkerSpec) { w.Concurrency = new(0) }), "workers.w.concurrency: 0: want at least 1"},
		{"replicas", pool(func(w *WorkerSpec) { w.Replicas = new(-1) }), "workers.w.replicas: -1: want at least 1"},
		{"multiplier", pool(func(w *WorkerSpec) { w.PrefetchMultiplier = new(-2) }), "workers.w.prefetch_multiplier: -2: want at least 0"},
		{"limit", pool(func(w *WorkerSpec) { w.HardLimit = new(-time.Second) }), "workers.w.time_limit.hard: -1s: want at least 0s"},
		{"pool", pool(func(w *WorkerSpec) { w.Pool = "fibers" }), `workers.w.pool: "fibers": want prefork, threads, gevent, solo or eventlet`},
		{"order", pool(func(w *WorkerSpec) { w.Order = "fair" }), `workers.w.order: "fair": want round_robin, sorted, strict, weighted or drawn`},
		{
			"weights missing", on("ideal", pool(func(w *WorkerSpec) { w.Weights = map[string]int{"high": 5, "lwo": 1} })),
			"workers.w.order: weighted: no weight for the queue \"low\"\nworkers.w.order: weighted: \"lwo\": not a queue of this worker: want high or low",
		},
		{"weights without", on("ideal", pool(func(w *WorkerSpec) { w.Order = "weighted" })), "workers.w.order: weighted: want a weight for each queue"},
		{"machine unknown", pool(func(w *WorkerSpec) { w.Machine = "ap" }), `workers.w.machine: "ap": want app; did you mean "app"?`},
		{"machine unset", pool(func(w *WorkerSpec) { w.Machine = "" }), "warning: workers.w.machine: not given: cores without limit"},
		{"solo", pool(func(w *WorkerSpec) { w.Pool = "solo" }), "warning: workers.w.concurrency: 4 has no effect: the pool solo runs one task at a time"},
		{
			"no -c", pool(func(w *WorkerSpec) { w.Command, w.Concurrency = "celery worker -Q high,low", nil }),
			"warning: workers.w.command: no -c: Celery takes the number of the node's cores, here 4",
		},
		{
			"no -c, no machine", pool(func(w *WorkerSpec) { w.Command, w.Concurrency, w.Machine = "celery worker", nil, "" }),
			"warning: workers.w.machine: not given: cores without limit\nworkers.w.command: no -c: Celery then takes the number of the node's cores: want -c with at least 1, or a machine",
		},
		{
			"no -Q",
			Spec{Workers: []WorkerSpec{{Worker: celery.Worker{Name: "w"}, Command: "celery worker -c 2", Machine: "app"}}},
			`workers.w.command: no -Q: Celery then takes the queue "celery", to which no task goes: want -Q with high or low`,
		},
		{
			"bad line",
			Spec{Workers: []WorkerSpec{{Worker: celery.Worker{Name: "w"}, Command: "celery worker -c x -X a"}}},
			"workers.w.command: -c: \"x\": want a whole number of at least 1\nworkers.w.command: -X: not supported yet: list the queues with -Q",
		},
		{
			"autoscale of threads", pool(func(w *WorkerSpec) {
				w.Concurrency, w.Pool, w.Autoscale = nil, "solo", &celery.Autoscale{Min: 1, Max: 2}
			}),
			"workers.w.autoscale: only with the pools prefork and gevent: the pool solo does not grow",
		},
		{
			"autoscale beside concurrency", pool(func(w *WorkerSpec) { w.Autoscale = &celery.Autoscale{Min: 3, Max: 2} }),
			"workers.w.autoscale.max: 2: want at least min, 3\nworkers.w.concurrency: 4: not with autoscale, whose max is the number of slots",
		},
		{
			"recycling threads", pool(func(w *WorkerSpec) { w.Pool, w.Concurrency, w.MaxTasksPerChild = "solo", nil, new(5) }),
			"warning: workers.w.max_tasks_per_child: no effect: the pool solo has no processes to recycle",
		},
		{"machines of broker and producers", func() Spec {
			s := pool(func(*WorkerSpec) {})
			s.Broker.Machine, s.Broker.Producers = "ap", "app"
			return s
		}(), `broker.machine: "ap": want app; did you mean "app"?`},
		{
			"no prefetch on rabbitmq", on("rabbitmq", pool(func(w *WorkerSpec) { w.DisablePrefetch = new(true) })),
			"warning: workers.w.disable_prefetch: no effect: Celery ignores it with rabbitmq\nwarning: routes: the queue \"low\" has no max_priority: rabbitmq ignores the priority of \"backup\"",
		},
		{
			"no prefetch on 5.2", old(pool(func(w *WorkerSpec) { w.DisablePrefetch = new(true) })),
			"workers.w.disable_prefetch: celery 5.2 has no worker_disable_prefetch: want celery 5.6 or later",
		},
		{
			"no prefetch with gevent", pool(func(w *WorkerSpec) { w.DisablePrefetch, w.Pool = new(true), "gevent" }),
			"workers.w.disable_prefetch: a gevent worker with worker_disable_prefetch never takes a task: its limit is the number of tasks that run, 0 at the start",
		},
		{
			"limits of solo", pool(func(w *WorkerSpec) { w.Pool, w.Concurrency, w.HardLimit = "solo", nil, new(time.Second) }),
			"warning: workers.w.time_limit.hard: no effect: the pool solo has no time limits",
		},
		{
			"soft limit of gevent", pool(func(w *WorkerSpec) { w.Pool, w.SoftLimit = "gevent", new(time.Second) }),
			"warning: workers.w.time_limit.soft: no effect: the pool gevent has no soft time limit",
		},
		{
			"soft after hard", pool(func(w *WorkerSpec) { w.SoftLimit, w.HardLimit = new(2*time.Second), new(time.Second) }),
			"warning: workers.w.time_limit: soft: 2s: no effect: the hard limit of 1s comes first",
		},
		{
			"reject without late", pool(func(w *WorkerSpec) { w.RejectOnWorkerLost = new(true) }),
			"warning: workers.w.reject_on_worker_lost: no effect without acks_late: the message is gone when the task starts",
		},
		{
			"threads stall", pool(func(w *WorkerSpec) { w.Pool = "threads" }),
			"warning: workers.w.pool: a threads worker pauses for 2 s or more whenever its window is full: prefork does not",
		},
		{"broker", on("kafka", pool(func(*WorkerSpec) {})), `broker: "kafka": want ideal, redis or rabbitmq`},
		{"release", func() Spec { s := pool(func(*WorkerSpec) {}); s.Release = "5.8"; return s }(), `celery: "5.8": want a release of 4.4, 5.0, 5.1, 5.2, 5.3, 5.4, 5.5, 5.6, 5.7`},
		{"overheads", func() Spec {
			s := pool(func(*WorkerSpec) {})
			s.Broker.Overheads = map[string]des.Time{"fetsh": 1, "start": -1}
			return s
		}(), "broker.overheads.fetsh: \"fetsh\": want publish, fetch, start, finish, finish_late, notice, respawn, restore, publish_cpu, broker_cpu, retry, after, switch, kill, fork, exit, maintenance, widen, look, restart, connect, wake, drain or batch_within; did you mean \"fetch\"?\nbroker.overheads.start: -1ns: want at least 0s"},
		{"dispatch", func() Spec { s := pool(func(*WorkerSpec) {}); s.Broker.Dispatch = "random"; return s }(), `broker.dispatch: only with the broker ideal`},
		{
			"steps", func() Spec { s := pool(func(*WorkerSpec) {}); s.Broker.PrioritySteps = []int{3, 6}; return s }(),
			"broker.priority_steps: [3 6]: want ascending numbers from 0 to at most 9, the first 0",
		},
	} {
		t.Run(tt.name, func(t *testing.T) {
			_, problems := Resolve([]Spec{tt.spec}, notifyAndBackup(t), app, nil)
			if got := problemsOf(problems[0]); got != tt.want {
				t.Errorf("got:\n%s\nwant:\n%s", got, tt.want)
			}
		})
	}
}

func TestWhatIf(t *testing.T) {
	for _, tt := range []struct {
		broker, order string
		queues        []string
		overflow      []string
		whatIf        string // its beginning; empty = can be deployed
		as            worker.Order
	}{
		{"redis", "strict", []string{"high", "low"}, nil, "", worker.Sorted}, // in the order of the names
		{"redis", "strict", []string{"low", "high"}, nil, "workers.w: order strict", worker.Strict},
		{"redis", "sorted", []string{"low", "high"}, nil, "", worker.Sorted},
		{"redis", "weighted", []string{"low", "high"}, nil, "workers.w: order weighted", worker.Weighted},
		{"redis", "", []string{"high"}, []string{"low"}, "workers.w: overflow", worker.RoundRobin},
		{"rabbitmq", "sorted", []string{"high", "low"}, nil, "workers.w: order sorted", worker.Sorted},
		{"rabbitmq", "strict", []string{"high", "low"}, nil, "workers.w: order strict", worker.Strict},
		{"rabbitmq", "round_robin", []string{"high", "low"}, nil, "", worker.RoundRobin},
		{"ideal", "strict", []string{"low", "high"}, nil, "", worker.Strict},
		{"ideal", "", []string{"high"}, []string{"low"}, "", worker.RoundRobin},
	} {
		w := WorkerSpec{Worker: celery.Worker{Name: "w", Queues: tt.queues, Overflow: tt.overflow, Order: tt.order, Concurrency: new(2)}}
		if tt.order == "weighted" {
			w.Weights = map[string]int{"high": 2, "low": 1}
		}
		l := layout(t, notifyAndBackup(t), nil, Spec{Workers: []WorkerSpec{w}, Broker: BrokerSpec{Broker: celery.Broker{Kind: tt.broker}}})
		if got := strings.Join(l.WhatIf, "\n"); (tt.whatIf == "") != (got == "") || !strings.HasPrefix(got, tt.whatIf) {
			t.Errorf("%+v: %q", tt, got)
		}
		if l.Workers[0].Order != tt.as {
			t.Errorf("%+v: order %d", tt, l.Workers[0].Order)
		}
	}
}

func TestIgnoredFlagsAreNotes(t *testing.T) {
	l := layout(t, notifyAndBackup(t), app, Spec{Workers: []WorkerSpec{{Worker: celery.Worker{Name: "w"}, Command: "celery worker -Q high,low -c 2 --without-gossip", Machine: "app"}}})
	if len(l.Notes) != 1 || l.Notes[0] != "workers.w: --without-gossip: gossip costs nothing here; as a timer it goes with the heartbeat" {
		t.Errorf("%q", l.Notes)
	}
}

// What the app says of queues holds for those of which nobody says more, and for none of redis.
func TestQueuesAsTheAppHasThem(t *testing.T) {
	s := Spec{
		Name:   "s",
		Broker: BrokerSpec{Broker: celery.Broker{Kind: "rabbitmq"}},
		Workers: []WorkerSpec{
			{Worker: celery.Worker{Name: "a", Queues: []string{"high", "low"}, Concurrency: new(3)}},
		},
	}
	maximum := func(app celery.AppQueues, kind string) map[string]int {
		s.App.Queues, s.Broker.Kind = app, kind
		layouts, problems := Resolve([]Spec{s}, notifyAndBackup(t), nil, []worker.Queue{{Name: "low", MaxLength: -1, MaxPriority: 3, DeliveryLimit: -1}})
		if Failed(problems[0]) {
			t.Fatal(problemsOf(problems[0]))
		}
		of := map[string]int{}
		for _, q := range layouts[0].Queues {
			of[q.Name] = q.MaxPriority
			if q.Quorum != (app.OthersAsQuorum && q.Name == "high") {
				t.Errorf("%s: quorum %v", q.Name, q.Quorum)
			}
		}
		return of
	}
	for _, tt := range []struct {
		app  celery.AppQueues
		kind string
		high int
	}{
		{celery.AppQueues{}, "rabbitmq", -1},
		{celery.AppQueues{MaxPriority: new(10)}, "rabbitmq", 10},
		{celery.AppQueues{OthersAsQuorum: true}, "rabbitmq", -1},
		{celery.AppQueues{DefaultQuorum: true}, "rabbitmq", -1},
		{celery.AppQueues{MaxPriority: new(10)}, "redis", -1},
	} {
		if got := maximum(tt.app, tt.kind); got["high"] != tt.high || got["low"] != 3 {
			t.Errorf("%+v with %s: %v", tt.app, tt.kind, got)
		}
	}
}
