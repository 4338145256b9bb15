package scenarios

import (
	"regexp"
	"strings"

	"example.com/simrun/celery"
)

// unnameable are the characters, besides spaces, that names of tasks, queues, workers, machines and strategies cannot have:
// they go into Celery's command lines.
const unnameable = "," + `"'*\` + "`" + `$;|&<>`

var (
	nameable    = `[^\s` + strings.ReplaceAll(unnameable, `\`, `\\`) + `]`
	namePattern = regexp.MustCompile(`^` + nameable + `+$`)
	filePattern = regexp.MustCompile(`^[A-Za-z0-9_-][A-Za-z0-9._-]*$`)
	// A route may hold stars; more than a few would make matching slow and mean nothing.
	routePattern = regexp.MustCompile(`^(?:` + nameable + `*\*){0,3}` + nameable + `*$`)
	weekPattern  = regexp.MustCompile(`^(Mon|Tue|Wed|Thu|Fri|Sat|Sun) ([01][0-9]|2[0-3]):[0-5][0-9]$`)
)

func name(noun string) phrase {
	return phrase{noun: noun + " (no spaces, and none of " + unnameable + ")", pattern: namePattern}
}

// zoneName returns the name of one of the file's zones.
func zoneName() phrase {
	p := name("the name of a zone")
	p.of = "zones"
	return p
}

// grammar returns the whole format. It is built anew for every file, so that nobody can change it for others.
func grammar() *record {
	return &record{noun: "a scenario", keys: []key{
		{name: "name", doc: "name of the scenario and of its folder of results", absent: "the file's name", shape: phrase{noun: "a name of letters, digits, dots, dashes and underscores", pattern: filePattern}},
		{name: "about", doc: "what it is about, in a sentence or two", shape: phrase{noun: "a text"}},
		{name: "seed", doc: "of all random numbers: the same seed gives the same figures", shape: amount{quantity: wholes(0, MostSeed)}, def: "1"},
		{name: "run", doc: "how long and how often to simulate, [below](#run)", shape: runKeys(), def: "{}", to: byHand},
		{name: "celery", doc: "release whose behaviour is simulated, [below](#releases); ignored with an ideal broker", shape: release{}, def: `"5.6"`, to: "Release"},
		{name: "broker", doc: "what keeps the messages, [below](#broker)", shape: brokerKeys(), def: "redis", to: byHand},
		{name: "currency", doc: "of prices, for display", shape: phrase{noun: "a currency"}},
		{name: "machines", doc: "kinds of machines that workers run on, [below](#machines)", shape: &mapping{noun: "a map of machines", name: name("the name of a machine"), of: machineKeys(), named: "Name"}, to: byHand},
		{name: "services", doc: "what tasks call: databases, APIs, [below](#services)", shape: servicesKeys(), to: byHand},
		{name: "zones", doc: "places and the ways between them, [below](#zones)", shape: zonesKeys(), to: byHand},
		{name: "queues", doc: "limits of queues, [below](#queues); a queue without any need not be named", shape: &mapping{noun: "a map of queues", name: name("the name of a queue"), of: queueKeys()}, to: byHand},
		{name: "tasks", doc: "kinds of tasks: when they arrive and what running one takes, [below](#tasks)", shape: &mapping{noun: "a map of at least one task", name: name("the name of a task"), of: taskKeys(), atLeast: 1, extends: true}, required: true, to: byHand},
		{name: "faults", doc: "what breaks: at a time, for a time; or by chance, [below](#faults)", shape: faultsKeys(), to: byHand},
		{name: "strategies", doc: "layouts of workers to compare, [below](#strategies)", shape: &mapping{noun: "a map of at least one strategy", name: name("the name of a strategy"), of: strategyKeys(), atLeast: 1, extends: true}, required: true, to: byHand},
		{name: "baseline", doc: "the layout that runs today, with which the others are compared", absent: "the first strategy", shape: name("the name of a strategy"), to: byHand},
		{name: "observed", doc: "folder of recordings (`run*.csv`) of the real thing, shown beside the prediction; relative to the scenario", shape: phrase{noun: "a folder"}, to: byHand},
		{name: "imported", doc: "written by simrun import: of how many inputs about its tasks (arrivals and work of each) the log tells. Figures of such a scenario are as far off as those of other logs were under another layout", shape: &record{noun: "a map of measured and of", keys: []key{
			{name: "measured", doc: "inputs that the log tells", shape: amount{quantity: wholes(0, 1_000_000)}, required: true},
			{name: "of", doc: "inputs in all", shape: amount{quantity: wholes(1, 1_000_000)}, required: true},
		}}, to: byHand},
		{name: "sweep", doc: "what to vary, a grid over all strategies: a map of who wins where, [below](#sweep)", shape: sweepAxes{}, to: byHand},
		{name: "plan", doc: "bounds of `simrun plan`, [below](#plan)", shape: planKeys(), to: byHand},
		{name: "assumed", doc: "what its author does not know well, as ranges by path: `{tasks.mail.work.0.io: 2s..10s}`. Each end is answered, [below](#assumed)", shape: &mapping{noun: "a map of ranges by path", name: phrase{noun: "a path"}, of: bounds{}, atLeast: 1}, to: byHand},
		{name: "settings", doc: "configuration of the app by Celery's own names, such as `{task_acks_late: true}`, [below](#settings)", shape: appSettings{}, to: byHand},
		{name: "producers", doc: "`{machine: app}`: what publishes the tasks shares the cores of that kind of machine", absent: "elsewhere", shape: &record{noun: "a map of producers", keys: []key{
			{name: "machine", doc: "kind of machine they run on", shape: name("the name of a machine"), required: true},
		}}, to: byHand},
	}}
}

func runKeys() *record {
	return &record{noun: "a map of run settings", keys: []key{
		{name: "duration", doc: "observed virtual time of one replication, after the warm-up; a minimum where every source is stationary and `warmup` is not `0s`", shape: amount{quantity: durations().positive()}, def: "30m"},
		{name: "warmup", doc: "time before it that is not counted. `auto` makes it three times as long as the system remembers its start, where every source is stationary; with cron, stages, a trace or planned faults it is `0s`: a terminating run, in which nothing is deleted", shape: autoOr{amount{quantity: durations()}}, def: "auto"},
		{name: "replications", doc: "independent runs of each strategy, from `min` to `max` until its targets are decided; one number fixes it", shape: &either{of: []shape{amount{quantity: wholes(1, 1_000_000)}, &record{noun: "a map of min and max", keys: []key{
			{name: "min", doc: "fewest replications", shape: amount{quantity: wholes(2, 1_000_000)}, def: "20"},
			{name: "max", doc: "most replications", shape: amount{quantity: wholes(2, 1_000_000)}, def: "400"},
		}}}}, def: "{}", to: inPlace},
		{name: "precision", doc: "without targets: half-width of the interval of a mean response, relative to it, at which to stop", shape: amount{quantity: shares().positive()}, def: "5%"},
		{name: "confidence", doc: "of the intervals", shape: amount{quantity: shares().from(0.5).upTo(0.9999)}, def: "95%"},
		{name: "start", doc: "day and time of the week at which the observed time starts, for cron, stages and schedules; no daylight saving", shape: phrase{noun: `a day and time such as "Mon 00:00"`, pattern: weekPattern}, def: "Mon 00:00", to: byHand},
		{name: "drain", doc: "how long the run goes on for tasks that arrived in time; `0s` = stop at once", absent: "one further `duration`", shape: amount{quantity: durations()}},
		{name: "allow_what_if", doc: "recommend also what no setting of this Celery can do", shape: yesNo{}, def: "false"},
	}}
}

func machineKeys() *record {
	return &record{noun: "a machine", keys: append([]key{
		{name: "cores", doc: "of one machine; the tasks on it share them", shape: amount{quantity: cores()}, required: true},
		{name: "count", doc: "machines of this kind; replicas are spread evenly. `{min: 1, max: 8}`: they come and go with replicas, [below](#autoscale); with `min` = `max` none does, and replicas share their cores, however many they are", shape: &either{of: []shape{amount{quantity: wholes(1, 1000)}, countKeys()}}, def: "1", to: inPlace},
		{name: "speed", doc: "relative to the machine on which the demands were measured", shape: amount{quantity: numbers().positive().upTo(1e6)}, def: "1"},
		{name: "efficiency", doc: "effective cores / cores", shape: amount{quantity: numbers().positive().upTo(1)}, def: "1"},
		{name: "price", doc: "of one machine, an hour", shape: amount{quantity: prices()}},
		{name: "zone", doc: "where it stands, [below](#zones)", absent: "anywhere", shape: zoneName()},
		{name: "boot", doc: "time from power-on, or from the end of a failure, until its workers take tasks", shape: amount{quantity: durations()}, def: "0s"},
		{name: "start", doc: "`cold` = switched on at the beginning of the run, so that its `boot` comes first; `warm` = up by then", shape: word{words: []string{"warm", "cold"}, yes: "cold"}, def: "warm", to: "Cold"},
	}, machineResources()...)}
}

func queueKeys() *record {
	return &record{noun: "a queue", keys: []key{
		{name: "type", doc: "of rabbitmq: `classic`, or `quorum`, [below](#rabbitmq)", shape: word{words: []string{"classic", "quorum"}, yes: "quorum"}, def: "classic", to: "Quorum"},
		{name: "exchange", doc: "of rabbitmq, to which its messages are published: `direct`, which is what Celery makes, or `topic`, [below](#rabbitmq)", shape: word{words: []string{"direct", "topic"}, yes: "topic"}, def: "direct", to: "Delays"},
		{name: "max_length", doc: "most messages waiting in the broker", absent: "no limit", shape: amount{quantity: wholes(0, 1<<31-1)}},
		{name: "overflow", doc: "what a full queue does with one message too many: `reject` it, or `drop_head`", shape: word{words: []string{"reject", "drop_head"}}, def: "reject", to: byHand},
		{name: "max_priority", doc: "rabbitmq's x-max-priority; without it priorities are ignored", shape: amount{quantity: wholes(1, 255)}},
		{name: "delivery_limit", doc: "redeliveries after which a message is dead", absent: "no limit", shape: amount{quantity: wholes(0, 1<<31-1)}},
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
