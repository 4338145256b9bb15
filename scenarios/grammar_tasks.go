package scenarios

func taskKeys() *record {
	setting := yesNo{}
	return &record{noun: "a task", keys: []key{
		{name: "extends", doc: "Task to start from: maps merge by key, lists and scalars are replaced, null removes.", shape: name("the name of a task")},
		{name: "queue", doc: "Queue it is sent to; the task's name if it is missing.", shape: name("the name of a queue")},
		{name: "priority", doc: "Priority as Celery would send it: redis serves 0 first, rabbitmq and ideal the larger.", shape: amount{quantity: wholes(0, 255)}},
		{name: "arrivals", doc: "When it is published.", shape: arrivalKeys(), required: true},
		{name: "work", doc: "What running it takes: phases in order.", shape: &sequence{noun: "a list of phases", of: phaseKeys()}},
		{name: "retry", doc: "Retry policy; without it an error is final.", shape: retryKeys()},
		{name: "time_limit", doc: "Time limits of one attempt.", shape: limitKeys()},
		{name: "expires", doc: "Time from publishing after which it is dropped unstarted.", shape: dist(durations(), "duration")},
		{name: "countdown", doc: "Time from publishing to the earliest start.", shape: dist(durations(), "duration")},
		{name: "acks_late", doc: "Acknowledge after the run; the worker's setting if it is missing.", shape: setting},
		{name: "reject_on_worker_lost", doc: "Requeue when the process dies; the worker's setting if it is missing.", shape: setting},
		{name: "failures", doc: "What goes wrong, drawn for every attempt.", shape: failureKeys()},
		{name: "rate_limit", doc: "Most starts on each worker, not in all: what has to wait for it fills the worker's window.", shape: amount{quantity: limits().positive()}},
		{name: "slo", doc: "Targets.", shape: sloKeys()},
		{name: "zone", doc: "Zone of what it needs wherever it runs; anywhere if it is missing.", shape: name("the name of a zone")},
		{name: "memory", doc: "What it does to the memory of the process that runs it; nothing if it is missing.", shape: memoryKeys()},
		{name: "labels", doc: "Kinds of data that it handles and not everybody may see, such as pii: exposure and clearance go by them.", shape: labelList()},
		{name: "copies"},
	}}
}

func arrivalKeys() *record {
	rate := amount{quantity: rates()}
	forms := []key{
		{name: "poisson", doc: "Poisson arrivals of that rate.", shape: amount{quantity: rates().positive()}},
		{name: "every", doc: "One arrival each period, the first after one period.", shape: amount{quantity: durations().positive()}},
		{name: "cron", doc: "A crontab line of five fields.", shape: phrase{noun: `a crontab line such as "0 * * * *"`}},
		{name: "renewal", doc: "Independent gaps of this law.", shape: dist(durations(), "duration")},
		{name: "mmpp", doc: "Poisson arrivals whose rate changes in a cycle, at exponential times.", shape: &record{noun: "rates and hold", keys: []key{
			{name: "rates", doc: "Rate in each phase.", shape: &sequence{noun: "a list of rates", of: rate, length: [2]int{1, 0}}, required: true},
			{name: "hold", doc: "Mean time in each phase.", shape: &sequence{noun: "a list of durations", of: amount{quantity: durations().positive()}, length: [2]int{1, 0}}, required: true},
		}}},
		{name: "stages", doc: "Poisson arrivals whose rate follows a plan that repeats, from Monday 00:00.", shape: &sequence{noun: "a list of stages", length: [2]int{1, 0}, of: &record{
			noun: "a stage", keys: []key{
				{name: "for", doc: "How long the stage takes.", shape: amount{quantity: durations().positive()}, required: true},
				{name: "rate", doc: "Constant rate.", shape: rate},
				{name: "ramp_to", doc: "Rate at the end of the stage, reached in a straight line from the end of the one before.", shape: rate},
			},
			forms: [][]string{{"rate"}, {"ramp_to"}},
		}}},
		{name: "trace", doc: "Replay of recorded arrivals.", shape: &record{noun: "a trace", keys: []key{
			{name: "file", doc: "CSV file with due and class, relative to the scenario.", shape: phrase{noun: "a file"}, required: true},
			{name: "class", doc: "Class whose rows are replayed; the task's name if it is missing.", shape: phrase{noun: "the name of a class"}},
		}}},
		{name: "closed", doc: "Clients that think, publish, and wait for the end of their task.", shape: &record{noun: "clients and think", keys: []key{
			{name: "clients", doc: "Number of clients.", shape: amount{quantity: wholes(1, 10_000_000)}, required: true},
			{name: "think", doc: "Time from the end of a task to the next.", shape: dist(durations(), "duration"), required: true},
		}}},
		{name: "after", doc: "Published when that task succeeds.", shape: name("the name of a task")},
	}
	var alternatives [][]string
	for _, f := range forms {
		alternatives = append(alternatives, []string{f.name})
	}
	return &record{noun: "arrivals such as {poisson: 12/s}", forms: alternatives, keys: append(forms,
		key{name: "chance", doc: "With after: chance that it is published.", shape: amount{quantity: shares()}},
		key{name: "batch", doc: "Tasks published at once.", shape: dist(counts(), "count")},
		key{name: "scale", doc: "Factor of the rate.", shape: amount{quantity: numbers().positive().upTo(1e6)}},
		key{name: "after_all"}, key{name: "after_failure"})}
}

func phaseKeys() *record {
	return &record{noun: "a phase", forms: [][]string{{"cpu"}, {"io"}, {"disk"}, {"transfer"}}, keys: []key{
		{name: "cpu", doc: "Time on a core.", shape: dist(durations(), "duration")},
		{name: "cores", doc: "With cpu: threads inside the task that share the work.", shape: amount{quantity: wholes(1, 4096)}},
		{name: "io", doc: "Time waiting for something else, or the name of a service that is called.", shape: ioPhase{dist(durations(), "duration").(*either)}},
		{name: "timeout", doc: "With io: SERVICE: after which the caller gives up; it waits for ever if it is missing.", shape: amount{quantity: durations().positive()}},
		{name: "disk", doc: "Time that the disk of its machine works on it.", shape: dist(durations(), "duration")},
		{name: "transfer", doc: "Data sent to another zone: takes one round trip, and costs what the way there asks for.", shape: dist(sizes(), "size")},
		{name: "to", doc: "With transfer: the zone that it is sent to.", shape: name("the name of a zone")},
	}}
}

func retryKeys() *record {
	return &record{noun: "a retry policy", keys: []key{
		{name: "max", doc: "Retries after the first attempt.", shape: amount{quantity: wholes(0, 1000)}, def: "3"},
		{name: "delay", doc: "Before the first retry.", shape: amount{quantity: durations()}, def: "1s"},
		{name: "backoff", doc: "Factor from one delay to the next.", shape: amount{quantity: numbers().from(1).upTo(1000)}, def: "2"},
		{name: "cap", doc: "Longest delay.", shape: amount{quantity: durations().positive()}, def: "10m"},
		{name: "jitter", doc: "full: a uniform share of the delay.", shape: word{words: []string{"full", "none"}}, def: "full"},
		{name: "on", doc: "What is retried: errors, calls of services that failed, the soft time limit.", shape: &sequence{noun: "a list of error, service and soft", of: word{words: []string{"error", "service", "soft"}}, length: [2]int{1, 0}}, def: "[error, service, soft]"},
		{name: "demand", doc: "same: a retry asks for the same work again; fresh: for new work.", shape: word{words: []string{"same", "fresh"}}, def: "same"},
	}}
}

func limitKeys() *record {
	limit := amount{quantity: durations().positive()}
	return &record{noun: "time limits", keys: []key{
		{name: "soft", doc: "An exception is raised inside the task.", shape: limit},
		{name: "hard", doc: "The process is killed and replaced.", shape: limit},
	}}
}

func failureKeys() *record {
	per := key{name: "per", doc: "task: every attempt of a chosen task; attempt: drawn for each.", shape: word{words: []string{"attempt", "task"}}, def: "attempt"}
	share := amount{quantity: shares()}
	odds := key{name: "chance", doc: "Chance.", shape: share, required: true}
	chance := func(more ...key) shape {
		return &either{of: []shape{share, &record{noun: "a chance", keys: append([]key{odds}, append(more, per)...)}}}
	}
	return &record{noun: "a map of failures", keys: []key{
		{name: "error", doc: "An error after the work.", shape: chance()},
		{name: "hang", doc: "Sleeps for ever instead of its work.", shape: chance()},
		{name: "crash", doc: "Kills its own process after the work.", shape: chance()},
		{name: "slow", doc: "The work takes longer by a factor.", shape: chance(key{name: "factor", doc: "How much longer.", shape: amount{quantity: numbers().from(1).upTo(1e6)}, def: "10"})},
	}}
}

func sloKeys() *record {
	bound := amount{quantity: durations()}
	stats := func() *record {
		r := &record{noun: "a map of targets"}
		for _, s := range []struct{ name, doc string }{
			{"mean", "Mean."},
			{"p50", "Median."},
			{"p90", "90th percentile."},
			{"p95", "95th percentile."},
			{"p99", "99th percentile."},
			{"p999", "99.9th percentile."},
			{"max", "Largest value."},
		} {
			r.keys = append(r.keys, key{name: s.name, doc: s.doc, shape: bound})
		}
		return r
	}
	share := amount{quantity: shares()}
	return &record{noun: "a map of targets", keys: []key{
		{name: "wait", doc: "From the intended arrival to the first start.", shape: stats()},
		{name: "response", doc: "From the intended arrival to the final end.", shape: stats()},
		{name: "run", doc: "From start to end of one attempt.", shape: stats()},
		{name: "loss", doc: "Share lost, dead, expired or rejected.", shape: share},
		{name: "failed", doc: "Share that failed for good.", shape: share},
		{name: "expired", doc: "Share that expired.", shape: share},
		{name: "duplicates", doc: "Completed runs after the first, as a share.", shape: share},
		{name: "done_by"},
		{name: "within"},
	}}
}
