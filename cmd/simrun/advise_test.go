package main

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"example.com/simrun/celery"
)

// From a log and a line to another line, with no file edited.
func TestAdvise(t *testing.T) {
	run := filepath.Join(recorded(t, "46a-media-one"), "run1.csv")
	t.Chdir(t.TempDir())
	line := "celery -A shop worker -n w1@%h -Q media,mail -c 6 --prefetch-multiplier=4 -l info"
	said := []string{"advise", run, "--broker", "redis", "--celery", "5.6", "--worker", line, "--cores", "2", "--computes", "resize,report=250ms", "--slo", "mail.wait.p95=40ms", "--slo", "resize.response.p95=2s"}
	status, stdout, stderr := call(t, said...)
	require.Equal(t, exitOK, status, stderr)
	assert.Regexp(t, `^These tasks again, in their own layout\n1[5-8] of 18 figures`, stdout, "the check comes first")
	assert.Contains(t, stdout, "Recommended: one-slot-more, for +1 slot.")
	assert.Contains(t, stdout, "\n$ celery -A shop worker -n w1@%h -Q media,mail -c 7 --prefetch-multiplier=4 -l info\n", "their own line, with what changes in it")
	_, _, err := celery.ParseCommand(line)
	require.NoError(t, err)
	text, err := os.ReadFile("advice.yaml")
	require.NoError(t, err)
	for _, name := range []string{"today", "prefetch-1", "disable-prefetch", "by-queue", "by-kind", "one-slot-more", "one-slot-less", "priorities"} {
		assert.Contains(t, string(text), "\n  "+name+":")
	}
	assert.NotContains(t, string(text), "by-priority", "all tasks have the same")
	assert.FileExists(t, filepath.Join("advice", "report.html"))
	assert.Regexp(t, `(?s)Such traffic: other tasks like these\n.*one-slot- +resize +response p95 +2 s +\S+ ms +\S+ ms \.\. \S+ ms +\S+ ms \.\. \S+ ms +pass`, stdout)
	assert.Contains(t, stdout, "Sure to meet every target then: one-slot-more.")
	assert.FileExists(t, "advice.traffic.yaml")
}

// A layout under which every figure stays as it is, is no advice, though it passes; one that takes fewer slots is.
func TestAdviseTellsWhatChangesNothing(t *testing.T) {
	run := filepath.Join(recorded(t, "24b-noprefetch"), "run1.csv")
	t.Chdir(t.TempDir())
	status, stdout, stderr := call(t, "advise", run, "-q", "--slo", "short.wait.p95=3s", "--broker", "redis", "--worker", "celery -A p worker -c 8 -Q jobs")
	require.Equal(t, exitOK, status, stderr)
	assert.Contains(t, stdout, "No difference to today shows for these tasks: prefetch-1 and priorities.")
	assert.NotContains(t, stdout, "What to change for priorities")
	assert.Contains(t, stdout, "What to change for one-slot-less, which passes too")
	assert.Contains(t, stdout, "What to change for disable-prefetch, which passes too", "some wait longer")
}

func TestAdviseErrors(t *testing.T) {
	run := filepath.Join(recorded(t, "24b-noprefetch"), "run1.csv")
	t.Chdir(t.TempDir())
	for _, c := range []struct {
		args []string
		want string
	}{
		{[]string{"advise"}, "advise on what?"},
		{[]string{"advise", run}, "no target: want --slo"},
		{[]string{"advise", run, "--slo", "short.wait.p95=1s"}, "want --worker, once for each line"},
		{[]string{"advise", run, "--slo", "shrt.wait.p95=1s"}, `--slo: "shrt.wait.p95=1s": want a task, a metric and a bound, such as short.wait.p95=500ms`},
		{[]string{"advise", run, "--slo", "short.wait.p95"}, "no bound: want short.wait.p95=500ms"},
		{[]string{"advise", run, "--slo", "short.wayt.p95=1s"}, "metric: \"wayt.p95\""},
		{[]string{"advise", run, "--slo", "short.wait.p95=1s", "--worker", "ls"}, `--worker: "ls": no celery in it`},
		{[]string{"advise", run, "--slo", "short.wait.p95=1s", "--computes", "shart"}, `--computes: no task "shart" in the log`},
		{[]string{"advise", run, "--slo", "short.wait.p95=1s", "--computes", "short=x"}, `"short=x": want the CPU time of one task`},
		{[]string{"advise", run, "--slo", "short.wait.p95=1s", "--cores", "-1"}, "--cores: -1: want a number from 0.001 to 1000000"},
		{[]string{"advise", run, "--slo", "short.wait.p95=1s", "--cores", "1e-9"}, "--cores: 1e-09: want a number from 0.001 to 1000000"},
		{[]string{"advise", run, "--slo", "short.wait.p95=1s", "--cores", "NaN"}, "--cores: NaN: want a number from 0.001 to 1000000"},
		{[]string{"advise", run, "--slo", "short.wait.p95=1s", "--cores", "two"}, `invalid argument "two" for "--cores" flag: want a number`},
		{[]string{"advise", run, "--slo", "short.wait.p95=1s", "--broker", "kafka"}, `--broker: "kafka": want`},
		{[]string{"advise", run, "--slo", "short.wait.p95=1s", "--celery", "3.1"}, `--celery: "3.1": want a release`},
	} {
		status, _, stderr := call(t, c.args...)
		assert.Equal(t, exitUsage, status, "%v", c.args)
		assert.Contains(t, stderr, c.want)
		assert.Empty(t, files(t, "."), "nothing is written")
	}
	status, _, stderr := call(t, "advise", run, "--slo", "short.wait.p95=1s", "--workers", "missing.yml")
	assert.Equal(t, exitFailed, status)
	assert.Contains(t, stderr, "missing.yml: no such file")
}
