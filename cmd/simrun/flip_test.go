package main

import (
	"encoding/json"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"example.com/simrun/internal/experiment"
)

func TestFlip(t *testing.T) {
	file := scenario(t, "demo")
	t.Chdir(t.TempDir())
	status, stdout, stderr := call(t, "flip", "-q", "--over", "load,quick.work", file)
	require.Equal(t, exitOK, status, stderr)
	assert.Contains(t, stdout, "If load rises to ")
	assert.Contains(t, stdout, "what runs today no longer passes.")
	assert.Contains(t, stdout, "A tenth less, a tenth more")
	data, err := os.ReadFile(filepath.Join("results", "demo", "flip.json"))
	require.NoError(t, err)
	var f experiment.Flips
	require.NoError(t, json.Unmarshal(data, &f))
	assert.Len(t, f.Tornado, 2)
	assert.Len(t, f.Flips, 4, "of both inputs, today's verdict and the recommendation")
	page, err := os.ReadFile(filepath.Join("results", "demo", "report.html"))
	require.NoError(t, err)
	assert.Contains(t, string(page), "What would flip the answer")

	status, stdout, stderr = call(t, "--flip", "-v", "-q", "-o", "other", file)
	require.Equal(t, exitOK, status, stderr)
	assert.Contains(t, stdout, "What would flip the answer")
	status, _, stderr = call(t, "-q", file)
	require.Equal(t, exitOK, status, stderr)
	assert.NoFileExists(t, filepath.Join("results", "demo", "flip.json"), "an earlier run's is not this one's")

	for _, args := range [][]string{{"flip"}, {"flip", file, file}, {"flip", "--over", "laod", file}, {"flip", "-f", "csv", file}} {
		status, _, stderr := call(t, args...)
		assert.Equal(t, exitUsage, status, stderr)
	}
}
