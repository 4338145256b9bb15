package strategies

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"example.com/simrun/celery"
	"example.com/simrun/worker"
	"example.com/simrun/workloads"
)

// rabbit is a worker of two quorum queues.
func rabbit(t *testing.T, release, version string, change func(*WorkerSpec, *worker.Queue)) (Layout, []Problem) {
	t.Helper()
	classes := []workloads.Class{{Class: worker.Class{Name: "a"}, Queue: "a"}, {Class: worker.Class{Name: "b"}, Queue: "b"}}
	queues := []worker.Queue{{Name: "a", MaxLength: -1, MaxPriority: -1, DeliveryLimit: -1, Quorum: true}}
	w := WorkerSpec{Worker: celery.Worker{Name: "w", Queues: []string{"a", "b"}, Concurrency: new(4), PrefetchMultiplier: new(4)}}
	if change != nil {
		change(&w, &queues[0])
	}
	spec := Spec{Name: "s", Workers: []WorkerSpec{w}, Release: release, Broker: BrokerSpec{Broker: celery.Broker{Kind: "rabbitmq", Version: version}}}
	layouts, problems := Resolve([]Spec{spec}, classes, nil, queues)
	return layouts[0], problems[0]
}

func TestHowRabbitmqCountsTheWindow(t *testing.T) {
	classic := func(_ *WorkerSpec, q *worker.Queue) { q.Quorum = false }
	for _, c := range []struct {
		release, version string
		change           func(*WorkerSpec, *worker.Queue)
		perConsumer      bool
		refused          string
	}{
		{"5.6", "3.13", nil, true, ""},
		{"5.5", "4.1", nil, true, ""},
		{"5.4", "3.13", nil, false, "540 NOT_IMPLEMENTED"},
		{"5.6", "4.2", classic, false, ""},
		{"5.7", "4.0", classic, true, ""},
		{"5.7", "3.13", classic, false, ""},
		{"5.6", "4.3", classic, false, "which rabbitmq 4.3 refuses"},
		{"5.6", "4.3", nil, true, ""},
		{"5.6", "4.1", func(_ *WorkerSpec, q *worker.Queue) { q.MaxPriority = 10 }, false, "a quorum queue has no max_priority"},
	} {
		l, problems := rabbit(t, c.release, c.version, c.change)
		if c.refused != "" {
			require.NotEmpty(t, problems)
			assert.Contains(t, problems[0].Message, c.refused)
			continue
		}
		require.False(t, Failed(problems), "%v", problems)
		assert.Equal(t, c.perConsumer, l.Workers[0].PerConsumer, "%s on %s", c.release, c.version)
	}
}

func TestWhatQuorumQueuesHave(t *testing.T) {
	for version, want := range map[string]worker.Queue{
		"3.13": {MaxPriority: -1, DeliveryLimit: -1},
		"4.1":  {MaxPriority: -1, DeliveryLimit: 20, TwoToOne: true},
		"4.3":  {MaxPriority: 31, DeliveryLimit: 20},
	} {
		l, problems := rabbit(t, "5.6", version, nil)
		require.False(t, Failed(problems), "%v", problems)
		q := l.Queues[0]
		assert.Equal(t, want, worker.Queue{MaxPriority: q.MaxPriority, DeliveryLimit: q.DeliveryLimit, TwoToOne: q.TwoToOne}, version)
		assert.Equal(t, map[string]any{"a": map[string]any{"queue_arguments": map[string]any{"x-queue-type": "quorum"}}}, queueArguments(&l))
		assert.Equal(t, celery.QuorumTrip, l.Workers[0].RoundTrip)
		assert.Contains(t, l.Notes[len(l.Notes)-1], "it holds up to 32 messages unacked, not 16")
	}
}

// From 5.7 on redis keeps the order of -Q: strict is a setting, and no what-if.
func TestStrictOrderFrom57On(t *testing.T) {
	classes := []workloads.Class{{Class: worker.Class{Name: "a"}, Queue: "a"}, {Class: worker.Class{Name: "b"}, Queue: "b"}}
	spec := func(name, order string) Spec {
		return Spec{Name: name, Release: "5.7", Workers: []WorkerSpec{{Worker: celery.Worker{Name: "w", Queues: []string{"b", "a"}, Concurrency: new(4), Order: order}}}}
	}
	layouts, problems := Resolve([]Spec{spec("rr", ""), spec("strict", "strict")}, classes, nil, nil)
	require.False(t, Failed(problems[0]) || Failed(problems[1]))
	assert.Empty(t, layouts[1].WhatIf)
	c := Diff(&layouts[0], &layouts[1], classes)
	assert.Equal(t, map[string]any{"broker_transport_options": map[string]any{"queue_order_strategy": "priority"}}, c.Settings)
	old := spec("old", "strict")
	old.Release = "5.6"
	layouts, _ = Resolve([]Spec{old}, classes, nil, nil)
	assert.NotEmpty(t, layouts[0].WhatIf)
}

// A topic exchange lets the broker hold what has an eta, from 5.5 on where the app has a quorum queue. It is a setting of the
// queue, written as Celery takes it.
func TestNativeDelayedDelivery(t *testing.T) {
	classes := []workloads.Class{{Class: worker.Class{Name: "a"}, Queue: "a"}}
	for _, c := range []struct {
		release string
		quorum  bool
		want    bool
	}{{"5.5", true, true}, {"5.6", false, false}, {"5.3", false, false}} {
		spec := Spec{Name: "s", Release: c.release, Workers: []WorkerSpec{{Worker: celery.Worker{Name: "w", Queues: []string{"a"}, Concurrency: new(4)}}}}
		spec.Broker.Kind = "rabbitmq"
		declared := []worker.Queue{{Name: "a", MaxLength: -1, MaxPriority: -1, DeliveryLimit: -1, Quorum: c.quorum, Delays: true}}
		layouts, problems := Resolve([]Spec{spec}, classes, nil, declared)
		require.False(t, Failed(problems[0]), problems)
		assert.Equal(t, c.want, layouts[0].Queues[0].Delays, c.release)
		options, _ := queueArguments(&layouts[0])["a"].(map[string]any)
		assert.Equal(t, c.want, options["exchange_type"] == "topic")
		if !c.want {
			assert.Contains(t, strings.Join(layouts[0].Notes, " "), "queues.a: exchange: topic has no effect")
		}
	}
}
