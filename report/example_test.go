package report_test

import (
	"fmt"

	"example.com/simrun/internal/experiment"
	"example.com/simrun/report"
)

func Example() {
	r := &experiment.Result{Run: experiment.RunInfo{Replications: 20, Confidence: 0.95}}
	r.Scenario.Name = "demo"
	r.Verdict = experiment.Verdict{Status: "keep_baseline", Baseline: "one-pool", Headline: "Yes: what runs today meets its target."}
	fmt.Println(report.Text(r, 80, false)[:38])
	// Output: Yes: what runs today meets its target.
}
