package report

import (
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"example.com/simrun/internal/experiment"
)

var update = flag.Bool("update", false, "write the golden files anew")

func golden(t *testing.T, name, got string) {
	t.Helper()
	path := filepath.Join("testdata", name)
	if *update {
		require.NoError(t, os.MkdirAll("testdata", 0o755))
		require.NoError(t, os.WriteFile(path, []byte(got), 0o644))
	}
	want, err := os.ReadFile(path)
	require.NoError(t, err, "run go test ./report -update")
	assert.Equal(t, string(want), got)
}

func TestTextGolden(t *testing.T) {
	_, r := fixture()
	golden(t, "priority.txt", Text(r, 100, false))
}

func TestMarkdownGolden(t *testing.T) {
	_, r := fixture()
	golden(t, "priority.md", Markdown(r))
	golden(t, "summary.md", Summary(r))
}

func TestOverviewGolden(t *testing.T) {
	_, r := fixture()
	_, kept := fixture()
	yes, name := true, "one-pool"
	kept.Scenario.Name = "calm"
	kept.Verdict.Status, kept.Verdict.BaselinePasses, kept.Verdict.Recommend = "keep_baseline", &yes, &name
	_, none := fixture()
	none.Scenario.Name = "hopeless"
	none.Verdict.Status, none.Verdict.Recommend = "none_passes", nil
	entries := []Entry{{"priority", r}, {"calm", kept}, {"hopeless", none}}
	golden(t, "overview.txt", SummaryText(entries, 100, false)+SummaryMarkdown(entries))
}

func TestTheFirstLineIsTheHeadline(t *testing.T) {
	_, r := fixture()
	r.Verdict.Headline = "Yes: what runs today (one-pool) passes."
	first, _, _ := strings.Cut(Text(r, 100, false), "\n")
	assert.Equal(t, r.Verdict.Headline, first)
}

func TestTextFitsItsWidth(t *testing.T) {
	_, r := fixture()
	long := "a-strategy-with-a-name-that-nobody-would-want-to-type-twice-in-a-row"
	r.Strategies[0].Name, r.Verdict.Baseline = long, long
	for i := range r.Strategies {
		r.Strategies[i].Classes[0].Name = "transactional.notifications.to_customers"
		r.Strategies[i].Workers[0].Name = strings.Repeat("worker_", 9)
	}
	for _, width := range []int{80, 100, 120} {
		changes := false
		for line := range strings.SplitSeq(Text(r, width, false), "\n") {
			switch line {
			case "What to change": // commands are not broken: they are there to be copied
				changes = true
			case "Waits and responses":
				changes = false
			}
			if !changes {
				assert.LessOrEqual(t, utf8.RuneCountInString(line), width, line)
			}
		}
	}
}

func TestColourIsOnlyAddedWhenAskedFor(t *testing.T) {
	_, r := fixture()
	plain, coloured := Text(r, 100, false), Text(r, 100, true)
	assert.NotContains(t, plain, "\x1b")
	assert.Contains(t, coloured, "\x1b[31mfail\x1b[0m")
	assert.Contains(t, coloured, "\x1b[32mpass\x1b[0m")
}

// What is missing must read as missing, and nothing may panic on it: a scenario without targets, with one replication,
// with withheld figures.
func TestBareResult(t *testing.T) {
	sc, _ := fixture()
	r := &experiment.Result{Version: 1, Scenario: experiment.ScenarioInfo{Name: "bare"}, Run: experiment.RunInfo{Replications: 1, Confidence: 0.95}}
	r.Verdict.Headline, r.Verdict.Status, r.Verdict.Baseline = "Undecided.", "undecided", "only"
	r.Strategies = []experiment.Strategy{{Name: "only", Slots: 1, Classes: []experiment.Class{{Name: "a", Queue: "a"}}, Workers: []experiment.Worker{{Name: "w"}}, Timeline: &experiment.Timeline{}}}
	assert.Contains(t, Text(r, 100, false), "Undecided.")
	assert.NotContains(t, Text(r, 100, false), "NaN")
	assert.Contains(t, Markdown(r), "Undecided.")
	var page strings.Builder
	require.NoError(t, HTML(&page, sc, r, nil))
	assert.Contains(t, page.String(), "Undecided.")
	assert.Contains(t, page.String(), "without intervals")
	require.NoError(t, ClassesCSV(&page, r))
	require.NoError(t, WorkersCSV(&page, r))
	require.NoError(t, JSON(&page, r))
	require.NoError(t, IndexHTML(&page, []Entry{{"bare", r}}))
}
