package report_test

import (
	"bytes"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"example.com/simrun/internal/plan"
	"example.com/simrun/report"
	"example.com/simrun/workloads"
)

func TestPlanDocument(t *testing.T) {
	metric, err := workloads.ParseMetric("wait.p95")
	require.NoError(t, err)
	at := func(x float64) *float64 { return &x }
	workers := []plan.Worker{{Name: "high", Concurrency: 2, Replicas: 1, Command: "celery -A app worker -Q high -c 2"}}
	p := &plan.Result{
		Version: 1, Status: "found", Name: "shop", Currency: "USD", Target: "mail wait p95", Metric: metric, Bound: 5,
		Headline: "Run apart with 2 slots.", Said: []string{"With less, it misses."}, YAML: "apart:\n  workers: {}\n", Change: "Workers\n  celery -A app worker -Q high -c 2\n",
		Answer: &plan.Answer{Strategy: "apart", Workers: workers, Slots: 2, Cost: at(139), Confidence: 0.95},
		Minimal: []plan.Minimal{
			{Strategy: "apart", Slots: 2, Workers: workers, OneLess: &plan.OneLess{Slots: 1, Verdict: "fail"}, Cost: at(139), Changes: 1},
			{Strategy: "pool", Slots: 9, Workers: workers, Cost: at(139), Written: true, With: " (in each run with 3 kills)"},
		},
		Frontier: []plan.Point{
			{Strategy: "apart", Slots: 1, Sizes: []string{"1"}, Cost: at(139), Passes: "fail", Figure: plan.Figure{Value: at(7), Low: at(6), High: at(8)}},
			{Strategy: "apart", Slots: 2, Sizes: []string{"2"}, Cost: at(139), Passes: "pass", Figure: plan.Figure{Value: at(2), Low: at(1.5), High: at(2.5)}},
			{Strategy: "pool", Slots: 9, Sizes: []string{"5", "4"}, Passes: "fail", Grows: true},
			{Strategy: "pool", Slots: 10, Sizes: []string{"5", "5"}, Passes: "pass"},
		},
	}
	d := report.PlanDocument(p)
	text := report.TextOf(d, 100, false)
	for _, want := range []string{
		"Run apart with 2 slots.", "celery -A app worker -Q high -c 2", "apart (found)", "1: fails", "pool passes (in each run with 3 kills).",
		"6 s to 8 s", "grows without end", "9: 5, 4", "too few to say", "USD a month",
	} {
		assert.Contains(t, text, want)
	}
	var page bytes.Buffer
	require.NoError(t, report.HTMLOf(&page, d, "test"))
	assert.Contains(t, page.String(), "Slots and cost against mail wait p95")
	assert.NotContains(t, page.String(), `src="http`)
	assert.Contains(t, report.MarkdownOf(&report.Document{Title: "x", Sections: d.Sections}), "| apart (found)")
}
