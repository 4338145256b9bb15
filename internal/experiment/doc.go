// Package experiment turns many runs into one answer: replications over all cores, warm-up, intervals, paired
// comparisons on the same tasks, SLO verdicts, headroom and the recommendation.
//
// Runs share nothing and are merged in the order of their replications, whole blocks at a time, so the result is the
// same for any number of cores. It knows scenarios and the simulator, and nothing of how results are shown.
//
//	result, err := experiment.Run(ctx, scenario, experiment.Options{})
//	fmt.Println(result.Verdict.Headline)
package experiment
