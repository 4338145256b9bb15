// Package strategies says how queues are dealt out to workers. It turns strategies as written (a [Spec], with Celery
// command lines in it) into layouts that a world can run, derives layouts of the same budget from one another, and
// writes down what to change to get from one to the next.
//
// It must not know files, time or randomness: no YAML, no clock, no stream, and nothing of what a run of a layout gives.
//
//	layouts, problems := strategies.Resolve([]strategies.Spec{{
//		Name:    "one-pool",
//		Workers: []strategies.WorkerSpec{{Command: "celery -A app worker -Q high,low -c 8", Machine: "app"}},
//	}, {
//		Name:   "separated",
//		Derive: &strategies.Derive{From: "one-pool", SplitBy: "queue", Share: "load"},
//	}}, classes, machines, nil)
//	// problems[i] belongs to strategy i; layouts[i] holds if none of them is an error
//	fmt.Print(strategies.Render(strategies.Diff(&layouts[0], &layouts[1], classes)))
//
// # Where to look
//
//	spec, layout                   a strategy as written and as resolved
//	resolve, workers, place        from the one to the other
//	limits, rabbitmq               what brokers, releases and pools cannot do
//	derive                         splits within one budget of slots
//	change, settings, rollout,     from one layout to another, in Celery's words
//	render, lines, simplicity
//
// Celery's own words are those of package celery; which queues grow without end, package capacity tells.
package strategies
