package scenarios

func strategyKeys() *record {
	return &record{noun: "a strategy", forms: [][]string{{"workers"}, {"derive"}}, keys: []key{
		{name: "extends", doc: "strategy to start from: maps merge by key, lists and scalars are replaced, null removes", shape: name("the name of a strategy")},
		{name: "workers", doc: "the workers of the layout, [below](#workers)", shape: &mapping{noun: "a map of at least one worker", name: name("the name of a worker"), of: workerKeys(), atLeast: 1}},
		{name: "derive", doc: "or: made from another strategy within the same budget of slots, [below](#derive)", shape: deriveKeys()},
		{name: "routes", doc: "queues of tasks instead of their own: `{notify: high, \"*\": low}`; a `*` in a name stands for any letters, and `\"*\"` alone for every other task", shape: &mapping{noun: "a map of queues by task", name: phrase{noun: `the name of a task, or a pattern with up to three *`, pattern: routePattern}, of: name("the name of a queue")}},
		{name: "broker", doc: "of this strategy, if it is another", absent: "that of the scenario", shape: brokerKeys()},
		{name: "celery", doc: "release of Celery of this strategy, if it is another", absent: "that of the scenario", shape: word{words: []string{"5.2", "5.6"}}},
		{name: "settings"},
	}}
}

func workerKeys() *record {
	queues := &sequence{noun: "a list of queues", of: name("the name of a queue"), length: [2]int{1, 0}}
	weights := &mapping{noun: "a map of weights by queue", name: name("the name of a queue"), of: amount{quantity: wholes(1, 1_000_000)}, atLeast: 1}
	return &record{noun: "a worker", keys: append([]key{
		{name: "command", doc: "Celery command line; the other keys override it.", shape: phrase{noun: `a command line such as "celery -A app worker -Q high,low -c 8"`}},
		{name: "queues", doc: "Queues it consumes.", shape: queues},
		{name: "concurrency", doc: "Slots: how many tasks it runs at once.", shape: amount{quantity: wholes(1, 1_000_000)}},
		{name: "order", doc: "How it consumes several queues: one message of each in turn, by queue name, by the order of its queues, or by weight.", shape: &either{of: []shape{
			word{words: []string{"round_robin", "sorted", "strict"}},
			&record{noun: "{weighted: {QUEUE: WEIGHT}}", keys: []key{{name: "weighted", doc: "Weights of the queues.", shape: weights, required: true}}},
		}}},
		{name: "pool", doc: "Kind of execution pool.", shape: word{words: []string{"prefork", "threads", "gevent", "solo"}}},
		{name: "prefetch_multiplier", doc: "Messages reserved per slot; 0 = no limit.", shape: amount{quantity: wholes(0, 1_000_000)}},
		{name: "disable_prefetch", doc: "Take a message only when a slot is free (Celery 5.6 on redis).", shape: yesNo{}},
		{name: "acks_late", doc: "Acknowledge after the run.", shape: yesNo{}},
		{name: "reject_on_worker_lost", doc: "Requeue when the process dies.", shape: yesNo{}},
		{name: "time_limit", doc: "Time limits of one attempt.", shape: limitKeys()},
		{name: "machine", doc: "Kind of machine it runs on; cores without limit if it is missing.", shape: &either{of: []shape{name("the name of a machine"), useKeys()}}},
		{name: "replicas", doc: "Instances.", shape: amount{quantity: wholes(1, 10_000)}},
		{name: "overflow", doc: "Queues taken only when its own are empty.", shape: queues},
		{name: "reserve", doc: "Slots kept for a queue, with their part of the window; what is kept for none is for whoever comes first.", shape: &mapping{noun: "a map of slots by queue", name: name("the name of a queue"), of: amount{quantity: wholes(0, 1_000_000)}, atLeast: 1}},
		{name: "soft_shutdown", doc: "Celery's worker_soft_shutdown_timeout, with REMAP_SIGTERM=SIGQUIT: what runs gets only so long when the worker is to end, and is then given back; none if it is missing.", shape: amount{quantity: durations()}},
		{name: "max_tasks_per_child", doc: "Tasks after which a child is replaced.", shape: amount{quantity: wholes(1, 1_000_000_000)}},
		{name: "autoscale", doc: "Number of slots (Celery's own; concurrency is not given) or replicas that follows the load.", shape: autoscaleKeys()},
		{name: "wakeup_timer", doc: "Period of a timer that works round the lost wake-ups of the release and pool; none is what Celery has.", shape: noneOr{amount{quantity: durations().positive()}}},
		{name: "heartbeat", doc: "False is --without-heartbeat --without-gossip, whose timers end the pauses of a lost wake-up.", shape: yesNo{}},
		{name: "clearance", doc: "Labels of the tasks that it may run. Celery runs the others all the same: such runs are counted, and the layout does not pass.", shape: labelList()},
		{name: "start", doc: "With autoscale of replicas: cold = the first of them boot, too; warm if it is missing.", shape: word{words: []string{"warm", "cold"}}},
		{name: "zone"},
	}, workerResources()...)}
}

func deriveKeys() *record {
	return &record{noun: "a derivation", keys: []key{
		{name: "from", doc: "strategy whose slots are dealt out", shape: name("the name of a strategy"), required: true},
		{name: "split_by", doc: "what gets a worker of its own: `queue`, `kind` (tasks that mostly compute, those that mostly wait), `priority`, `label` (tasks with the same labels, a group named `payment+pii`; those without any are the group `\"*\"`), `memory` (tasks whose mean `hold` and `leak` are together more than an idle child of the worker holds, those with less: `worker_memory_intensive` and `worker_lightweight`) or `zone` (tasks that need the same place, each on the machine that stands there, those that need none as `anywhere`)", shape: word{words: []string{"queue", "kind", "priority", "label", "memory", "zone"}}, required: true},
		{name: "share", doc: "how slots are shared: by offered `load`, `equal`, or as given: `{high: 2, low: 6}`", shape: &either{of: []shape{
			word{words: []string{"load", "equal"}},
			&mapping{noun: "a map of slots by group", of: amount{quantity: wholes(1, 1_000_000)}, atLeast: 1, name: phrase{noun: "the name of a group"}},
		}}, def: "load"},
	}}
}
