package workloads_test

import (
	"encoding/json"
	"math"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"example.com/simrun/worker"
	"example.com/simrun/workloads"
)

func TestMetricsByName(t *testing.T) {
	for name, want := range map[string]struct {
		metric      workloads.Metric
		words, show string // of 0.25
	}{
		"wait.mean":     {workloads.Metric{}, "wait mean", "250 ms"},
		"wait.p95":      {workloads.Metric{Stat: workloads.Percentile(95)}, "wait p95", "250 ms"},
		"response.p5":   {workloads.Metric{Of: worker.Response, Stat: workloads.Stat{Kind: workloads.Quantile, P: 0.05}}, "response p5", "250 ms"},
		"response.p999": {workloads.Metric{Of: worker.Response, Stat: workloads.Stat{Kind: workloads.Quantile, P: 0.999}}, "response p999", "250 ms"},
		"run.p99.5":     {workloads.Metric{Of: worker.Run, Stat: workloads.Stat{Kind: workloads.Quantile, P: 0.995}}, "run p99.5", "250 ms"},
		"run.max":       {workloads.Metric{Of: worker.Run, Stat: workloads.Stat{Kind: workloads.Max}}, "run max", "250 ms"},
		"loss":          {workloads.Metric{Share: workloads.Loss}, "loss", "25 %"},
		"duplicates":    {workloads.Metric{Share: workloads.Duplicates}, "duplicates", "25 %"},
		"done_by":       {workloads.DoneBy, "done_by", "00:00"},
	} {
		m, err := workloads.ParseMetric(name)
		require.NoError(t, err)
		assert.Equal(t, want.metric, m, name)
		assert.Equal(t, name, m.String())
		assert.Equal(t, want.words, m.Words())
		assert.Equal(t, want.show, m.Show(0.25), name)
		text, err := json.Marshal(m)
		require.NoError(t, err)
		assert.Equal(t, `"`+name+`"`, string(text))
		var back workloads.Metric
		require.NoError(t, json.Unmarshal(text, &back))
		assert.Equal(t, m, back)
	}
	assert.Equal(t, "06:30", workloads.DoneBy.Show(6.5*3600))
	assert.Equal(t, "p999", workloads.Percentile(99.9).String())
	for _, bad := range []string{"", "wait", "wait.", "wait.p0", "wait.p100", "wait.95", "delay.p95", "loss.p95"} {
		_, err := workloads.ParseMetric(bad)
		assert.ErrorContains(t, err, "want wait, response or run with a statistic, such as wait.p95, or loss, failed, expired, duplicates, exposure.process, exposure.machine, readable or done_by", bad)
	}
}

func TestMetricOfWhatWasObserved(t *testing.T) {
	var c worker.ClassTally
	c.Wait.Add(1e9)
	c.Wait.Add(3e9)
	assert.InDelta(t, 2, workloads.Metric{}.In(&c), 1e-9)
	assert.InDelta(t, 3, workloads.Metric{Stat: workloads.Stat{Kind: workloads.Max}}.In(&c), 1e-9)
	assert.True(t, math.IsNaN(workloads.Metric{Of: worker.Response}.In(&c)), "nothing ended")
}

func TestTargetAsInResults(t *testing.T) {
	for want, o := range map[float64]workloads.SLO{
		0.2:        {Bound: 200e6},
		0.01:       {Metric: workloads.Metric{Share: workloads.Loss}, MaxShare: 0.01},
		6.5 * 3600: {Metric: workloads.DoneBy, By: 6*3600e9 + 1800e9},
	} {
		assert.InDelta(t, want, o.Target(), 1e-12)
	}
}
