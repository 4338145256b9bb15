package main

import (
	"bytes"
	"fmt"
	"math/rand/v2"
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
	for what, c := range map[string]struct {
		args   []string
		result string
		rounds int // at most
	}{
		"run":  {[]string{"run"}, "results.json", 60},
		"flip": {[]string{"run", "--flip"}, "results.json", 60},
		"plan": {[]string{"plan"}, "plan.json", 20},
	} {
		t.Run(what, func(t *testing.T) { partsAreOne(t, c.args, c.result, c.rounds) })
	}
}

func partsAreOne(t *testing.T, args []string, result string, most int) {
	t.Helper()
	dir := t.TempDir()
	file, parts, merged := filepath.Join(dir, "x.yaml"), filepath.Join(dir, "parts"), filepath.Join(dir, "merged")
	require.NoError(t, os.WriteFile(file, []byte(sharded), 0o644))
	var want []byte
	for _, cores := range []string{"1", "2"} {
		code, _, errs := call(t, append(args, file, "-q", "--cores", cores, "--out", filepath.Join(dir, "one"))...)
		require.Equal(t, exitOK, code, errs)
		one, err := os.ReadFile(filepath.Join(dir, "one", result))
		require.NoError(t, err)
		assert.True(t, want == nil || bytes.Equal(want, one), "the same on %s cores", cores)
		want = one
	}
	rng := rand.New(rand.NewPCG(1, 1))
	for round := 0; ; round++ {
		require.Less(t, round, most)
		for _, p := range rng.Perm(3) {
			code, _, errs := call(t, append(args, file, "-q", "--shard", fmt.Sprintf("%d/3", p+1), "--out", parts)...)
			require.Equal(t, exitOK, code, errs)
		}
		code, out, errs := call(t, "merge", parts, "-q", "--out", merged)
		if code == exitOK {
			break
		}
		require.Equal(t, exitPart, code, errs)
		assert.Regexp(t, `^round [0-9]+\n$`, out)
		assert.NoDirExists(t, merged)
	}
	got, err := os.ReadFile(filepath.Join(merged, result))
	require.NoError(t, err)
	assert.True(t, bytes.Equal(want, got))
}

func TestFlagsOfParts(t *testing.T) {
	dir := t.TempDir()
	file, run, plan := filepath.Join(dir, "x.yaml"), filepath.Join(dir, "run"), filepath.Join(dir, "plan")
	require.NoError(t, os.WriteFile(file, []byte(sharded), 0o644))
	code, _, errs := call(t, "run", file, "-q", "--shard", "1/50", "--out", run)
	require.Equal(t, exitOK, code, errs)
	code, _, errs = call(t, "plan", file, "-q", "--shard", "1/50", "--no-search", "--out", plan)
	require.Equal(t, exitOK, code, errs)
	for _, args := range [][]string{
		{"run", file, "--shard", "3/2"},
		{"run", file, file, "--shard", "1/2"},
		{"run", file, "--shard", "1/2", "--tasks", "t.csv"},
		{"merge"},
		{"run", file, "--shard", "1/2", "--junit", "t.xml"},
		{"run", file, "--shard", "1/2", "--on", "celery"},
		{"plan", file, "--shard", "0/2"},
		{"plan", file, file, "--shard", "1/2"},
		{"plan", file, file, "--on", "celery"},
		{"plan", file, "--on", "celery", "--shard", "1/2"},
		{"merge", run, "--flip"},
		{"merge", plan, "--flip"},
		{"merge", plan, "--require", "now"},
		{"merge", plan, "--format", "csv"},
	} {
		code, _, _ := call(t, args...)
		assert.Equal(t, exitUsage, code, args)
	}
	code, _, errs = call(t, "plan", file, "-q", "--shard", "1/50", "--out", plan)
	assert.Equal(t, exitFailed, code)
	assert.Contains(t, errs, "shards of 2 scenarios or questions")
	code, _, errs = call(t, "merge", dir)
	assert.Equal(t, exitFailed, code)
	assert.Contains(t, errs, "no shards")
}
