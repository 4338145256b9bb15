package engine

import (
	"bytes"
	"compress/gzip"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// mostGzipped keeps a page below 4 MB: five quarters of the engine, as ascii85, beside a report of 400 kB.
const mostGzipped = (4_000_000 - 400_000) * 4 / 5

func TestBuiltOnceAndKept(t *testing.T) {
	if _, err := exec.LookPath("go"); err != nil {
		t.Skip("no go command")
	}
	compiled, err := exec.Command("go", "env", "GOCACHE").Output()
	require.NoError(t, err)
	t.Setenv("GOCACHE", strings.TrimSpace(string(compiled))) // which else would be empty, too
	cache := t.TempDir()
	t.Setenv("XDG_CACHE_HOME", cache)
	old := filepath.Join(cache, "simrun", "engine-old")
	require.NoError(t, os.MkdirAll(old, 0o755))
	e, err := Load(t.Context())
	require.NoError(t, err)
	assert.Contains(t, e.Exec, "globalThis.Go = class")
	assert.Less(t, len(e.Wasm), mostGzipped)
	z, err := gzip.NewReader(bytes.NewReader(e.Wasm))
	require.NoError(t, err)
	wasm, err := io.ReadAll(z)
	require.NoError(t, err)
	assert.Equal(t, "\x00asm", string(wasm[:4]))
	assert.NoDirExists(t, old, "the engine of an earlier program")

	t.Setenv("PATH", "") // no go command any more
	again, err := Load(t.Context())
	require.NoError(t, err)
	assert.Equal(t, e, again)
	require.NoError(t, os.RemoveAll(filepath.Join(cache, "simrun")))
	_, err = Load(t.Context())
	assert.ErrorIs(t, err, errNone)
}
