package strategies

import (
	"encoding/json"
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"example.com/simrun/celery"
	"example.com/simrun/system"
	"example.com/simrun/worker"
	"example.com/simrun/workloads"

	"pgregory.net/rapid"
)

// diff resolves two strategies and returns the change from the first to the second.
func diff(t *testing.T, classes []workloads.Class, from, to Spec) (Change, *Layout, *Layout) {
	t.Helper()
	from.Name, to.Name = "from", "to"
	layouts, problems := Resolve([]Spec{from, to}, classes, app, nil)
	for i := range problems {
		if Failed(problems[i]) {
			t.Fatal(problemsOf(problems[i]))
		}
	}
	return Diff(&layouts[0], &layouts[1], classes), &layouts[0], &layouts[1]
}

func TestDiff(t *testing.T) {
	classes := notifyAndBackup(t)
	pool := Spec{Workers: []WorkerSpec{w("worker", 8, "high", "low")}}
	with := func(s Spec, change func(*WorkerSpec)) Spec {
		s.Workers = slices.Clone(s.Workers)
		change(&s.Workers[0])
		return s
	}
	separated := Spec{Workers: []WorkerSpec{w("worker_high_priority", 2, "high"), w("worker_low_priority", 6, "low")}}
	late := separated
	late.Workers = slices.Clone(separated.Workers)
	late.Workers[0].AcksLate, late.Workers[0].PrefetchMultiplier = new(true), new(1)
	one := Spec{Workers: []WorkerSpec{w("worker", 8, "all")}, Routes: []Route{{Task: "*", Queue: "all"}}}
	for _, tt := range []struct {
		name     string
		from, to Spec
		want     string
		changes  int
		workers  int
	}{
		{"nothing", pool, pool, `Workers
  celery -A proj worker -n worker@%h -Q high,low -c 8 -P prefork --prefetch-multiplier=4  # as today
`, 0, 1},
		{"one flag", pool, with(pool, func(w *WorkerSpec) { w.DisablePrefetch = new(true) }), `Workers
  celery -A proj worker -n worker@%h -Q high,low -c 8 -P prefork --prefetch-multiplier=4 --disable-prefetch

Steps
  1. Restart "worker" with the line above.
`, 1, 1},
		{"separated", pool, separated, `Workers
  celery -A proj worker -n worker_high_priority@%h -Q high -c 2 -P prefork --prefetch-multiplier=4
  celery -A proj worker -n worker_low_priority@%h -Q low -c 6 -P prefork --prefetch-multiplier=4

Steps
  1. Start "worker_high_priority" and "worker_low_priority".
  2. Stop "worker" with TERM: what runs is finished first, and what was reserved goes back to the broker.
`, 3, 2},
		{"late for one of two", pool, late, `Workers
  celery -A proj worker -n worker_high_priority@%h -Q high -c 2 -P prefork --prefetch-multiplier=1
  celery -A proj worker -n worker_low_priority@%h -Q low -c 6 -P prefork --prefetch-multiplier=4

Settings
  task_annotations = {
      "notify": {"acks_late": True},
  }

Steps
  1. Make sure that "notify" may run twice: with acks_late a task that is cut short comes back. On redis it also does when it waits and runs for longer than the visibility_timeout (1 h by default).
  2. Put the settings listed here into the configuration: workers read it when they start.
  3. Start "worker_high_priority" and "worker_low_priority".
  4. Stop "worker" with TERM: what runs is finished first, and what was reserved goes back to the broker.
`, 4, 2},
		{"one queue", pool, one, `Workers
  celery -A proj worker -n worker@%h -Q all -c 8 -P prefork --prefetch-multiplier=4

Settings
  task_routes = {
      "backup": {"queue": "all"},
      "notify": {"queue": "all"},
  }

Steps
  1. Restart "worker" with its new line, but with -Q all,high,low: it keeps its old queues for now.
  2. Deploy task_routes to all that publish "notify" and "backup". A call that names a queue itself goes there whatever the routes: change those calls.
  3. Wait until the queues "high" and "low" are empty: retries and tasks with a countdown come back to the queue they were in.
  4. Restart "worker" with the line above.
`, 3, 1},
		{"and back", one, pool, `Workers
  celery -A proj worker -n worker@%h -Q high,low -c 8 -P prefork --prefetch-multiplier=4

Settings
  task_routes = {
      "backup": {"queue": "low"},
      "notify": {"queue": "high"},
  }

Steps
  1. Restart "worker" with its new line, but with -Q high,low,all: it keeps its old queues for now.
  2. Deploy task_routes to all that publish "notify" and "backup". A call that names a queue itself goes there whatever the routes: change those calls.
  3. Wait until the queue "all" is empty: retries and tasks with a countdown come back to the queue they were in.
  4. Restart "worker" with the line above.
`, 3, 1},
		{"by name", pool, with(pool, func(w *WorkerSpec) { w.Order, w.AcksLate, w.PrefetchMultiplier = "sorted", new(true), new(0) }), `Workers
  celery -A proj worker -n worker@%h -Q high,low -c 8 -P prefork

Settings
  broker_transport_options = {"queue_order_strategy": "sorted"}
  task_acks_late = True
  worker_prefetch_multiplier = 0

Steps
  1. Make sure that "notify" and "backup" may run twice: with acks_late a task that is cut short comes back. On redis it also does when it waits and runs for longer than the visibility_timeout (1 h by default).
  2. Put the settings listed here into the configuration: workers read it when they start.
  3. Restart "worker" with the line above.
`, 4, 1},
		{"a soft shutdown", pool, with(pool, func(w *WorkerSpec) { w.SoftShutdown = new(20 * time.Second) }), `Workers
  celery -A proj worker -n worker@%h -Q high,low -c 8 -P prefork --prefetch-multiplier=4  # as today

Settings
  worker_soft_shutdown_timeout = 20

Steps
  1. Put the settings listed here into the configuration: workers read it when they start.
  2. Put REMAP_SIGTERM=SIGQUIT into the environment of "worker": a plain TERM does not look at worker_soft_shutdown_timeout.
  3. Restart "worker" with the line above.
`, 1, 1},
		{"more of them", pool, with(pool, func(w *WorkerSpec) { w.Replicas = new(3) }), `Workers
  celery -A proj worker -n worker@%h -Q high,low -c 8 -P prefork --prefetch-multiplier=4  # as today
  celery -A proj worker -n worker_2@%h -Q high,low -c 8 -P prefork --prefetch-multiplier=4
  celery -A proj worker -n worker_3@%h -Q high,low -c 8 -P prefork --prefetch-multiplier=4

Steps
  1. Add 2 instances of "worker".
`, 1, 3},
		{"fewer and smaller", with(pool, func(w *WorkerSpec) { w.Replicas = new(3) }), with(pool, func(w *WorkerSpec) { w.Concurrency, w.Replicas = new(4), new(2) }), `Workers
  celery -A proj worker -n worker@%h -Q high,low -c 4 -P prefork --prefetch-multiplier=4
  celery -A proj worker -n worker_2@%h -Q high,low -c 4 -P prefork --prefetch-multiplier=4

Steps
  1. Restart "worker" with the line above.
  2. Take away 1 instance of "worker", with TERM.
`, 1, 2},
		{"what no setting can do", pool, with(pool, func(w *WorkerSpec) { w.Weights = map[string]int{"high": 3, "low": 1} }), `Workers
  celery -A proj worker -n worker@%h -Q high,low -c 8 -P prefork --prefetch-multiplier=4  # as today

Steps
  1. Restart "worker" with the line above.

What no setting can do
  - workers.worker: order weighted: with redis Celery can go round robin or by the names of the queues
`, 1, 1},
	} {
		t.Run(tt.name, func(t *testing.T) {
			c, from, to := diff(t, classes, tt.from, tt.to)
			if got := Render(c); got != tt.want {
				t.Errorf("got:\n%s\nwant:\n%s", got, tt.want)
			}
			if changes, workers := Simplicity(from, to, classes); changes != tt.changes || workers != tt.workers {
				t.Errorf("%d changes and %d workers, want %d and %d", changes, workers, tt.changes, tt.workers)
			}
		})
	}
}

// Settings that the baseline has and the new layout must not have are written out.
func TestDiffResets(t *testing.T) {
	classes := notifyAndBackup(t)
	before := Spec{Workers: []WorkerSpec{w("worker", 8, "low", "high")}, Broker: BrokerSpec{Broker: celery.Broker{PrioritySteps: []int{0, 5}}}}
	before.Workers[0].AcksLate, before.Workers[0].Order, before.Workers[0].PrefetchMultiplier = new(true), "sorted", new(0)
	c, _, _ := diff(t, classes, before, Spec{Workers: []WorkerSpec{w("worker", 8, "low", "high")}})
	got := Render(c)
	for _, want := range []string{
		"task_acks_late = False\n", "worker_prefetch_multiplier = 4\n", `broker_transport_options = {"queue_order_strategy": "round_robin"}`,
	} {
		if !strings.Contains(got, want) {
			t.Errorf("no %s in:\n%s", want, got)
		}
	}
}

// Workers of one queue that differ in a setting of the app need configurations of their own.
func TestDiffOwnSettings(t *testing.T) {
	classes := notifyAndBackup(t)
	to := Spec{Workers: []WorkerSpec{w("careful", 4, "high", "low"), w("quick", 4, "high", "low")}}
	to.Workers[0].AcksLate, to.Workers[0].Order = new(true), "sorted"
	c, _, _ := diff(t, classes, Spec{Workers: []WorkerSpec{w("worker", 8, "high", "low")}}, to)
	want := `
Settings of careful alone
  broker_transport_options = {"queue_order_strategy": "sorted"}
  task_acks_late = True
`
	if got := Render(c); !strings.Contains(got, want) || len(c.Settings) != 0 {
		t.Errorf("%s\nwant%s", got, want)
	}
}

// randomSpec is a strategy that Celery can be configured to be.
func randomSpec(t *rapid.T, queues []string) Spec {
	s := Spec{Release: "5.6", Broker: BrokerSpec{Broker: celery.Broker{Kind: rapid.SampledFrom([]string{"redis", "rabbitmq"}).Draw(t, "broker")}}}
	if s.Broker.Kind == "redis" && rapid.Bool().Draw(t, "steps") {
		s.Broker.PrioritySteps = []int{0, 4, 9}
	}
	names := rapid.Permutation([]string{"a", "b", "c", "a_2"}).Draw(t, "names")
	workers := rapid.IntRange(1, 4).Draw(t, "workers")
	for i := range workers {
		spec := WorkerSpec{Worker: celery.Worker{Name: names[i], Concurrency: new(rapid.IntRange(1, 20).Draw(t, "slots"))}, Machine: "app"}
		spec.Queues = rapid.Permutation(queues).Draw(t, "queues")[:rapid.IntRange(1, len(queues)).Draw(t, "n")]
		if i == workers-1 {
			spec.Queues = queues // none is left without a worker
		}
		spec.Pool = rapid.SampledFrom(worker.PoolNames()).Draw(t, "pool")
		if rapid.Bool().Draw(t, "soft shutdown") {
			spec.SoftShutdown = new(time.Duration(rapid.SampledFrom([]int64{0, 500, 20_000}).Draw(t, "timeout")) * time.Millisecond)
		}
		spec.PrefetchMultiplier = new(rapid.IntRange(0, 5).Draw(t, "multiplier"))
		spec.AcksLate = new(rapid.Bool().Draw(t, "late"))
		spec.RejectOnWorkerLost = new(rapid.Bool().Draw(t, "reject"))
		spec.Replicas = new(rapid.IntRange(1, 3).Draw(t, "replicas"))
		if s.Broker.Kind == "redis" {
			spec.Order = rapid.SampledFrom([]string{"", "sorted"}).Draw(t, "order")
			if spec.Pool != "gevent" {
				spec.DisablePrefetch = new(rapid.Bool().Draw(t, "disable"))
			}
		}
		if rapid.Bool().Draw(t, "limits") {
			spec.HardLimit = new(time.Duration(rapid.Int64Range(1, 1e7).Draw(t, "hard")) * time.Millisecond)
			spec.SoftLimit = new(time.Duration(rapid.Int64Range(0, 1e7).Draw(t, "soft")) * time.Millisecond)
		}
		s.Workers = append(s.Workers, spec)
	}
	for _, task := range []string{"tA", "tB", "tC"} {
		if rapid.Bool().Draw(t, "routed") {
			s.Routes = append(s.Routes, Route{Task: task, Queue: rapid.SampledFrom(queues).Draw(t, "to")})
		}
	}
	return s
}

// The printed commands and settings, read back, are the layout they were printed for, whatever the baseline was.
func TestChangeRoundTrip(t *testing.T) {
	queues := []string{"A", "B", "my C"}
	machines := []system.Machine{{Name: "app", Cores: 4, Count: 3}}
	rapid.Check(t, func(t *rapid.T) {
		var classes []workloads.Class
		for i, name := range []string{"tA", "tB", "tC"} {
			c := workloads.Class{Queue: queues[i]}
			c.Name = name
			c.AcksLate = rapid.SampledFrom([]worker.Tri{worker.Unset, worker.Unset, worker.Off, worker.On}).Draw(t, "class late")
			classes = append(classes, c)
		}
		specs := []Spec{randomSpec(t, queues), randomSpec(t, queues)}
		var declared []worker.Queue
		if specs[1].Broker.Kind == "rabbitmq" {
			declared = []worker.Queue{{
				Name: "A", MaxLength: rapid.IntRange(-1, 9).Draw(t, "length"), MaxPriority: rapid.IntRange(-1, 9).Draw(t, "priority"),
				DeliveryLimit: rapid.IntRange(-1, 9).Draw(t, "delivery"),
			}}
			if declared[0].MaxLength >= 0 && rapid.Bool().Draw(t, "drop") {
				declared[0].Overflow = worker.DropHead
			}
		}
		layouts, problems := Resolve(specs, classes, machines, declared)
		if Failed(slices.Concat(problems...)) {
			t.Fatal(problemsOf(slices.Concat(problems...)))
		}
		change := Diff(&layouts[0], &layouts[1], classes)
		if len(change.WhatIf) > 0 {
			t.Fatalf("cannot be deployed: %v", change.WhatIf)
		}
		text, err := json.Marshal(change)
		if err != nil {
			t.Fatal(err)
		}
		var read Change
		if err := json.Unmarshal(text, &read); err != nil {
			t.Fatal(err)
		}
		spec, queuesRead, err := Parse(&read, &specs[1], classes)
		if err != nil {
			t.Fatal(err)
		}
		for i := range spec.Workers {
			spec.Workers[i].Machine = "app"
		}
		again, problemsAgain := Resolve([]Spec{spec}, classes, machines, queuesRead)
		if Failed(problemsAgain[0]) {
			t.Fatal(problemsOf(problemsAgain[0]))
		}
		if !Equivalent(&layouts[1], &again[0], classes) {
			t.Fatalf("%s\nread back as %s\nwas %s\n%+v\n%+v", Render(change), describe(&again[0]), describe(&layouts[1]), again[0], layouts[1])
		}
		checkRollout(t, &layouts[0], &layouts[1], &change)
	})
}

// checkRollout wants every queue that is new to be taken before tasks are routed, and old ones to be empty before the
// last worker of theirs goes.
func checkRollout(t *rapid.T, from, to *Layout, c *Change) {
	find := func(words ...string) int {
		return slices.IndexFunc(c.Rollout, func(step string) bool {
			return slices.ContainsFunc(words, func(word string) bool { return strings.HasPrefix(step, word) })
		})
	}
	routes, wait, stop := find("Deploy task_routes"), find("Wait until"), find("Stop")
	moved := false
	for i := range from.ClassQueue {
		moved = moved || queueName(from, from.ClassQueue[i]) != queueName(to, to.ClassQueue[i])
	}
	if moved != (routes >= 0) {
		t.Fatalf("tasks move: %v, but: %q", moved, c.Rollout)
	}
	if start := find("Start"); start >= 0 && routes >= 0 && start > routes {
		t.Fatalf("routed before its workers start: %q", c.Rollout)
	}
	if wait >= 0 && (wait < routes || stop >= 0 && stop < wait) {
		t.Fatalf("out of order: %q", c.Rollout)
	}
	if (stop >= 0) != (len(c.Remove) > 0) {
		t.Fatalf("removes %v: %q", c.Remove, c.Rollout)
	}
	for _, name := range c.Remove {
		if slices.Contains(to.Groups, name) {
			t.Fatalf("removes %q, which stays", name)
		}
	}
}

func TestParseErrors(t *testing.T) {
	for want, c := range map[string]Change{
		`settings: "task_ack_late": want broker_channel_error_retry, broker_transport_options, task_acks_late, `: {Settings: map[string]any{"task_ack_late": true}},
		`settings: task_routes: "a": want`:               {Settings: map[string]any{"task_routes": map[string]any{"a": 3}}},
		`commands: "celery worker -z": -z: no such flag`: {Commands: []string{"celery worker -z"}},
	} {
		if _, _, err := Parse(&c, &Spec{}, nil); err == nil || !strings.HasPrefix(err.Error(), want) {
			t.Errorf("%v, want %s", err, want)
		}
	}
}

// Equivalent sees every difference that the tasks would.
func TestEquivalentSeesDifferences(t *testing.T) {
	classes := notifyAndBackup(t)
	base := func() Spec { return Spec{Workers: []WorkerSpec{w("w", 4, "low", "high")}} }
	same := func(change func(*Spec)) bool {
		s := base()
		change(&s)
		a := layout(t, classes, app, base())
		return Equivalent(a, layout(t, classes, app, s), classes)
	}
	if !same(func(s *Spec) { s.Name, s.Workers[0].Name, s.Workers[0].RejectOnWorkerLost = "x", "y", new(true) }) {
		t.Error("names, or a setting without effect, make a difference")
	}
	changes := map[string]func(*Spec){
		"order":    func(s *Spec) { s.Workers[0].Order = "sorted" },
		"queues":   func(s *Spec) { s.Workers[0].Queues = []string{"high", "low"} },
		"slots":    func(s *Spec) { s.Workers[0].Concurrency = new(5) },
		"pool":     func(s *Spec) { s.Workers[0].Pool = "gevent" },
		"prefetch": func(s *Spec) { s.Workers[0].PrefetchMultiplier = new(1) },
		"disable":  func(s *Spec) { s.Workers[0].DisablePrefetch = new(true) },
		"late":     func(s *Spec) { s.Workers[0].AcksLate = new(true) },
		"hard":     func(s *Spec) { s.Workers[0].HardLimit = new(time.Second) },
		"soft":     func(s *Spec) { s.Workers[0].SoftLimit = new(time.Second) },
		"machine":  func(s *Spec) { s.Workers[0].Machine = "app" },
		"replicas": func(s *Spec) { s.Workers[0].Replicas = new(2) },
		"routes":   func(s *Spec) { s.Routes = []Route{{Task: "backup", Queue: "high"}} },
		"broker":   func(s *Spec) { s.Broker.Kind = "rabbitmq" },
		"steps":    func(s *Spec) { s.Broker.PrioritySteps = []int{0} },
	}
	for _, name := range slices.Sorted(maps.Keys(changes)) {
		if same(changes[name]) {
			t.Errorf("%s makes no difference", name)
		}
	}
}

// An ideal broker does what no real one can: a change to it says so.
func TestDiffOfIdealSaysWhatIsIdeal(t *testing.T) {
	to := Spec{Workers: []WorkerSpec{w("w", 8, "low", "high"), w("v", 1, "low")}, Broker: BrokerSpec{Broker: celery.Broker{Kind: "ideal"}}}
	to.Workers[0].Order = "strict"
	to.Workers[1].Overflow = []string{"high"}
	c, _, layout := diff(t, notifyAndBackup(t), to, to)
	want := []string{"workers.w: order strict: of an ideal broker", "workers.v: overflow: of an ideal broker"}
	if !slices.Equal(c.WhatIf, want) || len(layout.WhatIf) != 0 {
		t.Errorf("%q, layout %q", c.WhatIf, layout.WhatIf)
	}
}
