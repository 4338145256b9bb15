package sim_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"example.com/simrun/des"
	"example.com/simrun/scenarios"
	"example.com/simrun/sim"
)

// The recursion and the whole worker agree to the nanosecond: every histogram, every count.
func TestTheRecursionIsTheRun(t *testing.T) {
	for _, tasks := range []string{
		`{t: {queue: q, arrivals: {poisson: 40/s}, work: [{io: {exponential: 1s}}], slo: {wait: {p80: 0s, p95: 250ms}, response: {p99: 2s}}}}`,
		`{t: {queue: q, arrivals: {poisson: 30/s}, work: [{cpu: {exponential: 1s}}, {io: 100ms}], slo: {run: {p90: 1s}}},
		  u: {queue: q, arrivals: {every: 1s, batch: 7}, work: [{io: {lognormal: {mean: 700ms, cv: 2}}}], slo: {wait: {mean: 1s}}}}`,
		`{t: {queue: q, arrivals: {stages: [{for: 1m, rate: 60/s}, {for: 2m, rate: 20/s}]}, work: [{io: 1s}], failures: {slow: {chance: 1%, factor: 3}}, slo: {wait: {max: 1m}}}}`,
	} {
		for _, options := range []string{"", "disable_prefetch: true, ", "prefetch_multiplier: 1, acks_late: true, "} {
			sc, err := scenarios.Decode("plain.yaml", fmt.Appendf(nil, `
broker: ideal
tasks: %s
strategies: {s: {workers: {w: {queues: [q], %sconcurrency: 45}}}}
`, tasks, options), ".")
			require.NoError(t, err)
			o := sim.Options{Key: des.NewKey(7), Warmup: 30 * time.Second, Duration: 4 * time.Minute, Drain: time.Hour, Bins: 320}
			require.True(t, sim.Plain(&sc.Layouts[0], sc.Classes, &o))
			short, ok := sim.Wait(&sc.Layouts[0], sc.Classes, o)
			require.True(t, ok)
			long := sim.New(&sc.Layouts[0], sc.Classes, sc.Machines, o).Run()
			for i := range long.Classes {
				a, b := &short.Classes[i], &long.Classes[i]
				assert.Positive(t, a.Wait.Quantile(0.9))
				for _, same := range [][2]any{
					{a.Published, b.Published},
					{a.ByOutcome, b.ByOutcome},
					{a.Wait.Distribution(), b.Wait.Distribution()},
					{a.Response.Distribution(), b.Response.Distribution()},
					{a.Run.Distribution(), b.Run.Distribution()},
					{a.Within, b.Within},
					{a.Bins, b.Bins},
				} {
					assert.Equal(t, same[1], same[0])
				}
			}
		}
	}
}

// What the recursion does not know goes to the worker.
func TestPlainIsPlain(t *testing.T) {
	for _, c := range []string{
		`broker: redis`, `queues: {q: {max_length: 5}}`, `machines: {m: {cores: 2}}`,
	} {
		machine := ""
		if c[0] == 'm' {
			machine = "machine: m, "
		}
		broker := "broker: ideal\n"
		if c[0] == 'b' {
			broker = ""
		}
		sc, err := scenarios.Decode("plain.yaml", []byte(broker+c+`
tasks: {t: {queue: q, arrivals: {poisson: 1/s}, work: [{cpu: 1s}]}}
strategies: {s: {workers: {w: {queues: [q], `+machine+`concurrency: 4}}}}
`), ".")
		require.NoError(t, err)
		assert.False(t, sim.Plain(&sc.Layouts[0], sc.Classes, &sim.Options{}), c)
	}
	for _, task := range []string{
		`expires: 1s`, `countdown: 1s`, `priority: 3`, `failures: {error: 1%}`, `rate_limit: 1/s`, `time_limit: {hard: 5s}`, `memory: {hold: 5MiB}`,
	} {
		sc, err := scenarios.Decode("plain.yaml", []byte(`
broker: ideal
tasks: {t: {queue: q, arrivals: {poisson: 1/s}, work: [{io: 1s}], `+task+`}}
strategies: {s: {workers: {w: {queues: [q], concurrency: 4}}}}
`), ".")
		require.NoError(t, err, task)
		assert.False(t, sim.Plain(&sc.Layouts[0], sc.Classes, &sim.Options{}), task)
	}
}

// A task that would end after the drain is for a run to count.
func TestTheRecursionKnowsItsBounds(t *testing.T) {
	sc, err := scenarios.Decode("plain.yaml", []byte(`
broker: ideal
tasks: {t: {queue: q, arrivals: {poisson: 2/s}, work: [{io: 1s}]}}
strategies: {s: {workers: {w: {queues: [q], concurrency: 1}}}}
`), ".")
	require.NoError(t, err)
	_, ok := sim.Wait(&sc.Layouts[0], sc.Classes, sim.Options{Key: des.NewKey(1), Duration: time.Minute, Drain: time.Second})
	assert.False(t, ok)
}
