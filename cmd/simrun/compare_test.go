package main

import (
	"encoding/json"
	"encoding/xml"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"example.com/simrun/internal/compare"
)

func TestCompare(t *testing.T) {
	file := scenario(t, "demo")
	t.Chdir(t.TempDir())
	content, err := os.ReadFile(file)
	require.NoError(t, err)
	slower := strings.Replace(string(content), "exponential: 200ms", "exponential: 230ms", 1)
	require.NotEqual(t, string(content), slower)
	require.NoError(t, os.WriteFile("slower.yaml", []byte(slower), 0o644))
	status, _, stderr := call(t, "-q", "-o", "old", file)
	require.Equal(t, exitOK, status, stderr)

	summary := filepath.Join(t.TempDir(), "summary.md")
	t.Setenv("GITHUB_STEP_SUMMARY", summary)
	status, stdout, stderr := call(t, "compare", "--fail-on-worse", "old", file)
	assert.Equal(t, exitOK, status, "%s", stderr)
	assert.Contains(t, stdout, "No difference is shown")
	assert.Contains(t, stdout, "on the same tasks")

	status, stdout, stderr = call(t, "compare", "--fail-on-worse", "--format", "json", "-q", "old", "slower.yaml")
	assert.Equal(t, exitRequired, status)
	assert.Contains(t, stderr, "slower.yaml is worse than old")
	var found compare.Comparison
	require.NoError(t, json.Unmarshal([]byte(stdout), &found))
	assert.Positive(t, found.Shown())
	written, err := os.ReadFile(summary)
	require.NoError(t, err)
	assert.Contains(t, string(written), "**No difference is shown")
	assert.Contains(t, string(written), "for the worse", "the second is added to the first")

	renamed := strings.NewReplacer("quick", "other").Replace(slower)
	require.NotEqual(t, slower, renamed)
	require.NoError(t, os.WriteFile("renamed.yaml", []byte(renamed), 0o644))
	status, stdout, stderr = call(t, "compare", "-q", "old", "renamed.yaml")
	assert.Equal(t, exitOK, status, stderr)
	assert.Contains(t, stdout, "Nothing can be compared: no task under a layout of the same name is in both runs.")
	status, _, stderr = call(t, "compare", "--fail-on-worse", "-q", "old", "renamed.yaml")
	assert.Equal(t, exitFailed, status, "nothing that was compared is no pass")
	assert.Contains(t, stderr, "--fail-on-worse: old and renamed.yaml have nothing in common")

	for _, args := range [][]string{{"compare", "old"}, {"compare", "-f", "csv", "old", "old"}} {
		status, _, stderr := call(t, args...)
		assert.Equal(t, exitUsage, status, stderr)
	}
	require.NoError(t, os.MkdirAll("planned", 0o755))
	require.NoError(t, os.WriteFile(filepath.Join("planned", "plan.json"), []byte("{}"), 0o644))
	for path, want := range map[string]string{
		"nowhere": "nowhere: no such file", "old/results.json": "old/results.json: a file of results: want their folder, or a scenario",
		"planned": "planned: what simrun plan wrote, which has no figures of runs: want a folder of simrun run, or a scenario",
	} {
		status, _, stderr = call(t, "compare", "old", path)
		assert.Equal(t, exitFailed, status)
		assert.Contains(t, stderr, "simrun: "+want)
	}
}

func TestJUnit(t *testing.T) {
	file := scenario(t, "demo")
	t.Chdir(t.TempDir())
	read := func(args ...string) (tests, failures int) {
		status, _, stderr := call(t, append(args, "-q", "--junit", "junit.xml", file)...)
		require.Contains(t, []int{exitOK, exitRequired}, status, stderr)
		data, err := os.ReadFile("junit.xml")
		require.NoError(t, err)
		var doc struct {
			Suites []struct {
				Tests    int `xml:"tests,attr"`
				Failures int `xml:"failures,attr"`
				Cases    []struct {
					Name    string    `xml:"name,attr"`
					Failure *struct{} `xml:"failure"`
				} `xml:"testcase"`
			} `xml:"testsuite"`
		}
		require.NoError(t, xml.Unmarshal(data, &doc))
		for _, s := range doc.Suites {
			tests += s.Tests
			require.Len(t, s.Cases, s.Tests)
			for _, c := range s.Cases {
				require.NotEmpty(t, c.Name)
				if c.Failure != nil {
					failures++
				}
			}
		}
		return tests, failures
	}
	all, failed := read()
	assert.Greater(t, all, failed)
	assert.Positive(t, failed)
	some, none := read("--require", "enough")
	assert.Less(t, some, all)
	assert.Zero(t, none, "what the required layout meets")
	status, _, stderr := call(t, "-q", "--junit", file, file)
	assert.Equal(t, exitUsage, status)
	assert.Contains(t, stderr, "it is the scenario")
}
