package recordings_test

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"example.com/simrun/internal/celerytest"
	"example.com/simrun/internal/logs"
	"example.com/simrun/internal/recordings"
)

// TestRecorder records a real Celery on a real redis with tools/celery/record.py, and reads what it wrote. It takes
// about ten seconds; make test-real runs it.
func TestRecorder(t *testing.T) {
	python, server := celerytest.Tools(t)
	ctx, cancel := context.WithTimeout(t.Context(), 90*time.Second)
	defer cancel()
	dir := t.TempDir()
	demo, err := filepath.Abs("testdata")
	require.NoError(t, err)
	script, err := filepath.Abs(filepath.Join("..", "..", "tools", "celery", "record.py"))
	require.NoError(t, err)
	port := celerytest.FreePort(t)
	env := append(os.Environ(), fmt.Sprintf("SIMRUN_BROKER=redis://127.0.0.1:%d/0", port), "PYTHONPATH="+demo, "PYTHONDONTWRITEBYTECODE=1")

	celerytest.Begin(ctx, t, dir, env, server, "--port", fmt.Sprint(port), "--bind", "127.0.0.1", "--save", "", "--appendonly", "no")
	worker := celerytest.Begin(ctx, t, dir, env, python, "-m", "celery", "-A", "demo", "worker", "-c", "3", "-n", "w1@here", "-l", "INFO", "-Q", "celery,low")
	celerytest.Await(ctx, t, "the worker", func() bool { return bytes.Contains(worker.Wrote(), []byte(" ready.")) }, worker.Wrote)
	recorder := exec.CommandContext(ctx, python, script, "-A", "demo", "--seconds", "4", "--drain", "10", "--out", "today", "--ready", "ready")
	recorder.Dir, recorder.Env = dir, env
	var said bytes.Buffer
	recorder.Stdout, recorder.Stderr = &said, &said
	require.NoError(t, recorder.Start())
	celerytest.Await(ctx, t, "the recorder", func() bool { _, err := os.Stat(filepath.Join(dir, "ready")); return err == nil }, said.Bytes)
	producer := exec.CommandContext(ctx, python, filepath.Join(demo, "demo.py"))
	producer.Dir, producer.Env = dir, env
	out, err := producer.CombinedOutput()
	require.NoError(t, err, string(out))
	require.NoError(t, recorder.Wait(), said.String())

	r, err := recordings.Read(filepath.Join(dir, "today"))
	require.NoError(t, err)
	assert.Equal(t, "today", r.Name)
	assert.Equal(t, "demo", r.App)
	assert.Equal(t, "redis", r.Broker.Kind)
	assert.Empty(t, r.Notes)
	require.Len(t, r.Workers, 1)
	w := r.Workers[0]
	assert.Equal(t, "w1@here", w.Name)
	assert.Equal(t, "prefork", w.Pool)
	assert.Equal(t, 3, *w.Concurrency)
	assert.Equal(t, []string{"celery", "low"}, w.Queues)
	assert.Equal(t, 2, *w.PrefetchMultiplier)
	assert.True(t, *w.AcksLate)
	outcomes := map[string]int{}
	for _, task := range r.Runs[0].Tasks {
		name := task.Class + " " + task.Outcome
		if task.Attempts > 1 {
			name += " again"
		}
		outcomes[name]++
		assert.GreaterOrEqual(t, task.Received, task.Due)
		assert.Less(t, task.Due, task.Started+0.05)
	}
	// The producer's module is __main__; Celery names its tasks demo all the same, as the application is.
	assert.Equal(t, map[string]int{"demo.nap ok": 36, "demo.nap ok again": 4, "demo.low ok": 40, "demo.broken failed": 1}, outcomes)
	events, err := os.ReadFile(filepath.Join(dir, "today", "events.jsonl"))
	require.NoError(t, err)
	assert.NotContains(t, string(events), "secret")

	l, err := logs.Read(filepath.Join(dir, "today", "events.jsonl"))
	require.NoError(t, err)
	assert.Len(t, l.Tasks, 81)
	assert.Empty(t, l.Warnings)
	sc := imported(t, recordings.Import(l, recordings.ImportOptions{Base: "today"}))
	for i := range sc.Classes {
		c := &sc.Classes[i]
		switch c.Name {
		case "demo.nap":
			assert.InDelta(t, 0.051, c.Work[0].Demand.Mean(), 0.02)
			assert.Equal(t, 1, c.Retry.Max)
			assert.InDelta(t, 0.2, c.Retry.Delay.Seconds(), 0.05)
		case "demo.low":
			assert.Equal(t, "low", c.Queue)
		}
	}
}
