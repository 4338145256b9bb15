package compare_test

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"example.com/simrun/internal/compare"
	"example.com/simrun/internal/experiment"
	"example.com/simrun/scenarios"
)

const mail = `
name: mail
seed: %d
run: {duration: 10m, warmup: 2m, replications: 20}
tasks:
  mail: {arrivals: {poisson: 6/s}, work: [{io: {exponential: %gms}}]}
  report: {arrivals: {poisson: 1/s}, work: [{io: {exponential: %gs}}]}
strategies:
  today: {workers: {w: {concurrency: 4, queues: [mail, report]}}}
`

func figures(t *testing.T, seed int, factor float64) *experiment.Figures {
	t.Helper()
	sc, err := scenarios.Decode("mail.yaml", []byte(fmt.Sprintf(mail, seed, 150*factor, 2*factor)), ".")
	require.NoError(t, err)
	r, err := experiment.Run(context.Background(), sc, experiment.Options{})
	require.NoError(t, err)
	return experiment.NewFigures(r)
}

// seeds is how many pairs of runs the shares below are over; SIMRUN_SEEDS=100 makes the claims of the manual.
func seeds(t *testing.T) int {
	n, err := strconv.Atoi(os.Getenv("SIMRUN_SEEDS"))
	if err != nil {
		return 12
	}
	return n
}

// The same run twice gives no difference at all. A system that takes 5 % longer is found with nearly every seed, on the
// same tasks; one that differs by its seed only is hardly ever.
func TestRunsFindWhatChangedAndNothingElse(t *testing.T) {
	found, claimed, n := 0, 0, seeds(t)
	for seed := 1; seed <= n; seed++ {
		old := figures(t, seed, 1)
		again := compare.Runs(old, figures(t, seed, 1))
		require.True(t, again.Paired)
		for _, c := range again.Changes {
			require.Zero(t, c.Difference.Value)
			require.False(t, c.Shown)
		}
		require.False(t, again.Worse())
		longer := compare.Runs(old, figures(t, seed, 1.05))
		shown := 0
		for _, c := range longer.Changes {
			if c.Shown && c.Difference.Value > 0 {
				shown++
			}
		}
		if shown > 0 && longer.Worse() {
			found++
		}
		other := compare.Runs(old, figures(t, seed+1000, 1))
		require.False(t, other.Paired)
		if other.Shown() > 0 {
			claimed++
		}
	}
	t.Logf("of %d seeds: found %d, claimed without a difference %d", n, found, claimed)
	assert.GreaterOrEqual(t, float64(found), 0.95*float64(n))
	assert.LessOrEqual(t, float64(claimed), 0.05*float64(n)+1)
}

func TestRunsOfDifferentShape(t *testing.T) {
	old, changed := figures(t, 1, 1), figures(t, 1, 1)
	for i := range changed.Parts {
		changed.Parts[i].Strategy = "tomorrow"
	}
	for i := range changed.Figures {
		changed.Figures[i].Strategy = "tomorrow"
	}
	c := compare.Runs(old, changed)
	assert.Empty(t, c.Changes)
	assert.Equal(t, []compare.Missing{{Strategy: "today", In: "old"}, {Strategy: "tomorrow", In: "new"}}, c.Only)

	old.Targets = []experiment.Met{{Strategy: "today", Class: "mail", Verdict: "pass"}}
	worse := figures(t, 1, 1)
	worse.Targets = []experiment.Met{{Strategy: "today", Class: "mail", Verdict: "undecided"}}
	assert.True(t, compare.Runs(old, worse).Worse())
	assert.False(t, compare.Runs(worse, old).Worse())
}

// Tasks that no longer end have no figures to get worse, and may have no target.
func TestTasksThatNoLongerEnd(t *testing.T) {
	old, starved := figures(t, 1, 1), figures(t, 1, 1)
	starved.Parts[0].Without = experiment.Unended
	c := compare.Runs(old, starved)
	assert.Equal(t, []compare.Ending{{Strategy: starved.Parts[0].Strategy, Class: starved.Parts[0].Class, New: experiment.Unended}}, c.Endings)
	assert.True(t, c.Worse())
	back := compare.Runs(starved, old)
	assert.Equal(t, experiment.Unended, back.Endings[0].Old)
	assert.False(t, back.Worse())

	starved.Parts[0].Without, starved.Figures = "", nil // as an older version wrote it
	growing := figures(t, 1, 1)
	growing.Parts[0].Without = experiment.Growing
	assert.Empty(t, compare.Runs(starved, growing).Endings)
	assert.True(t, compare.Runs(starved, growing).Common)
}

// Where nothing is random one replication says it all: every difference is one.
func TestExactRuns(t *testing.T) {
	of := func(value float64) *experiment.Figures {
		return &experiment.Figures{
			Exact: true, Run: experiment.RunInfo{Replications: 1},
			Figures: []experiment.Figure{{Strategy: "s", Class: "c", Value: value, Rows: []experiment.Digits{experiment.Digits(value)}}},
		}
	}
	assert.Zero(t, compare.Runs(of(1), of(1)).Shown())
	assert.Equal(t, 1, compare.Runs(of(1), of(1.0001)).Shown())
}

func TestReadSaysWhatIsWrong(t *testing.T) {
	dir := t.TempDir()
	_, err := compare.Read(dir)
	assert.ErrorContains(t, err, "no figures.json in it")
	for content, want := range map[string]string{
		`{"version": 1, "run": {"replications": 2}, "figures": [{"metric": "wait.p95", "rows": [1, 2, 3]}]}`:                                   "figures[0]: 3 rows: want one",
		`{"version": 1, "run": {"replications": 2}, "figures": [{"metric": "wait.p95", "rows": [1, 2]}, {"metric": "wait.p99", "rows": [1]}]}`: "figures[1]: 1 rows: want as many",
		`{"version": 9}`:   "version 9",
		`{"version": 1,`:   "unexpected EOF",
		`{"surprise": 12}`: "unknown field",
	} {
		require.NoError(t, os.WriteFile(filepath.Join(dir, "figures.json"), []byte(content), 0o644))
		_, err := compare.Read(dir)
		assert.ErrorContains(t, err, want)
	}
}

// A run that was written does not differ from the same run that was not.
func TestAWrittenRunIsTheSame(t *testing.T) {
	run := figures(t, 1, 1)
	dir := t.TempDir()
	data, err := json.Marshal(run)
	require.NoError(t, err)
	require.NoError(t, os.WriteFile(filepath.Join(dir, "figures.json"), data, 0o644))
	written, err := compare.Read(dir)
	require.NoError(t, err)
	require.NotEmpty(t, written.Figures)
	for _, found := range []*compare.Comparison{compare.Runs(written, run), compare.Runs(run, written)} {
		for _, c := range found.Changes {
			assert.Equal(t, [2]float64{}, [2]float64{*c.Difference.Low, *c.Difference.High}, "%s %s", c.Class, c.Metric)
		}
		assert.False(t, found.Worse())
	}
}
