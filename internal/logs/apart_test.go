package logs_test

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"example.com/simrun/internal/logs"
)

// table writes a run in which each task of class a started so often, for 100 ms each, with these seconds between.
func table(t *testing.T, starts []int, delay func(i, k int) float64) string {
	t.Helper()
	var b strings.Builder
	b.WriteString("id,class,queue,due,started,ended,outcome,attempts,worker\n")
	for i, n := range starts {
		at := float64(i)
		end := at + 0.1*float64(n)
		for k := 1; k < n; k++ {
			end += delay(i, k)
		}
		fmt.Fprintf(&b, "%d,a,q,%.3f,%.3f,%.3f,ok,%d,w1\n", i, at, at, end, n)
	}
	path := filepath.Join(t.TempDir(), "run1.csv")
	require.NoError(t, os.WriteFile(path, []byte(b.String()), 0o644))
	return path
}

// The table of a run has the first start and the last end of a task: a countdown that is the same for all is told apart.
func TestRetriesAreToldApart(t *testing.T) {
	starts := []int{1, 1, 2, 1, 3, 1, 2, 1, 2, 1, 1, 2}
	l, err := logs.Read(table(t, starts, func(_, k int) float64 { return 6 * float64(k) }))
	require.NoError(t, err)
	assert.Empty(t, l.Warnings)
	attempts := 0
	for i := range l.Tasks {
		task := &l.Tasks[i]
		attempts += len(task.Attempts)
		assert.Equal(t, starts[i]-1, task.Retried())
		assert.InDeltaSlice(t, []float64{6, 12}[:starts[i]-1], task.Retries, 0.01)
	}
	assert.Equal(t, 18, attempts)

	// What comes after any time, or at once, may be a crash: it is left, and said.
	for _, delay := range []func(i, k int) float64{
		func(i, _ int) float64 { return float64(i*i) / 4 },
		func(int, int) float64 { return 0 },
	} {
		l, err = logs.Read(table(t, starts, delay))
		require.NoError(t, err)
		assert.Contains(t, strings.Join(l.Warnings, "\n"), "5 tasks started more than once")
	}
}
