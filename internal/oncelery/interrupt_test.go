//go:build unix

package oncelery

import (
	"bytes"
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// long has forty cells of a tenth of a second or more, and no decision between them.
const long = `run: {duration: 20m, warmup: 0s, replications: {min: 40, max: 40}}
tasks: {mail: {arrivals: {poisson: 400/s}, work: [{io: {exponential: 100ms}}]}}
strategies: {pool: {workers: {w: {queues: [mail], concurrency: 60}}}}
`

// wrote is what a program writes, while it runs.
type wrote struct {
	mu   sync.Mutex
	text bytes.Buffer
}

func (w *wrote) Write(p []byte) (int, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.text.Write(p)
}

func (w *wrote) String() string {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.text.String()
}

// goesOn interrupts a run in the middle, gives the same command again, and compares with one machine. Neither leaves anything
// in the broker, but answers in redis that came too late, which expire.
func goesOn(ctx context.Context, t *testing.T, program string, on server) {
	t.Helper()
	dir := t.TempDir()
	file := filepath.Join(dir, "long.yaml")
	require.NoError(t, os.WriteFile(file, []byte(long), 0o644))
	command := func(out string, more ...string) (*exec.Cmd, *wrote) {
		c, said := exec.CommandContext(ctx, program, append([]string{"run", file, "--out", filepath.Join(dir, out)}, more...)...), &wrote{}
		c.Env, c.Stderr = append(os.Environ(), "SIMRUN_BROKER="+on.address.String()), said
		return c, said
	}
	left := func(before []string) {
		t.Helper()
		assert.EventuallyWithT(t, func(t *assert.CollectT) { // a worker ends what it has begun
			assert.ElementsMatch(t, before, on.lasts(), "nothing of ours is left")
		}, time.Minute, time.Second)
		for _, key := range on.lists() {
			assert.True(t, strings.HasPrefix(key, "simrun.answers.") || slices.Contains(before, key), key)
		}
	}
	here, said := command("here")
	require.NoError(t, here.Run(), said)
	before := on.lasts()

	first, said := command("there", "--on", "celery")
	require.NoError(t, first.Start())
	require.Eventually(t, func() bool { return strings.Contains(said.String(), "replications") }, time.Minute, 10*time.Millisecond, said)
	require.NoError(t, first.Process.Signal(os.Interrupt))
	require.Error(t, first.Wait())
	assert.Equal(t, 130, first.ProcessState.ExitCode(), said)
	kept := number(t, `([0-9]+) cells? kept in `, said)
	left(before)

	second, said := command("there", "--on", "celery")
	require.NoError(t, second.Run(), said)
	assert.Equal(t, 40, kept+number(t, `Computed on Celery: ([0-9]+) cell`, said), "what came is not computed again")
	left(before)
	assert.NoDirExists(t, filepath.Join(dir, "there.cells"))
	want, err := os.ReadFile(filepath.Join(dir, "here", "results.json"))
	require.NoError(t, err)
	got, err := os.ReadFile(filepath.Join(dir, "there", "results.json"))
	require.NoError(t, err)
	assert.True(t, bytes.Equal(want, got), "the results of one machine")
}

// number is one that a program has said, between 1 and 39.
func number(t *testing.T, pattern string, said *wrote) int {
	t.Helper()
	found := regexp.MustCompile(pattern).FindStringSubmatch(said.String())
	require.NotNil(t, found, said)
	n, err := strconv.Atoi(found[1])
	require.NoError(t, err)
	assert.Positive(t, n)
	assert.Less(t, n, 40)
	return n
}
