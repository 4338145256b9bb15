//go:build unix

package oncelery

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"example.com/simrun/internal/celerytest"
	"example.com/simrun/internal/cells"
	"example.com/simrun/internal/experiment"
	"example.com/simrun/internal/plan"
	"example.com/simrun/internal/shards"
	"example.com/simrun/scenarios"
)

// questions are what is asked on workers that fail.
var questions = map[string]struct {
	text string
	ask  func(t *testing.T, sc *scenarios.Scenario, on experiment.Backend) (any, error)
}{
	"sweep": {shop, answered},
	"run with sequential stopping": {`run: {duration: 2m, warmup: 0s, replications: {min: 10, max: 60}}
tasks: {mail: {arrivals: {poisson: 4/s}, work: [{io: {exponential: 100ms}}], slo: {wait: {p95: 300ms}}}}
strategies: {pool: {workers: {w: {queues: [mail], concurrency: 1}}}}
`, answered},
	"plan": {`run: {duration: 5m}
tasks:
  a: {queue: a, arrivals: {poisson: 4/s}, work: [{io: {exponential: 200ms}}], slo: {wait: {p95: 1s}}}
  b: {queue: b, arrivals: {poisson: 1/s}, work: [{io: {exponential: 500ms}}], slo: {wait: {p95: 2s}}}
strategies: {today: {workers: {w: {queues: [a, b], concurrency: 2}}}}
`, func(t *testing.T, sc *scenarios.Scenario, on experiment.Backend) (any, error) {
		t.Helper()
		return plan.Run(t.Context(), sc, plan.Options{Backend: on, Ahead: true})
	}},
}

func answered(t *testing.T, sc *scenarios.Scenario, on experiment.Backend) (any, error) {
	t.Helper()
	return experiment.Run(t.Context(), sc, experiment.Options{Backend: on})
}

// On a real Celery, on redis and on RabbitMQ, with two workers of which one is killed twice in the middle of a cell and the
// other answers once when nobody waits any more, comes what one machine finds, and nothing of ours is left in the broker, not
// even of a run that is interrupted. make test-real runs it.
func TestOnCelery(t *testing.T) {
	python, redisProgram := celerytest.Tools(t)
	ctx, cancel := context.WithTimeout(t.Context(), 10*time.Minute)
	defer cancel()
	program := built(ctx, t)
	for broker, begin := range map[string]func(*testing.T) server{
		"redis":    func(t *testing.T) server { t.Helper(); return redisServer(ctx, t, redisProgram) },
		"rabbitmq": func(t *testing.T) server { t.Helper(); return rabbitServer(ctx, t) },
	} {
		t.Run(broker, func(t *testing.T) {
			on := begin(t)
			w := &workers{dir: t.TempDir(), python: python}
			w.begin(ctx, t, program, on)
			for what, q := range questions {
				t.Run(what, func(t *testing.T) {
					before := on.lists()
					w.arm(t)
					reissued := onWorkers(ctx, t, q.text, q.ask, program, on)
					w.haveFailed(t)
					assert.Positive(t, reissued)
					assert.ElementsMatch(t, before, on.lists(), "nothing of ours is left")
				})
			}
			t.Run("interrupt", func(t *testing.T) { goesOn(ctx, t, program, on) })
		})
	}
}

// built is the program.
func built(ctx context.Context, t testing.TB) string {
	t.Helper()
	program := filepath.Join(t.TempDir(), "simrun")
	out, err := exec.CommandContext(ctx, "go", "build", "-o", program, "../../cmd/simrun").CombinedOutput()
	require.NoError(t, err, string(out))
	return program
}

// onWorkers asks a question here and on the workers, and compares the answers.
func onWorkers(ctx context.Context, t *testing.T, text string, ask func(*testing.T, *scenarios.Scenario, experiment.Backend) (any, error), program string, on server) int {
	t.Helper()
	path := filepath.Join(t.TempDir(), "shop.yaml")
	require.NoError(t, os.WriteFile(path, []byte(text), 0o644))
	bundle, _, err := scenarios.Pack(path)
	require.NoError(t, err)
	sc, err := bundle.Scenario()
	require.NoError(t, err)
	src := cells.NewSource(bundle, programOf(ctx, t, program))
	want, err := ask(t, sc, experiment.Local(2))
	require.NoError(t, err)
	store, err := shards.Open(t.TempDir(), src)
	require.NoError(t, err)
	e, err := New(ctx, src, Options{Broker: on.address, Say: t.Logf, quiet: 2 * time.Second})
	require.NoError(t, err)
	got, err := ask(t, sc, shards.New(shards.Share{Part: 1, Of: 1}, store, e))
	require.NoError(t, e.Close())
	require.NoError(t, err)
	assert.Equal(t, written(t, want), written(t, got))
	return e.Reissued()
}

func written(t *testing.T, r any) string {
	t.Helper()
	data, err := json.Marshal(r)
	require.NoError(t, err)
	return string(data)
}

// workers are two: the first is late once, the second is killed twice.
type workers struct{ dir, python string }

// mishaps happen once each, to who first finds its folder.
var mishaps = []string{"late", "killed-1", "killed-2"}

func (w *workers) begin(ctx context.Context, t *testing.T, program string, on server) {
	t.Helper()
	require.NoError(t, os.WriteFile(filepath.Join(w.dir, "simrun_cells.py"), []byte(Task), 0o644))
	for name, mishap := range map[string]string{
		"w1": `rmdir late 2>/dev/null && sleep 6`,
		"w2": `{ rmdir killed-1 || rmdir killed-2; } 2>/dev/null && kill -KILL 0`, // the worker and all its children
	} {
		script := filepath.Join(w.dir, name)
		require.NoError(t, os.WriteFile(script, fmt.Appendf(nil, "#!/bin/sh\n%s\nexec '%s' \"$@\"\n", mishap, program), 0o755)) //nolint:gosec // it is to be run
		env := append(os.Environ(), "SIMRUN_BROKER="+on.address.String(), "SIMRUN="+script, "PYTHONDONTWRITEBYTECODE=1")
		w.keep(ctx, t, env, "-m", "celery", "-A", "simrun_cells", "worker", "-Q", "simrun", "-c", "1", "-n", name+"@here", "-l", "ERROR")
	}
}

// keep keeps a worker running, whatever kills it.
func (w *workers) keep(ctx context.Context, t *testing.T, env []string, args ...string) {
	t.Helper()
	ctx, stop := context.WithCancel(ctx)
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		for ctx.Err() == nil {
			c := exec.CommandContext(ctx, w.python, args...)
			c.Dir, c.Env = w.dir, env
			c.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
			c.Cancel = func() error { return syscall.Kill(-c.Process.Pid, syscall.SIGKILL) }
			_ = c.Run()
		}
	}()
	t.Cleanup(func() {
		stop()
		<-ended
	})
}

func (w *workers) arm(t *testing.T) {
	t.Helper()
	for _, m := range mishaps {
		require.NoError(t, os.Mkdir(filepath.Join(w.dir, m), 0o755))
	}
}

func (w *workers) haveFailed(t *testing.T) {
	t.Helper()
	for _, m := range mishaps {
		assert.NoDirExists(t, filepath.Join(w.dir, m), "it has happened")
	}
}

// programOf is what a program calls itself in its answers.
func programOf(ctx context.Context, t testing.TB, program string) string {
	t.Helper()
	c := exec.CommandContext(ctx, program, "cell")
	c.Stdin = bytes.NewReader([]byte(`{}`))
	out, err := c.Output()
	require.NoError(t, err)
	var d cells.Done
	require.NoError(t, json.Unmarshal(out, &d))
	return d.Program
}
