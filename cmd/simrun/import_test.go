package main

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestImport(t *testing.T) {
	run := filepath.Join(recorded(t, "24b-noprefetch"), "run1.csv")
	t.Chdir(t.TempDir())
	status, stdout, stderr := call(t, "import", "celery", run, "-o", filepath.Join("made", "mine.yaml"))
	require.Equal(t, exitOK, status, stderr)
	assert.Regexp(t, `^1 399 tasks of 2 classes|^1399 tasks of 2 classes`, stdout)
	assert.Regexp(t, `(?m)^short +jobs +Poisson +\d+`, stdout)
	assert.Regexp(t, `(?m)^wB +jobs +3$`, stdout)
	assert.Regexp(t, `(?s)These tasks again, in their own layout\n\d+ of 14 figures.*Say\s+it with --worker.*Arrivals`, stdout, "first of all")
	assert.ElementsMatch(t, []string{"mine.yaml", "mine.html", "mine.long.csv", "mine.short.csv"}, files(t, "made"))
	page, err := os.ReadFile(filepath.Join("made", "mine.html"))
	require.NoError(t, err)
	assert.Contains(t, string(page), "short: run times, quantile by quantile")

	status, stdout, stderr = call(t, "check", filepath.Join("made", "mine.yaml"))
	assert.Equal(t, exitOK, status, stderr)
	assert.Contains(t, stdout, "empirical: mine.short.csv")

	status, _, stderr = call(t, "import", "celery", "--replay", run, "-o", "again.yaml")
	require.Equal(t, exitOK, status, stderr)
	assert.FileExists(t, "again.trace.csv")
	status, _, stderr = call(t, "-q", "again.yaml")
	assert.Equal(t, exitOK, status, stderr)
}

func TestImportErrors(t *testing.T) {
	t.Chdir(t.TempDir())
	require.NoError(t, os.WriteFile("events.jsonl", []byte("{\"type\": \"task-sent\"\n"), 0o644))
	status, stdout, stderr := call(t, "import", "celery", "events.jsonl")
	assert.Equal(t, exitFailed, status)
	assert.Empty(t, stdout)
	assert.Contains(t, stderr, "events.jsonl:1: unexpected end")
	assert.Equal(t, []string{"events.jsonl"}, files(t, "."))
	for _, args := range [][]string{{}, {"celery"}, {"celery", "a", "-o", "x.json"}, {"celery", "a", "--replay", "--fitted"}} {
		status, _, stderr := call(t, append([]string{"import"}, args...)...)
		assert.Equal(t, exitUsage, status, "%v: %s", args, stderr)
	}
	for _, word := range []string{"celery", "missing.jsonl"} {
		_, stdout, _ := call(t, "import", word, "--help")
		assert.Contains(t, stdout, "--computes", "the same with and without the word")
	}
	status, _, stderr = call(t, "import", "celery", "missing.jsonl")
	assert.Equal(t, exitFailed, status)
	assert.Contains(t, stderr, "missing.jsonl: no such file")
}

// What is wrong with a scenario that is not written is said without its lines, which nobody can look up.
func TestImportOfWhatContradictsTheLog(t *testing.T) {
	run := filepath.Join(recorded(t, "24b-noprefetch"), "run1.csv")
	t.Chdir(t.TempDir())
	status, _, stderr := call(t, "import", run, "-o", "mine.yaml", "--worker", "celery -A shop worker -Q short -c 8")
	assert.Equal(t, exitFailed, status)
	assert.Contains(t, stderr, "nothing is written: the log, and what was said of it, make no scenario:\nstrategies.today.workers.worker.queues: \"short\": no task goes to this queue: want jobs")
	assert.NotContains(t, stderr, ".yaml")
	assert.Empty(t, files(t, "."))
}

// Metrics are sums of tasks: a scenario, but nothing to replay or to hold it against.
func TestImportOfSums(t *testing.T) {
	day, err := filepath.Abs(filepath.Join("..", "..", "internal", "logs", "testdata", "range.json"))
	require.NoError(t, err)
	t.Chdir(t.TempDir())
	status, stdout, stderr := call(t, "import", day, "-o", "day.yaml", "--queue", "shop.mail=celery", "--slo", "shop.mail.wait.p95=1s")
	require.Equal(t, exitOK, status, stderr)
	assert.Contains(t, stdout, "nothing can be held against what was seen")
	assert.Contains(t, stderr, "range.json: taken for metrics, as Prometheus answers")
	status, stdout, stderr = call(t, "check", "day.yaml")
	assert.Equal(t, exitOK, status, stdout+stderr)
	for _, c := range []struct {
		args []string
		want string
	}{
		{[]string{"import", day, "--replay"}, "has sums of tasks, not tasks: they cannot be replayed"},
		{[]string{"advise", day, "--slo", "shop.mail.wait.p95=1s", "--worker", "celery -A a worker"}, "has sums of tasks, not tasks"},
		{[]string{"import", day, "--map", "created=a"}, "--map: started is missing: want started=COLUMN"},
		{[]string{"import", day, "--timezone", "Mars"}, `--timezone: "Mars": want the name of a zone`},
		{[]string{"import", day, "--queue", "shop.mial=x"}, `--queue: no task "shop.mial" in the log: want`},
		{[]string{"import", day, "--queue", "shop.mail"}, "no queue: want shop.mail=QUEUE"},
	} {
		status, _, stderr := call(t, c.args...)
		assert.Equal(t, exitUsage, status, "%v", c.args)
		assert.Contains(t, stderr, c.want)
	}
}
