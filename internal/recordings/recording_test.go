package recordings_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"example.com/simrun/celery"
	"example.com/simrun/internal/recordings"
	"example.com/simrun/scenarios"
	"example.com/simrun/strategies"
	"example.com/simrun/worker"
)

const scenarioJSON = `{
 "format": "cb-scenario/1",
 "name": "small",
 "what": "two classes",
 "broker": "redis",
 "duration": 10, "drain": 5,
 "classes": {
  "zeta": {"queue": "z", "priority": 3, "retry": {"max": 3, "base": 0.5, "factor": 2.0, "cap": 60.0}},
  "alpha": {"queue": "a", "io": 0.1}
 },
 "workers": [{"name": "w1", "pool": "prefork", "concurrency": 2, "queues": ["z", "a"], "prefetch_multiplier": 1, "acks_late": true,
   "hard_time_limit": 8, "soft_time_limit": null, "loglevel": "INFO"}],
 "broker_transport_options": {"priority_steps": [0, 3, 6, 9]},
 "software": {"celery": "5.2.6"},
 "machine": {"cores": 2}
}`

const traceCSV = `id,class,queue,due,cpu,io,order,priority,failure,fail_arg
t0,zeta,z,0.5,1.000000,0.100000,"cpu,io",3,none,
t1,alpha,a,1.0,1.000000,0.100000,"cpu,io",,flaky,1
`

const runCSV = `id,class,queue,priority,due,published,received,started,ended,outcome,attempts,worker,pid
t0,zeta,z,3,0.5,0.501,0.502,0.503,1.603,ok,1,w1,1
t1,alpha,a,,1.0,1.001,1.002,,,unstarted,0,,
`

// folder writes a recording, with replacements: pairs of a file's name and its content.
func folder(t *testing.T, replace ...string) string {
	t.Helper()
	files := map[string]string{"scenario.json": scenarioJSON, "trace.csv": traceCSV, "run1.csv": runCSV}
	for i := 0; i < len(replace); i += 2 {
		files[replace[i]] = replace[i+1]
	}
	dir := t.TempDir()
	for name, content := range files {
		if content != "" {
			require.NoError(t, os.WriteFile(filepath.Join(dir, name), []byte(content), 0o644))
		}
	}
	return dir
}

func TestRead(t *testing.T) {
	r, err := recordings.Read(folder(t, "run2.csv", runCSV, "run1_attempts.csv", "not,read\n"))
	require.NoError(t, err)
	assert.Equal(t, "small", r.Name)
	assert.Equal(t, "5.2.6", r.Release)
	assert.Equal(t, "5.2", r.Preset())
	assert.Equal(t, []string{"zeta", "alpha"}, []string{r.Classes[0].Name, r.Classes[1].Name}, "in the order of the file")
	require.Len(t, r.Runs, 2)
	assert.Equal(t, "run2", r.Runs[1].Name)
	assert.Len(t, r.Runs[0].Tasks, 2)
	assert.InDelta(t, 0.502, r.Runs[0].Tasks[0].Received, 0)
	assert.Equal(t, "w1", r.Runs[0].Tasks[0].Worker)
	assert.InDelta(t, 0.1, r.CPUShare(), 1e-12, "2 s of CPU on 2 cores in 10 s")
	assert.True(t, r.CPUHeavy())
	assert.Equal(t, "prefork", r.Pool())
	assert.Equal(t, "prefork", r.PoolOf("zeta"))
	assert.Empty(t, r.Notes)
}

func TestReadErrors(t *testing.T) {
	for _, c := range []struct{ name, file, content, want string }{
		{"no scenario", "scenario.json", "", "scenario.json: no such file"},
		{"syntax", "scenario.json", "{\n \"name\": \"x\",\n oops\n}", "scenario.json:3: invalid character 'o'"},
		{"type", "scenario.json", "{\n \"format\": \"cb-scenario/1\",\n \"duration\": \"long\"\n}", "scenario.json:3: duration: string: want float64"},
		{"format", "scenario.json", strings.Replace(scenarioJSON, "cb-scenario/1", "cb-scenario/2", 1), `format: "cb-scenario/2": want "cb-scenario/1"`},
		{"broker", "scenario.json", strings.Replace(scenarioJSON, `"redis"`, `"sqs"`, 1), `broker: "sqs": want ideal, redis or rabbitmq`},
		{"app", "scenario.json", strings.Replace(scenarioJSON, `"broker"`, `"app": "--help", "broker"`, 1), `app: "--help": want an application as celery -A takes it`},
		{"duration", "scenario.json", strings.Replace(scenarioJSON, `"duration": 10`, `"duration": 0`, 1), "duration: 0: want a number > 0"},
		{"release", "scenario.json", strings.Replace(scenarioJSON, `"5.2.6"`, `""`, 1), "software.celery is missing"},
		{"autoscale", "scenario.json", strings.Replace(scenarioJSON, `"loglevel"`, `"autoscale": [8], "loglevel"`, 1), "workers.0.autoscale: [8]: want [max, min]"},
		{"class of the trace", "trace.csv", strings.ReplaceAll(traceCSV, ",alpha,", ",beta,"), `trace.csv: class "beta" is not in scenario.json`},
		{"class of a run", "run1.csv", strings.ReplaceAll(runCSV, ",alpha,", ",beta,"), `run1.csv: class "beta" is not in scenario.json`},
		{"trace", "trace.csv", "id,class\n", "trace.csv:1: due: no such column"},
		{"run", "run1.csv", strings.Replace(runCSV, "unstarted", "lazy", 1), `run1.csv:3: outcome: "lazy"`},
		{"no run", "run1.csv", "", "no run*.csv in it"},
	} {
		t.Run(c.name, func(t *testing.T) {
			_, err := recordings.Read(folder(t, c.file, c.content))
			assert.ErrorContains(t, err, c.want)
		})
	}
	_, err := recordings.Read(filepath.Join(t.TempDir(), "missing"))
	assert.ErrorContains(t, err, "no such file")
	file := filepath.Join(t.TempDir(), "file")
	require.NoError(t, os.WriteFile(file, nil, 0o644))
	_, err = recordings.Read(file)
	assert.ErrorContains(t, err, "want the folder of a recording")
}

func TestReadNotesWhatItDoesNotKnow(t *testing.T) {
	r, err := recordings.Read(folder(t, "scenario.json", strings.NewReplacer(
		`"loglevel"`, `"env": {"AUTOSCALE_KEEPALIVE": "10", "TZ": "UTC"}, "nice": 5, "eta_task_limit": null, "loglevel"`,
		`"io": 0.1`, `"io": 0.1, "rate_limit": "5/s"`,
	).Replace(scenarioJSON)))
	require.NoError(t, err)
	assert.Equal(t, []string{
		"scenario.json: classes.alpha.rate_limit is not known, and left out",
		"scenario.json: workers.0.nice is not known, and left out",
		"scenario.json: workers.0.env.TZ is not known, and left out",
	}, r.Notes)
}

func TestScenario(t *testing.T) {
	r, err := recordings.Read(folder(t))
	require.NoError(t, err)
	text := r.Scenario()
	for _, line := range []string{
		"name: small", `about: "two classes"`, "  duration: 10s", "  drain: 5s", `celery: "5.2" # observed: 5.2.6`,
		"broker: {kind: redis, priority_steps: [0, 3, 6, 9], machine: vm}", "producers: {machine: vm}",
		"    priority: 3", "    arrivals: {trace: {file: trace.csv, class: zeta}}",
		"    retry: {max: 3, delay: 500ms, backoff: 2, cap: 60s, jitter: none, on: [error]}",
		"        queues: [z, a]", "        concurrency: 2", "        acks_late: true", "        time_limit: {hard: 8s}", "        heartbeat: false",
	} {
		assert.Contains(t, "\n"+text, "\n"+line)
	}
	assert.Less(t, strings.Index(text, "zeta:"), strings.Index(text, "alpha:"))
}

func TestScenarioOfAutoscaling(t *testing.T) {
	r, err := recordings.Read(folder(t, "scenario.json", strings.Replace(scenarioJSON, `"loglevel"`,
		`"autoscale": [8, 2], "env": {"AUTOSCALE_KEEPALIVE": "10"}, "wakeup_timer": 0.005, "loglevel"`, 1)))
	require.NoError(t, err)
	text := r.Scenario()
	assert.Contains(t, text, "autoscale: {min: 2, max: 8, policy: celery, keepalive: 10s}")
	assert.Contains(t, text, "wakeup_timer: 5ms")
	assert.NotContains(t, text, "concurrency", "the autoscaler says how many")
}

// The lines of a recorded layout name its app, and those of a layout derived from it.
func TestLinesNameTheRecordedApp(t *testing.T) {
	r, err := recordings.Read(folder(t, "scenario.json", strings.Replace(scenarioJSON, `"broker"`, `"app": "shop.proj:app", "broker"`, 1)))
	require.NoError(t, err)
	sc, err := scenarios.Decode("replay.yaml", []byte(r.Scenario()+"  apart: {derive: {from: recorded, split_by: queue}}\n"), r.Dir)
	require.NoError(t, err)
	for i := range sc.Layouts {
		for _, line := range strategies.Commands(&sc.Layouts[0], &sc.Layouts[i]) {
			assert.Contains(t, line, "celery -A shop.proj:app worker ")
		}
	}
	assert.Equal(t, []string{"celery -A shop.proj:app worker -Q z,a -c 2 --prefetch-multiplier=1 --time-limit=8 --without-heartbeat --without-gossip"}, strategies.Commands(&sc.Layouts[0], &sc.Layouts[0]))
	assert.Contains(t, r.Today().Workers[0].Lines, `command: "celery -A shop.proj:app worker"`)
}

// Names that YAML would read as something else come back as they are.
func TestScenarioQuotesNames(t *testing.T) {
	json := strings.NewReplacer(`"zeta"`, `"on"`, `["z", "a"]`, `["null", "a"]`, `"queue": "z"`, `"queue": "null"`, `"alpha"`, `"pkg.tasks.add"`).Replace(scenarioJSON)
	names := strings.NewReplacer(",zeta,z,", ",on,null,", ",alpha,", ",pkg.tasks.add,")
	r, err := recordings.Read(folder(t, "scenario.json", json, "trace.csv", names.Replace(traceCSV), "run1.csv", names.Replace(runCSV)))
	require.NoError(t, err)
	sc, err := r.Decode()
	require.NoError(t, err)
	assert.Equal(t, "on", sc.Classes[0].Name)
	assert.Equal(t, "null", sc.Classes[0].Queue)
	assert.Equal(t, "pkg.tasks.add", sc.Classes[1].Name)
}

func TestDecode(t *testing.T) {
	r, err := recordings.Read(folder(t))
	require.NoError(t, err)
	sc, err := r.Decode()
	require.NoError(t, err)
	require.Len(t, sc.Layouts, 1)
	l := &sc.Layouts[0]
	assert.Equal(t, recordings.Strategy, l.Name)
	assert.Equal(t, worker.Redis, l.Broker.Kind)
	assert.Equal(t, 2, l.Slots())
	assert.True(t, l.Workers[0].AcksLate)
	assert.Equal(t, "8s", l.Workers[0].HardLimit.String())
	assert.Len(t, sc.Observed, 1)
	assert.False(t, sc.Run.AutoWarmup)
}

func TestPresets(t *testing.T) {
	for release, want := range map[string]string{"3.1.26": "4.4", "4.4.7": "4.4", "5.2.6": "5.2", "5.5.0": "5.5", "5.6.2": "5.6", "5.7.0rc1": "5.7", "5.10.1": "5.7", "6.0": "5.7", "main": "5.7"} {
		r := recordings.Recording{Release: release}
		assert.Equal(t, want, r.Preset(), release)
	}
}

// What is recorded of a layout reads as the same layout: no setting is lost on the way.
func TestWhatIsWrittenIsRead(t *testing.T) {
	r, err := recordings.Read(folder(t))
	require.NoError(t, err)
	r.App, r.Broker.Visibility = "shop.proj:app", new(2*time.Minute)
	all := celery.WorkerSettings()
	scaled := celery.Worker{Name: "scaled"}
	r.Workers = append(r.Workers, scaled)
	samples := map[celery.Kind]any{
		celery.Whole: 7, celery.Duration: 7500 * time.Millisecond, celery.Size: int64(7 << 20), celery.YesNo: true,
		celery.Names: []string{"z"}, celery.Slots: map[string]int{"z": 1}, celery.Ordering: celery.Rule{Order: "weighted", Weights: map[string]int{"z": 2, "a": 1}},
		celery.Range: celery.Autoscale{Min: 2, Max: 7}, celery.Word: "gevent",
	}
	for i := range all {
		if all[i].Key != "concurrency" { // autoscale says it
			all[i].Set(&r.Workers[1], samples[all[i].Quantity.Kind])
		}
	}
	var out strings.Builder
	require.NoError(t, r.WriteScenario(&out))
	again, err := recordings.Read(folder(t, "scenario.json", out.String()))
	require.NoError(t, err)
	assert.Equal(t, r.Workers, again.Workers)
	assert.Equal(t, r.App, again.App)
	assert.Equal(t, r.Broker, again.Broker)
	assert.Equal(t, r.Classes, again.Classes)
	assert.Empty(t, again.Notes)
}
