package celery

import (
	"time"

	"example.com/simrun/des"
	"example.com/simrun/worker"
)

// BrokerSettings are the settings of a broker, beside its overheads.
func BrokerSettings() []BrokerSetting { return brokerSettings }

var brokerSettings = []BrokerSetting{
	row(word(func(b *Broker) *string { return &b.Kind }, func(b *worker.Broker) *worker.BrokerKind { return &b.Kind }, worker.BrokerNames()), BrokerSetting{
		Key: "kind", Quantity: Quantity{Kind: Word, Words: worker.BrokerNames()}, Default: "redis",
		Meaning: "whose delivery rules hold; `ideal` has no overhead",
	}),
	row(word(func(b *Broker) *string { return &b.Dispatch }, func(b *worker.Broker) *worker.Dispatch { return &b.Dispatch }, worker.DispatchNames()), BrokerSetting{
		Key: "dispatch", Quantity: Quantity{Kind: Word, Words: worker.DispatchNames()}, Brokers: []worker.BrokerKind{worker.Ideal}, Default: "free_slot",
		Meaning: "how the ideal broker picks the worker: `free_slot` = one with a free slot if there is one, else a random one with room in its window; `random` = a random one with room",
	}),
	row(access[Broker, worker.Broker]{
		given: func(b *Broker) any {
			if b.Version == "" {
				return nil
			}
			return b.Version
		},
		set: func(b *Broker, v any) { b.Version = v.(string) },
		of:  func(*worker.Broker, func(int) string) any { return nil }, // what follows from it is in the queues and workers
		put: func(*worker.Broker, any) {},
	}, BrokerSetting{
		Key: "version", Quantity: Quantity{Kind: Word, Words: RabbitVersions(), Plain: true}, Brokers: []worker.BrokerKind{worker.RabbitMQ}, Default: RabbitVersions()[0],
		Meaning: "of rabbitmq: whether it takes one prefetch count for all queues of a worker, and what quorum queues have of priorities and of a delivery limit, [below](#rabbitmq)",
	}),
	row(access[Broker, worker.Broker]{
		given: func(b *Broker) any {
			if b.PrioritySteps == nil {
				return nil
			}
			return b.PrioritySteps
		},
		set: func(b *Broker, v any) { b.PrioritySteps = v.([]int) },
		of: func(b *worker.Broker, _ func(int) string) any {
			if b.Kind != worker.Redis {
				return nil
			}
			return b.PrioritySteps
		},
		put: func(b *worker.Broker, v any) { b.PrioritySteps = append([]int(nil), v.([]int)...) },
	}, BrokerSetting{
		Key: "priority_steps", Name: "broker_transport_options.priority_steps", Quantity: Quantity{Kind: Numbers}, Brokers: redis,
		Default: PrioritySteps(),
		Meaning: "priorities are rounded down to one of these",
	}),
	row(access[Broker, worker.Broker]{
		given: func(b *Broker) any { return pointed(b.Visibility) },
		set:   func(b *Broker, v any) { b.Visibility = new(v.(des.Time)) },
		of: func(b *worker.Broker, _ func(int) string) any {
			if b.Kind != worker.Redis {
				return nil
			}
			return b.Visibility
		},
		put: func(b *worker.Broker, v any) { b.Visibility = v.(des.Time) },
	}, BrokerSetting{
		Key: "visibility_timeout", Name: "broker_transport_options.visibility_timeout", Quantity: aTime, Brokers: redis,
		Default: time.Hour, // kombu/transport/redis.py: visibility_timeout
		Meaning: "how long a message may be unacked before it is delivered again; looked for about every 100 s (gevent: 20 s), at most ten messages at a time",
	}),
	row(access[Broker, worker.Broker]{
		given: func(b *Broker) any { return pointed(b.Timeout) },
		set:   func(b *Broker, v any) { b.Timeout = new(v.(des.Time)) },
		of: func(b *worker.Broker, _ func(int) string) any {
			if b.Kind != worker.RabbitMQ {
				return nil
			}
			return b.ConsumerTimeout
		},
		put: func(b *worker.Broker, v any) { b.ConsumerTimeout = v.(des.Time) },
	}, BrokerSetting{
		Key: "consumer_timeout", Quantity: aDuration, Brokers: []worker.BrokerKind{worker.RabbitMQ},
		Default: 30 * time.Minute, // rabbitmq.com, "Consumer Acknowledgements": since 3.8.17
		Meaning: "how long a worker may leave a message unacked before its channel is closed and all that it holds is delivered again, [below](#rabbitmq); looked for once a minute; 0s = for ever",
	}),
}

// PrioritySteps are the priorities that redis tells apart where a configuration names none (kombu/transport/redis.py:
// PRIORITY_STEPS).
func PrioritySteps() []int { return []int{0, 3, 6, 9} }
