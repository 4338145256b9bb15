package recordings_test

import (
	"math"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"example.com/simrun/internal/logs"
	"example.com/simrun/internal/recordings"
	"example.com/simrun/workloads"
)

// What an exporter counted makes a scenario that has its rates and mean run times.
func TestImportOfMetrics(t *testing.T) {
	l, err := logs.Read(filepath.Join("..", "logs", "testdata", "range.json"))
	require.NoError(t, err)
	m := recordings.Import(l, recordings.ImportOptions{Base: "x"})
	sc := imported(t, m)
	require.Len(t, sc.Classes, 2)
	mail, report := sc.Classes[0], sc.Classes[1]
	assert.InEpsilon(t, 0.09, mail.Work[0].Demand.Mean(), 0.03, "of all runs")
	assert.InEpsilon(t, 6.2, report.Work[0].Demand.Mean(), 0.03)
	assert.Equal(t, "slow", report.Queue)
	assert.IsType(t, workloads.Poisson{}, report.Arrivals.Process, "no rate differs by more than chance")
	assert.Contains(t, m.Scenario, "stages: [{for: 450s, rate: 3.9", "of mail they do")
	assert.Equal(t, 8, sc.Layouts[0].Workers[0].Concurrency, "as many processes as were seen at a queue")
	assert.Equal(t, []string{"shop.mail", "shop.report"}, []string{m.Classes[0].Name, m.Classes[1].Name})
}

// A run time above the last bound is as long as the sum of all says.
func TestHistogramTail(t *testing.T) {
	sum := logs.Sum{
		Class: "a", Queue: "q", Edges: []float64{0, 100}, Counts: []float64{100}, Succeeded: 100, Seconds: 145,
		Buckets: []logs.Bucket{{Bound: 1, N: 90}, {Bound: math.Inf(1), N: 10}},
	}
	m := recordings.Import(&logs.Log{Name: "log", Span: 100, Sums: &logs.Sums{Classes: []logs.Sum{sum}}}, recordings.ImportOptions{Base: "x"})
	mean := 0.0
	for _, x := range m.Classes[0].Runs {
		mean += x / float64(len(m.Classes[0].Runs))
	}
	assert.InEpsilon(t, 1.45, mean, 0.05)
	assert.Greater(t, m.Classes[0].Runs[len(m.Classes[0].Runs)-1], 10.0)
}

// A log without queues gets those that the workers are told to take from.
func TestQueuesOfTheWorkers(t *testing.T) {
	l := logOf([]float64{1, 2, 3}, []float64{0.1})
	for i := range l.Tasks {
		l.Tasks[i].Queue = ""
	}
	today := recordings.Today{Workers: []recordings.TodayWorker{{Name: "w", Lines: []string{recordings.CommandLine("celery -A a worker -Q high,low -c 2")}, Queues: []string{"high", "low"}}}}
	m := recordings.Import(l, recordings.ImportOptions{Base: "x", Today: today})
	assert.Equal(t, "high", imported(t, m).Classes[0].Queue)
	assert.Contains(t, m.Warnings, "no queue of job is in the log: put into high, of those that the workers take from (high and low). Say where each is sent with --queue TASK=QUEUE")
	today.Sent = map[string]string{"job": "low"}
	m = recordings.Import(l, recordings.ImportOptions{Base: "x", Today: today})
	assert.Equal(t, "low", imported(t, m).Classes[0].Queue)
	assert.NotContains(t, m.Warnings, "--queue")
}
