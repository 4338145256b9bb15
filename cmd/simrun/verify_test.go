package main

import (
	"encoding/json"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// recorded is the path of a recording in the project, from wherever a test stands.
func recorded(t *testing.T, name string) string {
	t.Helper()
	path, err := filepath.Abs(filepath.Join("..", "..", "internal", "fidelity", "testdata", name))
	require.NoError(t, err)
	return path
}

func TestVerify(t *testing.T) {
	one, two := recorded(t, "23b-late1-c2"), recorded(t, "24b-noprefetch")
	t.Chdir(t.TempDir())
	status, stdout, stderr := call(t, "verify", one, two)
	require.Equal(t, exitOK, status, stderr)
	assert.Regexp(t, `^\d+ of 33 figures hold \(`, stdout)
	assert.Regexp(t, `(?m)^24b-noprefetch +5\.6\.2 redis prefork +sleeping +\d+ of 22`, stdout)
	assert.Contains(t, stderr, "Written: "+filepath.Join("results", "verify", "verify.html"))
	page, err := os.ReadFile(filepath.Join("results", "verify", "verify.html"))
	require.NoError(t, err)
	for _, want := range []string{"24b-noprefetch, short: wait", "<svg", "predicted", "observed"} {
		assert.Contains(t, string(page), want)
	}
	assert.NotRegexp(t, `(src|href)="?http`, string(page))

	status, stdout, _ = call(t, "verify", "--format", "json", "--out", "there", "--markdown", "page.md", "--known", "known.csv", one)
	require.Equal(t, exitOK, status)
	var got struct{ Figures int }
	require.NoError(t, json.Unmarshal([]byte(stdout), &got))
	assert.Equal(t, 11, got.Figures)
	assert.ElementsMatch(t, []string{"verify.html", "verify.json"}, files(t, "there"))
	assert.FileExists(t, "page.md")
	table, err := os.ReadFile("known.csv")
	require.NoError(t, err)
	assert.Regexp(t, `\n5\.6,redis,prefork,sleeping,2,0\.`, string(table))

	status, stdout, _ = call(t, "verify", "--all", one)
	require.Equal(t, exitOK, status)
	assert.Regexp(t, `(?m)^job +wait +observed`, stdout)
}

func TestVerifyErrors(t *testing.T) {
	good := recorded(t, "23b-late1-c2")
	t.Chdir(t.TempDir())
	require.NoError(t, os.Mkdir("empty", 0o755))
	status, stdout, stderr := call(t, "verify", good, "missing", "empty")
	assert.Equal(t, exitFailed, status)
	assert.Empty(t, stdout)
	assert.Contains(t, stderr, "missing: no such file or directory")
	assert.Contains(t, stderr, filepath.Join("empty", "scenario.json")+": no such file or directory")
	assert.NoDirExists(t, "results")
	for _, args := range [][]string{{"verify"}, {"verify", "--format", "xml", good}, {"verify", "--replications", "0", good}} {
		status, _, stderr := call(t, args...)
		assert.Equal(t, exitUsage, status, "%v: %s", args, stderr)
	}
	require.NoError(t, os.WriteFile("taken", nil, 0o644))
	status, _, stderr = call(t, "verify", "--out", "taken", good)
	assert.Equal(t, exitFailed, status)
	assert.Contains(t, stderr, "cannot write")
}
