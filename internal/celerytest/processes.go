package celerytest

import (
	"context"
	"net"
	"os"
	"os/exec"
	"strings"
	"testing"
	"time"
)

// FreePort is a port of this machine that nobody listens on.
func FreePort(t testing.TB) int {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	must(t, err)
	defer l.Close()
	return l.Addr().(*net.TCPAddr).Port
}

// Process is one that a test has started.
type Process struct {
	c   *exec.Cmd
	out *os.File
}

// Begin starts a process that is stopped with the test.
func Begin(ctx context.Context, t *testing.T, dir string, env []string, name string, args ...string) *Process {
	t.Helper()
	f, err := os.CreateTemp(dir, "log")
	must(t, err)
	c := exec.CommandContext(ctx, name, args...)
	c.Dir, c.Env, c.Stdout, c.Stderr = dir, env, f, f
	c.Cancel = func() error { return c.Process.Signal(os.Interrupt) }
	c.WaitDelay = 5 * time.Second
	must(t, c.Start())
	p := &Process{c, f}
	t.Cleanup(p.Stop)
	return p
}

// patience is how long a process may take to end.
const patience = 20 * time.Second

// Stop ends it, as Ctrl+C would, and waits for that.
func (p *Process) Stop() {
	if p.c.ProcessState == nil {
		_ = p.c.Process.Signal(os.Interrupt)
		late := time.AfterFunc(patience, func() { _ = p.c.Process.Kill() })
		_ = p.c.Wait() // ended by a signal
		late.Stop()
		_ = p.out.Close()
	}
}

// Log is the file that has what it wrote.
func (p *Process) Log() string { return p.out.Name() }

// Wrote is what it has written so far.
func (p *Process) Wrote() []byte {
	b, err := os.ReadFile(p.Log())
	if err != nil {
		return []byte(err.Error())
	}
	return b
}

// Await waits until something is there; it shows a log where it never is.
func Await(ctx context.Context, t *testing.T, what string, there func() bool, log func() []byte) {
	t.Helper()
	for !there() {
		select {
		case <-ctx.Done():
			t.Fatalf("%s is not there:\n%s", what, strings.TrimSpace(string(log())))
		case <-time.After(100 * time.Millisecond):
		}
	}
}

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}
