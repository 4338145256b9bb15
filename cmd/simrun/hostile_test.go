package main

import (
	"context"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"example.com/simrun/internal/randomly"
	"example.com/simrun/scenarios"
)

// TestHostileInputs: whatever nearly is a scenario ends, in an answer or in an error that says where; without a panic,
// without anything half written, without what would disturb a terminal. With SIMRUN_LONG they are 2,000.
func TestHostileInputs(t *testing.T) {
	number := 60
	if os.Getenv("SIMRUN_LONG") != "" {
		number = 2000
	}
	schema, err := scenarios.Schema()
	require.NoError(t, err)
	t.Chdir(t.TempDir())
	for seed := range number {
		text := randomly.Hostile(rand.New(rand.NewPCG(uint64(seed), 9)), schema)
		t.Run(fmt.Sprint(seed), func(t *testing.T) { endures(t, text) })
	}
}

func endures(t *testing.T, text []byte) {
	t.Cleanup(func() {
		if t.Failed() || recover() != nil {
			t.Logf("%q", text)
		}
	})
	dir := t.TempDir()
	file := filepath.Join(dir, "hostile.yaml")
	require.NoError(t, os.WriteFile(file, text, 0o600))
	began := time.Now()
	for _, args := range [][]string{{"check", file}, {"-q", "--out", filepath.Join(dir, "out"), file}} {
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		status, stdout, stderr := callWith(ctx, args...)
		cancel()
		quiet(t, stdout)
		quiet(t, stderr)
		require.GreaterOrEqual(t, status, 0)
		if status == exitFailed || status == exitUsage {
			assert.NotEmpty(t, stderr, "it says why")
		}
	}
	assert.Less(t, time.Since(began), 45*time.Second, "it ends")
	finished(t, filepath.Join(dir, "out"))
	after, err := os.ReadFile(file)
	require.NoError(t, err)
	assert.Equal(t, string(text), string(after), "what is read stays")
}

// quiet: no control character but those of lines and tables.
func quiet(t *testing.T, text string) {
	t.Helper()
	for _, r := range text {
		if (r < ' ' && r != '\n' && r != '\t') || r >= 0x7f && r < 0xa0 || r == '\u202e' {
			t.Errorf("%q in what is shown: %q", r, text)
			return
		}
	}
}

// finished: a folder of results is whole or not there, and nothing is left beside it.
func finished(t *testing.T, out string) {
	t.Helper()
	beside, err := os.ReadDir(filepath.Dir(out))
	require.NoError(t, err)
	for _, f := range beside {
		assert.NotRegexp(t, `^\.`, f.Name(), "a folder that was not finished")
	}
	if _, err := os.Stat(out); os.IsNotExist(err) {
		return
	}
	assert.FileExists(t, filepath.Join(out, "results.json"))
	assert.FileExists(t, filepath.Join(out, "report.html"))
}
