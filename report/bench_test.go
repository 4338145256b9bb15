package report_test

import (
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"example.com/simrun/des"
	"example.com/simrun/internal/bench"
	"example.com/simrun/internal/experiment"
	"example.com/simrun/report"
	"example.com/simrun/worker"
	"example.com/simrun/workloads"
)

func benchFixture() *bench.Result {
	waits := &des.Histogram{}
	for i := range 1000 {
		waits.Add(des.Time(i) * time.Millisecond)
	}
	replayed, again := 0.1, -0.5
	return &bench.Result{
		Scenario: experiment.ScenarioInfo{Name: "night", Seed: 7}, For: 30, Speed: 10, Rounds: 2, Executor: "process", Rule: "the rule",
		Calibration: bench.Calibration{
			Cores: 2, Efficiency: 0.9, Effective: []float64{1, 1.8},
			Executors: []bench.ExecutorCost{{Name: "process", Overshoot: bench.Spread{Mean: 1e-4}, Overhead: bench.Spread{Mean: 2e-4}, Spawn: 0.012}},
		},
		Strategies: []bench.Strategy{{
			Name: "pool", Throughput: 12, Predicted: 12.5,
			Runs: []bench.Run{
				{Round: 1, Published: 1200, Succeeded: 1190, LagP99: 1e-4, Moved: 0.004},
				{Round: 2, Published: 1200, Void: "the loop was late", Leaks: 3, Killed: 2},
			},
			Classes: []bench.Class{{
				Name: "mail", Waits: bench.Sample{Measured: []*des.Histogram{waits}, Predicted: waits, Replayed: waits},
				Figures: []bench.Figure{
					{Metric: waitAt(50), Measured: 0.2, Low: 0.19, High: 0.21, Predicted: 0.23, Error: 0.15, Replayed: &replayed, ReplayError: &again},
					{Metric: waitAt(95), Measured: 0.0002, Predicted: 0.0009, Error: 0.7, Within: true},
					{Metric: waitAt(99), Measured: 0.2, Low: 0.2, High: 0.2, Predicted: 2, Error: 9},
				},
			}},
		}},
	}
}

func TestBenchSaysHowFarOffThePredictionIs(t *testing.T) {
	text := report.TextOf(report.BenchDocument(benchFixture()), 120, false)
	first := "The prediction is within 15 % of the measurement at p50 and p95; furthest off is wait p50 of mail under pool. 1 of 2 runs are"
	assert.True(t, strings.HasPrefix(strings.ReplaceAll(text, "\n", " "), first), text)
	for _, want := range []string{
		"10 times as fast", "processes", "the rule", "200 ms", "190 .. 210 ms", "230 ms", "+15 %", "-50 %", "void", "the loop was late",
		"2 children killed at a limit", "12 tasks/s done, 12.5 predicted", "1 of 1, 1.8 of 2", "Efficiency 0.9", "takes tasks after 12 ms", "< 1 ms",
	} {
		assert.Contains(t, text, want)
	}
	assert.Regexp(t, `wait p99 +200 ms +– +2 s`, text, "one run has no range")
}

func TestBenchErrorsWithinTheAllowanceAreNone(t *testing.T) {
	b := benchFixture()
	b.Strategies[0].Classes[0].Figures = b.Strategies[0].Classes[0].Figures[1:2]
	text := report.TextOf(report.BenchDocument(b), 120, false)
	assert.True(t, strings.HasPrefix(text, "The prediction is within 1 ms of the measurement at p50 and p95."), text)
}

func TestBenchPageShowsDistributions(t *testing.T) {
	var page strings.Builder
	require.NoError(t, report.HTMLOf(&page, report.BenchDocument(benchFixture()), "test"))
	assert.Equal(t, 1, strings.Count(page.String(), "<svg"))
	assert.Contains(t, page.String(), "measured, 1 run")
	assert.NotContains(t, page.String(), "http://")
}

func TestBenchWithoutAnythingMeasured(t *testing.T) {
	b := benchFixture()
	b.Strategies[0].Classes, b.Strategies[0].Void, b.Interrupted = nil, true, true
	text := report.TextOf(report.BenchDocument(b), 120, false)
	assert.True(t, strings.HasPrefix(text, "No run counts: nothing was measured."), text)
	assert.Contains(t, text, "Interrupted")
}

func TestCalibrationIsAnEntryForAScenario(t *testing.T) {
	text := report.TextOf(report.CalibrationDocument(&benchFixture().Calibration), 100, false)
	assert.True(t, strings.HasPrefix(text, "2 cores, of which computing threads get 90 %."), text)
	assert.Contains(t, text, "machines:\n  this: {cores: 2, efficiency: 0.9}\n")
}

func waitAt(percent float64) workloads.Metric {
	return workloads.Metric{Of: worker.Wait, Stat: workloads.Percentile(percent)}
}
