package fidelity

import (
	"math"
	"testing"

	"github.com/stretchr/testify/assert"
)

func TestBars(t *testing.T) {
	for _, c := range []struct {
		name      string
		metric    string
		stat      string
		cpu       bool
		predicted float64
		runs      []float64
		holds     bool
	}{
		{"within the bar", Wait, "mean", false, 1.049, []float64{1, 1}, true},
		{"beyond", Wait, "mean", false, 1.051, []float64{1, 1}, false},
		{"the same of CPU-heavy tasks", Wait, "mean", true, 1.051, []float64{1, 1}, true},
		{"p99 has more room", Response, "p99", false, 0.93, []float64{1, 1}, true},
		{"5 ms always", Wait, "p95", false, 0.0069, []float64{0.002, 0.002}, true},
		{"6 ms not", Wait, "p95", false, 0.0081, []float64{0.002, 0.002}, false},
		{"reality differs by more", Wait, "mean", false, 1.25, []float64{0.9, 1.2}, true},
		{"but not by that", Wait, "mean", false, 1.4, []float64{0.9, 1.2}, false},
		{"throughput", Throughput, "", false, 10.19, []float64{10, 10}, true},
		{"throughput off", Throughput, "", false, 10.21, []float64{10, 10}, false},
		{"two tasks", Tasks, "lost", false, 5, []float64{3, 3}, true},
		{"three tasks", Tasks, "lost", false, 6, []float64{3, 3}, false},
		{"none observed", Tasks, "lost", false, 3, []float64{0, 0}, false},
		{"nothing predicted", Wait, "mean", false, math.NaN(), []float64{1, 1}, false},
		{"nothing observed", Wait, "mean", false, 1, []float64{math.NaN(), math.NaN()}, false},
	} {
		f := Figure{Metric: c.metric, Stat: c.stat, Predicted: c.predicted, Runs: c.runs}
		f.settle(c.cpu)
		assert.Equal(t, c.holds, f.Holds, c.name)
	}
}

func TestStatistic(t *testing.T) {
	x := []float64{1, 2, 3, 4, 10}
	for stat, want := range map[string]float64{"mean": 4, "p50": 3, "p90": 7.6, "p95": 8.8, "p99": 9.76} { // numpy.percentile
		assert.InDelta(t, want, statistic(stat, x), 1e-12, stat)
	}
	assert.True(t, math.IsNaN(statistic("p50", nil)))
	assert.InDelta(t, 7, statistic("p99", []float64{7}), 0)
}

func TestKS(t *testing.T) {
	assert.InDelta(t, 0, ks([]float64{1, 2, 2, 3}, []float64{1, 2, 2, 3}), 0)
	assert.InDelta(t, 1, ks([]float64{1, 2}, []float64{3, 4, 5}), 0)
	assert.InDelta(t, 0.5, ks([]float64{1, 1, 2, 2}, []float64{2, 2, 2}), 1e-12)
	assert.True(t, math.IsNaN(ks(nil, []float64{1})))
}

func TestSample(t *testing.T) {
	nan := math.NaN()
	s := newSample([]task{
		{id: "1", class: "a", outcome: "ok", due: 1, started: 2, ended: 3, attempts: 1},
		{id: "2", class: "a", outcome: "ok", due: 1, started: 1.5, ended: 11, attempts: 2},
		{id: "3", class: "a", outcome: "unstarted", due: 4, started: nan, ended: nan},
		{id: "4", class: "a", outcome: "timeout", due: 4, started: 5, ended: 9, attempts: 1},
	}, 10)
	assert.Equal(t, []float64{0.5, 1, 1}, s.waits["a"])
	assert.Equal(t, []float64{2, 10}, s.responses["a"], "of those that ended ok")
	assert.Equal(t, 1, s.done["a"], "the other ended after the duration")
	assert.InDelta(t, 1, s.count("a", "timeout"), 0)
	assert.InDelta(t, 1, s.count("a", Repeated), 0)
	assert.Equal(t, []string{"timeout", "unstarted", Repeated}, outcomesOf("a", []*sample{s}))
}

// comparison is one of a single class with these mean waits.
func comparison(name, trace string, predicted float64, runs ...float64) *Comparison {
	f := Figure{Class: "a", Metric: Wait, Stat: "mean", Predicted: predicted, Runs: runs}
	f.settle(false)
	return &Comparison{Recording: name, trace: trace, Figures: []Figure{f}}
}

func TestRanking(t *testing.T) {
	one, two := comparison("one", "t", 1, 1, 1.1), comparison("two", "t", 0.9, 2, 2.1)
	pairs := Ranking([]*Comparison{one, two, comparison("other tasks", "u", 1, 9)})
	if assert.Len(t, pairs, 1) {
		assert.False(t, pairs[0].Same)
		assert.InDelta(t, 2.05/1.05, pairs[0].Observed, 1e-12)
		assert.InDelta(t, 0.9, pairs[0].Predicted, 1e-12)
	}
	two.Figures[0].Predicted = 1.3
	assert.True(t, Ranking([]*Comparison{one, two})[0].Same, "by how much is another question")
	assert.Empty(t, Ranking([]*Comparison{one, comparison("like", "t", 9, 1.05, 2)}), "the ranges of the runs overlap")
	assert.Empty(t, Ranking([]*Comparison{comparison("a", "t", 1, 1), comparison("b", "t", 9, 1.04)}), "4 % is nothing to act on")
	assert.Empty(t, Ranking([]*Comparison{comparison("a", "t", 1, 0.002), comparison("b", "t", 9, 0.006)}), "nor are 4 ms")
}

func TestPresets(t *testing.T) {
	c := &Comparison{Preset: "5.6", Broker: "redis", pools: map[string]string{"a": "prefork"}}
	for i := range 20 {
		f := Figure{Class: "a", Metric: Wait, Stat: "p95", Predicted: 1 + float64(i)/100, Runs: []float64{1}}
		f.settle(false)
		c.Figures = append(c.Figures, f)
	}
	small := Figure{Class: "a", Metric: Wait, Stat: "p95", Predicted: 0.005, Runs: []float64{0.001}}
	small.settle(false)
	assert.InDelta(t, 0, small.off(), 0, "within 5 ms")
	entries := Presets([]*Comparison{c})
	if assert.Len(t, entries, 1) {
		assert.Equal(t, "Celery 5.6, redis, prefork, sleeping tasks", entries[0].Preset())
		assert.Equal(t, 20, entries[0].Figures)
		assert.InDelta(t, 0.17, entries[0].P95, 1e-9, "18 of 20 are within it")
	}
	c.Figures = c.Figures[:1]
	assert.InDelta(t, 0.01, Presets([]*Comparison{c})[0].P95, 1e-9, "no preset is without any error")
}
