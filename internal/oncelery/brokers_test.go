//go:build unix

package oncelery

import (
	"context"
	"fmt"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/redis/go-redis/v9"
	"github.com/stretchr/testify/require"

	"example.com/simrun/internal/celerytest"
)

// server is a broker that a test has started for itself.
type server struct {
	address *url.URL
	lists   func() []string // what lies in it: queues with the number of their messages, or keys
	lasts   func() []string // likewise, but for keys that expire
}

func redisServer(ctx context.Context, t testing.TB, program string) server {
	t.Helper()
	port := celerytest.FreePort(t)
	start(ctx, t, t.TempDir(), os.Environ(), program, "--port", fmt.Sprint(port), "--bind", "127.0.0.1", "--save", "", "--appendonly", "no")
	client := redis.NewClient(&redis.Options{Addr: fmt.Sprintf("127.0.0.1:%d", port)})
	t.Cleanup(func() { _ = client.Close() })
	require.Eventually(t, func() bool { return client.Ping(ctx).Err() == nil }, 20*time.Second, 50*time.Millisecond)
	lists := func() []string {
		keys, err := client.Keys(ctx, "*").Result()
		require.NoError(t, err)
		return slices.DeleteFunc(keys, func(key string) bool { // Celery's own, and what a killed worker held
			return strings.HasPrefix(key, "_kombu.binding.") || strings.HasPrefix(key, "unacked")
		})
	}
	return server{
		address: &url.URL{Scheme: "redis", Host: fmt.Sprintf("127.0.0.1:%d", port), Path: "/0"},
		lists:   lists,
		lasts: func() []string {
			return slices.DeleteFunc(lists(), func(key string) bool { return client.TTL(ctx, key).Val() > 0 })
		},
	}
}

// rabbitServer starts a node of its own, with a port mapper of its own.
func rabbitServer(ctx context.Context, t *testing.T) server {
	t.Helper()
	const bin = "/usr/lib/rabbitmq/bin" // what Debian has on the PATH wants to be another user
	program := filepath.Join(bin, "rabbitmq-server")
	if _, err := os.Stat(program); err != nil {
		celerytest.Missing(t, "rabbitmq-server", "rabbitmq-server")
	}
	dir, port, mapper := t.TempDir(), celerytest.FreePort(t), celerytest.FreePort(t)
	node := fmt.Sprintf("simrun%d@localhost", port)
	env := append(os.Environ(), "HOME="+dir, "RABBITMQ_NODENAME="+node, "RABBITMQ_NODE_IP_ADDRESS=127.0.0.1", fmt.Sprint("RABBITMQ_NODE_PORT=", port),
		fmt.Sprint("RABBITMQ_DIST_PORT=", celerytest.FreePort(t)), fmt.Sprint("ERL_EPMD_PORT=", mapper), "RABBITMQ_MNESIA_BASE="+filepath.Join(dir, "db"),
		"RABBITMQ_LOG_BASE="+filepath.Join(dir, "log"), "RABBITMQ_ENABLED_PLUGINS_FILE="+filepath.Join(dir, "plugins"))
	t.Cleanup(func() {
		_ = exec.CommandContext(context.Background(), "epmd", "-port", fmt.Sprint(mapper), "-kill").Run()
	})
	start(ctx, t, dir, env, program)
	address := &url.URL{Scheme: "amqp", User: url.UserPassword("guest", "guest"), Host: fmt.Sprintf("127.0.0.1:%d", port), Path: "/"}
	require.Eventually(t, func() bool {
		b := &rabbit{address: address.String(), reply: "probe"}
		return b.connected() == nil && b.close(ctx) == nil
	}, time.Minute, 500*time.Millisecond)
	lists := func() (found []string) {
		c := exec.CommandContext(ctx, filepath.Join(bin, "rabbitmqctl"), "-q", "-n", node, "list_queues", "--no-table-headers", "name", "messages")
		c.Env = env
		out, err := c.CombinedOutput()
		require.NoError(t, err, string(out))
		for l := range strings.Lines(string(out)) {
			// Not Celery's own, nor the queue of the workers where it is empty.
			if !strings.Contains(l, "pidbox") && !strings.HasPrefix(l, "celeryev.") && strings.Join(strings.Fields(l), " ") != "simrun 0" {
				found = append(found, strings.TrimSpace(l))
			}
		}
		return found
	}
	return server{address, lists, lists}
}

// start starts a process in a group of its own, that is stopped with the test.
func start(ctx context.Context, t testing.TB, dir string, env []string, name string, args ...string) *exec.Cmd {
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
