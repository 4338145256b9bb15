package scenarios

import "regexp"

// A service's name stands where a duration could: it must not look like one.
var serviceName = regexp.MustCompile(`^[A-Za-z_][A-Za-z0-9_.-]*$`)

func servicesKeys() shape {
	return &mapping{noun: "a map of services", name: phrase{noun: "the name of a service (letters, digits, dots, dashes and underscores, not a digit first)", pattern: serviceName}, of: serviceKeys(), named: "Name"}
}

func serviceKeys() *record {
	full := word{words: []string{"wait", "reject"}, yes: "reject"}
	return &record{noun: "a service", keys: []key{
		{name: "latency", doc: "law: how long it works on a call, drawn for each attempt", shape: dist(durations(), "duration"), required: true, to: byHand},
		{name: "zone", doc: "where it stands", absent: "anywhere", shape: zoneName()},
		{name: "from", doc: "zones that it lets in", absent: "all", shape: &sequence{noun: "a list of zones", of: zoneName(), length: [2]int{1, 0}}},
		{name: "capacity", doc: "calls that it works on at once", absent: "no limit", shape: amount{quantity: wholes(1, 1_000_000)}},
		{name: "when_full", doc: "what happens to a call too many: it has to `wait`, or is refused (`reject`)", shape: full, with: "capacity", def: "wait", to: "RejectFull"},
		{name: "rate_limit", doc: "calls that it admits, with bursts of a second's worth (a token bucket)", absent: "no limit", shape: amount{quantity: rates().positive()}, to: "Rate"},
		{name: "when_limited", doc: "what happens to a call too many: it has to `wait`, or is refused (`reject`)", shape: full, with: "rate_limit", def: "wait", to: "RejectRate"},
		{name: "connections", doc: "connections that it accepts at once; it refuses more", absent: "no limit", shape: amount{quantity: wholes(1, 1_000_000)}},
		{name: "connections_per_slot", doc: "those that a slot opens at its first call and keeps until its worker's machine or the service fails; 0 = one for each call, closed after it", shape: amount{quantity: wholes(0, 10_000)}, with: "connections", def: "1", to: "PerSlot"},
		{name: "errors", doc: "share of the calls that end in an error, after their latency", absent: "none", shape: amount{quantity: shares()}},
	}}
}

func zonesKeys() shape {
	way := &record{noun: "a way", keys: []key{
		{name: "rtt", doc: "time there and back", shape: amount{quantity: durations()}, required: true, to: "RoundTrip"},
		{name: "egress", doc: "price of what tasks transfer over it", absent: "nothing", shape: amount{quantity: dataPrices()}},
	}}
	return &mapping{noun: "a map of zones", name: name("the name of a zone"), named: "Name", of: &record{noun: "a zone", keys: []key{
		{name: "reaches", doc: "zones that can be called from here; no other can", shape: &mapping{noun: "a map of ways by zone", name: name("the name of a zone"), of: way, named: "To"}},
	}}}
}

func faultsKeys() shape { return &sequence{noun: "a list of faults", of: faultKeys()} }

func faultKeys() *record {
	// The grace of Kubernetes (terminationGracePeriodSeconds); docker's own is 10 s. From the start of celery's process to
	// ready: 0.26 s (solo) to 0.45 s (prefork with 4 children, gevent), measured on 5.2.6 with an empty application.
	const grace, boot = "30s", "450ms"
	forms := []key{
		{name: "service", example: "{at: 10m, for: 5m, service: smtp}", doc: "it fails as `mode` says", shape: phrase{noun: "the name of a service", pattern: serviceName}, to: byHand},
		{name: "machine", example: "{at: 10m, for: 5m, machine: app}", doc: "all machines of that kind fail. Their workers die: acked tasks are lost, the others redelivered as the broker does. They are up again the machine's `boot` after the fault. Nobody reaches a broker with that `machine` until then. Not with the machine of the `producers`: that nothing is published is not modelled", shape: name("the name of a machine"), to: byHand},
		{name: "zone", example: "{at: 10m, for: 5m, zone: cloud}", doc: "the machines of that zone fail, its services answer nothing, and nobody reaches the broker if that stands there. Who sends data there, or needs what stands there, waits until it is over, for 127 s at most", shape: name("the name of a zone"), to: byHand},
		{name: "broker", example: "{at: 10m, for: 5m, broker: down}", doc: "nobody reaches the broker: nothing is published, taken or acked. It keeps its messages, [below](#the-broker-down)", shape: word{words: []string{"down"}}, to: byHand},
		{name: "deploy", example: "{deploy: rolling, at: 1h, every: 4h, grace: 30s, boot: 450ms}", doc: "all workers are shut down and started again, the replicas of each one after the other, [below](#deploys)", shape: word{words: []string{"rolling"}}, to: byHand},
		{name: "task", example: "{task: report, mode: hang, chance: 0.1%}", doc: "attempts go wrong by chance in the whole run, beside the task's `failures`", shape: name("the name of a task"), to: byHand},
		{name: "compromise", example: "{compromise: report, at: 10m, for: 5m}", doc: "attempts of that task that begin meanwhile are malicious. They take their time as ever; what they could have read is counted, [below](#labels-and-clearance)", shape: name("the name of a task"), to: byHand},
	}
	return &record{noun: "a fault", forms: each(forms), keys: append([]key{
		{name: "at", doc: "when it begins, from the start of the observed time; with `deploy` the first", absent: "required, but with `task`, or with `deploy` and `every`", shape: amount{quantity: durations()}},
		{name: "for", doc: "how long it lasts", absent: "required, but with `task` and `deploy`", shape: amount{quantity: durations().positive()}},
		{name: "mode", doc: "of a service: `down` (refuses every call after one round trip, and breaks those under way), `hang` (takes calls and answers nothing until the fault is over, the call times out or a time limit ends the attempt) or `slow` (calls that it begins take longer). Of a task: `error`, `hang`, `crash` or `slow`", absent: "`down`, `error`", shape: word{words: []string{"down", "hang", "slow", "error", "crash"}}, to: byHand},
		{name: "factor", doc: "with `mode: slow`: how much longer it takes", absent: "10", shape: amount{quantity: numbers().from(1).upTo(1e6)}, to: byHand},
		{name: "chance", doc: "chance of each attempt to go wrong", absent: "required with `task`", shape: amount{quantity: shares()}, with: "task", to: byHand},
		{name: "every", doc: "time from the beginning of one to the next", absent: "once", shape: amount{quantity: durations().positive()}, with: "deploy", to: byHand},
		{name: "grace", doc: "time from SIGTERM to SIGKILL", shape: amount{quantity: durations()}, with: "deploy", def: grace},
		{name: "boot", doc: "time from the end of a worker's process until the next one takes tasks", shape: amount{quantity: durations()}, with: "deploy", def: boot},
	}, forms...)}
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
