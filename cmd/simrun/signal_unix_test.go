//go:build unix

package main

import (
	"os"
	"os/exec"
	"path/filepath"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// TestSignalled is the program of TestSignals, in a process of its own: it has work for days.
func TestSignalled(t *testing.T) {
	file := os.Getenv("SIMRUN_SIGNALLED")
	if file == "" {
		t.Skip("run by TestSignals")
	}
	os.Exit(run(t.Context(), []string{"--out", filepath.Join(filepath.Dir(file), "out"), file}, os.Stdout, os.Stderr))
}

// TestSignals: one signal ends a run within the grace that it has, a second one at once, and neither leaves half a result.
func TestSignals(t *testing.T) {
	for name, c := range map[string]struct {
		signals int
		within  time.Duration
	}{"one": {1, grace + 5*time.Second}, "two": {2, 5 * time.Second}} {
		t.Run(name, func(t *testing.T) {
			file := scenario(t, "long", "poisson: 4/s", "poisson: 100000/s", "concurrency: 4", "concurrency: 100000")
			cmd := exec.Command(os.Args[0], "-test.run", "^TestSignalled$")
			cmd.Env = append(os.Environ(), "SIMRUN_SIGNALLED="+file)
			require.NoError(t, cmd.Start())
			time.Sleep(time.Second) // so that it is at work
			began := time.Now()
			for range c.signals {
				require.NoError(t, cmd.Process.Signal(syscall.SIGINT))
				time.Sleep(200 * time.Millisecond)
			}
			err := cmd.Wait()
			assert.Less(t, time.Since(began), c.within)
			var exit *exec.ExitError
			require.ErrorAs(t, err, &exit, "%v", err)
			status := exit.Sys().(syscall.WaitStatus)
			assert.True(t, status.ExitStatus() == exitInterrupted || status.Signaled() && status.Signal() == syscall.SIGINT, "%v", exit)
			finished(t, filepath.Join(filepath.Dir(file), "out"))
		})
	}
}
