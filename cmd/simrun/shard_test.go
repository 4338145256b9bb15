package main

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

const sharded = `run: {duration: 2m, warmup: 0s, replications: {min: 10, max: 20}}
tasks: {a: {arrivals: {poisson: 4/s}, work: [{io: {exponential: 100ms}}], slo: {wait: {p95: 300ms}}}}
strategies: {now: {workers: {w: {queues: [a], concurrency: 1}}}}
`

// Parts, merged by the commands, leave the bytes that one command leaves.
func TestShardAndMerge(t *testing.T) {
	dir := t.TempDir()
	file, parts := filepath.Join(dir, "x.yaml"), filepath.Join(dir, "parts")
	require.NoError(t, os.WriteFile(file, []byte(sharded), 0o644))
	simrun := func(args ...string) (int, string, string) {
		var out, errs bytes.Buffer
		code := run(context.Background(), args, &out, &errs)
		return code, out.String(), errs.String()
	}
	code, _, errs := simrun(file, "-q", "--out", filepath.Join(dir, "one"))
	require.Equal(t, exitOK, code, errs)

	merged := filepath.Join(dir, "merged")
	for round := 0; ; round++ {
		require.Less(t, round, 60)
		for p := 1; p <= 2; p++ {
			code, _, errs = simrun("run", file, "-q", "--shard", fmt.Sprintf("%d/2", p), "--out", parts)
			require.Equal(t, exitOK, code, errs)
		}
		code, out, errs := simrun("merge", parts, "-q", "--out", merged)
		if code == exitOK {
			break
		}
		require.Equal(t, exitPart, code, errs)
		assert.Regexp(t, `^round [0-9]+\n$`, out)
		assert.NoDirExists(t, merged)
	}
	want, err := os.ReadFile(filepath.Join(dir, "one", "results.json"))
	require.NoError(t, err)
	got, err := os.ReadFile(filepath.Join(merged, "results.json"))
	require.NoError(t, err)
	assert.True(t, bytes.Equal(want, got))

	for _, args := range [][]string{
		{"run", file, "--shard", "3/2"}, {"run", file, file, "--shard", "1/2"}, {"run", file, "--shard", "1/2", "--tasks", "t.csv"}, {"merge"},
	} {
		code, _, _ := simrun(args...)
		assert.Equal(t, exitUsage, code, args)
	}
	code, _, errs = simrun("merge", dir)
	assert.Equal(t, exitFailed, code)
	assert.Contains(t, errs, "no shards")
}
