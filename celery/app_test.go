package celery

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestSettingsOfAnApp(t *testing.T) {
	var a App
	for _, e := range []Entry{
		{"task_acks_late", true},
		{"worker_prefetch_multiplier", 1},
		{"worker_concurrency", 8},
		{"task_time_limit", 30.5},
		{"worker_pool", "gevent"},
		{"task_default_queue", "default"},
		{"task_queue_max_priority", 10},
		{"task_default_queue_type", "classic"},
		{"task_create_missing_queue_type", "quorum"},
		{"task_routes", []Entry{{"app.mail", []Entry{{"queue", "mail"}, {"priority", 9}}}, {"app.*", "low"}}},
		{"broker_transport_options", []Entry{{"visibility_timeout", 600}, {"queue_order_strategy", "sorted"}, {"sep", ":"}}},
		{"task_acks_on_failure_or_timeout", false},
	} {
		require.NoError(t, a.Set("5.6", e), e.Name)
	}
	assert.Equal(t, Worker{AcksLate: new(true), PrefetchMultiplier: new(1), Concurrency: new(8), HardLimit: ptr(30500 * time.Millisecond), Pool: "gevent", Order: "sorted"}, a.Worker)
	assert.Equal(t, 10*time.Minute, *a.Broker.Visibility)
	assert.Equal(t, []AppRoute{{"app.mail", "mail", new(9)}, {"app.*", "low", nil}}, a.Routes)
	assert.Equal(t, "default", a.DefaultQueue)
	assert.Equal(t, AppQueues{MaxPriority: new(10), OthersAsQuorum: true}, a.Queues)
	assert.ErrorContains(t, a.Set("5.5", Entry{"task_create_missing_queue_type", "quorum"}), "celery 5.5 has no such setting: want celery 5.6 or later")
	assert.Len(t, a.Notes, 2)
	require.NoError(t, a.Set("5.6", Entry{"broker_transport_options", []Entry{{"queue_order_strategy", "priority"}}}))
	assert.Equal(t, "drawn", a.Worker.Order, "that of a set")
	require.NoError(t, a.Set("5.7", Entry{"broker_transport_options", []Entry{{"queue_order_strategy", "priority"}}}))
	assert.Equal(t, "strict", a.Worker.Order, "5.7 keeps the order of -Q")
	require.NoError(t, a.Set("5.7", Entry{"broker_transport_options", []Entry{{"unacked_restore_interval", 5}, {"unacked_restore_throttle", 4}}}))
	assert.Equal(t, 20*time.Second, a.Broker.Overheads["look"])
	for want, e := range map[string]Entry{
		"celery 5.6 has no such option":                                 {"broker_transport_options", []Entry{{"unacked_restore_interval", 5}}},
		`no such setting is known here; did you mean "task_acks_late"?`: {"task_ack_late", true},
		"want a whole number of at least 0":                             {"worker_prefetch_multiplier", "many"},
		"2000000: want at most 1000000":                                 {"worker_concurrency", 2_000_000},
		"Amazon SQS is not simulated":                                   {"broker_url", "sqs://key@"},
		"0: want a whole number from 1 to 255":                          {"task_queue_max_priority", 0},
		"lazy: want classic or quorum":                                  {"task_default_queue_type", "lazy"},
		"not here: write max_priority":                                  {"task_queues", 1},
		"want {queue: NAME, priority: N}":                               {"task_routes", []Entry{{"a", []Entry{{"exchange", "x"}}}}},
	} {
		assert.ErrorContains(t, a.Set("5.6", e), want)
	}
}

// Every setting that is simulated can be given by Celery's name, and a key that is one says where it goes.
func TestEverySettingHasItsName(t *testing.T) {
	for _, name := range settingNames() {
		assert.True(t, IsSetting(name), name)
	}
	assert.Equal(t, "acks_late", KeyOf("task_acks_late"))
	assert.Empty(t, KeyOf("task_routes"))
}
