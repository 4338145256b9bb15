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
