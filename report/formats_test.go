package report

import (
	"bytes"
	"encoding/csv"
	"encoding/json"
	"io"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"example.com/simrun/internal/experiment"
)

func readCSV(t *testing.T, write func(io.Writer) error) [][]string {
	t.Helper()
	var b bytes.Buffer
	require.NoError(t, write(&b))
	rows, err := csv.NewReader(&b).ReadAll()
	require.NoError(t, err)
	return rows
}

func TestClassesCSV(t *testing.T) {
	_, r := fixture()
	rows := readCSV(t, func(w io.Writer) error { return ClassesCSV(w, r) })
	assert.Equal(t, []string{"strategy", "class", "metric", "value", "low", "high"}, rows[0])
	seen := map[[3]string][]string{}
	for _, row := range rows[1:] {
		key := [3]string{row[0], row[1], row[2]}
		require.NotContains(t, seen, key, "one row a figure")
		seen[key] = row[3:]
	}
	p95 := r.Strategies[2].Classes[0].Wait.P95
	assert.Equal(t, []string{number(p95.Value), number(*p95.Low), number(*p95.High)}, seen[[3]string{"message-priority", "notify", "wait.p95"}])
	for _, metric := range []string{
		"published", "succeeded", "failed", "timeout", "expired", "dead", "lost", "rejected", "unfinished", "unstarted", "retrying", "retried", "duplicated",
		"throughput", "wait.n", "wait.mean", "wait.p50", "wait.p90", "wait.p95", "wait.p99", "wait.p999", "wait.max", "response.p95", "slowdown.mean",
		"wait_all.p95", "wait_per_attempt.p95", "wait_by_cause.queue", "wait_by_cause.reserved", "slo.wait.p95.attained",
	} {
		assert.Contains(t, seen, [3]string{"one-pool", "notify", metric})
	}
	assert.Contains(t, seen, [3]string{"one-pool", "(all)", "published"})
	assert.NotContains(t, seen, [3]string{"no-prefetch", "backup", "wait.p95"}, "a withheld figure has no row")
}

func TestWorkersCSV(t *testing.T) {
	_, r := fixture()
	rows := readCSV(t, func(w io.Writer) error { return WorkersCSV(w, r) })
	assert.Equal(t, []string{"strategy", "worker", "metric", "value", "low", "high"}, rows[0])
	assert.Contains(t, rows, []string{"separated", "worker_high_priority", "slots", "2", "", ""})
}

// The names of results.json are a contract with whoever reads it: a field that changes its name here breaks them.
func TestResultsJSONHasTheNamesOfItsContract(t *testing.T) {
	_, r := fixture()
	var b bytes.Buffer
	require.NoError(t, JSON(&b, r))
	var top map[string]any
	require.NoError(t, json.Unmarshal(b.Bytes(), &top))
	has := func(v any, names ...string) {
		t.Helper()
		for _, n := range names {
			assert.Contains(t, v, n)
		}
	}
	has(top, "version", "simrun", "scenario", "run", "strategies", "comparisons", "checks", "verdict")
	has(top["scenario"], "name", "about", "sha256", "seed")
	has(top["run"], "duration", "warmup", "replications", "confidence", "precision_reached", "events")
	assert.NotContains(t, top["run"], "wall_seconds", "equal work gives equal bytes: the clock has run.json")
	strategy := top["strategies"].([]any)[0].(map[string]any)
	has(strategy, "name", "cost_per_hour", "cost", "classes", "all", "queues", "workers", "machines")
	class := strategy["classes"].([]any)[0].(map[string]any)
	has(class, "name", "queue", "published", "throughput", "wait", "wait_all", "wait_per_attempt", "response", "run", "slowdown", "wait_by_cause", "slo")
	has(class["wait"], "n", "mean", "p50", "p90", "p95", "p99", "p999", "max")
	has(class["wait"].(map[string]any)["p95"], "value", "low", "high")
	has(class["slo"].([]any)[0], "metric", "target", "value", "attained", "verdict")
	has(top["verdict"], "status", "baseline_passes", "recommend", "simplest_that_passes", "best", "reasons", "headroom", "model_error", "apply")
	assert.InDelta(t, 1.18, top["verdict"].(map[string]any)["headroom"].(map[string]any)["message-priority"].(map[string]any)["factor"], 0)

	var again bytes.Buffer
	_, r = fixture()
	require.NoError(t, JSON(&again, r))
	assert.Equal(t, b.String(), again.String(), "the same result, the same bytes")
}

func TestTasksCSV(t *testing.T) {
	tasks, _ := fixtureTasks()
	rows := readCSV(t, func(w io.Writer) error { return TasksCSV(w, tasks) })
	assert.Equal(t, [][]string{
		{"id", "class", "queue", "priority", "due", "published", "received", "started", "ended", "outcome", "attempts", "worker", "strategy"},
		{"n-1", "notify", "high", "", "0", "0", "0.01", "0.5", "0.58", "ok", "1", "worker", "one-pool"},
		{"b-1", "backup", "low", "9", "1.25", "1.25", "", "", "", "unstarted", "0", "", "one-pool"},
	}, rows)
}

func TestTraceJSON(t *testing.T) {
	_, attempts := fixtureTasks()
	var b bytes.Buffer
	require.NoError(t, TraceJSON(&b, attempts))
	var trace struct {
		TraceEvents []traceEvent `json:"traceEvents"`
	}
	require.NoError(t, json.Unmarshal(b.Bytes(), &trace))
	names := map[[2]int]string{}
	var slices []traceEvent
	for _, e := range trace.TraceEvents {
		switch {
		case e.Phase == "X":
			slices = append(slices, e)
		case e.Name == "process_name":
			names[[2]int{e.Process, 0}] = e.Args["name"].(string)
		default:
			names[[2]int{e.Process, e.Thread}] = e.Args["name"].(string)
		}
	}
	require.Len(t, slices, len(attempts))
	at := func(i int) (string, string) {
		return names[[2]int{slices[i].Process, 0}], names[[2]int{slices[i].Process, slices[i].Thread}]
	}
	strategy, slot := at(1)
	assert.Equal(t, "one-pool", strategy)
	assert.Equal(t, "worker slot 2", slot)
	strategy, slot = at(2)
	assert.Equal(t, "separated", strategy)
	assert.Equal(t, "worker_high_priority slot 1", slot)
	assert.InDelta(t, 5e5, slices[0].Start, 1e-6, "microseconds")
	assert.InDelta(t, 8e4, slices[0].Duration, 1e-6)
	assert.Zero(t, slices[1].Duration, "what ran at the end is cut there")
	assert.InDelta(t, 2, slices[1].Args["attempt"], 0)

	b.Reset()
	require.NoError(t, TraceJSON(&b, nil))
	assert.Contains(t, b.String(), `"traceEvents": []`)
}

func TestSummaryJSON(t *testing.T) {
	_, r := fixture()
	var b bytes.Buffer
	require.NoError(t, SummaryJSON(&b, []Entry{{Folder: "priority", Result: r}}))
	var s summary
	require.NoError(t, json.Unmarshal(b.Bytes(), &s))
	require.Len(t, s.Scenarios, 1)
	got := s.Scenarios[0]
	assert.Equal(t, "priority", got.Folder)
	assert.Equal(t, "change", got.Status)
	require.NotNil(t, got.Key)
	assert.Equal(t, waitP95, got.Key.Metric, "the target that today misses by most")
	assert.InDelta(t, r.Strategies[0].Classes[0].Wait.P95.Value, *got.Key.Today, 1e-12)
	assert.InDelta(t, r.Strategies[2].Classes[0].Wait.P95.Value, *got.Key.Recommend, 1e-12)
}

func TestTargetAsASentence(t *testing.T) {
	e := experiment.SLO{Metric: waitP95, Target: 0.2, Value: est(9.17, 0), Verdict: "fail"}
	assert.Equal(t, "wait p95 of notify fails: 9.17 s against 200 ms", Target("notify", &e))
	e.Value = nil
	assert.Equal(t, "wait p95 of notify fails: no figure, the queue is unstable against 200 ms", Target("notify", &e))
}

// One line a scenario: what decides, whom to run, what it brings, what it costs.
func TestOverviewLines(t *testing.T) {
	_, r := fixture()
	sep := "separated"
	r.Verdict.Recommend = &sep
	cost := func(x float64) *experiment.Cost { return &experiment.Cost{PerHour: est(x, 0), PerMonth: est(730*x, 0)} }
	r.Strategies[0].Costs, r.Strategies[3].Costs = cost(0.2), cost(0.3)
	r.Strategies[3].Slots = 9
	l := lineOf(r)
	assert.Equal(t, []string{"worker_high_priority", "worker_low_priority"}, l.Workers)
	assert.Equal(t, "notify wait p95 9.17 s, target 200 ms", l.Why)
	assert.Regexp(t, `^-9\.1\d s \(-9\.\d+ \.\. -8\.\d+ s\)$`, l.Gain)
	assert.Equal(t, "+0.1 EUR/h, +73 EUR/month, +1 slot", l.Price)

	today := "one-pool"
	r.Verdict.Recommend = &today
	l = lineOf(r)
	assert.Equal(t, []string{"worker"}, l.Workers)
	assert.Empty(t, l.Gain+l.Price, "nothing changes")

	r.Verdict.Recommend = nil
	assert.Nil(t, lineOf(r).Workers)

	r = guarded()
	r.Strategies[0].Breaches = []experiment.Breach{{Class: "notify", Label: "pii", Workers: []string{"worker"}}}
	r.Strategies[0].Classes[0].Exposure["pii"].Uncleared = est(1, 0)
	l = lineOf(r)
	assert.Equal(t, "notify runs without clearance for pii", l.Why)
	assert.Equal(t, "100 % -> 0 % without clearance", l.Gain)
	assert.Equal(t, "none", l.Price)
}

// What depends on the machine is in a file of its own; one that an earlier run left does not stay beside other results.
func TestRunJSONIsOfTheseResultsOrGone(t *testing.T) {
	sc, r := fixture()
	dir := t.TempDir()
	write := func(o Options) {
		b := &Batch{}
		require.NoError(t, Folder(b, dir, sc, r, o))
		require.NoError(t, b.Commit(t.Context()))
	}
	write(Options{Ran: &Ran{WallSeconds: 1.5, Cores: 2, Program: "simrun"}})
	text, err := os.ReadFile(filepath.Join(dir, "run.json"))
	require.NoError(t, err)
	assert.JSONEq(t, `{"wall_seconds": 1.5, "cores": 2, "program": "simrun"}`, string(text))
	write(Options{})
	assert.NoFileExists(t, filepath.Join(dir, "run.json"))
	assert.FileExists(t, filepath.Join(dir, "results.json"))
}
