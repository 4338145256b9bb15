package main

import (
	"bytes"
	"context"
	"encoding/csv"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// small is a scenario that runs in milliseconds: one layout that passes, one that fails.
const small = `name: NAME
run: {duration: 2m, warmup: 10s, replications: 3}
broker: ideal
tasks:
  quick:
    queue: work
    arrivals: {poisson: 4/s}
    work: [{io: {exponential: 200ms}}]
    slo: {wait: {p95: 2s}}
strategies:
  enough:
    workers:
      worker: {queues: [work], concurrency: 4}
  tight:
    workers:
      worker: {queues: [work], concurrency: 1}
`

// scenario writes a scenario file, with replacements, and returns its path.
func scenario(t *testing.T, name string, replace ...string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), name+".yaml")
	content := strings.NewReplacer(append(replace, "NAME", name)...).Replace(small)
	require.NoError(t, os.WriteFile(path, []byte(content), 0o644))
	return path
}

// call runs the program in an empty working directory.
func call(t *testing.T, args ...string) (status int, stdout, stderr string) {
	t.Helper()
	return callWith(t.Context(), args...)
}

func callWith(ctx context.Context, args ...string) (status int, stdout, stderr string) {
	var out, err bytes.Buffer
	status = run(ctx, args, &out, &err)
	return status, out.String(), err.String()
}

func files(t *testing.T, dir string) (names []string) {
	t.Helper()
	require.NoError(t, filepath.WalkDir(dir, func(path string, d os.DirEntry, err error) error {
		if err == nil && !d.IsDir() {
			rel, _ := filepath.Rel(dir, path)
			names = append(names, filepath.ToSlash(rel))
		}
		return err
	}))
	return names
}

func TestRun(t *testing.T) {
	file := scenario(t, "demo")
	t.Chdir(t.TempDir())
	status, stdout, stderr := call(t, file)
	require.Equal(t, exitOK, status, stderr)
	first, _, _ := strings.Cut(stdout, "\n")
	assert.Regexp(t, `^Yes\b.*enough`, first)
	assert.Contains(t, stdout, "quick wait p95")
	assert.Contains(t, stderr, "demo: replications")
	assert.Contains(t, stderr, "Written: "+filepath.Join("results", "demo", "report.html"))
	got := files(t, filepath.Join("results", "demo"))
	for _, want := range []string{"report.html", "results.json", "classes.csv", "workers.csv", "summary.md", "plots/cdf-wait-quick.svg", "plots/utilization.svg"} {
		assert.Contains(t, got, want)
	}
	for _, name := range got {
		assert.NotContains(t, name, ".simrun")
	}

	status, stdout, _ = call(t, "-q", "-v", file)
	require.Equal(t, exitOK, status)
	assert.Contains(t, stdout, "quick  wait p95", "the long form has every target")

	status, stdout, _ = call(t, "-q", "--histogram", "quick", file)
	require.Equal(t, exitOK, status)
	assert.Contains(t, stdout, "Waits of quick")
	status, _, stderr = call(t, "-q", "--histogram", "quik", file)
	assert.Equal(t, exitUsage, status)
	assert.Contains(t, stderr, `did you mean "quick"?`)

	status, _, stderr = call(t, "run", "--quiet", "--out", "elsewhere", "--png", file)
	assert.Equal(t, exitOK, status)
	assert.Empty(t, stderr)
	assert.Contains(t, files(t, "elsewhere"), "plots/cdf-wait-quick.png")
}

func TestFormats(t *testing.T) {
	file := scenario(t, "demo")
	t.Chdir(t.TempDir())
	status, stdout, _ := call(t, "-q", "--format", "json", file)
	require.Equal(t, exitOK, status)
	var result map[string]any
	require.NoError(t, json.Unmarshal([]byte(stdout), &result))
	assert.InDelta(t, 1, result["version"], 0)
	written, err := os.ReadFile(filepath.Join("results", "demo", "results.json"))
	require.NoError(t, err)
	assert.Equal(t, string(written), stdout)

	status, stdout, _ = call(t, "-q", "--format", "csv", file)
	require.Equal(t, exitOK, status)
	classes, workers, found := strings.Cut(stdout, "\n\n")
	require.True(t, found)
	for table, head := range map[string]string{classes: "class", workers: "worker"} {
		rows, err := csv.NewReader(strings.NewReader(table)).ReadAll()
		require.NoError(t, err)
		assert.Equal(t, []string{"strategy", head, "metric", "value", "low", "high"}, rows[0])
		assert.Greater(t, len(rows), 5)
	}

	status, stdout, _ = call(t, "-q", "--format", "markdown", file)
	require.Equal(t, exitOK, status)
	assert.True(t, strings.HasPrefix(stdout, "# demo\n\n**Yes"), stdout)
}

func TestTasksAndTrace(t *testing.T) {
	file := scenario(t, "demo")
	t.Chdir(t.TempDir())
	status, _, stderr := call(t, "-q", "--tasks", "tasks.csv", "--trace", "trace.json", file)
	require.Equal(t, exitOK, status, stderr)
	table, err := os.ReadFile("tasks.csv")
	require.NoError(t, err)
	rows, err := csv.NewReader(bytes.NewReader(table)).ReadAll()
	require.NoError(t, err)
	assert.Equal(t, "id,class,queue,priority,due,published,received,started,ended,outcome,attempts,worker,strategy", strings.Join(rows[0], ","))
	strategies := map[string]int{}
	for _, row := range rows[1:] {
		strategies[row[12]]++
	}
	assert.Greater(t, strategies["enough"], 300, "4/s for two minutes")
	assert.Equal(t, strategies["enough"], strategies["tight"], "every strategy meets the same tasks")
	trace, err := os.ReadFile("trace.json")
	require.NoError(t, err)
	assert.True(t, json.Valid(trace))
	assert.Contains(t, string(trace), `"traceEvents"`)
}

// What comes out may not depend on how many cores worked on it.
func TestCoresChangeNothing(t *testing.T) {
	file := scenario(t, "demo")
	t.Chdir(t.TempDir())
	var results []string
	for _, cores := range []string{"1", "3"} {
		status, stdout, stderr := call(t, "-q", "-f", "json", "--cores", cores, file)
		require.Equal(t, exitOK, status, stderr)
		results = append(results, stdout)
		written, err := os.ReadFile("results/demo/results.json")
		require.NoError(t, err)
		assert.Equal(t, stdout, string(written))
		var ran map[string]any
		text, err := os.ReadFile("results/demo/run.json")
		require.NoError(t, err)
		require.NoError(t, json.Unmarshal(text, &ran))
		assert.Equal(t, cores, fmt.Sprint(ran["cores"]))
		assert.Positive(t, ran["wall_seconds"])
		assert.NotEmpty(t, ran["program"])
	}
	assert.Equal(t, results[0], results[1])
}

func TestSeveral(t *testing.T) {
	one, two := scenario(t, "one"), scenario(t, "two", "p95: 2s", "p95: 1ms", "concurrency: 4", "concurrency: 1")
	t.Chdir(t.TempDir())
	status, stdout, stderr := call(t, "--out", "all", one, two)
	require.Equal(t, exitOK, status, stderr)
	got := files(t, "all")
	for _, want := range []string{"index.html", "summary.json", "one/report.html", "two/results.json"} {
		assert.Contains(t, got, want)
	}
	_, table, found := strings.Cut(stdout, "\nAll scenarios\n")
	require.True(t, found)
	assert.Regexp(t, `(?m)^one +keep `, table)
	assert.Regexp(t, `(?m)^two +none passes `, table)
	index, err := os.ReadFile(filepath.Join("all", "index.html"))
	require.NoError(t, err)
	assert.Contains(t, string(index), `href="one/report.html"`)

	status, _, stderr = call(t, one, one)
	assert.Equal(t, exitFailed, status)
	assert.Contains(t, stderr, "same folder")
}

func TestRequire(t *testing.T) {
	file := scenario(t, "demo")
	t.Chdir(t.TempDir())
	status, _, stderr := call(t, "-q", "--require", "enough", file)
	assert.Equal(t, exitOK, status, stderr)
	status, _, stderr = call(t, "-q", "--require", "tight", file)
	assert.Equal(t, exitRequired, status)
	assert.Contains(t, stderr, "--require tight: wait p95 of quick")
	assert.FileExists(t, filepath.Join("results", "demo", "report.html"), "the report says why")
	status, _, stderr = call(t, "-q", "--require", "nothing", file)
	assert.Equal(t, exitUsage, status)
	assert.Contains(t, stderr, "want one of enough, tight")
}

func TestWrongUsage(t *testing.T) {
	file := scenario(t, "demo")
	t.Chdir(t.TempDir())
	for _, args := range [][]string{
		{},
		{"run"},
		{"--bogus", file},
		{"--format", "xml", file},
		{"--cores", "-1", file},
		{"--cores", "many", file},
		{"--tasks", "t.csv", file, file},
		{"chek", file},
		{"schema", "extra"},
		{"check"},
	} {
		status, stdout, stderr := call(t, args...)
		assert.Equal(t, exitUsage, status, "%v: %s", args, stderr)
		assert.Empty(t, stdout, args)
		assert.True(t, strings.HasPrefix(stderr, "simrun: "), stderr)
	}
	for _, command := range []string{"run", "plan", "flip", "compare", "serve"} {
		for _, n := range []string{"-1", "1e-9", "99999999999999999999", "2000000000000000000"} {
			args := []string{command, file, "--cores", n}
			if command == "compare" {
				args = append(args, file)
			}
			status, _, stderr := call(t, args...)
			assert.Equal(t, exitUsage, status, "%v: %s", args, stderr)
			assert.Contains(t, stderr, `for "--cores" flag: want a whole number from 1 to 65536, or 0 for all`)
		}
	}
	_, _, stderr := call(t, "bench", file, "--rounds", "1.5")
	assert.Contains(t, stderr, `invalid argument "1.5" for "--rounds" flag: want a whole number`+"\n")
	_, _, stderr = call(t, "bench", file, "--speed", "fast")
	assert.Contains(t, stderr, `invalid argument "fast" for "--speed" flag: want a number`+"\n")
	_, _, stderr = call(t, "chek", file)
	assert.Contains(t, stderr, `did you mean "check"?`)
	assert.NoDirExists(t, "results")
}

func TestBadScenario(t *testing.T) {
	bad := scenario(t, "bad", "arrivals: {poisson: 4/s}", "arrivals: {poisson: 4}", "concurrency: 1", "concurency: 1")
	good := scenario(t, "good")
	t.Chdir(t.TempDir())
	status, stdout, stderr := call(t, good, bad, "missing.yaml")
	assert.Equal(t, exitFailed, status)
	assert.Empty(t, stdout)
	lines := strings.Split(strings.TrimSpace(stderr), "\n")
	require.GreaterOrEqual(t, len(lines), 3, stderr)
	assert.Regexp(t, `bad\.yaml:7:\d+: tasks\.quick\.arrivals\.poisson: `, lines[0])
	assert.Regexp(t, `bad\.yaml:16:\d+: .*did you mean`, stderr)
	assert.Contains(t, lines[len(lines)-1], "missing.yaml")
	assert.NoDirExists(t, "results", "nothing runs while a file is wrong")
}

func TestUnwritableFolder(t *testing.T) {
	file := scenario(t, "demo")
	t.Chdir(t.TempDir())
	require.NoError(t, os.WriteFile("taken", nil, 0o644))
	for _, args := range [][]string{{"--out", "taken"}, {"--out", filepath.Join("taken", "deeper")}, {"--tasks", "."}, {"--trace", filepath.Join("taken", "t.json")}} {
		status, stdout, stderr := call(t, append(args, file)...)
		assert.Equal(t, exitFailed, status, args)
		assert.Empty(t, stdout)
		assert.True(t, strings.HasPrefix(stderr, "simrun: cannot write "+strings.SplitN(args[1], "/", 2)[0]), "%v: %s", args, stderr)
		assert.NotContains(t, stderr, "replications", "found out before the simulation")
	}
	assert.Equal(t, []string{"taken"}, files(t, "."))
}

func TestInterrupted(t *testing.T) {
	file := scenario(t, "demo")
	t.Chdir(t.TempDir())
	status, _, _ := call(t, "-q", file)
	require.Equal(t, exitOK, status)
	report := filepath.Join("results", "demo", "report.html")
	before, err := os.ReadFile(report)
	require.NoError(t, err)
	names := files(t, ".")

	longer := scenario(t, "demo", "p95: 2s", "p95: 3s")
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	status, stdout, stderr := callWith(ctx, longer)
	assert.Equal(t, exitInterrupted, status)
	assert.Empty(t, stdout)
	assert.Contains(t, stderr, "interrupted")
	after, err := os.ReadFile(report)
	require.NoError(t, err)
	assert.Equal(t, string(before), string(after), "the former results stay whole")
	assert.Equal(t, names, files(t, "."))
}

// Whatever is no mistake at a place in a file says who speaks.
func TestErrorsNameTheProgram(t *testing.T) {
	t.Chdir(t.TempDir())
	status, _, stderr := call(t, "nofile.yaml")
	assert.Equal(t, exitFailed, status)
	assert.Equal(t, "simrun: nofile.yaml: no such file or directory\n", stderr)
	require.NoError(t, os.WriteFile("bad.yaml", []byte("name: 1\n"), 0o600))
	_, _, stderr = call(t, "bad.yaml")
	assert.True(t, strings.HasPrefix(stderr, "bad.yaml:1:"), stderr)
}
