package imports_test

import (
	"fmt"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"example.com/simrun/internal/imports"
	"example.com/simrun/internal/logs"
	"example.com/simrun/scenarios"
	"example.com/simrun/worker"
)

// made reads what was imported.
func made(t *testing.T, m *imports.Import) *scenarios.Scenario {
	t.Helper()
	b := scenarios.Bundle{Name: "mine.yaml", Text: []byte(m.Scenario), Files: map[string][]byte{}}
	for _, f := range m.Files {
		b.Files[f.Name] = f.Content
	}
	sc, err := b.Scenario()
	require.NoError(t, err, m.Scenario)
	return sc
}

// Where the log has the CPU time of each task, nobody needs to say which compute: CPU and waiting are told apart task by
// task, though both are stretched.
func TestMeasuredCPU(t *testing.T) {
	dir := t.TempDir()
	var b strings.Builder
	b.WriteString("id,class,due,cpu,io\n")
	for i := range 600 {
		fmt.Fprintf(&b, "r%d,resize,%.3f,%.3f,%.3f\n", i, float64(i)/7, 0.1+0.3*math.Mod(float64(i)*0.618, 1), 0.05+0.2*math.Mod(float64(i)*0.382, 1))
		fmt.Fprintf(&b, "m%d,mail,%.3f,0,0.04\n", i, float64(i)/7+0.05)
	}
	log, truth := simulated(t, dir, b.String(), `w1: {queues: [jobs], concurrency: 8, machine: box}`)
	text, err := os.ReadFile(log)
	require.NoError(t, err)
	lines := strings.Split(strings.TrimSpace(string(text)), "\n")
	for i := range lines {
		cpu := "cpu"
		if i > 0 {
			id, _, _ := strings.Cut(lines[i], ",")
			cpu = fmt.Sprint(truth[id].CPU.Seconds())
		}
		lines[i] += "," + cpu
	}
	require.NoError(t, os.WriteFile(log, []byte(strings.Join(lines, "\n")), 0o644))
	m, err := imports.Make(t.Context(), imports.Options{Paths: []string{log}, Base: "mine", Said: imports.Said{
		Workers: []string{"celery -A shop worker -n w1@%h -Q jobs -c 8"}, Broker: "redis", Celery: "5.6", Cores: 2,
	}})
	require.NoError(t, err)
	took, io, want := 0.0, 0.0, 0.0
	for i := range m.Log.Tasks {
		task := &m.Log.Tasks[i]
		if task.Class != "resize" || task.Outcome != "ok" {
			continue
		}
		a := &task.Attempts[0]
		assert.InEpsilon(t, truth[task.ID].CPU.Seconds(), a.Asked.CPU, 0.02)
		took, io, want = took+a.Runtime-a.CPU, io+a.Asked.IO, want+truth[task.ID].IO.Seconds()
	}
	assert.Greater(t, took, 1.2*want, "crowded")
	assert.InEpsilon(t, want, io, 0.02)
	assert.Empty(t, m.Check.Unseen)
	sc := made(t, m)
	require.Len(t, sc.Classes[0].Work, 2, "its tasks compute and wait: %s", m.Scenario)
	assert.Len(t, sc.Classes[1].Work, 1)
}

// What runs today comes from lines, from a file that starts workers, or from the folder of a recording.
func TestToday(t *testing.T) {
	recording := func(name string) string { return filepath.Join("..", "fidelity", "testdata", name) }
	m, err := imports.Make(t.Context(), imports.Options{Paths: []string{recording("07b-priority-rabbit-xmax")}, Base: "mine", Replay: true})
	require.NoError(t, err)
	sc := made(t, m)
	l := &sc.Layouts[0]
	assert.Equal(t, "today", l.Name)
	assert.Equal(t, worker.RabbitMQ, l.Broker.Kind)
	assert.Equal(t, "5.2", sc.Release)
	assert.Equal(t, 4, l.Workers[0].Concurrency)
	assert.Equal(t, 1, l.Workers[0].PrefetchMultiplier)
	assert.Equal(t, 10, l.Queues[0].MaxPriority)
	assert.InDelta(t, 2, sc.Machines[0].Cores, 0)
	assert.Equal(t, []int{9, 0}, []int{sc.Classes[0].Priority, sc.Classes[1].Priority})
	assert.Equal(t, scenarios.Imported{Measured: 6, Of: 6}, sc.Imported)

	compose := filepath.Join(t.TempDir(), "compose.yaml")
	require.NoError(t, os.WriteFile(compose, []byte("services:\n  heavy:\n    command: celery -A shop worker -Q jobs -c 3\n    deploy: {replicas: 2}\n  redis: {image: redis}\n"), 0o644))
	log := filepath.Join(recording("07b-priority-rabbit-xmax"), "run1.csv")
	m, err = imports.Make(t.Context(), imports.Options{Paths: []string{log}, Base: "mine", Replay: true, Said: imports.Said{
		From: compose, Cores: 4, Targets: []string{"notify.wait.p95=1s", "notify.wait.p99=2s", "notify.loss=1%"},
	}})
	require.NoError(t, err)
	sc = made(t, m)
	assert.Equal(t, []string{"heavy"}, sc.Layouts[0].Groups)
	assert.Len(t, sc.Layouts[0].Workers, 2)
	assert.Len(t, sc.Classes[0].SLO, 3)
	assert.Contains(t, m.Scenario, "\n        command: \"celery -A shop worker -Q jobs -c 3\"\n")

	m, err = imports.Make(t.Context(), imports.Options{Paths: []string{log}, Base: "mine", Replay: true})
	require.NoError(t, err)
	assert.Equal(t, "as-seen", made(t, m).Layouts[0].Name)
	assert.NotEmpty(t, m.Check.Missing)
	assert.Contains(t, m.Check.Missing[0], "--worker")
	assert.Contains(t, strings.Join(m.Check.Unseen, " "), "--computes", "a log of tasks that compute comes out of its own layout just as well")
}

// What is unfinished hangs, what never started is another of its class, and a limit is an option of the workers.
func TestHangsComeBack(t *testing.T) {
	m, err := imports.Make(t.Context(), imports.Options{Paths: []string{filepath.Join("..", "fidelity", "testdata", "09-hang-single")}, Base: "mine", Replay: true})
	require.NoError(t, err)
	text := string(m.Files[0].Content)
	hangs := 0
	for line := range strings.SplitSeq(text, "\n") {
		if strings.Contains(line, "hang_io") {
			hangs++
			assert.Contains(t, line, "report_hang")
		}
	}
	assert.Equal(t, 8, hangs, "four that started and four that did not")
	assert.Equal(t, len(m.Check.Figures), m.Check.Held(), "%+v", m.Check)

	m, err = imports.Make(t.Context(), imports.Options{Paths: []string{filepath.Join("..", "fidelity", "testdata", "11-hang-hardlimit")}, Base: "mine", Replay: true})
	require.NoError(t, err)
	sc := made(t, m)
	assert.Equal(t, "8s", sc.Layouts[0].Workers[0].HardLimit.String())
	for i := range sc.Classes {
		assert.Zero(t, sc.Classes[i].HardLimit)
	}
}

// Settings of the app are said as its configuration has them, and held in the scenario.
func TestSettings(t *testing.T) {
	log := filepath.Join("..", "fidelity", "testdata", "08c-prefetch1-late", "run1.csv")
	said := func(settings ...string) (*imports.Import, error) {
		return imports.Make(t.Context(), imports.Options{Paths: []string{log}, Base: "mine", Replay: true, Said: imports.Said{
			Workers: []string{"celery -A app worker -n wA@%h -Q jobs -c 2 --prefetch-multiplier 1 --without-gossip --without-mingle --without-heartbeat", "celery -A app worker -n wB@%h -Q jobs -c 2 --prefetch-multiplier 1 --without-gossip --without-mingle --without-heartbeat"},
			Broker:  "redis", Celery: "5.2", Cores: 2, Settings: settings,
		}})
	}
	// Without it the log does not come out of its layout, and what may be missing is found by trying.
	m, err := said()
	require.NoError(t, err)
	assert.Zero(t, m.Check.Held())
	assert.Contains(t, m.Check.Missing[0], "--setting task_acks_late=True")
	m, err = said("task_acks_late=True", `broker_transport_options={"visibility_timeout": 7200}`)
	require.NoError(t, err)
	assert.GreaterOrEqual(t, m.Check.Held(), 5)
	sc := made(t, m)
	assert.True(t, sc.Layouts[0].Workers[0].AcksLate)
	assert.Equal(t, "2h0m0s", sc.Layouts[0].Broker.Visibility.String())

	m, err = said("task_acks_late=True", `broker_transport_options={'visibility_timeout': 7200, "sep": ':', 'confirm_publish': True}`)
	require.NoError(t, err, "as Python writes it")
	assert.Equal(t, "2h0m0s", made(t, m).Layouts[0].Broker.Visibility.String())

	for text, want := range map[string]string{
		"broker_transport_options={": `--setting: broker_transport_options: "{": want a value as Python or JSON writes it, such as {'visibility_timeout': 3600}`,
		"task_acks_late":             `--setting: "task_acks_late": want NAME=VALUE, such as task_acks_late=True`,
		"task_ack_late=True":         `--setting: task_ack_late: no such setting is known here; did you mean "task_acks_late"?`,
		"task_acks_late=often":       "--setting: task_acks_late: often: want true or false",
	} {
		_, err := said(text)
		var wrong imports.Wrong
		require.ErrorAs(t, err, &wrong, text)
		assert.Equal(t, want, err.Error())
	}
}

// A queue whose name has a space is said as it is, and has one name in the log, in the line and where a task is sent.
func TestQueuesWithSpaces(t *testing.T) {
	log := filepath.Join(t.TempDir(), "log.csv")
	require.NoError(t, os.WriteFile(log, []byte("created,started,ended,class,queue\n1,2,3,mail,high prio\n4,5,6,film,\n"), 0o644))
	mapping, err := logs.ParseMapping("created=created, started=started, ended=ended, class=class, queue=queue")
	require.NoError(t, err)
	m, err := imports.Make(t.Context(), imports.Options{
		Paths: []string{log}, Read: logs.Options{Map: mapping}, Base: "mine",
		Said: imports.Said{Workers: []string{"celery -A app worker -c 4 -Q 'high prio','slow lane'"}, Sent: []string{"film=slow lane"}},
	})
	require.NoError(t, err)
	assert.Contains(t, m.Scenario, "-Q high-prio,slow-lane")
	assert.Contains(t, m.Scenario, "queue: high-prio\n")
	assert.Contains(t, m.Scenario, "queue: slow-lane\n")

	// Nor do two names become one.
	for _, said := range []imports.Said{
		{Workers: []string{"celery -A app worker -c 4 -Q high-prio"}},
		{Workers: []string{"celery -A app worker -c 4 -Q 'high prio','slow lane'", `celery -A app worker -c 2 -Q slow\ lane,"slow'lane"`}},
		{Sent: []string{"film=high\tprio"}},
	} {
		_, err = imports.Make(t.Context(), imports.Options{Paths: []string{log}, Read: logs.Options{Map: mapping}, Base: "mine", Said: said})
		var wrong imports.Wrong
		require.ErrorAs(t, err, &wrong)
		require.ErrorContains(t, err, "want names that differ in more than spaces, quotes, commas and signs of a shell, which no scenario has, or the same one")
	}
}

// What the app says of its queues is a setting as any other, and one of those that are tried.
func TestSettingsOfQueues(t *testing.T) {
	for _, tt := range []struct {
		recording, release, queues, setting string
		held                                int
	}{
		{"07b-priority-rabbit-xmax", "5.2", "jobs --prefetch-multiplier 1", "task_queue_max_priority=10", 18},
		{"40a-quorum-one-pool", "5.6", "urgent,normal,bulk", "task_create_missing_queue_type=quorum", 17},
	} {
		check := func(settings ...string) *imports.Check {
			m, err := imports.Make(t.Context(), imports.Options{
				Paths: []string{filepath.Join("..", "fidelity", "testdata", tt.recording, "run1.csv")}, Base: "mine", Replay: true,
				Said: imports.Said{Workers: []string{"celery -A app worker -c 4 -Q " + tt.queues}, Broker: "rabbitmq", Celery: tt.release, Cores: 2, Settings: settings},
			})
			require.NoError(t, err)
			return m.Check
		}
		assert.Contains(t, check().Missing[0], "--setting "+tt.setting)
		assert.GreaterOrEqual(t, check(tt.setting).Held(), tt.held)
	}
}
