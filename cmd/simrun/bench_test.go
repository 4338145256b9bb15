package main

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"example.com/simrun/internal/bench"
	"example.com/simrun/live"
	"example.com/simrun/scenarios"
)

// TestMain lets the test program be a child process of bench, as the program itself is.
func TestMain(m *testing.M) {
	if live.IsChild() {
		os.Exit(child(os.Stdin, os.Stdout, os.Stderr))
	}
	os.Exit(m.Run())
}

const benchFile = `name: tiny
broker: ideal
tasks:
  a: {arrivals: {poisson: 50/s}, work: [{cpu: 1ms}, {io: 5ms}]}
strategies:
  pool: {workers: {w: {queues: [a], concurrency: 3}}}
`

func writeBench(t *testing.T) string {
	t.Helper()
	file := filepath.Join(t.TempDir(), "tiny.yaml")
	require.NoError(t, os.WriteFile(file, []byte(benchFile), 0o644))
	return file
}

func runBench(t *testing.T, args ...string) (status int, stdout, stderr string) {
	t.Helper()
	var out, err strings.Builder
	status = run(t.Context(), append([]string{"bench"}, args...), &out, &err)
	return status, out.String(), err.String()
}

func TestBenchWritesPageFiguresAndRecording(t *testing.T) {
	file := writeBench(t)
	dir := t.TempDir()
	for _, executor := range []string{"thread", "process"} {
		out, rec := filepath.Join(dir, executor), filepath.Join(dir, executor+"-rec")
		status, stdout, stderr := runBench(t, file, "--for", "600ms", "--rounds", "2", "--executor", executor, "--replay", "--out", out, "--record", rec)
		require.Equal(t, exitOK, status, stderr)
		assert.Contains(t, stdout, "Measured and predicted")
		assert.Contains(t, stdout, "replayed")
		page, err := os.ReadFile(filepath.Join(out, "bench.html"))
		require.NoError(t, err)
		assert.Contains(t, string(page), "<svg")
		var b struct {
			Executor   string
			Strategies []struct {
				Runs []struct{ Published, Succeeded int64 }
			}
		}
		figures, err := os.ReadFile(filepath.Join(out, "bench.json"))
		require.NoError(t, err)
		require.NoError(t, json.Unmarshal(figures, &b))
		assert.Equal(t, executor, b.Executor)
		require.Len(t, b.Strategies[0].Runs, 2)
		assert.Positive(t, b.Strategies[0].Runs[0].Succeeded)
		for _, name := range []string{"scenario.json", "trace.csv", "run1.csv", "run2.csv", "run1_attempts.csv"} {
			assert.FileExists(t, filepath.Join(rec, "pool", name))
		}
		trace, err := os.ReadFile(filepath.Join(rec, "pool", "trace.csv"))
		require.NoError(t, err)
		assert.True(t, strings.HasPrefix(string(trace), "id,class,queue,due,published,cpu,io,order,priority,countdown,expires,failure,fail_arg\na-0,a,a,"), string(trace[:100]))
	}
}

// recordedFigure is one of verify.json, in seconds.
type recordedFigure struct {
	Metric, Stat        string
	Observed, Predicted float64
}

// floor is what no duration can be below: each task sleeps 5 ms.
func (f recordedFigure) floor() float64 {
	if f.Metric == "response" {
		return 0.005
	}
	return 0
}

// What bench records, verify reads and predicts, whatever the broker: the machine is calibrated once for all of them.
func TestVerifyReadsWhatBenchRecords(t *testing.T) {
	machine, err := calibrate(t.Context(), []live.Executor{live.Goroutine}, 100)
	require.NoError(t, err)
	for _, as := range []string{"ideal", "redis", "rabbitmq", "rabbitmq\nqueues: {a: {type: quorum}}"} {
		file := filepath.Join(t.TempDir(), "tiny.yaml")
		text := strings.Replace(benchFile, "broker: ideal", "broker: "+as, 1)
		broker, quorum, _ := strings.Cut(as, "\n")
		text = strings.Replace(text, "{cpu: 1ms}, ", "", 1)
		require.NoError(t, os.WriteFile(file, []byte(text), 0o644))
		sc, err := scenarios.Read(file)
		require.NoError(t, err)
		measured, err := bench.Measure(t.Context(), sc, realRun(live.Goroutine, live.Rate(machine.Rate)), bench.Options{
			For: 400 * time.Millisecond, Speed: 1, Rounds: 2, Executor: live.Goroutine.String(), Calibration: machine, Keep: true,
		})
		require.NoError(t, err)
		out, rec := t.TempDir(), filepath.Join(t.TempDir(), "rec")
		o := benchOptions{record: rec}
		require.NoError(t, o.write(t.Context(), sc, measured, filepath.Join(out, "bench.html"), filepath.Join(out, "bench.json")))
		recorded, err := os.ReadFile(filepath.Join(rec, "pool", "scenario.json"))
		require.NoError(t, err)
		assert.Equal(t, quorum != "", strings.Contains(string(recorded), `"queue_type": "quorum"`))
		status, printed, errs := call(t, "verify", filepath.Join(rec, "pool"), "--format", "json", "--out", t.TempDir())
		require.Equal(t, exitOK, status, errs)
		var v struct {
			Figures    int
			Recordings []struct {
				Recording, Broker string
				Runs              int
				NotModelled       []string
				Figures           []recordedFigure
			}
		}
		require.NoError(t, json.Unmarshal([]byte(printed), &v), printed)
		require.Len(t, v.Recordings, 1)
		r := v.Recordings[0]
		assert.Equal(t, broker, r.Broker)
		assert.Empty(t, r.NotModelled)
		assert.Positive(t, v.Figures)
		for _, f := range r.Figures {
			if f.Metric == "wait" || f.Metric == "response" {
				assert.GreaterOrEqual(t, f.Predicted, f.floor()-1e-9, "%s %s", f.Metric, f.Stat)
				assert.GreaterOrEqual(t, f.Observed, f.floor()-1e-9, "%s %s", f.Metric, f.Stat)
			}
		}
	}
}

func TestBenchJSON(t *testing.T) {
	status, stdout, stderr := runBench(t, writeBench(t), "--for", "200ms", "--rounds", "1", "--format", "json", "--quiet", "--out", t.TempDir())
	require.Equal(t, exitOK, status, stderr)
	assert.Empty(t, stderr)
	assert.True(t, json.Valid([]byte(stdout)))
}

func TestBenchRefuses(t *testing.T) {
	file := writeBench(t)
	for _, c := range []struct{ args, want string }{
		{"", "bench: 0 files: want one scenario"},
		{"a b", "bench: 2 files: want one scenario"},
		{file + " --for soon", `--for: "soon": want a duration of at least 100ms, such as 30s`},
		{file + " --speed 0", "--speed: 0: want a factor above 0, at most 1000000"},
		{file + " --rounds 0", "--rounds: 0: want at least 1"},
		{file + " --format csv", `--format: "csv": want table or json`},
		{file + " --executor fork", `--executor: "fork": want process, thread or goroutine`},
		{file + " --executor goroutine", "--executor: goroutine: a computes, and goroutines only sleep: want process or thread"},
	} {
		status, _, stderr := runBench(t, strings.Fields(c.args)...)
		assert.Equal(t, exitUsage, status, c.args)
		assert.Contains(t, stderr, c.want)
	}
}

func TestCalibratePrintsTheMachine(t *testing.T) {
	var out, err strings.Builder
	require.Equal(t, exitOK, run(t.Context(), []string{"calibrate"}, &out, &err), err.String())
	assert.Contains(t, out.String(), "machines:\n  this: {cores: ")
	for _, e := range []string{"goroutine", "thread", "process"} {
		assert.Contains(t, out.String(), e)
	}
	out.Reset()
	require.Equal(t, exitOK, run(t.Context(), []string{"calibrate", "--format", "json"}, &out, &err))
	var c struct {
		Cores     int
		Executors []struct{ Name string }
	}
	require.NoError(t, json.Unmarshal([]byte(out.String()), &c))
	assert.Positive(t, c.Cores)
	assert.Len(t, c.Executors, 3)
	assert.Equal(t, exitUsage, run(t.Context(), []string{"calibrate", "--format", "csv"}, &out, &err))
}
