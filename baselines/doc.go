// Package baselines measures what people run background tasks on in Go beside the workers of simrun: the same tasks,
// due at the same times, with as many slots.
//
// It is a module of its own, so that the program does not depend on what it is compared with.
//
//	result, err := baselines.Ants().Run(ctx, baselines.Mixed(1), 8)
//	fmt.Println(result.Quantile(baselines.Short, 0.95))
//
// Files: workload (the tasks), contest (what all have in common), pools (in-process pools), queue (asynq), workers
// (simrun's own).
package baselines
