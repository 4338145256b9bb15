package cells

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"example.com/simrun/internal/experiment"
	"example.com/simrun/scenarios"
)

func work(t *testing.T) (*Work, *scenarios.Scenario) {
	t.Helper()
	path := filepath.Join(t.TempDir(), "x.yaml")
	require.NoError(t, os.WriteFile(path, []byte(`run: {duration: 1m}
tasks: {a: {arrivals: {poisson: 4/s}, work: [{io: {exponential: 100ms}}], memory: {hold: 1MiB}}}
strategies: {now: {workers: {w: {queues: [a], concurrency: 2}}}}
sweep: {load: [1, 2]}
`), 0o644))
	b, sc, err := scenarios.Pack(path)
	require.NoError(t, err)
	c := experiment.Cell{Load: 1, Duration: sc.Run.Duration, Drain: sc.Run.Drain}
	listened := c
	listened.Listen, listened.MemorySteps, listened.Steps = true, 10, 10
	return &Work{Identity: Identity{b.Sum(), "p"}, Bundle: b, Variant: 2, Cells: []experiment.Cell{c, listened}}, sc
}

// What comes back from another process is what would have been found here.
func TestOutcomesTravel(t *testing.T) {
	w, sc := work(t)
	in, err := json.Marshal(w)
	require.NoError(t, err)
	var out bytes.Buffer
	require.NoError(t, Serve(bytes.NewReader(in), &out, "p"))
	var d Done
	require.NoError(t, json.Unmarshal(out.Bytes(), &d))
	require.Empty(t, d.Error)
	require.Len(t, d.Outcomes, 2)
	assert.Equal(t, w.Identity, d.Identity)
	for i, data := range d.Outcomes {
		here, err := Encode(experiment.Compute(sc.Sweep.Cells[1].Scenario, &w.Cells[i]))
		require.NoError(t, err)
		assert.Equal(t, here, data, "equal outcomes, equal bytes")
		o, err := Decode(data)
		require.NoError(t, err)
		assert.Equal(t, w.Cells[i].Listen, o.Heard != nil)
		assert.Positive(t, o.Classes[0].Wait.Count())
	}
}

func TestWorkThatIsNotOursIsRefused(t *testing.T) {
	for name, c := range map[string]struct {
		spoil func(*Work)
		want  string
	}{
		"program":  {func(w *Work) { w.Program = "q" }, "want the same program"},
		"scenario": {func(w *Work) { w.Bundle.Text = append(w.Bundle.Text, '\n') }, "not the one"},
		"none":     {func(w *Work) { w.Bundle = nil }, "not the one"},
		"variant":  {func(w *Work) { w.Variant = 3 }, "variant 3"},
		"layout":   {func(w *Work) { w.Cells[1].Layout = 7 }, "cell 1: not a run"},
		"load":     {func(w *Work) { w.Cells[0].Load = 0 }, "cell 0: not a run"},
	} {
		t.Run(name, func(t *testing.T) {
			w, _ := work(t)
			c.spoil(w)
			d := w.Do("p")
			assert.Contains(t, d.Error, c.want)
			assert.Empty(t, d.Outcomes)
		})
	}
	assert.ErrorContains(t, Serve(strings.NewReader("{"), &bytes.Buffer{}, "p"), "not work for this program")
}

func TestCutOutcomesAreRefused(t *testing.T) {
	w, sc := work(t)
	data, err := Encode(experiment.Compute(sc, &w.Cells[0]))
	require.NoError(t, err)
	for _, n := range []int{0, 1, len(data) / 2, len(data) - 1} {
		_, err := Decode(data[:n])
		assert.Error(t, err, n)
	}
}

func TestKeysTellCellsApart(t *testing.T) {
	id := Identity{"s", "p"}
	c := experiment.Cell{Load: 1, Replication: 3}
	seen := map[string]bool{id.Key(0, &c): true}
	assert.True(t, seen[id.Key(0, &c)])
	other := c
	other.Load = 1.0000000000000002
	for _, key := range []string{id.Key(1, &c), id.Key(0, &other), Identity{"t", "p"}.Key(0, &c), Identity{"s", "q"}.Key(0, &c)} {
		assert.False(t, seen[key])
		seen[key] = true
	}
}
