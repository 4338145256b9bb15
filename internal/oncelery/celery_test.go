//go:build unix

package oncelery

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"net"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"syscall"
	"testing"
	"time"

	"github.com/redis/go-redis/v9"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"example.com/simrun/internal/celerytest"
	"example.com/simrun/internal/cells"
	"example.com/simrun/internal/experiment"
)

// On a real Celery on a real redis, with two workers of which one is killed, comes what one machine finds, and nothing of
// ours is left in the broker. make test-real runs it.
func TestOnCelery(t *testing.T) {
	python, server := celerytest.Tools(t)
	ctx, cancel := context.WithTimeout(t.Context(), 3*time.Minute)
	defer cancel()
	dir := t.TempDir()
	program := filepath.Join(dir, "simrun")
	out, err := exec.CommandContext(ctx, "go", "build", "-o", program, "../../cmd/simrun").CombinedOutput()
	require.NoError(t, err, string(out))

	l, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	address := l.Addr().String()
	_, port, err := net.SplitHostPort(address)
	require.NoError(t, err)
	require.NoError(t, l.Close())
	u, err := url.Parse(fmt.Sprintf("redis://%s/0", address))
	require.NoError(t, err)
	client := redis.NewClient(&redis.Options{Addr: address})
	defer client.Close()
	require.NoError(t, os.WriteFile(filepath.Join(dir, "simrun_cells.py"), []byte(Task), 0o644))
	env := append(os.Environ(), "SIMRUN_BROKER="+u.String(), "SIMRUN="+program, "PYTHONDONTWRITEBYTECODE=1")
	start(ctx, t, dir, env, server, "--port", port, "--bind", "127.0.0.1", "--save", "", "--appendonly", "no")
	require.Eventually(t, func() bool { return client.Ping(ctx).Err() == nil }, 20*time.Second, 50*time.Millisecond)
	start(ctx, t, dir, env, python, "-m", "celery", "-A", "simrun_cells", "worker", "-Q", "simrun", "-c", "1", "-n", "w1@here", "-l", "ERROR")
	victim := start(ctx, t, dir, env, python, "-m", "celery", "-A", "simrun_cells", "worker", "-Q", "simrun", "-c", "1", "-n", "w2@here", "-l", "ERROR")

	sc, src := pack(t)
	src.Program = programOf(ctx, t, program)
	want, err := result(t, sc, experiment.Local(2))
	require.NoError(t, err)
	e, err := New(ctx, src, Options{Broker: u, Say: t.Logf, quiet: 5 * time.Second})
	require.NoError(t, err)
	killed := make(chan struct{})
	go func() {
		defer close(killed)
		for range 600 { // once it has worked
			if keys := client.HLen(ctx, "unacked").Val(); keys > 1 {
				break
			}
			time.Sleep(20 * time.Millisecond)
		}
		_ = syscall.Kill(-victim.Process.Pid, syscall.SIGKILL)
	}()
	got, err := result(t, sc, e)
	require.NoError(t, err)
	<-killed
	require.NoError(t, e.Close())
	assert.Equal(t, want, got)
	assert.Zero(t, client.LLen(ctx, "simrun").Val(), "no cell is left in the queue")
	assert.Zero(t, client.Exists(ctx, "simrun.answers."+e.run).Val(), "nor an answer")
}

// programOf is what a program calls itself in its answers.
func programOf(ctx context.Context, t *testing.T, program string) string {
	t.Helper()
	c := exec.CommandContext(ctx, program, "cell")
	c.Stdin = bytes.NewReader([]byte(`{}`))
	out, err := c.Output()
	require.NoError(t, err)
	var d cells.Done
	require.NoError(t, json.Unmarshal(out, &d))
	return d.Program
}

// start starts a process in a group of its own, that is stopped with the test.
func start(ctx context.Context, t *testing.T, dir string, env []string, name string, args ...string) *exec.Cmd {
	t.Helper()
	c := exec.CommandContext(ctx, name, args...)
	c.Dir, c.Env = dir, env
	c.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	require.NoError(t, c.Start())
	t.Cleanup(func() {
		_ = syscall.Kill(-c.Process.Pid, syscall.SIGKILL)
		_ = c.Wait()
	})
	return c
}
