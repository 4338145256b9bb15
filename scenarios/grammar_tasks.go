package scenarios

import (
	"maps"
	"slices"
	"strings"

	"example.com/simrun/workloads"
)

func taskKeys() *record {
	return &record{noun: "a task", keys: []key{
		{name: "extends", doc: "task to start from: maps merge by key, lists and scalars are replaced, null removes", shape: name("the name of a task"), to: byHand},
		{name: "queue", doc: "where it is sent", absent: "the task's name", shape: name("the name of a queue")},
		{name: "priority", doc: "as Celery would send it: redis serves 0 first, rabbitmq and ideal the larger", absent: "unset", shape: amount{quantity: wholes(0, 255)}, to: byHand},
		{name: "arrivals", doc: "when it is published, [below](#arrivals)", shape: arrivalKeys(), required: true, to: byHand},
		{name: "work", doc: "what running it takes: phases in order, [below](#work)", absent: "none", shape: &sequence{noun: "a list of phases", of: phaseKeys()}, to: byHand},
		{name: "retry", doc: "retry policy, [below](#retry)", absent: "none: an error is final", shape: retryKeys()},
		{name: "time_limit", doc: "of one attempt: `{soft: 10s, hard: 12s}`, each optional: soft raises an error in the task, hard kills its process", absent: "none", shape: limitKeys(), to: inPlace},
		{name: "expires", doc: "law: time from publishing after which it is dropped unstarted; with `0s` it always is", absent: "never", shape: dist(durations(), "duration")},
		{name: "countdown", doc: "law: time from publishing to the earliest start", absent: "`0s`", shape: dist(durations(), "duration")},
		{name: "acks_late", doc: "acknowledge after the run, as in Celery", absent: "the worker's", shape: yesNo{}},
		{name: "reject_on_worker_lost", doc: "requeue when the process dies, as in Celery", absent: "the worker's", shape: yesNo{}},
		{name: "failures", doc: "what goes wrong, [below](#failures)", absent: "none", shape: failureKeys(), to: byHand},
		{name: "rate_limit", doc: "`5/s`, `300/m` or `10/h`: most starts on each worker, not in all, as Celery has it. What has to wait for it is held in the worker and fills its window: other tasks of its queues then wait, too", absent: "none", shape: amount{quantity: limits().positive()}, to: byHand},
		{name: "slo", doc: "targets, [below](#slo)", absent: "none", shape: sloKeys(), to: byHand},
		{name: "zone", doc: "[zone](#zones) of what it needs wherever it runs", absent: "anywhere", shape: zoneName()},
		{name: "memory", doc: "what it does to the memory of the process that runs it, [below](#memory)", absent: "nothing", shape: memoryKeys()},
		{name: "labels", doc: "kinds of data that it handles and that not everybody may see, `[pii]`, [below](#labels-and-clearance)", absent: "none", shape: labelList()},
		{name: "copies", doc: "that it stands for many tasks of one kind, such as one a tenant, [below](#copies)", absent: "one", shape: copiesKeys(), to: byHand},
	}}
}

func arrivalKeys() *record {
	rate := amount{quantity: rates()}
	forms := []key{
		{name: "poisson", example: "{poisson: 12/s}", doc: "independently, at that rate", shape: amount{quantity: rates().positive()}, to: byHand},
		{name: "every", example: "{every: 5s}", doc: "one each period, the first after one period", shape: amount{quantity: durations().positive()}, to: byHand},
		{name: "cron", example: `{cron: "0 * * * *"}`, doc: "a crontab line of five fields", shape: phrase{noun: `a crontab line such as "0 * * * *"`}, to: byHand},
		{name: "renewal", example: "{renewal: LAW}", doc: "independent gaps of that law", shape: dist(durations(), "duration"), to: byHand},
		{name: "mmpp", example: "{mmpp: {rates: [2/s, 30/s], hold: [1m, 10s]}}", doc: "bursts: the rate changes in a cycle, after exponential times with these means", shape: &record{noun: "rates and hold", keys: []key{
			{name: "rates", doc: "rate in each phase", shape: &sequence{noun: "a list of rates", of: rate, length: [2]int{1, 0}}, required: true},
			{name: "hold", doc: "mean time in each phase", shape: &sequence{noun: "a list of durations", of: amount{quantity: durations().positive()}, length: [2]int{1, 0}}, required: true},
		}}, to: byHand},
		{name: "stages", example: "{stages: [{for: 2h, rate: 5/s}, {for: 1h, ramp_to: 20/s}]}", doc: "a plan of rates that repeats from Monday 00:00; a ramp begins at the rate of the stage before", shape: &sequence{noun: "a list of stages", length: [2]int{1, 0}, of: stageKeys()}, to: byHand},
		{name: "trace", example: "{trace: {file: trace.csv, class: NAME}}", doc: "as recorded, [below](#trace-files); class = the task's name", shape: &record{noun: "a trace", keys: []key{
			{name: "file", doc: "CSV file with due and class, relative to the scenario", shape: phrase{noun: "a file"}, required: true},
			{name: "class", doc: "class whose rows are replayed", absent: "the task's name", shape: phrase{noun: "the name of a class"}},
		}}, to: byHand},
		{name: "closed", example: "{closed: {clients: 50, think: LAW}}", doc: "clients that publish, wait for the end of their task, and think", shape: &record{noun: "clients and think", keys: []key{
			{name: "clients", doc: "number of clients", shape: amount{quantity: wholes(1, 10_000_000)}, required: true},
			{name: "think", doc: "time from the end of a task to the next", shape: dist(durations(), "duration"), required: true},
		}}, to: byHand},
		{name: "after", example: "{after: TASK}", doc: "when that task succeeds; `chance: 10%` of the times", shape: name("the name of a task"), to: byHand},
		{name: "after_all", example: "{after_all: TASK}", doc: "when all of that task have succeeded that were published together (`batch`): the callback of a chord. One of them that fails for good, and there is none", shape: name("the name of a task"), to: byHand},
	}
	return &record{noun: "arrivals such as {poisson: 12/s}", forms: each(forms), keys: append(forms,
		key{name: "chance", doc: "chance that it is published", shape: amount{quantity: shares()}, with: "after", def: "100%", to: byHand},
		key{name: "batch", doc: "law: so many tasks are published at once", absent: "1", shape: dist(counts(), "count")},
		key{name: "scale", doc: "factor of the rate: it shortens gaps and thinking times, and multiplies the batches of what is bound to the calendar or to another task", absent: "1", shape: amount{quantity: numbers().positive().upTo(1e6)}},
		key{name: "after_failure"})}
}

// each returns the forms of a record that has one of these keys.
func each(keys []key) (forms [][]string) {
	for _, k := range keys {
		forms = append(forms, []string{k.name})
	}
	return forms
}

func stageKeys() *record {
	rate := amount{quantity: rates()}
	return &record{noun: "a stage", forms: [][]string{{"rate"}, {"ramp_to"}}, keys: []key{
		{name: "for", doc: "how long the stage takes", shape: amount{quantity: durations().positive()}, required: true},
		{name: "rate", doc: "constant rate", shape: rate, to: byHand},
		{name: "ramp_to", doc: "rate at the end of the stage, reached in a straight line from the end of the one before", shape: rate, to: byHand},
	}}
}

func phaseKeys() *record {
	forms := []key{
		{name: "cpu", example: "{cpu: LAW}", doc: "time on a core; `cores: 2` if threads inside the task share the work", shape: dist(durations(), "duration"), to: byHand},
		{name: "io", example: "{io: LAW}`, `{io: SERVICE}", doc: "time waiting for something else, or the name of a [service](#services) that is called; `timeout: 10s`, after which the caller gives up (without one it waits for ever, and `simrun check` warns)", shape: ioPhase{dist(durations(), "duration").(*either)}, to: byHand},
		{name: "disk", example: "{disk: LAW}", doc: "time that the disk of its machine works on it", shape: dist(durations(), "duration"), to: byHand},
		{name: "transfer", example: "{transfer: LAW, to: ZONE}", doc: "data sent to another [zone](#zones): takes one round trip, and costs what the way there asks for", shape: dist(sizes(), "size"), to: byHand},
	}
	return &record{noun: "a phase", forms: each(forms), keys: append(forms,
		key{name: "cores", doc: "with cpu: threads inside the task that share the work", absent: "1", shape: amount{quantity: wholes(1, 4096)}},
		key{name: "timeout", doc: "with io: SERVICE: time after which the caller gives up", absent: "never", shape: amount{quantity: durations().positive()}},
		key{name: "to", doc: "the zone that it is sent to", shape: zoneName(), with: "transfer"})}
}

func retryKeys() *record {
	return &record{noun: "a retry policy", keys: []key{
		{name: "max", doc: "retries after the first attempt", shape: amount{quantity: wholes(0, 1000)}, def: "3"},
		{name: "delay", doc: "time before the first retry", shape: amount{quantity: durations()}, def: "1s"},
		{name: "backoff", doc: "factor from one delay to the next", shape: amount{quantity: numbers().from(1).upTo(1000)}, def: "2"},
		{name: "cap", doc: "longest delay", shape: amount{quantity: durations().positive()}, def: "10m"},
		{name: "jitter", doc: "`full` = a uniform share of the delay, or `none`", shape: word{words: []string{"full", "none"}, yes: "full"}, def: "full"},
		{name: "on", doc: "what is retried: errors, failed calls of services, the soft time limit", shape: &sequence{noun: "a list of error, service and soft", of: word{words: []string{"error", "service", "soft"}}, length: [2]int{1, 0}}, def: "[error, service, soft]", to: byHand},
		{name: "demand", doc: "`same`: a retry asks for the same work again, or `fresh`: for new work", shape: word{words: []string{"same", "fresh"}}, def: "same", to: byHand},
	}}
}

func limitKeys() *record {
	limit := amount{quantity: durations().positive()}
	return &record{noun: "time limits", keys: []key{
		{name: "soft", doc: "an exception is raised inside the task", shape: limit, to: "SoftLimit"},
		{name: "hard", doc: "the process is killed and replaced", shape: limit, to: "HardLimit"},
	}}
}

func failureKeys() *record {
	per := key{name: "per", doc: "`task`: every attempt of a chosen task; `attempt`: drawn for each", shape: word{words: []string{"attempt", "task"}, yes: "task"}, def: "attempt", to: "PerTask"}
	share := amount{quantity: shares()}
	odds := key{name: "chance", doc: "chance", shape: share, required: true, to: "P"}
	chance := func(more ...key) shape {
		return &either{of: []shape{share, &record{noun: "a chance", keys: append([]key{odds}, append(more, per)...)}}}
	}
	return &record{noun: "a map of failures", keys: []key{
		{name: "error", doc: "an error after the work", shape: chance()},
		{name: "hang", doc: "sleeps for ever instead of its work", shape: chance()},
		{name: "crash", doc: "kills its own process after the work", shape: chance()},
		{name: "slow", doc: "the work takes longer by a factor", shape: chance(key{name: "factor", doc: "how much longer", shape: amount{quantity: numbers().from(1).upTo(1e6)}, def: "10", to: byHand})},
	}}
}

func sloKeys() *record {
	all := &record{noun: "a map of targets"}
	stats := &mapping{
		noun: "a map of targets", of: amount{quantity: durations()},
		name: phrase{noun: "mean, max or a percentile such as p95 or p99.5", pattern: sloStat},
	}
	for _, m := range slices.Sorted(maps.Keys(sloDurations)) {
		all.keys = append(all.keys, key{name: m.String(), doc: sloDurations[m], shape: stats})
	}
	for _, s := range slices.Sorted(maps.Keys(sloShares)) {
		all.keys = append(all.keys, key{name: s.String(), doc: sloShares[s], shape: amount{quantity: shares()}})
	}
	exposed := &record{noun: "a map of process and machine"}
	for _, s := range []workloads.ShareOf{workloads.InProcess, workloads.OnMachine} {
		exposed.keys = append(exposed.keys, key{name: strings.TrimPrefix(s.String(), "exposure."), doc: exposures[s], shape: amount{quantity: shares()}})
	}
	all.keys = append(all.keys,
		key{name: "exposure", doc: "of tasks with labels: `process`, share of the attempts in a process that also ran tasks without the label at any time of its life, and `machine`, the same of machines; `{process: 0%, machine: 0%}` asks for isolation", shape: exposed},
		key{name: "readable", doc: "of tasks with labels: share of those that are there while a planned fault compromises others, which these could read in a process, on a machine or at the broker", shape: amount{quantity: shares()}},
		key{name: "within", doc: "the targets on wait and response hold in every slice of this length, in at least 95 % of the windows", shape: amount{quantity: durations().positive()}},
		key{name: workloads.DoneBy.String(), doc: "everything that arrived before this hour of the day has ended by then, in at least 95 % of the windows", shape: phrase{noun: `an hour such as "06:00"`, pattern: dayTime}},
	)
	return all
}
