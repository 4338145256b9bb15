package scenarios

import (
	"reflect"

	"example.com/simrun/celery"
)

// autoscaleKeys returns those of both kinds of autoscalers; which belong to which, strategies knows.
func autoscaleKeys() *record {
	return &record{noun: "an autoscaler such as {min: 3, max: 10, policy: celery}", keys: []key{
		{name: "min", doc: "fewest replicas (with the policy `celery` slots), and those at the start; may be 0, except with `utilization` and `hpa`. Those that are leaving count until they are gone", shape: amount{quantity: wholes(0, 1_000_000)}, required: true},
		{name: "max", doc: "most of them", shape: amount{quantity: wholes(1, 1_000_000)}, required: true},
		{name: "policy", doc: "`celery` is Celery's own `--autoscale` of the processes of a prefork worker; the others, below, scale replicas", shape: word{words: []string{"celery", "queue_length", "utilization", "latency", "schedule", "keda", "hpa"}}, required: true},
		{name: "keepalive", doc: "with `celery`: time from the last growth to the first shrinking (`AUTOSCALE_KEEPALIVE`)", absent: "`30s`", shape: shapeOf(&celery.WorkerSettingOf("autoscale.keepalive").Quantity), to: byHand},
		{name: "scales", doc: "`replicas`, or with the policy `celery` `processes`: nothing else can be scaled", shape: word{words: []string{"processes", "replicas"}}, to: byHand},
		{name: "target", doc: "what the policy aims at, below", absent: "required, but with `celery` and `triggers`", shape: scalerTarget(), to: byHand},
		measureKey(),
		countsKey(),
		{name: "triggers", doc: "with `keda` and `hpa`, in place of `target`, `measure`, `counts` and `activation`: several things to follow, each by itself, of which the HPA takes the one that wants most replicas; KEDA acts where any is above its activation", shape: &sequence{noun: "a list of {queues, target, measure, counts, activation}", length: [2]int{1, 0}, of: triggerKeys()}},
		{name: "poll", doc: "time from one look to the next, the first at random within it. With `queue_length`, `0s` looks after every change; with `keda` (`pollingInterval`) it is about the steps from 0 and to 0, and the HPA beneath looks every 15 s", absent: "`30s`, with `hpa` `15s`", shape: amount{quantity: durations()}},
		{name: "cooldown", doc: "a replica is removed when no look within this time has wanted it; with `keda` (`cooldownPeriod`) the last one, this long after the last poll that found more than `activation`", absent: "`300s`", shape: amount{quantity: durations()}},
		{name: "boot", doc: "law: from the order of a replica, and its machine, to its taking tasks", absent: "`0s`", shape: dist(durations(), "duration")},
		{name: "grace", doc: "how long a replica that is to go may finish what it runs, without taking more; then it is killed", absent: "`30s`", shape: amount{quantity: durations()}},
		{name: "victim", doc: "which replica goes, after those that have not booted yet: the `newest`, or with `idle` the one with the fewest tasks in hand", absent: "`newest`", shape: word{words: []string{"newest", "idle"}}},
		{name: "limit", doc: "how fast replicas come, `{replicas: 5, per: 1m}`: no more are ordered within any such time, whatever is wanted. Not with `celery`", absent: "no limit", shape: &record{noun: "a limit such as {replicas: 5, per: 1m}", keys: []key{
			{name: "replicas", doc: "most that are ordered", shape: amount{quantity: wholes(1, 1_000_000)}, required: true},
			{name: "per", doc: "within this time", shape: amount{quantity: durations().positive()}, required: true},
		}}},
		activationKey(),
		{name: "idle", doc: "with `keda`: replicas that are there, in place of `min`, when no poll within `cooldown` found more than `activation`; KEDA supports `0` alone (`idleReplicaCount`)", absent: "`min`", shape: amount{quantity: wholes(0, 1_000_000)}},
		{name: "scale_up", doc: "with `keda` and `hpa`: how the HPA may add replicas (`behavior`)", absent: "`{window: 0s, select: max, policies: [{type: pods, value: 4, period: 15s}, {type: percent, value: 100, period: 15s}]}`, each by itself", shape: rulesKeys()},
		{name: "scale_down", doc: "the same for removing them", absent: "`{window: 300s, select: max, policies: [{type: percent, value: 100, period: 15s}]}`, each by itself", shape: rulesKeys()},
	}}
}

// triggerKeys returns what an autoscaler follows where that is several things.
func triggerKeys() *record {
	return &record{noun: "a trigger such as {queues: [mail], target: 20}", keys: []key{
		{name: "queues", doc: "those that it is about, of the worker's", absent: "all of them", shape: &sequence{noun: "a list of queues", length: [2]int{1, 0}, of: name("the name of a queue")}},
		{name: "target", doc: "as that of the policy", shape: scalerTarget(), required: true, to: byHand},
		measureKey(), countsKey(), activationKey(),
	}}
}

func measureKey() key {
	return key{name: "measure", doc: "with `keda` on rabbitmq: what it asks of the queue, `messages` (`QueueLength`), `publish_rate` (`MessageRate`), `deliver_rate` (`DeliverGetRate`) or `consumption_time` (`ExpectedQueueConsumptionTime`); rates are those of the last 5 s that the statistics have", absent: "`messages`", shape: word{words: []string{"messages", "publish_rate", "deliver_rate", "consumption_time"}}}
}

func countsKey() key {
	return key{name: "counts", doc: "with `queue_length`, `keda` and `hpa`: the messages waiting in the broker, or with `ready+unacked` also those that the replicas hold unacked", absent: "`ready`", shape: word{words: []string{"ready", "ready+unacked"}}}
}

func activationKey() key {
	return key{name: "activation", doc: "with `keda`: messages (or, by `measure`, messages a second or seconds) up to which it stays at 0, and goes there (`activationListLength`, `activationValue`)", absent: "`0`", shape: amount{quantity: numbers()}}
}

// rulesKeys returns what bounds an HPA in one direction, with the limits that Kubernetes has for it.
func rulesKeys() *record {
	return &record{noun: "rules such as {window: 60s, policies: [{type: pods, value: 2, period: 60s}]}", keys: []key{
		{name: "window", doc: "the safest of what the looks within this time wanted is taken (`stabilizationWindowSeconds`)", shape: amount{quantity: durations().upTo(3600)}},
		{name: "select", doc: "of several policies the one that allows most (`max`) or least (`min`); `disabled` = no change (`selectPolicy`)", shape: word{words: []string{"max", "min", "disabled"}}},
		{name: "policies", doc: "how much may change within a time", shape: &sequence{noun: "a list of {type, value, period}", length: [2]int{1, 0}, of: &record{noun: "a policy", keys: []key{
			{name: "type", doc: "`pods`, or `percent` of the replicas at the beginning of that time", shape: word{words: []string{"pods", "percent"}}, required: true},
			{name: "value", doc: "how many, or how much", shape: amount{quantity: wholes(1, 1_000_000)}, required: true},
			{name: "period", doc: "that time (`periodSeconds`)", shape: amount{quantity: durations().positive().upTo(1800)}, required: true},
		}}}},
	}}
}

// scalerTarget is any target; which a policy has, strategies knows.
func scalerTarget() shape {
	return &either{of: []shape{
		&sequence{noun: "a list of {for, replicas}", length: [2]int{1, 0}, of: &record{noun: "a part of a plan", keys: []key{
			{name: "for", doc: "how long it takes; the plan repeats from Monday 00:00", shape: amount{quantity: durations().positive()}, required: true},
			{name: "replicas", doc: "replicas meanwhile", shape: amount{quantity: wholes(0, 1_000_000)}, required: true},
		}}},
		targetAmount{},
	}}
}

// targetAmount is a number, a share or a duration.
type targetAmount struct{ scalar }

func targetAmounts() (messages, share, wait amount) {
	return amount{quantity: numbers().positive()}, amount{quantity: shares().positive()}, amount{quantity: durations().positive()}
}

func (targetAmount) into(*decoder, *value, string, reflect.Value) {}

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

// countKeys returns the machines of a kind that come and go.
func countKeys() *record {
	return &record{noun: "a map of min and max", keys: []key{
		{name: "min", doc: "machines that are there all the time", shape: amount{quantity: wholes(0, 1000)}, required: true, to: "Count"},
		{name: "max", doc: "most machines: they come when a replica (its cpu_limit, or else a core for each slot) fits on none, and go when their last replica has", shape: amount{quantity: wholes(1, 1000)}, required: true, to: "Most"},
	}}
}

// useKeys returns a worker's machine in full.
func useKeys() *record {
	return &record{noun: "{use: MACHINE, own: true}", keys: []key{
		{name: "use", doc: "Kind of machine.", shape: name("the name of a machine"), required: true},
		{name: "own", doc: "One machine for each replica, bought with it, beside the count of that kind.", shape: yesNo{}, def: "false"},
	}}
}
