// Package workloads says what arrives: classes of tasks, the laws of their durations, when they are published, what
// running one takes and what goes wrong.
//
// A Source makes the tasks of one replication. Every random attribute of a task hangs on a key of the task alone, and
// the key on the name of its class and on its number there. So every layout of workers meets the same tasks, in
// whatever order it serves them, and another class, or one more kind of failure at chance 0, changes nothing of them
// (common random numbers).
//
// Start with these three files: class.go, what can be said of a class; source.go, which makes its tasks; and task.go, what
// is drawn for one of them. process.go and the files of arrivals (poisson.go, mmpp.go, cron.go, stages.go, trace.go, flow.go) say when
// they come, dist.go and the files of laws how long they take. metric.go and slo.go are what a target bounds.
//
// The package must not know workers, machines, clocks or worlds, nor files other than traces. The virtual and the
// real world take their tasks from here, and from nowhere else:
//
//	src := workloads.NewSource(classes, des.NewKey(1), workloads.Options{})
//	var a workloads.Arrival
//	for src.Peek() < end && src.Next(&a) {        // published at a.Due
//		fate := src.Demands(a.Ref, 1, demands)    // what its first attempt asks for
//		...
//		src.Finished(a.Ref, now, true)            // when it has ended for good
//	}
package workloads
