package report

import (
	"context"
	"errors"
	"io"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func holding(s string) func(io.Writer) error { return raw([]byte(s)) }

// tree is every file under dir and what is in it.
func tree(t *testing.T, dir string) map[string]string {
	t.Helper()
	out := map[string]string{}
	require.NoError(t, filepath.WalkDir(dir, func(path string, d os.DirEntry, err error) error {
		if err != nil || path == dir {
			return err
		}
		rel, err := filepath.Rel(dir, path)
		if err != nil || d.IsDir() {
			out[rel] = "folder"
			return err
		}
		b, err := os.ReadFile(path)
		out[rel] = string(b)
		return err
	}))
	return out
}

func put(t *testing.T, path, content string) {
	t.Helper()
	require.NoError(t, os.MkdirAll(filepath.Dir(path), 0o755))
	require.NoError(t, os.WriteFile(path, []byte(content), 0o644))
}

func TestBatchReplacesAndKeeps(t *testing.T) {
	dir := t.TempDir()
	put(t, filepath.Join(dir, "a"), "old")
	put(t, filepath.Join(dir, "gone"), "old")
	put(t, filepath.Join(dir, "theirs"), "kept")
	b := &Batch{}
	require.NoError(t, b.Add(filepath.Join(dir, "a"), holding("new")))
	require.NoError(t, b.Add(filepath.Join(dir, "deep", "er", "b"), holding("new")))
	b.Remove(filepath.Join(dir, "gone"))
	assert.Equal(t, "old", tree(t, dir)["a"], "nothing changes before the commit")
	require.NoError(t, b.Commit(t.Context()))
	assert.Equal(t, map[string]string{"a": "new", "deep": "folder", "deep/er": "folder", "deep/er/b": "new", "theirs": "kept"}, tree(t, dir))
}

func TestBatchFailsWhole(t *testing.T) {
	cancelled, cancel := context.WithCancel(t.Context())
	cancel()
	disk := errors.New("disk full")
	for name, fill := range map[string]func(t *testing.T, dir string, b *Batch) error{
		"a renderer fails": func(t *testing.T, dir string, b *Batch) error {
			t.Helper()
			require.NoError(t, b.Add(filepath.Join(dir, "a"), holding("new")))
			return b.Add(filepath.Join(dir, "b"), func(w io.Writer) error {
				_, _ = io.WriteString(w, "half")
				return disk
			})
		},
		"interrupted": func(t *testing.T, dir string, b *Batch) error {
			t.Helper()
			require.NoError(t, b.Add(filepath.Join(dir, "a"), holding("new")))
			require.NoError(t, b.Add(filepath.Join(dir, "fresh", "b"), holding("new")))
			return b.Commit(cancelled)
		},
		"a rename fails": func(t *testing.T, dir string, b *Batch) error {
			t.Helper()
			require.NoError(t, b.Add(filepath.Join(dir, "a"), holding("new")))
			require.NoError(t, b.Add(filepath.Join(dir, "b"), holding("new")))
			b.staged[1].from += "-lost" // as if someone had cleaned up the temporary folder
			return b.Commit(t.Context())
		},
	} {
		t.Run(name, func(t *testing.T) {
			dir := t.TempDir()
			put(t, filepath.Join(dir, "a"), "old a")
			put(t, filepath.Join(dir, "b"), "old b")
			before := tree(t, dir)
			b := &Batch{}
			require.Error(t, fill(t, dir, b))
			b.Discard()
			assert.Equal(t, before, tree(t, dir))
		})
	}
}

func TestBatchWritesThroughLinks(t *testing.T) {
	dir := t.TempDir()
	put(t, filepath.Join(dir, "real", "a"), "old")
	require.NoError(t, os.Symlink(filepath.Join(dir, "real", "a"), filepath.Join(dir, "link")))
	b := &Batch{}
	require.NoError(t, b.Add(filepath.Join(dir, "link"), holding("new")))
	require.NoError(t, b.Commit(t.Context()))
	assert.Equal(t, "new", tree(t, dir)["real/a"])
	info, err := os.Lstat(filepath.Join(dir, "link"))
	require.NoError(t, err)
	assert.NotZero(t, info.Mode()&os.ModeSymlink)
}

func TestProbe(t *testing.T) {
	dir := t.TempDir()
	put(t, filepath.Join(dir, "file"), "")
	require.NoError(t, os.MkdirAll(filepath.Join(dir, "folder", "report.html"), 0o755))
	before := tree(t, dir)
	require.NoError(t, ProbeFolder(filepath.Join(dir, "new", "folder")))
	require.NoError(t, Probe(filepath.Join(dir, "tasks.csv"), filepath.Join(dir, "file")))
	for _, bad := range []string{filepath.Join(dir, "file"), filepath.Join(dir, "file", "under"), filepath.Join(dir, "folder")} {
		require.ErrorContains(t, ProbeFolder(bad), "cannot write", bad)
	}
	require.ErrorContains(t, Probe(os.DevNull), "not a regular file", "a rename would replace the device")
	assert.Equal(t, before, tree(t, dir), "a probe leaves nothing behind")
}

func TestFolder(t *testing.T) {
	dir := t.TempDir()
	sc, r := fixture()
	write := func(o Options) {
		t.Helper()
		b := &Batch{}
		require.NoError(t, Folder(b, dir, sc, r, o))
		require.NoError(t, b.Commit(t.Context()))
	}
	put(t, filepath.Join(dir, "notes.txt"), "mine")
	put(t, filepath.Join(dir, "plots", "mine.svg"), "<svg/>")
	put(t, filepath.Join(dir, "plots", "mine.png"), "mine")
	write(Options{PNG: true})
	first := tree(t, dir)
	for _, want := range []string{"report.html", "results.json", "classes.csv", "workers.csv", "summary.md", "plots/cdf-wait-notify.svg", "plots/cdf-wait-notify.png"} {
		assert.NotEmpty(t, first[want], want)
	}

	for i := range r.Strategies { // a class is renamed: its plots of old must not stand beside the new ones
		r.Strategies[i].Classes[0].Name = "alert"
	}
	write(Options{})
	second := tree(t, dir)
	assert.Contains(t, second, "plots/cdf-wait-alert.svg")
	for path := range second {
		assert.NotContains(t, path, "notify")
		assert.NotContains(t, path, ".simrun")
	}
	assert.NotContains(t, second, "plots/queues.png", "a picture of the run before last")
	assert.Equal(t, "mine", second["notes.txt"])
	assert.Equal(t, "<svg/>", second["plots/mine.svg"])
	assert.Equal(t, "mine", second["plots/mine.png"])

	write(Options{})
	assert.Equal(t, second, tree(t, dir), "the same result, the same bytes")
}

// A killed run leaves its temporary folder behind, which nobody holds any more.
func TestBatchSweepsAwayWhatKilledRunsLeft(t *testing.T) {
	dir := t.TempDir()
	put(t, filepath.Join(dir, ".simrun-123", "new-0"), "half")
	put(t, filepath.Join(dir, ".simrunner", "theirs"), "kept")
	living := &Batch{}
	defer living.Discard()
	require.NoError(t, living.Add(filepath.Join(dir, "a"), holding("a")))
	if _, err := os.Stat(filepath.Join(dir, ".simrun-123")); err == nil {
		t.Skip("this system cannot tell")
	}
	b := &Batch{}
	require.NoError(t, b.Add(filepath.Join(dir, "b"), holding("b")))
	require.NoError(t, b.Commit(t.Context()))
	require.NoError(t, living.Commit(t.Context()), "what another run is about to write stays")
	assert.Equal(t, map[string]string{"a": "a", "b": "b", ".simrunner": "folder", filepath.Join(".simrunner", "theirs"): "kept"}, tree(t, dir))
}
