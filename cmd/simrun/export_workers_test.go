package main

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"example.com/simrun/internal/deployed"
	"example.com/simrun/scenarios"
	"example.com/simrun/strategies"
)

// inFiles are the keys of a worker that an exported file says; all others are left beside `from`.
var inFiles = []string{
	"queues", "concurrency", "pool", "autoscale", "replicas", "cpu_limit", "memory_limit", "prefetch_multiplier", "disable_prefetch",
	"max_tasks_per_child", "max_memory_per_child", "time_limit", "command",
}

// Every shipped layout that can be deployed is, exported in each form that can say it and read back, the same layout.
func TestExportedLayoutsReadBackAsTheSame(t *testing.T) {
	files, err := filepath.Glob("../../scenarios/*.yaml")
	require.NoError(t, err)
	done, refused := map[string]int{}, map[string]int{}
	for _, file := range files {
		content, err := os.ReadFile(file)
		require.NoError(t, err)
		if strings.Contains(string(content), "trace:") {
			continue // its recording is elsewhere
		}
		dir := t.TempDir()
		path := filepath.Join(dir, filepath.Base(file))
		require.NoError(t, os.WriteFile(path, content, 0o644))
		sc, err := scenarios.Read(path)
		require.NoError(t, err)
		for i := range sc.Layouts {
			for _, form := range deployed.Forms {
				l := &sc.Layouts[i]
				text, err := exported(sc, form, l.Name)
				if err != nil {
					refused[form]++
					assert.Regexp(t, "cannot be deployed|follow the load, which|follow a plan|has a limit of memory or CPU", err.Error())
					continue
				}
				done[form]++
				require.NoError(t, os.WriteFile(filepath.Join(dir, "exported"), []byte(text), 0o644))
				requireSame(t, form+"/"+sc.Name+"/"+l.Name, sc, i, form)
			}
		}
	}
	t.Logf("read back %v, refused %v", done, refused)
	for _, form := range deployed.Forms {
		assert.GreaterOrEqual(t, done[form], 35, form)
	}
	assert.Greater(t, done["keda"], done["kubernetes"])
}

// What follows the load as KEDA and an HPA decide, written and read back.
func TestExportedScalersReadBackAsTheSame(t *testing.T) {
	const file = `{name: scalers, run: {duration: 1h}, broker: %s, tasks: {a: {queue: q, priority: 5, arrivals: {poisson: 1/s}, work: [{io: 1s}]}, b: {queue: p, arrivals: {poisson: 1/s}, work: [{io: 1s}]}},
strategies: {one: {workers: {w: {queues: [q], concurrency: 3, autoscale: {max: 9, %s}}, v: {queues: [p], concurrency: 1}}}}}`
	const several = "min: 0, policy: keda, triggers: [{queues: [q], target: 20, activation: 2}, {queues: [p], target: 5}, {target: 30}]"
	for _, c := range []struct{ form, broker, scaler, want string }{
		{"keda", "redis", several, `listName: "q\x06\x163"`},
		{"keda", "redis", several, "query: sum(celery_queue_length{queue_name=~\"q|p\"})"},
		{"keda", "redis", several, "listName: p"},
		{"keda", "rabbitmq", several, "queueName: p"},
		{"keda", "rabbitmq", "min: 0, policy: keda, triggers: [{queues: [q], target: 20}, {queues: [p], target: 5, measure: publish_rate, activation: 0.5}]", "mode: MessageRate"},
		{"keda", "rabbitmq", "min: 0, policy: keda, triggers: [{measure: deliver_rate, target: 20}, {target: 7.5}]", "queueName: ^(q|p)$"},
		{"kubernetes", "redis", "min: 1, policy: hpa, triggers: [{queues: [q], target: 20}, {queues: [p], target: 2.5}, {target: 70%}]", "values: [q]"},
		{"keda", "redis", "min: 0, policy: keda, target: 20, activation: 2, poll: 10s, cooldown: 2m", "activationListLength: '2'"},
		{"keda", "redis", "min: 0, policy: keda, target: 20", "# q on redis is 2 lists"},
		{"keda", "redis", "min: 2, policy: keda, target: 20, idle: 0", "idleReplicaCount: 0"},
		{"keda", "redis", "min: 0, policy: queue_length, target: 20", `listName: "q\x06\x163"`},
		{"keda", "rabbitmq", "min: 1, policy: keda, target: 2.5, limit: {replicas: 5, per: 1m}", "# The layout has w grow by at most 5 replicas in 1m0s"},
		{"keda", "rabbitmq", "min: 0, policy: keda, target: 20, activation: 2.5, scale_up: {select: disabled}, scale_down: {window: 0s, select: min, policies: [{type: pods, value: 2, period: 1m}]}", "activationValue: '2.5'"},
		{"keda", "rabbitmq", "min: 0, policy: keda, target: 20, counts: ready+unacked", "protocol: http"},
		{"keda", "rabbitmq", "min: 0, policy: queue_length, target: 20, limit: {replicas: 1, per: 30s}", "protocol: amqp"},
		{"keda", "rabbitmq", "min: 0, policy: keda, measure: deliver_rate, target: 2.5", "mode: DeliverGetRate"},
		{"keda", "rabbitmq", "min: 0, policy: keda, measure: consumption_time, target: 90s, activation: 5", "excludeUnacknowledged: 'true'"},
		{"keda", "redis", "min: 1, policy: hpa, target: 20", "kind: HorizontalPodAutoscaler"},
		{"kubernetes", "redis", "min: 1, policy: hpa, target: 20, scale_down: {window: 10m}", "stabilizationWindowSeconds: 600"},
		{"kubernetes", "redis", "min: 2, policy: hpa, target: 70%, scale_up: {policies: [{type: percent, value: 50, period: 30s}]}", "averageValue: '0.7'"},
	} {
		dir := t.TempDir()
		path := filepath.Join(dir, "scalers.yaml")
		content := fmt.Sprintf(file, c.broker, c.scaler)
		if strings.Contains(c.scaler, "triggers:") {
			content = strings.Replace(content, "queues: [q]", "queues: [q, p]", 1)
		}
		require.NoError(t, os.WriteFile(path, []byte(content), 0o644))
		sc, err := scenarios.Read(path)
		require.NoError(t, err)
		text, err := exported(sc, c.form, "one")
		require.NoError(t, err, c.scaler)
		assert.Contains(t, text, c.want)
		require.NoError(t, os.WriteFile(filepath.Join(dir, "exported"), []byte(text), 0o644))
		requireSame(t, c.form+"/"+c.broker+"/"+c.scaler, sc, 0, c.form)
	}
	for _, c := range []struct{ form, broker, scaler, want string }{
		{"compose", "redis", "min: 1, policy: hpa, target: 20", "which compose cannot say: want kubernetes"},
		{"compose", "redis", "min: 1, policy: keda, target: 20", "which compose cannot say: want keda"},
		{"kubernetes", "redis", "min: 1, policy: keda, target: 20", "which kubernetes cannot say: want keda"},
		{"kubernetes", "redis", "min: 1, policy: hpa, target: 20, poll: 10s", "every 10s, which no HPA says: want 15s"},
		{"keda", "redis", "min: 1, policy: keda, target: 20, poll: 500ms", "every 500ms, with a cooldown of 5m0s: want whole seconds"},
		{"keda", "redis", "min: 1, policy: keda, target: 2.5", "2.5 messages each: want a whole number"},
		{"keda", "rabbitmq", "min: 1, policy: keda, target: 2.0005", "want at most 3 decimals"},
		{"keda", "redis", "min: 1, policy: keda, target: 2, counts: ready+unacked", "of one queue of rabbitmq that no other worker consumes"},
		{"kubernetes", "rabbitmq", "min: 1, policy: hpa, target: 2, counts: ready+unacked", "only KEDA tells that"},
	} {
		path := filepath.Join(t.TempDir(), "scalers.yaml")
		require.NoError(t, os.WriteFile(path, fmt.Appendf(nil, file, c.broker, c.scaler), 0o644))
		sc, err := scenarios.Read(path)
		require.NoError(t, err)
		_, err = exported(sc, c.form, "one")
		assert.ErrorContains(t, err, c.want, c.scaler)
	}
}

// KEDA has whole numbers for redis. No list holds part of a message, so rounding down changes nothing: more than 2.5 are more
// than 2, and more than 0.5 more than 0, where nothing need be said.
func TestActivationOnRedisIsWhole(t *testing.T) {
	const file = `{broker: redis, tasks: {a: {queue: q, arrivals: {poisson: 1/s}, work: [{io: 1s}]}}, strategies: {one: {workers: {w: {queues: [q], concurrency: 3,
autoscale: {min: 0, max: 9, policy: keda, target: 20, activation: %s}}}}}}`
	for activation, want := range map[string]string{"2.5": "activationListLength: '2'", "0.5": ""} {
		sc, err := scenarios.Decode("x.yaml", fmt.Appendf(nil, file, activation), ".")
		require.NoError(t, err)
		text, err := exported(sc, "keda", "one")
		require.NoError(t, err)
		assert.Equal(t, want != "", strings.Contains(text, "activationListLength"), activation)
		assert.Contains(t, text, want)
	}
}

func requireSame(t *testing.T, what string, sc *scenarios.Scenario, layout int, form string) {
	t.Helper()
	l := &sc.Layouts[layout]
	draft, err := sc.Draft()
	require.NoError(t, err)
	parts, err := partsOf(&sc.Layouts[sc.Baseline], l, sc.Classes, form)
	require.NoError(t, err)
	found, err := deployed.Read("exported", readFile(t, sc, "exported"), func(string) ([]byte, error) { return nil, os.ErrNotExist })
	require.NoError(t, err, what)
	require.Len(t, found, len(parts), what)
	groups := draft.Keys("strategies", l.Name, "workers")
	beside := "{from: exported"
	for n, w := range found {
		group := groups[groupOf(l, n, form)]
		beside += ", " + w.Name + ": {"
		var own []string
		for _, key := range draft.Keys("strategies", l.Name, "workers", group) {
			if !slices.Contains(inFiles, key) {
				own = append(own, key+": "+draft.Get("strategies", l.Name, "workers", group, key))
			}
		}
		if w.Scaling != nil {
			extra := "autoscale: {"
			for _, key := range []string{"boot", "victim", "limit"} {
				if v := draft.Get("strategies", l.Name, "workers", group, "autoscale", key); v != "" {
					extra += key + ": " + v + ", "
				}
			}
			own = append(own, extra+"}")
		}
		beside += strings.Join(own, ", ") + "}"
	}
	changed, err := draft.Set(beside+"}", "strategies", l.Name, "workers")
	require.NoError(t, err, what)
	names := []string{l.Name}
	for i := range sc.Layouts {
		if i != layout {
			names = append(names, sc.Layouts[i].Name)
		}
	}
	back, err := changed.Only(names...)
	require.NoError(t, err, "%s: %s", what, beside)
	got := &back.Layouts[slices.IndexFunc(back.Layouts, func(b strategies.Layout) bool { return b.Name == l.Name })]
	require.Len(t, got.Workers, len(l.Workers), what)
	for w := range l.Workers {
		want, is := l.Workers[w], got.Workers[w]
		want.Name, is.Name = "", ""
		require.Equal(t, want, is, "%s: worker %d", what, w)
		require.Equal(t, l.Container(w), got.Container(w), what)
	}
	require.Len(t, got.Fleets, len(l.Fleets), what)
	for f := range l.Fleets {
		require.Equal(t, l.Fleets[f], got.Fleets[f], what)
	}
}

func readFile(t *testing.T, sc *scenarios.Scenario, name string) []byte {
	t.Helper()
	data, err := os.ReadFile(filepath.Join(filepath.Dir(sc.File), name))
	require.NoError(t, err)
	return data
}

// groupOf is the group of the n-th part of a layout.
func groupOf(l *strategies.Layout, n int, form string) int {
	at, last := -1, -1
	for w := range l.Workers {
		if last >= 0 && l.Group[last] == l.Group[w] && (l.FleetOf(w) != nil || !deployed.Single(form) && same(l, last, w)) {
			continue
		}
		last = w
		if at++; at == n {
			return l.Group[w]
		}
	}
	return -1
}

// What cannot be exported is answered by what can, whatever flags stand beside it.
func TestExportOfAnotherForm(t *testing.T) {
	status, _, stderr := call(t, "export", "systemd", "mine.yaml", "--strategy", "apart")
	assert.Equal(t, exitUsage, status)
	assert.Contains(t, stderr, `export "systemd": want a layout for compose, kubernetes, keda, procfile, supervisor; or celery-task`)
	status, _, stderr = call(t, "export", "keda", "mine.yaml", "--bogus")
	assert.Equal(t, exitUsage, status)
	assert.Contains(t, stderr, "unknown flag: --bogus")
}
