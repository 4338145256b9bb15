package scenarios

import "regexp"

// A service's name stands where a duration could: it must not look like one.
var serviceName = regexp.MustCompile(`^[A-Za-z_][A-Za-z0-9_.-]*$`)

func servicesKeys() shape {
	return &mapping{noun: "a map of services", name: phrase{noun: "the name of a service (letters, digits, dots, dashes and underscores, not a digit first)", pattern: serviceName}, of: serviceKeys()}
}

func serviceKeys() *record {
	full := word{words: []string{"wait", "reject"}}
	return &record{noun: "a service", keys: []key{
		{name: "latency", doc: "How long it works on a call, drawn for each attempt.", shape: dist(durations(), "duration"), required: true},
		{name: "zone", doc: "Where it stands; anywhere if it is missing.", shape: name("the name of a zone")},
		{name: "from", doc: "Zones that it lets in; all if it is missing.", shape: &sequence{noun: "a list of zones", of: name("the name of a zone"), length: [2]int{1, 0}}},
		{name: "capacity", doc: "Calls that it works on at once; no limit if it is missing.", shape: amount{quantity: wholes(1, 1_000_000)}},
		{name: "when_full", doc: "With capacity: what becomes of a call too many; wait if it is missing.", shape: full},
		{name: "rate_limit", doc: "Calls that it admits, with bursts of a second's worth; no limit if it is missing.", shape: amount{quantity: rates().positive()}},
		{name: "when_limited", doc: "With rate_limit: what becomes of a call too many; wait if it is missing.", shape: full},
		{name: "connections", doc: "Connections that it accepts at once, and refuses beyond; no limit if it is missing.", shape: amount{quantity: wholes(1, 1_000_000)}},
		{name: "connections_per_slot", doc: "With connections: those that a slot opens at its first call and keeps; 0 = one for each call, closed after it. 1 if it is missing.", shape: amount{quantity: wholes(0, 10_000)}},
		{name: "errors", doc: "Share of the calls that end in an error, after their latency.", shape: amount{quantity: shares()}},
	}}
}

func zonesKeys() shape {
	link := &record{noun: "a way", keys: []key{
		{name: "rtt", doc: "Time there and back.", shape: amount{quantity: durations()}, required: true},
		{name: "egress", doc: "Price of what tasks transfer over it; nothing if it is missing.", shape: amount{quantity: dataPrices()}},
	}}
	return &mapping{noun: "a map of zones", name: name("the name of a zone"), of: &record{noun: "a zone", keys: []key{
		{name: "reaches", doc: "Zones that can be called from here; no other can.", shape: &mapping{noun: "a map of ways by zone", name: name("the name of a zone"), of: link}},
	}}}
}

func faultsKeys() shape {
	return &sequence{noun: "a list of faults", of: &record{noun: "a fault", forms: [][]string{{"service"}, {"machine"}, {"zone"}, {"broker"}, {"deploy"}, {"task"}, {"compromise"}}, keys: []key{
		{name: "at", doc: "When it begins, from the start of the observed time. With deploy: the first; every if it is missing.", shape: amount{quantity: durations()}},
		{name: "for", doc: "How long it lasts.", shape: amount{quantity: durations().positive()}},
		{name: "service", doc: "Service that fails.", shape: phrase{noun: "the name of a service", pattern: serviceName}},
		{name: "machine", doc: "Kind of machine that fails: its workers die, and are up again a boot after the fault.", shape: name("the name of a machine")},
		{name: "zone", doc: "Zone that goes dark: its machines fail, its services answer nothing, and nobody reaches the broker if that stands there.", shape: name("the name of a zone")},
		{name: "task", doc: "Task that goes wrong by chance, in the whole run.", shape: name("the name of a task")},
		{name: "compromise", doc: "Task whose attempts are malicious if they begin meanwhile: they change nothing, and what they could have read is counted.", shape: name("the name of a task")},
		{name: "mode", doc: "Of a service: down (refuses every call, and breaks those under way), hang (answers nothing until the fault is over) or slow. Of a task: hang, error, crash or slow. down, and error, if it is missing.", shape: word{words: []string{"down", "hang", "slow", "error", "crash"}}},
		{name: "factor", doc: "With slow: how much longer it takes; 10 if it is missing.", shape: amount{quantity: numbers().from(1).upTo(1e6)}},
		{name: "chance", doc: "With task: chance of each attempt.", shape: amount{quantity: shares()}},
		{name: "broker", doc: "Nobody reaches the broker: nothing is published, taken or acked. It keeps its messages.", shape: word{words: []string{"down"}}},
		{name: "deploy", doc: "All workers are shut down and started again, the replicas of each one after the other.", shape: word{words: []string{"rolling"}}},
		{name: "every", doc: "With deploy: from the begin of one to the next; once if it is missing.", shape: amount{quantity: durations().positive()}},
		{name: "grace", doc: "With deploy: from SIGTERM to SIGKILL; 30s if it is missing.", shape: amount{quantity: durations()}},
		{name: "boot", doc: "With deploy: from the end of a worker's process until the next takes tasks; 450ms if it is missing.", shape: amount{quantity: durations()}},
	}}}
}

// ioPhase is a law of durations, or the name of a service.
type ioPhase struct{ *either }

func (s ioPhase) want() string { return s.either.want() + ", or the name of a service" }

func (s ioPhase) check(p *problems, v *value, path string) {
	if v.kind == text && serviceName.MatchString(v.text) {
		return // whether there is one, decode knows
	}
	s.either.check(p, v, path)
}

func (s ioPhase) schema(d *definitions) *schemaNode {
	return &schemaNode{AnyOf: []*schemaNode{s.either.schema(d), {Type: "string", Pattern: serviceName.String()}}}
}
