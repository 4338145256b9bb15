package simrun_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// The recipe of the READMEs works in a module outside of this one, as it is printed: only the path to this one is that of
// this machine, so that what is compiled already serves again.
func TestFromGoIsCurrent(t *testing.T) {
	root, err := os.Getwd()
	require.NoError(t, err)
	outside := t.TempDir()

	page := read(t, readmes[0])
	code := blocks(page, "go")
	require.Len(t, code, 1)
	require.NoError(t, os.WriteFile(filepath.Join(outside, "main.go"), []byte(strings.Join(code[0].lines, "\n")+"\n"), 0o644))
	// What this module has needed no sum database, as far as it has sums.
	sums, err := os.ReadFile("go.sum")
	require.NoError(t, err)
	require.NoError(t, os.WriteFile(filepath.Join(outside, "go.sum"), sums, 0o644))
	var printed []string
	steps := recipe(t, page)
	require.Contains(t, strings.Join(steps, "\n"), "=../simrun\n")
	for _, line := range steps {
		line = strings.Replace(line, "=../simrun", "="+root, 1)
		c := exec.CommandContext(t.Context(), "go", strings.Fields(line)[1:]...)
		c.Dir = outside
		c.Env = append(os.Environ(), "GOWORK=off", "GOFLAGS=-mod=mod")
		var stderr strings.Builder
		c.Stderr = &stderr
		out, err := c.Output()
		require.NoError(t, err, "%s: %s", line, stderr.String())
		printed = strings.Split(strings.TrimSpace(string(out)), "\n")
	}
	assert.FileExists(t, filepath.Join(outside, "results", "report.html"))
	assert.FileExists(t, filepath.Join(outside, "results", "plots", "queues.svg"))

	for _, readme := range readmes {
		page := read(t, readme)
		shown := blocks(page, "text")
		require.Len(t, shown, 1)
		if *update {
			lines := slices.Replace(strings.Split(page, "\n"), shown[0].from, shown[0].to, printed...)
			require.NoError(t, os.WriteFile(readme, []byte(strings.Join(lines, "\n")), 0o644))
			continue
		}
		assert.Equal(t, printed, shown[0].lines, "%s: make generate writes it anew", readme)
		assert.Equal(t, code[0].lines, blocks(page, "go")[0].lines, readme)
		assert.Equal(t, steps, recipe(t, page), readme)
	}
}

// recipe is the block of commands that makes a module.
func recipe(t *testing.T, page string) []string {
	t.Helper()
	for _, b := range blocks(page, "sh") {
		if strings.HasPrefix(b.lines[0], "go mod init") {
			return b.lines
		}
	}
	t.Fatal("no recipe")
	return nil
}
