package scenarios

import (
	"regexp"

	"example.com/simrun/celery"
)

// Names of tasks, queues, workers, machines and strategies go into Celery's command lines: no spaces, no commas, no
// quotes.
var (
	namePattern = regexp.MustCompile(`^[^\s,"'*\\` + "`" + `$;|&<>]+$`)
	filePattern = regexp.MustCompile(`^[A-Za-z0-9_-][A-Za-z0-9._-]*$`)
	// A route may hold stars; more than a few would make matching slow and mean nothing.
	routePattern = regexp.MustCompile(`^(?:[^\s,"'*\\` + "`" + `$;|&<>]*\*){0,3}[^\s,"'*\\` + "`" + `$;|&<>]*$`)
	weekPattern  = regexp.MustCompile(`^(Mon|Tue|Wed|Thu|Fri|Sat|Sun) ([01][0-9]|2[0-3]):[0-5][0-9]$`)
)

func name(noun string) phrase {
	return phrase{noun: noun + " (no spaces, commas or quotes)", pattern: namePattern}
}

// grammar is the whole format. It is built anew for every file, so that nobody can change it for others.
func grammar() *record {
	return &record{noun: "a scenario", keys: []key{
		{name: "name", doc: "Name of the scenario and of its folder of results; the file's name if it is missing.", shape: phrase{noun: "a name of letters, digits, dots, dashes and underscores", pattern: filePattern}},
		{name: "about", doc: "What it is about, in a sentence or two.", shape: phrase{noun: "a text"}},
		{name: "seed", doc: "Seed of all random numbers: the same seed gives the same figures.", shape: amount{quantity: wholes(0, 1<<53)}, def: "1"},
		{name: "run", doc: "How long and how often to simulate.", shape: runKeys(), def: "{}"},
		{name: "celery", doc: "Release of Celery whose behaviour is simulated; ignored with broker ideal.", shape: word{words: celery.Releases()}, def: `"5.6"`},
		{name: "broker", doc: "Message broker.", shape: brokerKeys(), def: "redis"},
		{name: "currency", doc: "Currency of the prices, for display.", shape: phrase{noun: "a currency"}},
		{name: "machines", doc: "Kinds of machines that workers run on.", shape: &mapping{noun: "a map of machines", name: name("the name of a machine"), of: machineKeys()}},
		{name: "services", doc: "What tasks call: databases, APIs.", shape: servicesKeys()},
		{name: "zones", doc: "Places, and the ways between them.", shape: zonesKeys()},
		{name: "queues", doc: "Limits of queues; a queue without any need not be named here.", shape: &mapping{noun: "a map of queues", name: name("the name of a queue"), of: queueKeys()}},
		{name: "tasks", doc: "Kinds of tasks: when they arrive and what running one takes.", shape: &mapping{noun: "a map of at least one task", name: name("the name of a task"), of: taskKeys(), atLeast: 1, extends: true}, required: true},
		{name: "faults", doc: "What breaks: at a time, for a time; or by chance.", shape: faultsKeys()},
		{name: "strategies", doc: "Layouts of workers to compare.", shape: &mapping{noun: "a map of at least one strategy", name: name("the name of a strategy"), of: strategyKeys(), atLeast: 1, extends: true}, required: true},
		{name: "baseline", doc: "Strategy that runs today, with which the others are compared; the first if it is missing.", shape: name("the name of a strategy")},
		{name: "observed", doc: "Folder of recordings (run*.csv) of the real thing, shown beside the prediction; relative to the scenario.", shape: phrase{noun: "a folder"}},
		{name: "sweep", doc: "What to vary: lists of values by the path of the file that takes them, or by load or size; a grid over all strategies.", shape: sweepAxes{}},
		{name: "plan"},
		{name: "assumed"},
		{name: "settings"},
		{name: "producers", doc: "What publishes the tasks.", shape: &record{noun: "a map of producers", keys: []key{
			{name: "machine", doc: "Kind of machine they run on, whose cores they then share; elsewhere if it is missing.", shape: name("the name of a machine"), required: true},
		}}},
	}}
}

func runKeys() *record {
	return &record{noun: "a map of run settings", keys: []key{
		{name: "duration", doc: "Observed virtual time of one replication, after the warm-up.", shape: amount{quantity: durations().positive()}, def: "30m"},
		{name: "warmup", doc: "Time before the observed time that is not counted; auto finds it where every source is stationary (MSER-5); 0s = a terminating run.", shape: autoOr{amount{quantity: durations()}}, def: "auto"},
		{name: "replications", doc: "Independent runs: a fixed number, or from min to max until the precision is reached.", shape: &either{of: []shape{amount{quantity: wholes(1, 1_000_000)}, &record{noun: "a map of min and max", keys: []key{
			{name: "min", doc: "Fewest replications.", shape: amount{quantity: wholes(2, 1_000_000)}, def: "20"},
			{name: "max", doc: "Most replications.", shape: amount{quantity: wholes(2, 1_000_000)}, def: "400"},
		}}}}, def: "{}"},
		{name: "precision", doc: "Half-width of an interval, relative to its figure, at which to stop.", shape: amount{quantity: shares().positive()}, def: "5%"},
		{name: "confidence", doc: "Confidence of the intervals.", shape: amount{quantity: shares().from(0.5).upTo(0.9999)}, def: "95%"},
		{name: "start", doc: "Day and time of the week at which the observed time starts, for cron and stages.", shape: phrase{noun: `a day and time such as "Mon 00:00"`, pattern: weekPattern}, def: "Mon 00:00"},
		{name: "drain", doc: "How long the run goes on for tasks that arrived in time; one further duration if it is missing; 0s = stop at once.", shape: amount{quantity: durations()}},
		{name: "allow_what_if", doc: "Recommend also what no setting of this Celery can do.", shape: yesNo{}, def: "false"},
	}}
}

func machineKeys() *record {
	return &record{noun: "a machine", keys: append([]key{
		{name: "cores", doc: "Cores of one machine.", shape: amount{quantity: cores()}, required: true},
		{name: "count", doc: "Machines of this kind; from min to max, they come and go with replicas.", shape: &either{of: []shape{amount{quantity: wholes(1, 1000)}, countKeys()}}, def: "1"},
		{name: "speed", doc: "Speed relative to the machine on which the demands were measured.", shape: amount{quantity: numbers().positive().upTo(1e6)}, def: "1"},
		{name: "efficiency", doc: "Effective cores / cores.", shape: amount{quantity: numbers().positive().upTo(1)}, def: "1"},
		{name: "price", doc: "Price of one machine, an hour.", shape: amount{quantity: prices()}},
		{name: "zone", doc: "Where it stands; anywhere if it is missing.", shape: name("the name of a zone")},
		{name: "boot", doc: "From its being switched on, or the end of a failure, to its workers taking tasks.", shape: amount{quantity: durations()}, def: "0s"},
		{name: "start", doc: "cold = switched on at the beginning, so that its boot comes first; warm = up by then.", shape: word{words: []string{"warm", "cold"}}, def: "warm"},
	}, machineResources()...)}
}

func queueKeys() *record {
	return &record{noun: "a queue", keys: []key{
		{name: "max_length", doc: "Most messages waiting in the broker; no limit if it is missing.", shape: amount{quantity: wholes(0, 1<<31-1)}},
		{name: "overflow", doc: "What a full queue does with one message too many.", shape: word{words: []string{"reject", "drop_head"}}, def: "reject"},
		{name: "max_priority", doc: "x-max-priority of rabbitmq, which ignores priorities without it.", shape: amount{quantity: wholes(1, 255)}},
		{name: "delivery_limit", doc: "Redeliveries after which a message is dead; no limit if it is missing.", shape: amount{quantity: wholes(0, 1<<31-1)}},
	}}
}

func brokerKeys() shape {
	settings := settingKeys(celery.BrokerSettings(), nil)
	settings[0].required = true // its kind
	return &either{of: []shape{settings[0].shape, &record{noun: "a broker", keys: append(settings, []key{
		{name: "overheads", doc: "Fixed costs in time of moving a message; the others are those of the release.", shape: overheadKeys()},
		{name: "machine", doc: "Kind of machine it runs on, whose cores it then shares; elsewhere if it is missing.", shape: name("the name of a machine")},
		{name: "zone", doc: "Where it stands: workers and producers elsewhere pay the round trips; where its machine stands, or else next door to everything, if it is missing.", shape: name("the name of a zone")},
		{name: "acl", doc: "Which queues the credentials of a worker read: none = all of them, as one user for all; per_queue = its own. It takes no time.", shape: word{words: []string{"none", "per_queue"}}},
	}...)}}}
}

func overheadKeys() *record {
	r := &record{noun: "a map of overheads"}
	for _, o := range celery.Overheads() {
		r.keys = append(r.keys, key{name: o.Name, doc: o.Doc, shape: shapeOf(new(o.Quantity()))})
	}
	return r
}
