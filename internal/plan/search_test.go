package plan_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"example.com/simrun/internal/plan"
)

// Where tasks only need to go before others, the pool is kept and told which to take first: that takes fewer slots than a worker
// apart, of which a queue without a target would have too few otherwise.
func TestSomeGoBeforeOthers(t *testing.T) {
	const file = `
broker: ideal
tasks:
  high: {queue: high, arrivals: {poisson: 2/s}, work: [{cpu: 1ms}, {io: 100ms}], slo: {wait: {p95: 1200ms}}}
  low: {queue: low, arrivals: {poisson: 3.2/s}, work: [{io: 1s}]}
strategies: {today: {workers: {w: {queues: [low, high], concurrency: 4}}}}
`
	r := planned(t, file, plan.Options{})
	require.NotNil(t, r.Answer, r.Headline)
	assert.Equal(t, "found-one-pool-by-order", r.Answer.Strategy)
	assert.Equal(t, []string{"high", "low"}, r.Answer.Workers[0].Queues)
	assert.Equal(t, 4, r.Answer.Slots, "3.4 are busy")
}

// Who pays for the answer is said, above all those whom no target protects.
func TestWhoPays(t *testing.T) {
	r := planned(t, `
broker: ideal
tasks:
  mail: {queue: mail, arrivals: {poisson: 4/s}, work: [{cpu: 1ms}, {io: 100ms}], slo: {wait: {p95: 500ms}}}
  report: {queue: report, arrivals: {cron: "*/10 * * * *", batch: 12}, work: [{cpu: 1ms}, {io: 20s}]}
strategies: {today: {workers: {w: {queues: [mail, report], concurrency: 8}}}}
`, plan.Options{})
	require.NotNil(t, r.Answer, r.Headline)
	assert.Less(t, r.Answer.Slots, 8)
	assert.Regexp(t, `Who pays, on average: report ends after .* instead of .* and has no target`, strings.Join(r.Said, " "))
}

const ranked = `
celery: "5.6"
broker: redis
tasks:
  high: {queue: high, arrivals: {poisson: 2/s}, work: [{cpu: 1ms}, {io: 100ms}], slo: {wait: {p95: 1200ms}}}
  low: {queue: low, arrivals: {poisson: 3.2/s}, work: [{io: 1s}]}
strategies: {today: {workers: {w: {queues: [low, high], concurrency: 4}}}}
`

// Messages get priorities by the targets of their tasks where these have none; with rabbitmq in a queue that has levels, which is
// another one than there is.
func TestPrioritiesOfMessages(t *testing.T) {
	file := strings.NewReplacer("queue: high", "queue: all", "queue: low", "queue: all", "[low, high]", "[all]").Replace(ranked)
	r := planned(t, file, plan.Options{})
	require.NotNil(t, r.Answer, r.Headline)
	assert.Equal(t, "found-one-pool-by-priority", r.Answer.Strategy)
	assert.Equal(t, 4, r.Answer.Slots)
	assert.Contains(t, r.YAML, "high: {queue: all, priority: 0}, low: {queue: all, priority: 3}")

	r = planned(t, strings.NewReplacer("broker: redis", "broker: rabbitmq", "1200ms", "2s").Replace(file), plan.Options{})
	require.NotNil(t, r.Answer, r.Headline)
	assert.Equal(t, "found-one-pool-by-priority", r.Answer.Strategy)
	assert.Contains(t, r.YAML, "high: {queue: by_priority, priority: 9}, low: {queue: by_priority, priority: 6}")
	assert.Contains(t, r.YAML, "settings: {task_queue_max_priority: 10}")
	assert.Regexp(t, `task_routes = \{(?s:.*)"by_priority"`, r.Change)
	assert.Contains(t, r.Change, "x-max-priority")
}

// What plan.vary rules out is not tried, and that is said.
func TestRuledOut(t *testing.T) {
	tries := func(r *plan.Result) (all []string) {
		for _, l := range r.Searched.Layouts {
			all = append(all, l.Try)
		}
		return all
	}
	few := plan.Options{Events: 30_000_000}
	r := planned(t, ranked, few)
	assert.Equal(t, []string{"queues", "prefetch", "order", "priorities"}, tries(r))
	assert.Contains(t, strings.Join(r.Said, " "), "were tried, by what they change: who takes which queues (")
	r = planned(t, ranked+"plan: {vary: {priorities: false, prefetch: false, gevent: true}}", few)
	assert.Equal(t, []string{"queues", "order"}, tries(r))
	assert.Equal(t, []string{"priorities", "prefetch"}, r.Searched.Untried)
	assert.Contains(t, strings.Join(r.Said, " "), "Not tried, as plan.vary says: priorities of messages and less prefetch.")
	assert.Nil(t, planned(t, ranked, plan.Options{NoSearch: true}).Searched)
}

// Machines that workers share are bought for every hour: as few of them as meet the targets.
func TestFewerMachines(t *testing.T) {
	const file = `
broker: redis
machines: {app: {cores: 4, count: 4, price: 0.1/h}}
tasks:
  a: {queue: a, arrivals: {poisson: 4/s}, work: [{cpu: 10ms}, {io: {exponential: 100ms}}], slo: {wait: {p95: 300ms}}}
  b: {queue: b, arrivals: {poisson: 6/s}, work: [{cpu: {exponential: 500ms}}], slo: {response: {p95: 4s}}}
strategies: {today: {workers: {w: {queues: [a, b], concurrency: 4, replicas: 4, machine: app}}}}
`
	r := planned(t, file, plan.Options{NoSearch: true})
	require.NotNil(t, r.Answer, r.Headline)
	assert.Equal(t, []plan.Machines{{Name: "app", Count: 1}}, r.Answer.Machines)
	assert.InDelta(t, 0.1*730, *r.Answer.Cost, 1e-6)
	assert.Contains(t, r.Headline, "on 1 machine app for 73 a month")
	assert.Contains(t, r.YAML, "# with machines.app.count: 1\n")
	assert.Contains(t, r.Change, "Machines\n  1 machine app instead of 4\n")
	assert.Contains(t, strings.Join(r.Said, " "), "Who pays")

	r = planned(t, file+"plan: {vary: {machines: false}}", plan.Options{NoSearch: true})
	require.NotNil(t, r.Answer, r.Headline)
	assert.Empty(t, r.Answer.Machines)
	assert.InDelta(t, 4*0.1*730, *r.Answer.Cost, 1e-6)
}

// Machines that come and go are bounded by the replicas that bring them, which is said; by path their bounds vary, and are named.
func TestBoundsOfMachines(t *testing.T) {
	const file = `
broker: redis
run: {duration: 1h}
machines: {m: {cores: 2, count: {min: 2, max: 6}, boot: 60s, price: 0.1/h}}
tasks: {a: {queue: a, arrivals: {poisson: 4/s}, work: [{io: {exponential: 1s}}], slo: {wait: {p95: 10s}}}}
strategies: {pool: {workers: {w: {queues: [a], concurrency: 2, machine: m, autoscale: {min: 2, max: 6, policy: utilization, target: 70%}}}}}
`
	const untouched = "The bounds of machines m were not varied, as these come and go with the replicas: a range for machines.m.count.max or .min in plan.vary does that."
	r := planned(t, file, plan.Options{NoSearch: true})
	require.NotNil(t, r.Answer, r.Headline)
	assert.Contains(t, r.Said, untouched)
	assert.Contains(t, r.Change, "2 to 3 replicas")

	r = planned(t, file+"plan: {vary: {machines.m.count.max: 1..6}}", plan.Options{NoSearch: true})
	require.NotNil(t, r.Answer, r.Headline)
	assert.NotContains(t, r.Said, untouched)
	assert.Equal(t, []plan.Machines{{Name: "m", Count: 3, Bound: "max"}}, r.Answer.Machines, "with max = min, no machine would come or go")
	assert.Contains(t, r.Headline, "on at most 3 machines m for 219 a month")
	assert.Contains(t, r.YAML, "# with machines.m.count.max: 3\n")
	assert.Contains(t, r.Change, "Machines\n  at most 3 machines m instead of 6\n")

	r = planned(t, strings.Replace(file, "min: 2, max: 6}, b", "min: 4, max: 6}, b", 1)+"plan: {vary: {machines.m.count.min: 1..4}}", plan.Options{NoSearch: true})
	require.NotNil(t, r.Answer, r.Headline)
	assert.Equal(t, []plan.Machines{{Name: "m", Count: 1, Bound: "min"}}, r.Answer.Machines)
	assert.Contains(t, r.Change, "at least 1 machine m instead of 4\n")
}

// Where the memory of tasks makes every size fail, limits are tried: processes that are replaced before they have grown too large,
// and more memory for the worker.
func TestLimitsOfMemory(t *testing.T) {
	file := func(memory, machine, limit string) string {
		return `
broker: redis
machines: {app: {cores: 4, memory: ` + machine + `}}
tasks:
  heavy: {arrivals: {poisson: 1/min}, work: [{io: {exponential: 20s}}], memory: ` + memory + `, slo: {wait: {p95: 30s}, loss: 1%}}
strategies: {today: {workers: {w: {queues: [heavy], concurrency: 2, machine: app` + limit + `}}}}
run: {duration: 8h, warmup: 0s, replications: 20}
`
	}
	r := planned(t, file("{hold: 400MiB, leak: 50MiB}", "2GiB", ""), plan.Options{})
	require.NotNil(t, r.Answer, r.Headline)
	assert.Regexp(t, "-recycled$", r.Answer.Strategy)
	assert.Contains(t, r.YAML, "max_memory_per_child: 240MiB")

	r = planned(t, file("{hold: {exponential: 400MiB}}", "16GiB", ", memory_limit: 2GiB"), plan.Options{})
	require.NotNil(t, r.Answer, r.Headline)
	assert.Regexp(t, "-twice-the-memory$", r.Answer.Strategy)
	assert.Contains(t, r.YAML, "memory_limit: 4096MiB")
}

// What was written as a command line is answered with the line as it is to be.
func TestAnswerCarriesItsOwnLines(t *testing.T) {
	r := planned(t, `
tasks:
  job: {arrivals: {poisson: 3/s}, work: [{io: {exponential: 1s}}], slo: {wait: {p95: 1s}}}
strategies:
  today: {workers: {w: {command: 'celery -A shop worker -Q job -c 9 --loglevel=info'}}}
`, plan.Options{})
	require.Len(t, r.Answer.Workers, 1)
	line := r.Answer.Workers[0].Command
	assert.Contains(t, line, "celery -A shop worker")
	assert.NotContains(t, line, "-c 9")
	assert.Contains(t, r.YAML, "command: "+line+", ")
}

// The loop of one worker takes 833 messages a second of redis, however many slots it has: more of them need more workers, which are
// found though the file has one. What no number of workers can do, as the cores are too few, is said.
func TestMoreWorkersWhereOneLoopIsTooFew(t *testing.T) {
	const file = `
run: {duration: 1m, warmup: 5s}
celery: "5.6"
broker: redis
machines: {m: {cores: 4}}
plan: {vary: {machines: false}}
tasks: {task: {arrivals: {poisson: 1200/s}, work: [{io: 10ms}], slo: {wait: {p95: 100ms}}}}
strategies: {today: {workers: {w: {queues: [task], concurrency: 16, machine: m}}}}
`
	r := planned(t, file, plan.Options{NoSearch: true})
	require.NotNil(t, r.Answer, r.Headline)
	assert.Equal(t, 2, r.Answer.Workers[0].Replicas)
	assert.InDelta(t, 14, r.Answer.Slots, 1, "1,200 tasks a second keep 13.1 busy")

	r = planned(t, strings.Replace(file, "cores: 4", "cores: 2", 1), plan.Options{NoSearch: true})
	assert.Nil(t, r.Answer)
	assert.Regexp(t, `today was not seen to pass .*: with \d+ slots the queue task is short of cores of "m"\.`, strings.Join(r.Said, " "))
}

// A size that meets its target as long as nothing happens, and does not recover from a burst, is none to advise; and neither is a layout
// that loses slots for good.
func TestTrapsAreNoAnswers(t *testing.T) {
	const file = `
broker: redis
tasks: {a: {queue: q, arrivals: {poisson: 30/s}, work: [{io: 200ms}], slo: {wait: {p95: 500ms}}}}
strategies: {today: {workers: {w: {queues: [q], pool: threads, concurrency: 20}}}}
`
	r := planned(t, file, plan.Options{NoSearch: true})
	require.NotNil(t, r.Answer, r.Headline)
	assert.Equal(t, 12, r.Answer.Slots, "8 would do, were no burst to come")
	assert.Contains(t, strings.Join(r.Said, " "), "With less, such as 11 slots, it does not recover from a burst: once its window is full, w takes some 29.2 messages a second, of 30 that come.")

	r = planned(t, strings.Replace(file, "pool: threads", "pool: prefork", 1)+"faults: [{task: a, mode: hang, chance: 0.1%}]\n", plan.Options{NoSearch: true})
	assert.Nil(t, r.Answer)
	assert.Contains(t, strings.Join(r.Said, " "), "today was not seen to pass at any size that was tried: it loses slots for good: w loses a slot every 33.3 s.")

	// Whether it lasts is asked of the run in the file, not of the look at it, which is shorter: 0.65 slots in twelve hours.
	r = planned(t, `
run: {duration: 12h}
broker: redis
tasks: {a: {queue: q, arrivals: {poisson: 3/s}, work: [{io: 200ms}], slo: {wait: {p95: 500ms}}}}
faults: [{task: a, mode: hang, chance: 0.0005%}]
strategies: {today: {workers: {w: {queues: [q], concurrency: 4}}}}
`, plan.Options{NoSearch: true})
	assert.Nil(t, r.Answer)
}

// Where the work takes more cores than there are, more machines are found with as many workers on them, and what they cost.
func TestMoreMachinesWhereTheCoresAreTooFew(t *testing.T) {
	r := planned(t, `
celery: "5.6"
broker: redis
machines: {m: {cores: 1, price: 0.05/h}}
tasks: {thumb: {queue: thumb, arrivals: {poisson: 5/s}, work: [{cpu: 300ms}], slo: {response: {p95: 5s}}}}
strategies: {today: {workers: {w: {queues: [thumb], concurrency: 4, machine: m}}}}
`, plan.Options{NoSearch: true})
	require.NotNil(t, r.Answer, r.Headline)
	assert.Equal(t, 2, r.Answer.Workers[0].Replicas, "1.5 cores are busy")
	assert.Contains(t, r.Headline, "on 2 machines m for 73")
	assert.Equal(t, "found", r.Status)
}

// On average 0.56 cores are busy, in a burst 2.4: what is too few then is bought, too.
func TestMoreMachinesForBursts(t *testing.T) {
	const file = `
run: {duration: 4h, replications: 20}
celery: "5.6"
broker: redis
machines: {m: {cores: 1, price: 0.05/h}}
tasks: {thumb: {queue: thumb, arrivals: {mmpp: {rates: [0.2/s, 3/s], hold: [18m, 2m]}}, work: [{cpu: 800ms}], slo: {response: {p95: 30s}}}}
strategies: {today: {workers: {w: {queues: [thumb], concurrency: 2, machine: m}}}}
`
	r := planned(t, file, plan.Options{NoSearch: true})
	require.NotNil(t, r.Answer, r.Headline)
	assert.Equal(t, []plan.Machines{{Name: "m", Count: 3}}, r.Answer.Machines)
	assert.Equal(t, 3, r.Answer.Workers[0].Replicas)

	r = planned(t, file+"plan: {vary: {machines: false}}\n", plan.Options{NoSearch: true})
	assert.Nil(t, r.Answer)

	// Two machines are too few as well, which may be less, too.
	r = planned(t, strings.NewReplacer("price: 0.05/h", "price: 0.05/h, count: 2", "machine: m", "machine: m, replicas: 2").Replace(file), plan.Options{NoSearch: true})
	require.NotNil(t, r.Answer, r.Headline)
	assert.Equal(t, 3, r.Answer.Workers[0].Replicas)

	r = planned(t, strings.Replace(file, "price: 0.05/h}", "count: 1}, other: {cores: 1, price: 1/h}", 1), plan.Options{NoSearch: true})
	assert.Nil(t, r.Answer)
	assert.Contains(t, strings.Join(r.Said, " "), "More machines m were not tried, as these have no price")
}

// What has no price where something else has is not bought: nobody knows that it would be cheaper. Where nothing has a price, a layout on
// the machines there are comes before one with fewer slots that takes more of them.
func TestMachinesWithoutAPrice(t *testing.T) {
	const file = `
celery: "5.6"
broker: redis
machines: {own: {cores: 1}, cloud: {cores: 2, price: 0.1/h}}
tasks:
  thumb: {queue: thumb, arrivals: {poisson: 5/s}, work: [{cpu: 300ms}, {io: 100ms}], slo: {response: {p95: 3s}}}
  mail: {queue: mail, arrivals: {poisson: 1/s}, work: [{io: 50ms}]}
strategies:
  today: {workers: {w: {queues: [thumb, mail], concurrency: 4, machine: own}}}
  other: {workers: {w: {queues: [thumb], concurrency: 4, machine: cloud}, m: {queues: [mail], concurrency: 2, machine: cloud}}}
plan: {keep: [m]}
`
	r := planned(t, file, plan.Options{NoSearch: true})
	require.NotNil(t, r.Answer, r.Headline)
	require.Len(t, r.Minimal, 1)
	assert.Contains(t, r.Headline, "on 1 machine cloud for 73 a month")
	assert.Contains(t, strings.Join(r.Said, " "), "More machines own were not tried, as these have no price and something else has: nobody knows what they would cost.")

	r = planned(t, strings.Replace(file, ", price: 0.1/h", "", 1), plan.Options{NoSearch: true})
	require.Len(t, r.Minimal, 2)
	assert.Equal(t, "other", r.Answer.Strategy)
	assert.Greater(t, r.Minimal[0].Slots, r.Minimal[1].Slots)
	assert.Contains(t, strings.Join(r.Said, " "), "The smallest change that passes is today with 4 slots on 2 machines own.")
}
