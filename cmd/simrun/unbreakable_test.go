package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// What would not fit in memory is refused before it begins, with what it would take; what is bounded is not.
func TestWorkToComeIsWeighed(t *testing.T) {
	t.Chdir(t.TempDir())
	for name, change := range map[string][]string{
		"arrivals": {"poisson: 4/s", "poisson: 1e9/s"},
		"batches":  {"poisson: 4/s", "cron: '0 0 * * *', batch: 1e6, scale: 1e6"},
		"clients":  {"poisson: 4/s", "closed: {clients: 10000000, think: 1ms}, batch: 100000"},
	} {
		status, stdout, stderr := call(t, "-q", scenario(t, "flood", change...))
		assert.Equal(t, exitFailed, status, name)
		assert.Empty(t, stdout, name)
		assert.Contains(t, stderr, "GiB of memory", name)
		assert.Contains(t, stderr, "--force", name)
		assert.NoDirExists(t, "results")
	}
	var o runOptions
	assert.NoError(t, o.weigh(nil, nil))
}

// Nothing is written over what is read, or over something else that is written, whatever the case of names.
func TestOutputsStandApart(t *testing.T) {
	file := scenario(t, "demo")
	t.Chdir(filepath.Dir(file))
	require.NoError(t, os.Symlink("demo.yaml", "link"))
	for _, args := range [][]string{
		{"--tasks", "demo.yaml"},
		{"--tasks", "link"},
		{"--trace", "DEMO.yaml"},
		{"--tasks", "a.csv", "--trace", "A.csv"},
		{"--tasks", "results/demo/classes.csv"},
		{"--out", "o", "--trace", "./o/Results.json"},
	} {
		status, _, stderr := call(t, append(args, file)...)
		assert.Equal(t, exitUsage, status, "%v: %s", args, stderr)
	}
	content, err := os.ReadFile(file)
	require.NoError(t, err)
	status, _, stderr := call(t, file, scenario(t, "DEMO"))
	assert.Equal(t, exitFailed, status)
	assert.Contains(t, stderr, "would write to the same folder")
	after, err := os.ReadFile(file)
	require.NoError(t, err)
	assert.Equal(t, string(content), string(after))
}

// The other commands spare what they read as well.
func TestOutputsSpareInputs(t *testing.T) {
	dir := t.TempDir()
	t.Chdir(dir)
	log := "id,class,due,started,ended,outcome,attempts\n1,a,0,0,1,ok,1\n2,a,1,1,2,ok,1\n"
	recorded, layout := filepath.Join("rec", "verify.json"), "workers.yaml"
	require.NoError(t, os.Mkdir("rec", 0o750))
	for _, file := range []string{"log.yaml", recorded, layout, "bench.json", "plan.json"} {
		require.NoError(t, os.WriteFile(file, []byte(log), 0o600))
	}
	small, err := os.ReadFile(scenario(t, "demo"))
	require.NoError(t, err)
	for _, file := range []string{"bench.html", "plan.html"} {
		require.NoError(t, os.WriteFile(file, small, 0o600))
	}
	for _, args := range [][]string{
		{"import", "log.yaml", "-o", "LOG.yaml"},
		{"verify", "rec", "--out", "rec"},
		{"verify", "rec", "--markdown", recorded},
		{"bench", "bench.html", "--out", ".", "--for", "300ms"},
		{"plan", "plan.html", "--out", "."},
	} {
		status, _, stderr := call(t, args...)
		assert.Equal(t, exitUsage, status, "%v: %s", args, stderr)
		assert.Contains(t, stderr, "it is read, too", "%v", args)
	}
}

// Batches that are nearly always empty neither hang nor change what the others do.
func TestEmptyBatchesEnd(t *testing.T) {
	t.Chdir(t.TempDir())
	began := time.Now()
	status, stdout, stderr := call(t, "-q", "-f", "csv", scenario(t, "demo", "poisson: 4/s", "poisson: 4/s, batch: 1e-12"))
	assert.Equal(t, exitOK, status, stderr)
	assert.Contains(t, stdout, "enough,quick,published,0")
	assert.Less(t, time.Since(began), time.Minute)
	status, _, stderr = call(t, "-q", scenario(t, "demo", "poisson: 4/s", "closed: {clients: 1, think: 0s}, batch: 1e-12"))
	assert.Equal(t, exitFailed, status)
	assert.Contains(t, stderr, "nearly every batch is empty")
}

func TestControlCharactersInNames(t *testing.T) {
	t.Chdir(t.TempDir())
	for _, bad := range []string{`"\e[31mX\a"`, `"a\u202Eb"`, `"a\u0085"`} {
		status, _, stderr := call(t, "check", scenario(t, "demo", "quick:", bad+":"))
		assert.Equal(t, exitFailed, status, bad)
		assert.False(t, strings.ContainsAny(stderr, "\x1b\a\u202e\u0085"), "%q", stderr)
		status, _, stderr = call(t, "check", scenario(t, "demo", "quick:", bad+":", "concurrency: 4", "concurrency: 4, overflow: [none]"))
		assert.Equal(t, exitFailed, status, bad)
		assert.False(t, strings.ContainsAny(stderr, "\x1b\a\u202e\u0085"), "where it is one of several: %q", stderr)
	}
	status, stdout, _ := call(t, "-q", "-f", "csv", scenario(t, "demo", "quick:", `"=1+2":`))
	assert.Equal(t, exitOK, status)
	assert.Contains(t, stdout, "enough,'=1+2,published,")
}
