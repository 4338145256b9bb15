package experiment_test

import (
	"context"
	"encoding/json"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"example.com/simrun/internal/experiment"
	"example.com/simrun/theory"
)

const sweptMM = `
sweep: SWEEP
run: {duration: 2h, replications: {min: 20, max: 60}}
broker: ideal
tasks:
  a:
    arrivals: {poisson: 0.8/s}
    work: [{io: {exponential: 1s}}]
    slo: {wait: {p95: 5s}}
strategies:
  one: {workers: {w: {queues: [a], concurrency: 1, disable_prefetch: true}}}
  two: {workers: {w: {queues: [a], concurrency: 2, disable_prefetch: true}}}
`

func sweptAnswer(t *testing.T, sweep string) *experiment.Result {
	t.Helper()
	r := answer(t, strings.Replace(sweptMM, "SWEEP", sweep, 1))
	require.NotNil(t, r.Sweep)
	return r
}

// covers checks a figure against theory: 4.5 standard errors of an interval at one of two looks, at 95 %, about 2.09 of 20 replications.
func covers(t *testing.T, want float64, got *experiment.Estimate, msg ...any) {
	t.Helper()
	require.NotNil(t, got, msg...)
	half := (*got.High - *got.Low) / 2 * 4.5 / 2.09
	assert.InDelta(t, want, got.Value, half, msg...)
	assert.Less(t, half, 0.7*want, "too wide to show anything")
}

// M/M/1 and M/M/2 over load: mean waits, responses and verdicts of every cell are those of theory.
func TestSweepOfLoadCoversTheory(t *testing.T) {
	loads := []float64{0.5, 0.75, 1, 1.5}
	r := sweptAnswer(t, "{load: [0.5, 0.75, 1, 1.5]}")
	assert.Equal(t, []experiment.Axis{{Name: "load", Values: []string{"0.5", "0.75", "1", "1.5"}, Numbers: loads}}, r.Sweep.Axes)
	require.Len(t, r.Sweep.Cells, 4)
	for i, c := range r.Sweep.Cells {
		assert.Equal(t, []int{i}, c.At)
		for l, s := range c.Strategies {
			q := theory.MMC{Lambda: 0.8 * loads[i], Mu: 1, C: l + 1}
			if q.Lambda >= float64(q.C) {
				assert.Nil(t, s.Classes[0].Wait)
				assert.Nil(t, s.Worst)
				assert.Len(t, s.Unstable, 1)
				assert.Equal(t, "fail", s.Verdict)
				continue
			}
			covers(t, q.MeanWait(), s.Classes[0].Wait.Mean, "wait at load %g of %s", loads[i], s.Name)
			covers(t, q.MeanResponse(), s.Classes[0].Response.Mean)
			covers(t, q.WaitQuantile(0.95)/5, s.Worst, "the only target")
		}
		require.NotNil(t, c.Verdict.Best)
		assert.Equal(t, "two", *c.Verdict.Best)
		assert.LessOrEqual(t, c.Replications, 60)
		assert.GreaterOrEqual(t, c.Replications, 20)
	}
	// p95 of M/M/1: 1.5 s at 0.4, 5.2 s at 0.6 (to the target too near to tell), 13.9 s at 0.8
	assert.Equal(t, "keep_baseline", r.Sweep.Cells[0].Verdict.Status)
	assert.Equal(t, "change", r.Sweep.Cells[2].Verdict.Status)
	assert.Equal(t, "change", r.Sweep.Cells[3].Verdict.Status)
}

// Size makes M/M/1 and M/M/2 into M/M/3 and M/M/6 at the same utilization.
func TestSweepOfSizeCoversTheory(t *testing.T) {
	r := sweptAnswer(t, "{size: [1, 3]}")
	for i, size := range []int{1, 3} {
		for l, s := range r.Sweep.Cells[i].Strategies {
			q := theory.MMC{Lambda: 0.8 * float64(size), Mu: 1, C: size * (l + 1)}
			covers(t, q.MeanWait(), s.Classes[0].Wait.Mean, "%s at size %d", s.Name, size)
			assert.Equal(t, q.C, s.Slots)
		}
	}
}

// Every cell meets the tasks that the file meets: a layout that a cell leaves as it is has the file's figures, and paired
// differences between cells are those of a layout changed in place.
func TestCellsMeetTheSameTasks(t *testing.T) {
	fixed := strings.Replace(sweptMM, "{min: 20, max: 60}", "10, warmup: 0s", 1)
	r := answer(t, strings.Replace(fixed, "SWEEP", "{load: [1], strategies.one.workers.w.concurrency: [1, 2]}", 1))
	same, wider := r.Sweep.Cells[0], r.Sweep.Cells[1]
	for l := range r.Strategies {
		assert.Equal(t, r.Strategies[l].Classes[0].Wait.Mean, same.Strategies[l].Classes[0].Wait.Mean)
		assert.Equal(t, r.Strategies[l].Classes[0].SLO, same.Strategies[l].Classes[0].SLO)
	}
	assert.Equal(t, r.Comparisons, same.Comparisons)
	assert.Equal(t, r.Strategies[1].Classes[0].Wait.Mean, wider.Strategies[1].Classes[0].Wait.Mean)
	assert.Equal(t, r.Strategies[1].Classes[0].SLO, wider.Strategies[1].Classes[0].SLO)
	assert.Equal(t, wider.Strategies[1].Classes[0], wider.Strategies[0].Classes[0], "both have two slots now")
	assert.ElementsMatch(t, []string{"one", "two"}, wider.Verdict.Tied)
	assert.Equal(t, "one", *wider.Verdict.Best, "of two alike, the one that runs today")
}

// A cell that is the file as it is written has the file's answer, and costs nothing.
func TestACellThatIsTheFile(t *testing.T) {
	with := sweptAnswer(t, "{tasks.a.arrivals.poisson: [48/min], strategies.two.workers.w.concurrency: [2]}")
	without := answer(t, strings.Replace(sweptMM, "sweep: SWEEP\n", "", 1))
	assert.Equal(t, without.Run.Events, with.Run.Events)
	c := &with.Sweep.Cells[0]
	assert.Equal(t, []int{0, 0}, c.At)
	assert.Equal(t, with.Run.Replications, c.Replications)
	assert.Equal(t, with.Verdict.Recommend, c.Verdict.Recommend)
	assert.Equal(t, with.Strategies[1].Classes[0].SLO, c.Strategies[1].Classes[0].SLO)
}

// The sweep changes nothing of what is said of the file itself.
func TestSweepLeavesTheFileAsItIs(t *testing.T) {
	with := sweptAnswer(t, "{load: [0.5]}")
	without := answer(t, strings.Replace(sweptMM, "sweep: SWEEP\n", "", 1))
	assert.Nil(t, without.Sweep)
	assert.NotContains(t, bytesOf(t, without), `"sweep"`)
	with.Sweep, with.Run.Events, without.Run.Events = nil, 0, 0
	with.Scenario.SHA256, without.Scenario.SHA256 = "", ""
	assert.Equal(t, bytesOf(t, without), bytesOf(t, with))
}

func TestSweepIsTheSameOnAnyNumberOfCores(t *testing.T) {
	text := strings.Replace(strings.Replace(sweptMM, "SWEEP", "{load: [0.5, 1], size: [1, 2]}", 1), "2h", "20m", 1)
	var first string
	for _, cores := range []int{1, 3} {
		var seen []int
		r, err := experiment.Run(context.Background(), read(t, text), experiment.Options{Cores: cores, Progress: func(p experiment.Progress) {
			if p.Phase == "sweep" {
				assert.Equal(t, 4, p.Total)
				seen = append(seen, p.Done)
			}
		}})
		require.NoError(t, err)
		assert.Equal(t, []int{1, 2, 3, 4}, seen)
		if got := bytesOf(t, r); first == "" {
			first = got
		} else {
			require.Equal(t, first, got)
		}
	}
	var parts struct {
		Sweep struct {
			Cells []map[string]json.RawMessage `json:"cells"`
		} `json:"sweep"`
	}
	require.NoError(t, json.Unmarshal([]byte(first), &parts))
	for _, key := range []string{"at", "strategies", "comparisons", "verdict"} {
		assert.Contains(t, parts.Sweep.Cells[3], key)
	}
}

func TestInterruptedSweepsReturnAtOnce(t *testing.T) {
	ctx, cancel := context.WithCancel(context.Background())
	text := strings.Replace(strings.Replace(sweptMM, "SWEEP", "{load: [0.5, 0.6, 0.7]}", 1), "2h", "10m", 1)
	cells := 0
	_, err := experiment.Run(ctx, read(t, text), experiment.Options{Cores: 1, Progress: func(p experiment.Progress) {
		if p.Phase == "sweep" {
			cells++
			cancel()
		}
	}})
	require.ErrorIs(t, err, context.Canceled)
	assert.Equal(t, 1, cells)
}
