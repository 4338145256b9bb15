package strategies

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"

	"example.com/simrun/celery"
	"example.com/simrun/worker"
)

// pooled is a layout of one worker with a line.
func pooled(line string) Spec {
	return Spec{Workers: []WorkerSpec{{Worker: celery.Worker{Name: "w"}, Command: line, Machine: "app"}}}
}

// Every setting of a worker counts as one change, and What to change names it: a layout that changes three is no
// smaller a change than one that changes one.
func TestEverySettingIsOneChange(t *testing.T) {
	classes := notifyAndBackup(t)
	const line = "celery -A app worker -Q high,low -c 4"
	given := map[string]func(*WorkerSpec){
		"queues":               func(w *WorkerSpec) { w.Queues = []string{"low", "high"} },
		"concurrency":          func(w *WorkerSpec) { w.Concurrency = new(5) },
		"autoscale":            func(w *WorkerSpec) { w.Autoscale = &celery.Autoscale{Min: 1, Max: 4} },
		"order":                func(w *WorkerSpec) { w.Order = "sorted" },
		"pool":                 func(w *WorkerSpec) { w.Pool = "gevent" },
		"prefetch_multiplier":  func(w *WorkerSpec) { w.PrefetchMultiplier = new(2) },
		"max_memory_per_child": func(w *WorkerSpec) { w.MaxMemoryPerChild = new(int64(1 << 30)) },
		"wakeup_timer":         func(w *WorkerSpec) { w.WakeupTimer = new(5 * time.Millisecond) },
		"reserve":              func(w *WorkerSpec) { w.Reserve = map[string]int{"high": 1} },
		"overflow":             func(w *WorkerSpec) { w.Queues, w.Overflow = []string{"high"}, []string{"low"} },
	}
	all := celery.WorkerSettings()
	for i := range all {
		s := &all[i]
		t.Run(s.Key, func(t *testing.T) {
			base := pooled(line)
			if !s.With(worker.Redis) {
				base.Broker.Kind = worker.BrokerNames()[s.Brokers[0]]
			}
			to := base
			to.Workers = slices.Clone(base.Workers)
			set := given[s.Key]
			switch {
			case s.Key == "autoscale.keepalive":
				t.Skip("a part of autoscale")
			case set != nil:
			case s.Quantity.Kind == celery.YesNo:
				set = func(w *WorkerSpec) { s.Set(&w.Worker, s.Default == false) }
			case s.Quantity.Kind == celery.Duration:
				set = func(w *WorkerSpec) { s.Set(&w.Worker, 30*time.Second) }
			default:
				set = func(w *WorkerSpec) { s.Set(&w.Worker, 7) }
			}
			set(&to.Workers[0])
			if s.Key == "autoscale" {
				to.Workers[0].Command = "celery -A app worker -Q high,low"
			}
			c, from, into := diff(t, classes, base, to)
			want := 1
			if s.Key == "overflow" {
				want = 2 // and the queues
			}
			changes, _ := Simplicity(from, into, classes)
			assert.Equal(t, want, changes)
			assert.False(t, Equivalent(from, into, classes) && s.Key != "reject_on_worker_lost", "without a late ack that does nothing")
			text := Render(c)
			named := s.WhatIf && strings.Contains(text, s.Key) || s.Name != "" && strings.Contains(text, s.Name[strings.Index(s.Name, ".")+1:])
			for _, f := range s.Flags {
				named = named || strings.Contains(text, f)
			}
			assert.True(t, named || s.Key == "wakeup_timer", text)
		})
	}
}

// Settings of the broker are settings, too: the order of redis and its visibility timeout decide verdicts.
func TestBrokerSettingsAreNamed(t *testing.T) {
	classes := notifyAndBackup(t)
	base := pooled("celery -A app worker -Q high,low -c 4")
	to := base
	to.Broker.Visibility = new(2 * time.Minute)
	c, from, into := diff(t, classes, base, to)
	assert.Contains(t, Render(c), `broker_transport_options = {"visibility_timeout": 120}`)
	changes, _ := Simplicity(from, into, classes)
	assert.Equal(t, 1, changes)
	assert.False(t, Equivalent(from, into, classes))
	assert.Equal(t, []string{
		"Put the settings listed here into the configuration: workers read it when they start.",
		`Restart "w" with the line above.`,
	}, c.Rollout)
}

// A worker that has a line is started with that very line; one that is derived, or that has only settings, starts from
// the baseline's.
func TestLinesStayAsWritten(t *testing.T) {
	classes := notifyAndBackup(t)
	today := pooled("exec celery -A shop.celery:app worker -Q high,low --concurrency=8 -B -E -l INFO --scheduler x:DatabaseScheduler --max-tasks-per-child=100 -n main@%h")
	today.Name = "today"
	written := Spec{Name: "written", Workers: []WorkerSpec{
		{Worker: celery.Worker{Name: "f"}, Command: "exec celery -A shop.celery:app worker -Q high --concurrency=2 -B -E -l INFO -n fast@%h"},
		{Worker: celery.Worker{Name: "s", Concurrency: new(4)}, Command: "exec celery -A shop.celery:app worker -Q low --concurrency=8 -E -l INFO -n slow@%h"},
	}}
	derived := Spec{Name: "derived", Derive: &Derive{From: "today", SplitBy: "queue", Share: "equal"}}
	keys := Spec{Name: "keys", Workers: []WorkerSpec{w("f", 2, "high"), w("w", 4, "low")}}
	keys.Workers[1].Replicas = new(2)
	layouts, problems := Resolve([]Spec{today, written, derived, keys}, classes, app, nil)
	for _, p := range slices.Concat(problems...) {
		assert.True(t, p.Warning, p.Message)
	}
	for i, want := range [][]string{
		{today.Workers[0].Command},
		{written.Workers[0].Command, strings.Replace(written.Workers[1].Command, "=8", "=4", 1)},
		{
			"exec celery -A shop.celery:app worker -Q high --concurrency=4 -B -E -l INFO --scheduler x:DatabaseScheduler --max-tasks-per-child=100 -n worker_high@%h",
			"exec celery -A shop.celery:app worker -Q low --concurrency=4 -E -l INFO --max-tasks-per-child=100 -n worker_low@%h",
		},
		{
			"exec celery -A shop.celery:app worker -Q high --concurrency=2 -B -E -l INFO --scheduler x:DatabaseScheduler -n f@%h",
			"exec celery -A shop.celery:app worker -Q low --concurrency=4 -E -l INFO -n main@%h",
			"exec celery -A shop.celery:app worker -Q low --concurrency=4 -E -l INFO -n main_2@%h",
		},
	} {
		assert.Equal(t, want, Diff(&layouts[0], &layouts[i], classes).Commands)
	}
	steps := strings.Join(Diff(&layouts[0], &layouts[1], classes).Rollout, "\n")
	assert.Contains(t, steps, `Beat (-B) moves from "w" to "f"`)
	assert.NotContains(t, strings.Join(Diff(&layouts[0], &layouts[0], classes).Rollout, "\n"), "Beat")
}

// Slots that a line leaves to the cores of its machine are those of that worker alone, as is a file of its own.
func TestDerivedLinesSaySlots(t *testing.T) {
	today := pooled("celery -A app worker -Q high,low -B -s /run/beat --pidfile=/run/w.pid")
	today.Name, today.Workers[0].Replicas = "today", new(2)
	derived := Spec{Name: "derived", Derive: &Derive{From: "today", SplitBy: "queue", Shares: map[string]int{"high": 4, "low": 4}}}
	layouts, _ := Resolve([]Spec{today, derived}, notifyAndBackup(t), app, nil)
	assert.Equal(t, []string{today.Workers[0].Command + " -n w@%h", "celery -A app worker -Q high,low --pidfile=/run/w.pid -n w_2@%h"},
		Diff(&layouts[0], &layouts[0], nil).Commands)
	c := Diff(&layouts[0], &layouts[1], notifyAndBackup(t))
	for _, command := range c.Commands {
		assert.Contains(t, command, " -c 2", "of 2 replicas each")
	}
	assert.Contains(t, c.Rollout[0], "Give each worker a file of its own in `--pidfile=/run/w.pid`")
}

// Celery's autoscaler wins over -c on a line.
func TestAutoscaleBesideConcurrency(t *testing.T) {
	l := layout(t, notifyAndBackup(t), app, pooled("celery -A app worker -Q high,low -c 4 --autoscale=6,2"))
	assert.Equal(t, 6, l.Workers[0].Concurrency)
	assert.Equal(t, 2, l.Workers[0].AutoscaleMin)
	assert.Contains(t, l.Notes, "workers.w: -c: no effect beside autoscale")
	key := pooled("celery -A app worker -Q high,low -c 4")
	key.Workers[0].Autoscale = &celery.Autoscale{Min: 1, Max: 3}
	l = layout(t, notifyAndBackup(t), app, key)
	assert.Equal(t, 3, l.Workers[0].Concurrency)
}
