package report

import (
	"bytes"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"example.com/simrun/internal/experiment"
	"example.com/simrun/scenarios"
	"example.com/simrun/worker"
	"example.com/simrun/workloads"
)

// A layout whose only fault is a queue without targets that grows says so wherever its verdict is shown.
func TestWhatGrowsWithoutEndIsSaid(t *testing.T) {
	sc, err := scenarios.Decode("t.yaml", []byte(`
run: {duration: 10m, warmup: 1m, replications: 2}
tasks:
  notify: {arrivals: {poisson: 10/s}, work: [{io: {exponential: 60ms}}], slo: {wait: {p95: 500ms}}}
  backup: {arrivals: {poisson: 1/s}, work: [{io: {exponential: 5s}}]}
strategies:
  today: {workers: {worker: {queues: [notify, backup], concurrency: 40}}}
  starved: {workers: {a: {queues: [notify], concurrency: 2}, b: {queues: [backup], concurrency: 1}}}
`), ".")
	require.NoError(t, err)
	r, err := experiment.Run(t.Context(), sc, experiment.Options{})
	require.NoError(t, err)
	assert.Equal(t, "no", passing(&r.Strategies[1]))
	assert.Contains(t, Screen(r, 100, false), ", but backup grows without end")
	assert.Regexp(t, `queue backup +steady +unstable +– +– +fail`, Text(r, 100, false))
	var b bytes.Buffer
	require.NoError(t, JUnit(&b, []Entry{{Result: r}}, ""))
	assert.Contains(t, b.String(), "grows without end")
}

// A response that is too long by its run is not put down to the wait of some milliseconds that there is as well.
func TestWhyNamesWhatTakesSoLong(t *testing.T) {
	why := func(task string) string {
		sc, err := scenarios.Decode("t.yaml", []byte(`
machines: {m: {cores: 2}}
run: {duration: 10m, replications: 2}
tasks: {fetch: {arrivals: {poisson: 1/s}, `+task+`}}
strategies: {today: {workers: {worker: {queues: [fetch], concurrency: 60, machine: m}}}}
`), ".")
		require.NoError(t, err)
		r, err := experiment.Run(t.Context(), sc, experiment.Options{})
		require.NoError(t, err)
		return cause(r)
	}
	assert.Equal(t, "Why: fetch runs for too long, however short it waits: run p95 1 s, nearly all of it its own work.", why("work: [{io: 1s}], slo: {response: {p95: 500ms}}"))
	assert.Equal(t, why("work: [{io: 1s}], slo: {response: {p95: 500ms}}"), why("work: [{io: 1s}], slo: {run: {p95: 500ms}}"))
	assert.Regexp(t, `^Why: fetch runs for too long, however short it waits: run p95 \S+ s; on average 5\d(\.\d)? % of a run goes into sharing cores or a thread\.$`,
		why("work: [{cpu: {exponential: 1.5s}}], slo: {response: {p95: 5s}}"))
	assert.Regexp(t, `^Why: fetch waits \S+ ms for its first start and runs 1 s on average, but \S+ of \S+ attempts are retries\.$`,
		why("work: [{io: 1s}], failures: {error: 30%}, retry: {max: 5, delay: 20s}, slo: {response: {p95: 10s}}"))
}

// A target of nothing is missed by all, by some more than by others, and is at the edge of a picture with a log scale.
func TestATargetOfZero(t *testing.T) {
	sc, err := scenarios.Decode("t.yaml", []byte(`
run: {duration: 10m, replications: 20}
tasks: {a: {arrivals: {poisson: 1/s}, work: [{io: {exponential: 500ms}}], slo: {wait: {p95: 0s}}}}
strategies:
  one: {workers: {w: {queues: [a], concurrency: 1}}}
  three: {workers: {w: {queues: [a], concurrency: 3}}}
  many: {workers: {w: {queues: [a], concurrency: 1000}}}
`), ".")
	require.NoError(t, err)
	r, err := experiment.Run(t.Context(), sc, experiment.Options{})
	require.NoError(t, err)
	require.NotNil(t, r.Verdict.Closest)
	assert.Equal(t, "many", r.Verdict.Closest.Strategy)
	plots := bars(r)
	require.NotEmpty(t, plots)
	for i := range plots {
		svg, err := plots[i].SVG()
		require.NoError(t, err)
		assert.NotEmpty(t, svg)
	}
}

// A run that is no longer than its worst five minutes has none.
func TestWorstOfAShortRun(t *testing.T) {
	c := &experiment.Class{Name: "mail", BlockedWorst: &experiment.BlockedWorst{Seconds: 300, Waiting: 18.7, By: map[string]float64{"backup": 17.2}}}
	assert.Equal(t, " In its worst five minutes 18.7 wait on average, 92 % of them behind backup.", worstBehind(c))
	c.BlockedWorst.Seconds = 126
	assert.Empty(t, worstBehind(c))
}

// Where tasks wait is a sentence of its own: it divides the same time as whom they wait for, and the two do not add up.
func TestWhereTasksWait(t *testing.T) {
	class := func(queue, reserved, eta float64) *experiment.Class {
		return &experiment.Class{WaitByCause: &experiment.WaitCause{Queue: queue, Reserved: reserved, ETA: eta}}
	}
	assert.Equal(t, " For 54 % of that wait it is reserved by a busy worker: no other can take it.", whereWaits(class(0.46, 0.54, 0)))
	assert.Equal(t, " For 27 % of that wait it is reserved by a busy worker: no other can take it.", whereWaits(class(0.46, 0.54, 1)))
	assert.Equal(t, " All of that wait it is reserved by a busy worker: no other can take it.", whereWaits(class(0, 1, 0)))
	assert.Empty(t, whereWaits(class(0.9, 0.1, 0)))
	assert.Empty(t, whereWaits(class(0, 0, 0)))
	assert.Empty(t, whereWaits(&experiment.Class{}))
}

// Who pays for the layout to take is said, and so is that nobody does.
func TestWhoPays(t *testing.T) {
	paid := func(ratio float64) *experiment.Result {
		low, high, worse := ratio-0.01, ratio+0.01, ratio-1
		taken := "apart"
		metric := workloads.Metric{Of: worker.Response, Stat: workloads.Percentile(95)}
		class := experiment.Class{Name: "mail", Response: &experiment.Quantiles{P95: &experiment.Estimate{Value: 2}}}
		return &experiment.Result{
			Strategies:  []experiment.Strategy{{Name: "pool", Classes: []experiment.Class{class}}, {Name: taken, Classes: []experiment.Class{class}}},
			Verdict:     experiment.Verdict{Baseline: "pool", Recommend: &taken},
			Comparisons: []experiment.Comparison{{Strategy: taken, Class: "mail", Metric: metric, Difference: &experiment.Estimate{Value: worse, Low: &worse}, Ratio: &experiment.Estimate{Value: ratio, Low: &low, High: &high}}},
		}
	}
	assert.Equal(t, " With apart, mail ends after 2 s instead of 2 s (p95).", concession(paid(1.3)))
	assert.Equal(t, " Nobody pays for apart: no task ends more than 5 % later (p95).", concession(paid(0.9)))
	open := paid(0.9)
	open.Comparisons[0].Ratio.High = nil
	assert.Empty(t, concession(open), "that is not shown")
}

// A replay is exact: nothing of it has an interval, in no form, and that is said.
func TestAReplayHasNoIntervals(t *testing.T) {
	sc, err := scenarios.Read("../scenarios/replay.yaml")
	require.NoError(t, err)
	r, err := experiment.Run(t.Context(), sc, experiment.Options{})
	require.NoError(t, err)
	require.True(t, r.Exact)
	slo := r.Strategies[0].Classes[0].SLO[0]
	assert.Nil(t, slo.Value.Low)
	assert.Nil(t, slo.Attained.Low)
	assert.Equal(t, "pass", slo.Verdict)
	var page bytes.Buffer
	require.NoError(t, HTML(&page, sc, r, nil))
	for form, text := range map[string]string{"text": Text(r, 100, true), "markdown": Markdown(r), "page": page.String()} {
		assert.NotRegexp(t, `\d (ms|s|%)? ?\.\. \d`, text, form)
		assert.Contains(t, text, "No intervals: nothing is random here", form)
	}
}
