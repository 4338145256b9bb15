package lint_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"example.com/simrun/internal/lint"
	"example.com/simrun/scenarios"
)

func find(t *testing.T, text string) []lint.Finding {
	t.Helper()
	sc, err := scenarios.Decode("s.yaml", []byte(text), t.TempDir())
	require.NoError(t, err)
	return lint.Find(sc)
}

// Each rule fires on what it is for, and not on its cure.
func TestRules(t *testing.T) {
	for _, c := range []struct{ rule, says, sick, cured string }{
		{
			"late-ack-beyond-visibility", "runs for 3 h 34 m on average and is acked late, and redis delivers again what is unacked for 1 h: it will run up to 4 times",
			`{tasks: {send: {queue: celery, arrivals: {cron: "22 21 * * *"}, work: [{io: 12826s}]}}, strategies: {s: {workers: {w: {command: "celery worker -c 8", acks_late: true}}}}}`,
			`{tasks: {send: {queue: celery, arrivals: {cron: "22 21 * * *"}, work: [{io: 12826s}]}}, strategies: {s: {workers: {w: {command: "celery worker -c 8"}}}}}`,
		},
		{
			"countdown-beyond-visibility", "a countdown of 2 h is spent in the memory of a worker",
			`{tasks: {a: {countdown: 2h, arrivals: {poisson: 1/h}, work: [{io: 1s}]}}, strategies: {s: {workers: {w: {queues: [a], concurrency: 1}}}}}`,
			`{broker: {kind: redis, visibility_timeout: 3h}, tasks: {a: {countdown: 2h, arrivals: {poisson: 1/h}, work: [{io: 1s}]}}, strategies: {s: {workers: {w: {queues: [a], concurrency: 1}}}}}`,
		},
		{
			"reserved-beyond-visibility", "waits 1 h 30 m behind others",
			`{tasks: {a: {arrivals: {poisson: 1/h}, work: [{io: 30m}]}}, strategies: {s: {workers: {w: {queues: [a], concurrency: 1}}}}}`,
			`{tasks: {a: {arrivals: {poisson: 1/h}, work: [{io: 30m}]}}, strategies: {s: {workers: {w: {queues: [a], concurrency: 1, prefetch_multiplier: 1}}}}}`,
		},
		{
			"late-ack-beyond-consumer-timeout", "rabbitmq closes the channel after 30 m",
			`{broker: rabbitmq, tasks: {a: {acks_late: true, arrivals: {poisson: 1/h}, work: [{io: 40m}]}}, strategies: {s: {workers: {w: {queues: [a], concurrency: 1}}}}}`,
			`{celery: "5.7", broker: {kind: rabbitmq, version: "4.3"}, tasks: {a: {acks_late: true, arrivals: {poisson: 1/h}, work: [{io: 40m}]}}, strategies: {s: {workers: {w: {queues: [a], concurrency: 1}}}}}`,
		},
		{
			"held-fills-window", "8 of them stop all that the worker takes from that queue",
			`{broker: rabbitmq, queues: {a: {type: quorum}}, tasks: {a: {retry: {max: 3, delay: 1m}, failures: {error: 1%}, arrivals: {poisson: 1/h}, work: [{io: 1s}]}}, strategies: {s: {workers: {w: {queues: [a], concurrency: 2}}}}}`,
			`{broker: rabbitmq, tasks: {a: {retry: {max: 3, delay: 1m}, failures: {error: 1%}, arrivals: {poisson: 1/h}, work: [{io: 1s}]}}, strategies: {s: {workers: {w: {queues: [a], concurrency: 2}}}}}`,
		},
		{
			"lost-wake-ups", "it takes some 20.9 messages a second then, of 30 that come, and does not recover",
			`{broker: redis, tasks: {a: {arrivals: {poisson: 30/s}, work: [{io: 200ms}]}}, strategies: {s: {workers: {w: {queues: [a], pool: threads, concurrency: 8}}}}}`,
			`{broker: redis, tasks: {a: {arrivals: {poisson: 20/s}, work: [{io: 200ms}]}}, strategies: {s: {workers: {w: {queues: [a], pool: threads, concurrency: 8}}}}}`,
		},
		{
			"window-for-each-queue", "it holds up to 16 messages, where one window would hold 8",
			`{broker: rabbitmq, queues: {a: {type: quorum}}, tasks: {a: {arrivals: {poisson: 1/h}, work: [{io: 1s}]}, b: {arrivals: {poisson: 1/h}, work: [{io: 1s}]}}, strategies: {s: {workers: {w: {queues: [a, b], concurrency: 2}}}}}`,
			`{broker: rabbitmq, tasks: {a: {arrivals: {poisson: 1/h}, work: [{io: 1s}]}, b: {arrivals: {poisson: 1/h}, work: [{io: 1s}]}}, strategies: {s: {workers: {w: {queues: [a, b], concurrency: 2}}}}}`,
		},
		{
			"long-beside-short", `"a" (100 ms) waits in its reserve (up to 8) behind "b" (20 s)`,
			`{tasks: {a: {queue: q, arrivals: {poisson: 1/h}, work: [{io: 100ms}]}, b: {queue: q, arrivals: {poisson: 1/h}, work: [{io: 20s}]}}, strategies: {s: {workers: {w: {queues: [q], concurrency: 2}}}}}`,
			`{tasks: {a: {queue: q, arrivals: {poisson: 1/h}, work: [{io: 100ms}]}, b: {queue: q, arrivals: {poisson: 1/h}, work: [{io: 20s}]}}, strategies: {s: {workers: {w: {queues: [q], concurrency: 2, prefetch_multiplier: 1, acks_late: true}}}}}`,
		},
		{
			"held-messages", "any of which may get all of them: 488 MiB",
			`{tasks: {a: {memory: {message: 100KiB}, countdown: 30m, arrivals: {cron: "5 * * * *", batch: 5000}, work: [{io: 50ms}]}}, strategies: {s: {workers: {w: {queues: [a], concurrency: 4}}}}}`,
			`{tasks: {a: {countdown: 30m, arrivals: {cron: "5 * * * *", batch: 5000}, work: [{io: 50ms}]}}, strategies: {s: {workers: {w: {queues: [a], concurrency: 4, eta_task_limit: 100}}}}}`,
		},
		{
			"priority-with-prefetch", "it does not overtake what the worker has reserved (up to 8 messages)",
			`{tasks: {a: {priority: 0, arrivals: {poisson: 1/h}, work: [{io: 1s}]}}, strategies: {s: {workers: {w: {queues: [a], concurrency: 2}}}}}`,
			`{tasks: {a: {priority: 0, arrivals: {poisson: 1/h}, work: [{io: 1s}]}}, strategies: {s: {workers: {w: {queues: [a], concurrency: 2, disable_prefetch: true}}}}}`,
		},
		{
			"strict-order-starves", `the queues before "b" keep 90 % of the slots busy`,
			`{celery: "5.7", tasks: {a: {arrivals: {poisson: 9/s}, work: [{io: 100ms}]}, b: {arrivals: {poisson: 1/h}, work: [{io: 1s}]}}, strategies: {s: {workers: {w: {queues: [a, b], concurrency: 1, order: strict}}}}}`,
			`{celery: "5.7", tasks: {a: {arrivals: {poisson: 9/s}, work: [{io: 100ms}]}, b: {arrivals: {poisson: 1/h}, work: [{io: 1s}]}}, strategies: {s: {workers: {w: {queues: [a, b], concurrency: 4, order: strict}}}}}`,
		},
		{
			"held-fills-window", "8 of them stop all that the worker takes from that queue",
			`{celery: "5.6", broker: rabbitmq, queues: {a: {type: quorum}}, tasks: {a: {countdown: 1m, arrivals: {poisson: 1/h}, work: [{io: 1s}]}}, strategies: {s: {workers: {w: {queues: [a], concurrency: 2}}}}}`,
			`{celery: "5.6", broker: rabbitmq, queues: {a: {type: quorum, exchange: topic}}, tasks: {a: {countdown: 1m, arrivals: {poisson: 1/h}, work: [{io: 1s}]}}, strategies: {s: {workers: {w: {queues: [a], concurrency: 2}}}}}`,
		},
		{
			"countdown-below-a-second", "100 % of its countdowns are shorter than 1 s: with native delayed delivery such a call raises ValueError",
			`{celery: "5.6", broker: rabbitmq, queues: {a: {type: quorum, exchange: topic}}, tasks: {a: {countdown: 300ms, arrivals: {poisson: 1/h}, work: [{io: 1s}]}}, strategies: {s: {workers: {w: {queues: [a], concurrency: 2}}}}}`,
			`{celery: "5.6", broker: rabbitmq, queues: {a: {type: quorum, exchange: topic}}, tasks: {a: {countdown: 1s, arrivals: {poisson: 1/h}, work: [{io: 1s}]}}, strategies: {s: {workers: {w: {queues: [a], concurrency: 2}}}}}`,
		},
		{
			"countdown-below-a-second", "% of its countdowns are shorter than 1 s",
			`{celery: "5.6", broker: rabbitmq, queues: {a: {type: quorum, exchange: topic}}, tasks: {a: {countdown: {exponential: 10s}, arrivals: {poisson: 1/h}, work: [{io: 1s}]}}, strategies: {s: {workers: {w: {queues: [a], concurrency: 2}}}}}`,
			`{celery: "5.6", broker: rabbitmq, queues: {a: {type: quorum}}, tasks: {a: {countdown: {exponential: 10s}, arrivals: {poisson: 1/h}, work: [{io: 1s}]}}, strategies: {s: {workers: {w: {queues: [a], concurrency: 2}}}}}`,
		},
		{
			"retry-below-a-second", "it is retried after 500 ms: with native delayed delivery such a retry raises ValueError, and the task is rejected instead",
			`{celery: "5.6", broker: rabbitmq, queues: {a: {type: quorum, exchange: topic}}, tasks: {a: {retry: {max: 2, delay: 500ms}, failures: {error: 1%}, arrivals: {poisson: 1/h}, work: [{io: 1s}]}}, strategies: {s: {workers: {w: {queues: [a], concurrency: 2}}}}}`,
			`{celery: "5.6", broker: rabbitmq, queues: {a: {type: quorum, exchange: topic}}, tasks: {a: {retry: {max: 2, delay: 0s}, failures: {error: 1%}, arrivals: {poisson: 1/h}, work: [{io: 1s}]}}, strategies: {s: {workers: {w: {queues: [a], concurrency: 2}}}}}`,
		},
		{
			"countdown-beyond-consumer-timeout", "rabbitmq closes the channel after 10 m (consumer_timeout)",
			`{broker: {kind: rabbitmq, consumer_timeout: 10m}, tasks: {a: {countdown: 20m, arrivals: {poisson: 1/h}, work: [{io: 1s}]}}, strategies: {s: {workers: {w: {queues: [a], concurrency: 1}}}}}`,
			`{broker: {kind: rabbitmq, consumer_timeout: 0s}, tasks: {a: {countdown: 20m, arrivals: {poisson: 1/h}, work: [{io: 1s}]}}, strategies: {s: {workers: {w: {queues: [a], concurrency: 1}}}}}`,
		},
		{
			"countdown-beyond-consumer-timeout", "the worker connects again and is given the same messages",
			`{broker: {kind: rabbitmq}, tasks: {a: {countdown: 40m, arrivals: {poisson: 1/h}, work: [{io: 1s}]}}, strategies: {s: {workers: {w: {queues: [a], concurrency: 1, channel_error_retry: true}}}}}`,
			`{celery: "5.6", broker: rabbitmq, queues: {a: {exchange: topic}, b: {type: quorum}}, tasks: {a: {countdown: 40m, arrivals: {poisson: 1/h}, work: [{io: 1s}]}}, strategies: {s: {workers: {w: {queues: [a], concurrency: 1}}}}}`,
		},
		{
			"rare-values", "but half of all runs of 10000 tasks see",
			`{tasks: {a: {arrivals: {poisson: 1/s}, work: [{io: {pareto: {mean: 1s, alpha: 1.01}}}]}}, strategies: {s: {workers: {w: {queues: [a], concurrency: 4}}}}}`,
			`{tasks: {a: {arrivals: {poisson: 1/s}, work: [{io: {pareto: {mean: 1s, alpha: 1.01, max: 1h}}}]}}, strategies: {s: {workers: {w: {queues: [a], concurrency: 4}}}}}`,
		},
		{
			"worst-hour", "5 slots",
			`{run: {duration: 2h}, tasks: {a: {arrivals: {stages: [{for: 1h, rate: 1/s}, {for: 1h, rate: 50/s}]}, work: [{io: 100ms}]}}, strategies: {s: {workers: {w: {queues: [a], concurrency: 4}}}}}`,
			`{run: {duration: 2h}, tasks: {a: {arrivals: {stages: [{for: 1h, rate: 1/s}, {for: 1h, rate: 50/s}]}, work: [{io: 100ms}]}}, strategies: {s: {workers: {w: {queues: [a], concurrency: 8}}}}}`,
		},
		{
			"autoscaler-one-list", "list",
			`{tasks: {a: {priority: 3, arrivals: {poisson: 1/h}, work: [{io: 1s}]}}, strategies: {s: {workers: {w: {queues: [a], concurrency: 1, autoscale: {min: 1, max: 4, policy: queue_length, target: 50}}}}}}`,
			`{tasks: {a: {arrivals: {poisson: 1/h}, work: [{io: 1s}]}}, strategies: {s: {workers: {w: {queues: [a], concurrency: 1, autoscale: {min: 1, max: 4, policy: queue_length, target: 50}}}}}}`,
		},
		{
			"order-by-chance", "any of the 2 may come last",
			`{celery: "5.6", tasks: {a: {arrivals: {poisson: 1/s}, work: [{io: 100ms}]}, b: {arrivals: {poisson: 1/h}, work: [{io: 1s}]}}, strategies: {s: {settings: {broker_transport_options: {queue_order_strategy: priority}}, workers: {w: {queues: [a, b], concurrency: 1}}}}}`,
			`{celery: "5.7", tasks: {a: {arrivals: {poisson: 1/s}, work: [{io: 100ms}]}, b: {arrivals: {poisson: 1/h}, work: [{io: 1s}]}}, strategies: {s: {settings: {broker_transport_options: {queue_order_strategy: priority}}, workers: {w: {queues: [a, b], concurrency: 1}}}}}`,
		},
		{
			"no-hard-limit", "0.5 % of it hang, and no hard limit ends them",
			`{tasks: {a: {failures: {hang: 0.5%}, arrivals: {poisson: 1/h}, work: [{io: 1s}]}}, strategies: {s: {workers: {w: {queues: [a], concurrency: 2}}}}}`,
			`{tasks: {a: {failures: {hang: 0.5%}, arrivals: {poisson: 1/h}, work: [{io: 1s}]}}, strategies: {s: {workers: {w: {queues: [a], concurrency: 2, time_limit: {hard: 1m}}}}}}`,
		},
		{
			"connections-beyond-service", "accepts 10 connections, and the 16 slots whose tasks call it may open 16",
			`{services: {db: {latency: 5ms, connections: 10}}, tasks: {a: {arrivals: {poisson: 1/h}, work: [{io: db, timeout: 1s}]}}, strategies: {s: {workers: {w: {queues: [a], concurrency: 8, replicas: 2}}}}}`,
			`{services: {db: {latency: 5ms, connections: 20}}, tasks: {a: {arrivals: {poisson: 1/h}, work: [{io: db, timeout: 1s}]}}, strategies: {s: {workers: {w: {queues: [a], concurrency: 8, replicas: 2}}}}}`,
		},
		{
			"retries-beyond-service", "the first attempts ask for 5, but with all their retries, as in an outage, for 20",
			`{services: {api: {latency: 5ms, rate_limit: 10/s}}, tasks: {a: {retry: {max: 3, on: [service]}, arrivals: {poisson: 5/s}, work: [{io: api, timeout: 1s}]}}, strategies: {s: {workers: {w: {queues: [a], concurrency: 8}}}}}`,
			`{services: {api: {latency: 5ms, rate_limit: 30/s}}, tasks: {a: {retry: {max: 3, on: [service]}, arrivals: {poisson: 5/s}, work: [{io: api, timeout: 1s}]}}, strategies: {s: {workers: {w: {queues: [a], concurrency: 8}}}}}`,
		},
		{
			"utilization", `the queue "a" would be short of slots at 1.18 times the load`,
			`{broker: ideal, tasks: {a: {arrivals: {poisson: 3.7/s}, work: [{io: 1s}]}, b: {arrivals: {poisson: 3.7/s}, work: [{io: 1s}]}}, strategies: {s: {workers: {w: {queues: [a, b], concurrency: 8}}}}}`,
			`{broker: ideal, tasks: {a: {arrivals: {poisson: 3.7/s}, work: [{io: 1s}]}, b: {arrivals: {poisson: 3.7/s}, work: [{io: 1s}]}}, strategies: {s: {workers: {w: {queues: [a, b], concurrency: 9}}}}}`,
		},
		{
			"utilization", `short of turns of the loop of "w" (1.2 ms a message) at 1.18 times the load`,
			`{tasks: {a: {arrivals: {poisson: 800/s}, work: [{io: 1ms}]}}, strategies: {s: {workers: {w: {queues: [a], concurrency: 100}}}}}`,
			`{tasks: {a: {arrivals: {poisson: 400/s}, work: [{io: 1ms}]}}, strategies: {s: {workers: {w: {queues: [a], concurrency: 100}}}}}`,
		},
		{
			"utilization", "keeps 92 % of its slots busy",
			`{broker: ideal, tasks: {a: {arrivals: {poisson: 9.2/s}, work: [{io: 100ms}]}}, strategies: {s: {workers: {w: {queues: [a], concurrency: 1}}}}}`,
			`{broker: ideal, tasks: {a: {arrivals: {poisson: 9.2/s}, work: [{io: 100ms}]}}, strategies: {s: {workers: {w: {queues: [a], concurrency: 2}}}}}`,
		},
		{
			"burst", "40 of it come at once (0 * * * *) and hold all 8 slots of [w] for 4 m 10 s",
			`{tasks: {report: {queue: q, arrivals: {cron: "0 * * * *", batch: 40}, work: [{io: 50s}]}, mail: {queue: q, arrivals: {poisson: 1/s}, work: [{io: 50ms}]}}, strategies: {s: {workers: {w: {queues: [q], concurrency: 8}}}}}`,
			`{tasks: {report: {queue: q, arrivals: {cron: "0 * * * *", batch: 4}, work: [{io: 50s}]}, mail: {queue: q, arrivals: {poisson: 1/s}, work: [{io: 50ms}]}}, strategies: {s: {workers: {w: {queues: [q], concurrency: 8}}}}}`,
		},
		{
			"autoscaler-blind", "a replica hides up to 16 messages in its window",
			`{tasks: {a: {arrivals: {poisson: 1/h}, work: [{io: 1s}]}}, strategies: {s: {workers: {w: {queues: [a], concurrency: 4, autoscale: {min: 1, max: 4, policy: queue_length, target: 10}}}}}}`,
			`{tasks: {a: {arrivals: {poisson: 1/h}, work: [{io: 1s}]}}, strategies: {s: {workers: {w: {queues: [a], concurrency: 4, autoscale: {min: 1, max: 4, policy: queue_length, target: 10, counts: ready+unacked}}}}}}`,
		},
	} {
		t.Run(c.rule, func(t *testing.T) {
			sick := find(t, c.sick)
			i := slices.IndexFunc(sick, func(f lint.Finding) bool { return f.Rule == c.rule })
			require.GreaterOrEqual(t, i, 0, "%v", sick)
			f := sick[i]
			assert.Contains(t, f.Message, c.says)
			assert.NotEmpty(t, f.Cure)
			assert.Equal(t, 1, f.Line)
			assert.Positive(t, f.Column)
			assert.True(t, strings.HasPrefix(f.Path, "tasks.") || strings.HasPrefix(f.Path, "strategies.") || strings.HasPrefix(f.Path, "services."), f.Path)
			for _, g := range find(t, c.cured) {
				assert.NotEqual(t, c.rule, g.Rule, "%s", g.String())
			}
		})
	}
}
