package imports_test

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"example.com/simrun/internal/experiment"
	"example.com/simrun/internal/imports"
	"example.com/simrun/internal/recordings"
	"example.com/simrun/scenarios"
)

// Such traffic contains the log that it was made of: what was observed is what one window of it can show. Every other
// recording is looked at, with SIMRUN_LONG each.
func TestSuchTrafficContainsItsLog(t *testing.T) {
	dirs, err := filepath.Glob(filepath.Join("..", "fidelity", "testdata", "*", "trace.csv"))
	require.NoError(t, err)
	const slack = 0.005 // s
	inside, all := 0, 0
	for i, path := range dirs {
		if i%2 == 1 && os.Getenv("SIMRUN_LONG") == "" {
			continue
		}
		rec, err := recordings.Read(filepath.Dir(path))
		require.NoError(t, err)
		m, err := imports.Make(t.Context(), imports.Options{Paths: []string{rec.Dir}, Base: "mine", Said: imports.Said{Computes: computing(rec)}})
		require.NoError(t, err)
		dir := t.TempDir()
		for _, f := range m.Files {
			require.NoError(t, os.WriteFile(filepath.Join(dir, f.Name), f.Content, 0o644))
		}
		sc, err := scenarios.Decode("mine.yaml", []byte(m.Scenario), dir)
		require.NoError(t, err, m.Scenario)
		sc.Run.Max = max(sc.Run.Min, 40)
		sc.Observed = []scenarios.Observation{{Name: "run1", Tasks: rec.Runs[0].Tasks}}
		r, err := experiment.Run(t.Context(), sc, experiment.Options{})
		require.NoError(t, err)
		for _, c := range r.Strategies[0].Classes {
			if len(c.Observed) == 0 || c.Observed[0].N < 60 {
				continue
			}
			o := &c.Observed[0]
			for _, f := range []struct {
				name   string
				window *experiment.Window
				seen   float64
			}{{"wait", c.Window, o.WaitP95}, {"response", c.ResponseWindow, o.ResponseP95}} {
				all++
				switch {
				case f.window == nil || f.window.P95 == nil:
					t.Logf("%s %s %s: %.3f, no band", rec.Name, c.Name, f.name, f.seen)
				case f.seen >= f.window.P95.Low-slack && f.seen <= f.window.P95.High+slack:
					inside++
				default:
					t.Logf("%s %s %s: %.3f outside %.3f .. %.3f", rec.Name, c.Name, f.name, f.seen, f.window.P95.Low, f.window.P95.High)
				}
			}
		}
	}
	t.Logf("%d of %d inside", inside, all)
	assert.GreaterOrEqual(t, inside*100, all*90)
}
