package imports

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"example.com/simrun/internal/experiment"
	"example.com/simrun/internal/recordings"
	"example.com/simrun/report"
	"example.com/simrun/scenarios"
)

// window is one window of 120 s of a known system, of its steady state: the log of its tasks, and the result.
func window(t *testing.T, seed int, base string) (log string, r *experiment.Result) {
	t.Helper()
	sc, err := scenarios.Decode("truth.yaml", fmt.Appendf(nil, `
seed: %d
run: {duration: 120s, warmup: 60s, replications: 1}
celery: "5.6"
broker: redis
tasks:
  mail: {queue: jobs, arrivals: {poisson: 10/s}, work: [{io: {exponential: 100ms}}]}
  report: {queue: jobs, arrivals: {poisson: 4/s}, work: [{io: {lognormal: {mean: 500ms, cv: 1.5}}}]}
strategies:
  truth: {workers: {w1: {queues: [jobs], concurrency: 4}}}
`, seed), ".")
	require.NoError(t, err)
	r, err = experiment.Run(t.Context(), sc, experiment.Options{Tasks: true})
	require.NoError(t, err)
	var b bytes.Buffer
	require.NoError(t, report.TasksCSV(&b, r.Tasks))
	log = filepath.Join(t.TempDir(), base+".csv")
	require.NoError(t, os.WriteFile(log, b.Bytes(), 0o644))
	return log, r
}

// The range that counts the shortness of a log holds what the next window shows, in about 95 of 100 logs: the next window
// is another of the system that the log came from, not of the scenario that was made of it.
func TestShortLogCovers(t *testing.T) {
	if os.Getenv("SIMRUN_LONG") == "" {
		t.Skip("forty logs, each resampled forty times, take minutes: set SIMRUN_LONG")
	}
	seeds := 40
	if n, err := strconv.Atoi(os.Getenv("SIMRUN_SEEDS")); err == nil {
		seeds = n
	}
	one, wide, all := 0, 0, 0
	for seed := range seeds {
		log, _ := window(t, 1000+seed, "log")
		_, next := window(t, 5000+seed, "next")
		m, err := Make(t.Context(), Options{Paths: []string{log}, Base: "mine", Said: Said{
			Workers: []string{"celery -A shop worker -n w1@%h -Q jobs -c 4"}, Broker: "redis", Celery: "5.6",
		}})
		require.NoError(t, err)
		short, err := shortness(t.Context(), m.Imported, m.Log, recordings.ImportOptions{Base: "mine", Today: m.Today})
		require.NoError(t, err)
		sc, err := decode(m.Imported)
		require.NoError(t, err)
		r, err := experiment.Run(t.Context(), sc, experiment.Options{})
		require.NoError(t, err)
		for _, c := range r.Strategies[0].Classes {
			for _, seen := range next.Strategies[0].Classes {
				if seen.Name != c.Name || c.Window == nil || c.Window.P95 == nil {
					continue
				}
				all++
				b := short[shortKey("today", c.Name, "wait", "p95")]
				x, low, high := seen.Wait.P95.Value, c.Window.P95.Low, c.Window.P95.High
				if low <= x && x <= high {
					one++
				}
				if min(low, b.Low) <= x && x <= max(high, b.High) {
					wide++
				}
			}
		}
	}
	t.Logf("of %d: %d in the range of one window, %d in that of a short log", all, one, wide)
	assert.GreaterOrEqual(t, wide*100, all*90)
}
