package fidelity_test

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"example.com/simrun/internal/fidelity"
	"example.com/simrun/internal/fidelity/known"
	"example.com/simrun/internal/recordings"
	"example.com/simrun/report"
)

// all compares every recording in the project, once for all tests.
var all = sync.OnceValues(func() ([]*fidelity.Comparison, error) {
	dirs, err := filepath.Glob(filepath.Join("testdata", "*", "scenario.json"))
	if err != nil {
		return nil, err
	}
	var compared []*fidelity.Comparison
	for _, d := range dirs {
		rec, err := recordings.Read(filepath.Dir(d))
		if err != nil {
			return nil, err
		}
		c, err := fidelity.Compare(context.Background(), rec, fidelity.Options{})
		if err != nil {
			return nil, fmt.Errorf("%s: %w", d, err)
		}
		compared = append(compared, c)
	}
	return compared, nil
})

func recorded(t *testing.T) []*fidelity.Comparison {
	t.Helper()
	c, err := all()
	require.NoError(t, err)
	require.NotEmpty(t, c)
	return c
}

var (
	total = regexp.MustCompile(`(?m)^\*\*(\d+) of (\d+) figures hold`)
	line  = regexp.MustCompile(`(?m)^\| (\S+) \| [^|]+ \| [^|]+ \| (\d+) of (\d+) \|`)
)

// The page says how many figures hold, of all and of each recording. A change that makes fewer hold fails here; one
// that makes more hold wants `make fidelity`.
func TestPageHolds(t *testing.T) {
	page, err := os.ReadFile(filepath.Join("..", "..", "docs", "fidelity.md"))
	require.NoError(t, err)
	number := func(s []byte) int {
		n, err := strconv.Atoi(string(s))
		require.NoError(t, err)
		return n
	}
	said := total.FindSubmatch(page)
	require.NotNil(t, said, "the page has no total")
	held, figures, _ := fidelity.Total(recorded(t))
	assert.GreaterOrEqual(t, held, number(said[1]), "fewer figures hold than docs/fidelity.md says")
	assert.GreaterOrEqual(t, figures, number(said[2]), "fewer figures are compared than docs/fidelity.md says")
	rows := map[string][]int{}
	for _, m := range line.FindAllSubmatch(page, -1) {
		rows[string(m[1])] = []int{number(m[2]), number(m[3])}
	}
	for _, c := range recorded(t) {
		assert.Contains(t, string(page), "| "+c.Recording+" |", "make fidelity writes the page")
		if row := rows[c.Recording]; row != nil {
			h, n := c.Held()
			assert.GreaterOrEqual(t, h, row[0], "%s: fewer figures hold than docs/fidelity.md says", c.Recording)
			assert.Equal(t, row[1], n, "%s: other figures are compared than docs/fidelity.md says", c.Recording)
		}
	}
}

// What a verdict says of the model's error is not better than what is found.
func TestKnownIsFound(t *testing.T) {
	for _, e := range fidelity.Presets(recorded(t)) {
		p95, preset, ok := known.ModelError(e.Release, e.Broker, e.Pool, e.CPUHeavy)
		if assert.True(t, ok, "%s is not in known.csv: make fidelity", e.Preset()) {
			assert.Equal(t, e.Preset(), preset)
			assert.LessOrEqual(t, e.P95, p95+0.001, "%s: predictions are further off than known.csv says", preset)
		}
	}
}

// A recording compared with itself agrees in everything, and one with its tasks swapped about does not.
func TestCompare(t *testing.T) {
	for _, c := range recorded(t) {
		if c.Recording != "24b-noprefetch" {
			continue
		}
		assert.Equal(t, "prefork", c.Pool)
		assert.False(t, c.CPUHeavy)
		held, n := c.Held()
		assert.Equal(t, 22, n, "two classes, ten durations and a throughput each")
		assert.Equal(t, n, held)
		for _, d := range c.Distances {
			assert.Less(t, d.Wasserstein, 0.05)
			assert.Positive(t, d.KS)
			assert.Positive(t, d.NoiseW)
		}
		for _, f := range c.Figures {
			assert.Len(t, f.Runs, 2)
			assert.InDelta(t, (f.Runs[0]+f.Runs[1])/2, f.Observed, 1e-12)
			if f.Observed > 0.1 {
				assert.InDelta(t, f.Predicted/f.Observed-1, f.Error, 1e-9)
			}
		}
		return
	}
	t.Error("24b-noprefetch is not there")
}

// The same comparison again gives the same page to the byte.
func TestDeterministic(t *testing.T) {
	dir := filepath.Join("testdata", "32-rabbit-late1") // the broker tosses coins in it
	rec, err := recordings.Read(dir)
	require.NoError(t, err)
	var pages []string
	for range 2 {
		c, err := fidelity.Compare(t.Context(), rec, fidelity.Options{Replications: 3})
		require.NoError(t, err)
		var b bytes.Buffer
		require.NoError(t, report.HTMLOf(&b, fidelity.Document([]*fidelity.Comparison{c}, fidelity.Full), "test"))
		pages = append(pages, b.String())
	}
	assert.Equal(t, pages[0], pages[1])
}

func TestJSON(t *testing.T) {
	var b bytes.Buffer
	require.NoError(t, fidelity.JSON(&b, recorded(t)))
	var got struct {
		Hold, Figures int
		Recordings    []struct {
			Recording string
			Figures   []map[string]any
		}
		Ranking []map[string]any
	}
	require.NoError(t, json.Unmarshal(b.Bytes(), &got))
	held, figures, _ := fidelity.Total(recorded(t))
	assert.Equal(t, held, got.Hold)
	assert.Equal(t, figures, got.Figures)
	assert.Len(t, got.Recordings, len(recorded(t)))
	assert.NotEmpty(t, got.Ranking)
}

// Layouts that met the same tasks are found, and only those.
func TestRankingPairs(t *testing.T) {
	met := map[string]bool{}
	for _, p := range fidelity.Ranking(recorded(t)) {
		met[p.A[:2]+p.B[:2]] = true
		assert.NotEqual(t, p.A, p.B)
	}
	assert.Subset(t, []string{"0304", "0506", "0507", "0607", "0707", "0808", "0911", "4040", "4044", "4545", "4646"}, keys(met))
	for _, want := range []string{"0304", "0506", "0808", "0911", "4040", "4044", "4545", "4646"} {
		assert.True(t, met[want], want)
	}
}

func keys(m map[string]bool) (names []string) {
	for k := range m {
		names = append(names, k)
	}
	return names
}

func TestMarkdownSaysWhatFallsShort(t *testing.T) {
	page := fidelity.Markdown(recorded(t))
	assert.True(t, strings.HasPrefix(page, "# How well predictions match real Celery\n\n**"))
	_, short, found := strings.Cut(page, "## Where it falls short")
	require.True(t, found)
	for _, c := range recorded(t) {
		held, n := c.Held()
		if 20*held < 19*n || c.NotModelled != nil {
			assert.Contains(t, short, c.Recording)
		}
	}
}
