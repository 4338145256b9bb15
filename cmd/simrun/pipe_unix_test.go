//go:build unix

package main

import (
	"path/filepath"
	"syscall"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// Pipes and devices may never end, and opening a pipe alone may wait for ever.
func TestPipesAreRefused(t *testing.T) {
	pipe := filepath.Join(t.TempDir(), "pipe")
	require.NoError(t, syscall.Mkfifo(pipe, 0o600))
	t.Chdir(t.TempDir())
	for _, args := range [][]string{
		{pipe}, {"check", pipe}, {"bench", pipe}, {"import", "celery", pipe}, {"verify", pipe}, {"check", "/dev/zero"}, {"import", "celery", "/dev/zero"},
	} {
		status, _, stderr := call(t, args...)
		assert.Equal(t, exitFailed, status, "%v: %s", args, stderr)
		assert.Regexp(t, "not a regular file|want the folder of a recording", stderr)
	}
}
