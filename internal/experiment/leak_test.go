package experiment_test

import (
	"encoding/json"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"example.com/simrun/internal/experiment"
)

// One in a hundred tasks hangs, and nothing ends it: 10 of 64 slots in a thousand seconds. How much load that takes would be a
// matter of how long it runs, and is not said.
const leaking = `
run: {duration: 1000s, warmup: 0s, drain: 1m, replications: 20}
broker: ideal
tasks:
  a: {arrivals: {poisson: 1/s}, work: [{io: 10ms}], slo: {wait: {p95: 1s}}}
faults: [{task: a, mode: hang, chance: 1%}]
strategies:
  today: {workers: {w: {queues: [a], concurrency: 64}}}
  limited: {extends: today, workers: {w: {time_limit: {hard: 1m}}}}
`

func TestLeaks(t *testing.T) {
	r := answer(t, leaking)
	today, limited := &r.Strategies[0], &r.Strategies[1]
	require.Len(t, today.Leaks, 1)
	assert.InDelta(t, 36, today.Leaks[0].PerHour, 1e-9)
	assert.InDelta(t, 6400, today.Leaks[0].Lasts, 1e-9)
	// What is said before any run is what the runs lose: 4.5 standard errors of a mean of 20 Poisson counts of 10.
	assert.InDelta(t, 10, today.Classes[0].Unfinished, 4.5*math.Sqrt(10.0/20))
	assert.Empty(t, limited.Leaks)
	assert.Equal(t, "w loses a slot every 1 m 40 s: a hangs, and no time limit ends that; its 64 slots last about 1 h 47 m, if it is not started again before",
		today.Leaks[0].Sentence())
	assert.Contains(t, strings.Join(r.Verdict.Reasons, "\n"), "today does not last: w loses a slot")
	assert.True(t, strings.HasPrefix(r.Verdict.Headline, "With care: w loses a slot every 1 m 40 s, though what runs today (today) meets its target."), r.Verdict.Headline)

	text, err := json.Marshal(r.Verdict.Headroom["today"])
	require.NoError(t, err)
	assert.JSONEq(t, `{"factor": 0, "low": null, "high": null, "tried": 1, "leaks": true}`, string(text))
	assert.Greater(t, r.Verdict.Headroom["limited"].Factor, 1.0)
}

// What befalls machines that the worker is not on, or attempts that read what they can, gives it no slots back. Before, it did. And what
// hung when it was recorded hangs again when it is replayed.
func TestLeaksThatNothingMends(t *testing.T) {
	on := strings.NewReplacer("concurrency: 64", "concurrency: 64, machine: m", "tasks:", "machines: {m: {cores: 4}, other: {cores: 4}}\ntasks:")
	for name, text := range map[string]string{
		"another machine": strings.Replace(on.Replace(leaking), "faults: [", "faults: [{at: 500s, for: 1s, machine: other}, ", 1),
		"a compromise":    strings.Replace(leaking, "faults: [", "faults: [{compromise: a, at: 500s, for: 1s}, ", 1),
	} {
		r := answer(t, text)
		assert.True(t, r.Strategies[0].Leaky, name)
	}
	r := answer(t, strings.Replace(on.Replace(leaking), "faults: [", "faults: [{at: 500s, for: 1s, machine: m}, ", 1))
	assert.False(t, r.Strategies[0].Leaky, "its own machine")

	rows := "class,due,io,failure\n"
	for i := range 100 {
		rows += fmt.Sprintf("a,%d,0.01,%s\n", 10*(i+1), map[bool]string{true: "hang_io"}[i%50 == 0])
	}
	path := filepath.Join(t.TempDir(), "trace.csv")
	require.NoError(t, os.WriteFile(path, []byte(rows), 0o600))
	r = answer(t, fmt.Sprintf(`
run: {duration: 1000s, warmup: 0s, drain: 1m, replications: 2}
broker: ideal
tasks: {a: {arrivals: {trace: {file: %q}}, slo: {wait: {p95: 1s}}}}
strategies: {s: {workers: {w: {queues: [a], concurrency: 8}}}}
`, path))
	assert.InDelta(t, 7.2, r.Strategies[0].Leaks[0].PerHour, 0.1)
	assert.True(t, r.Strategies[0].Leaky)
}

// Where slots come back with a deploy, or hardly any is lost in a run, the load that a layout takes is one that it takes for good.
func TestLeaksThatMatterLittle(t *testing.T) {
	for name, text := range map[string]string{
		"a deploy": strings.Replace(leaking, "faults: [", "faults: [{deploy: rolling, at: 500s, boot: 1s}, ", 1),
		"rare":     strings.Replace(leaking, "chance: 1%", "chance: 0.01%", 1),
	} {
		r := answer(t, text)
		assert.NotEmpty(t, r.Strategies[0].Leaks, name)
		assert.Greater(t, r.Verdict.Headroom["today"].Factor, 1.0, name)
		assert.Contains(t, strings.Join(r.Warnings, "\n"), "today: w loses a slot every", name)
	}
}

// Once all slots hang nothing starts any more. Those that started before waited for nothing, and are no measure of the layout:
// its percentiles are those of all tasks, and it is not compared with one under which all of them start.
func TestFiguresAreOfTasksThatNeverStartToo(t *testing.T) {
	r := answer(t, strings.NewReplacer("concurrency: 64", "concurrency: 2", "chance: 1%", "chance: 0.4%", "p95: 1s", "p50: 1s, p95: 1s").Replace(leaking))
	today, limited := &r.Strategies[0].Classes[0], &r.Strategies[1].Classes[0]
	started := today.Reached(today.Wait)
	assert.InDelta(t, 1-today.Unstarted/today.Published, started, 1e-9)
	assert.Less(t, started, 0.9)
	assert.Less(t, today.Wait.P95.Value, 0.001)
	require.Len(t, today.Wait.Due, 3)
	assert.True(t, math.IsInf(today.Wait.Due[1].Value, 1))
	assert.Equal(t, today.SLO[0].Value.Value, today.Wait.Due[0].Value)
	assert.InDelta(t, started, today.SLO[1].Attained.Value, 0.001)
	assert.Nil(t, limited.Wait.Due)
	for _, c := range r.Comparisons {
		assert.Fail(t, "compared", "%s %v", c.Class, c.Metric)
	}
	f := experiment.NewFigures(r)
	assert.Equal(t, []experiment.Part{{Strategy: "today", Class: "a", Without: experiment.Unended}, {Strategy: "limited", Class: "a"}}, f.Parts)
	for i := range f.Figures {
		assert.Equal(t, "limited", f.Figures[i].Strategy)
	}
}
