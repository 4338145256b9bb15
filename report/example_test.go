package report_test

import (
	"fmt"

	"example.com/simrun"
	"example.com/simrun/report"
)

func Example() {
	r := &simrun.Result{}
	r.Scenario.Name = "demo"
	r.Run.Replications, r.Run.Confidence = 20, 0.95
	r.Verdict = simrun.Verdict{Status: "keep_baseline", Baseline: "one-pool", Headline: "Yes: what runs today meets its target."}
	fmt.Println(report.Text(r, 80, false)[:38])
	// Output: Yes: what runs today meets its target.
}
