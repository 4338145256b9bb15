package simrun_test

import (
	"bytes"
	"context"
	"encoding/json"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"example.com/simrun"
)

const small = `
sweep: {load: [0.5, 1]}
run: {duration: 1m, warmup: 0s}
tasks: {a: {arrivals: {poisson: 2/s}, work: [{io: {exponential: 200ms}}], slo: {wait: {p95: 1s}}}}
strategies: {one: {workers: {w: {queues: [a], concurrency: 2}}}}
`

func smallOne(t *testing.T) *simrun.Scenario {
	t.Helper()
	s, err := simrun.Parse("small.yaml", []byte(small), ".")
	require.NoError(t, err)
	return s
}

// asJSON is a result as results.json has it.
func asJSON(t *testing.T, s *simrun.Scenario, o simrun.Options) string {
	t.Helper()
	r, err := simrun.Run(t.Context(), s, o)
	require.NoError(t, err)
	var b bytes.Buffer
	require.NoError(t, simrun.WriteJSON(&b, r))
	return b.String()
}

// Options change a run and not the scenario, and the number of cores changes nothing.
func TestOptions(t *testing.T) {
	s := smallOne(t)
	before := s.Expanded
	plain := asJSON(t, s, simrun.Options{Replications: 10})
	assert.Equal(t, plain, asJSON(t, s, simrun.Options{Replications: 10, Cores: 1}))
	assert.Equal(t, plain, asJSON(t, s, simrun.Options{Replications: 10, Seed: new(uint64(1))}), "1 is the seed of a file that gives none")
	assert.NotEqual(t, plain, asJSON(t, s, simrun.Options{Replications: 10, Seed: new(uint64(2))}))
	assert.Equal(t, before, s.Expanded)
	assert.EqualValues(t, 1, s.Seed)
	assert.Equal(t, 400, s.Run.Max)

	r, err := simrun.Run(t.Context(), s, simrun.Options{Replications: 12, Seed: new(uint64(0))})
	require.NoError(t, err)
	assert.Equal(t, 12, r.Run.Replications)
	assert.Zero(t, r.Scenario.Seed)
	require.NotNil(t, r.Sweep)
	assert.Len(t, r.Sweep.Cells, 2)
	assert.Contains(t, simrun.Text(r, 100), r.Verdict.Headline)

	_, err = simrun.Run(t.Context(), s, simrun.Options{Replications: -1})
	assert.EqualError(t, err, "replications: -1: want at least 1, or 0 for what the scenario says")
}

func TestWriteFolder(t *testing.T) {
	s := smallOne(t)
	r, err := simrun.Run(t.Context(), s, simrun.Options{Replications: 10})
	require.NoError(t, err)
	dir := filepath.Join(t.TempDir(), "out")
	require.NoError(t, simrun.WriteFolder(t.Context(), dir, s, r))
	text, err := os.ReadFile(filepath.Join(dir, "results.json"))
	require.NoError(t, err)
	var back struct{ Verdict struct{ Headline string } }
	require.NoError(t, json.Unmarshal(text, &back))
	assert.Equal(t, r.Verdict.Headline, back.Verdict.Headline)
	plots, err := filepath.Glob(filepath.Join(dir, "plots", "*.svg"))
	require.NoError(t, err)
	assert.NotEmpty(t, plots)

	ended, cancel := context.WithCancel(t.Context())
	cancel()
	_, err = simrun.Run(ended, s, simrun.Options{})
	require.ErrorIs(t, err, context.Canceled)
	require.ErrorIs(t, simrun.WriteFolder(ended, filepath.Join(t.TempDir(), "no"), s, r), context.Canceled)
}
