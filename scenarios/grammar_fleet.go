package scenarios

import "example.com/simrun/celery"

// autoscaleKeys are those of both kinds of autoscalers; which belong to which, strategies knows.
func autoscaleKeys() *record {
	return &record{noun: "an autoscaler such as {min: 3, max: 10, policy: celery}", keys: []key{
		{name: "min", doc: "Fewest slots (policy celery) or replicas, and those at the start.", shape: amount{quantity: wholes(0, 1_000_000)}, required: true},
		{name: "max", doc: "Most slots or replicas.", shape: amount{quantity: wholes(1, 1_000_000)}, required: true},
		{name: "policy", doc: "celery is Celery's own --autoscale of the processes of a prefork worker; the others scale replicas: by waiting messages, by the share of busy slots, by the wait of the oldest message, by a plan.", shape: word{words: []string{"celery", "queue_length", "utilization", "latency", "schedule"}}, required: true},
		{name: "keepalive", doc: "With celery: from the last growth to the first shrinking (AUTOSCALE_KEEPALIVE), 30s if it is missing.", shape: shapeOf(&celery.WorkerSettingOf("autoscale.keepalive").Quantity)},
		{name: "scales", doc: "processes with celery, replicas with the others.", shape: word{words: []string{"processes", "replicas"}}},
		{name: "target", doc: "With queue_length: messages for each replica; with utilization: share of the slots; with latency: wait of the oldest message; with schedule: replicas over the week.", shape: scalerTarget()},
		{name: "counts", doc: "With queue_length: messages waiting in the broker, or also those that the replicas hold unacked; ready if it is missing.", shape: word{words: []string{"ready", "ready+unacked"}}},
		{name: "poll", doc: "From one look to the next, 30s if it is missing; 0s = after every change of a queue_length.", shape: amount{quantity: durations()}},
		{name: "cooldown", doc: "How long no look may have wanted a replica before it goes; 300s if it is missing.", shape: amount{quantity: durations()}},
		{name: "boot", doc: "From the order of a replica, and its machine, to its taking tasks; 0s if it is missing.", shape: dist(durations(), "duration")},
		{name: "grace", doc: "For which a replica that is to go may end what it runs before it is killed; 30s if it is missing.", shape: amount{quantity: durations()}},
		{name: "victim", doc: "Which replica goes, after those that have not booted yet: the newest, or the one with the fewest tasks in hand; newest if it is missing.", shape: word{words: []string{"newest", "idle"}}},
	}}
}

// scalerTarget is any target; which a policy has, strategies knows.
func scalerTarget() shape {
	return &either{of: []shape{
		&sequence{noun: "a list of {for, replicas}", length: [2]int{1, 0}, of: &record{noun: "a part of a plan", keys: []key{
			{name: "for", doc: "How long it takes; the plan repeats from Monday 00:00.", shape: amount{quantity: durations().positive()}, required: true},
			{name: "replicas", doc: "Replicas meanwhile.", shape: amount{quantity: wholes(0, 1_000_000)}, required: true},
		}}},
		targetAmount{},
	}}
}

// targetAmount is a number, a share or a duration.
type targetAmount struct{ scalar }

func targetAmounts() (messages, share, wait amount) {
	return amount{quantity: numbers().positive()}, amount{quantity: shares().positive()}, amount{quantity: durations().positive()}
}

func (targetAmount) want() string {
	return "a number of messages, a share such as 70%, a duration such as 30s"
}

func (s targetAmount) check(p *problems, v *value, path string) {
	messages, share, wait := targetAmounts()
	var first error
	for _, a := range []amount{messages, share, wait} {
		_, err := a.parse(v)
		if err == nil {
			return
		}
		if _, plain := a.upTo(1e300).from(-1e300).parse(v); plain == nil && first == nil {
			first = err // its unit is right, and its size is not
		}
	}
	if first != nil {
		p.errorf(v.at, path, "%v", first)
		return
	}
	p.errorf(v.at, path, "%s: want %s or a list of {for, replicas}", v.found(), s.want())
}

func (targetAmount) schema(d *definitions) *schemaNode {
	messages, share, wait := targetAmounts()
	return &schemaNode{AnyOf: []*schemaNode{messages.schema(d), share.schema(d), wait.schema(d)}}
}

// countKeys are the machines of a kind that come and go.
func countKeys() *record {
	return &record{noun: "a map of min and max", keys: []key{
		{name: "min", doc: "Machines that are there all the time.", shape: amount{quantity: wholes(0, 1000)}, required: true},
		{name: "max", doc: "Most machines: they come when a replica (its cpu_limit, or else a core for each slot) fits on none, and go when their last replica has.", shape: amount{quantity: wholes(1, 1000)}, required: true},
	}}
}

// useKeys are a worker's machine in full.
func useKeys() *record {
	return &record{noun: "{use: MACHINE, own: true}", keys: []key{
		{name: "use", doc: "Kind of machine.", shape: name("the name of a machine"), required: true},
		{name: "own", doc: "One machine for each replica, bought with it, beside the count of that kind.", shape: yesNo{}, def: "false"},
	}}
}
