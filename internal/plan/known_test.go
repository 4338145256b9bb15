package plan_test

import (
	"fmt"
	"os"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"example.com/simrun/internal/experiment"
	"example.com/simrun/internal/plan"
)

// system is a small one of two queues whose least number of slots is known: of one pool, two workers apart, or one queue
// with a worker of its own beside one for all.
type system struct {
	name, broker, tasks string
	best                int
}

// The least numbers of these are known from an exhaustive search, which TestTheBestIsTheBest repeats.
var searched = []system{
	{"alike, where pooling is best", "ideal", `{a: {queue: a, arrivals: {poisson: 2/s}, work: [{io: {exponential: 1s}}], slo: {wait: {p95: 300ms}}},
		b: {queue: b, arrivals: {poisson: 2/s}, work: [{io: {exponential: 1s}}], slo: {wait: {p95: 300ms}}}}`, 8},
	{"short and strict beside long and loose", "ideal", `{a: {queue: a, arrivals: {poisson: 4/s}, work: [{io: {exponential: 50ms}}], slo: {wait: {p95: 300ms}}},
		b: {queue: b, arrivals: {poisson: 6/min}, work: [{io: {exponential: 20s}}], slo: {wait: {p95: 3m}}}}`, 4},
	{"one target only", "ideal", `{a: {queue: a, arrivals: {poisson: 1/s}, work: [{io: {exponential: 500ms}}], slo: {wait: {p90: 200ms}}},
		b: {queue: b, arrivals: {poisson: 0.5/s}, work: [{io: {exponential: 2s}}], slo: {wait: {mean: 30s}}}}`, 4},
	{"bursts beside a calendar", "ideal", `{a: {queue: a, arrivals: {poisson: 6/min, batch: {uniform: [5, 15]}}, work: [{io: 300ms}], slo: {response: {p95: 3s}}},
		b: {queue: b, arrivals: {every: 10s}, work: [{io: 4s}], slo: {wait: {p99: 10s}}}}`, 3},
	{"redis, with prefetch", "redis", `{a: {queue: a, arrivals: {poisson: 3/s}, work: [{io: {exponential: 100ms}}], slo: {wait: {p95: 500ms}}},
		b: {queue: b, arrivals: {poisson: 6/min}, work: [{io: {exponential: 10s}}], slo: {wait: {p95: 2m}}}}`, 3},
}

// Of these with less nothing is stable, and one of the two ways to lay out so many slots has waits that are known exactly
// (mean waits in s; M/M/c, and Markov chains solved numerically), short and long:
var pooling = []system{
	// apart 2.5 and 25.0, together 6.04; the workload of van der Sluis and van Dijk, with seconds for minutes
	{"different, apart", "ideal", `{a: {queue: a, arrivals: {poisson: 100/min}, work: [{io: {exponential: 500ms}}], slo: {wait: {mean: 3.5s}}},
		b: {queue: b, arrivals: {poisson: 10/min}, work: [{io: {exponential: 5s}}], slo: {wait: {mean: 35s}}}}`, 2},
	// apart 5.0, together 2.27
	{"alike, together", "ideal", `{a: {queue: a, arrivals: {poisson: 50/min}, work: [{io: {exponential: 1s}}], slo: {wait: {mean: 3s}}},
		b: {queue: b, arrivals: {poisson: 50/min}, work: [{io: {exponential: 1s}}], slo: {wait: {mean: 3s}}}}`, 2},
	// apart with 1 and 3: 1.17 and 4.31, together 1.89
	{"one and three, apart", "ideal", `{a: {queue: a, arrivals: {poisson: 1.4/s}, work: [{io: {exponential: 500ms}}], slo: {wait: {mean: 1.5s}}},
		b: {queue: b, arrivals: {poisson: 0.6/s}, work: [{io: {exponential: 4s}}], slo: {wait: {mean: 6s}}}}`, 4},
	// apart with 4 and 4: 1.97 and 5.91, together 1.71
	{"of eight, together", "ideal", `{a: {queue: a, arrivals: {poisson: 3.6/s}, work: [{io: {exponential: 1s}}], slo: {wait: {mean: 2.5s}}},
		b: {queue: b, arrivals: {poisson: 1.2/s}, work: [{io: {exponential: 3s}}], slo: {wait: {mean: 2.5s}}}}`, 8},
}

func (c *system) file(seed int, workers string) string {
	return fmt.Sprintf("seed: %d\nbroker: %s\ntasks: %s\nstrategies: {one: {workers: %s}}\n", seed, c.broker, c.tasks, workers)
}

// alike is how much more than the best takes the layout that is named, at most.
const alike = 1.05

// The layout that is named takes as few slots as the best, or 5 % more, in at least 95 of 100 seeds, and does not fail on tasks of another
// seed: of 20 seeds with SIMRUN_LONG, or as many as SIMRUN_SEEDS says. The search may do better than the best known where it tries what an
// exhaustive search does not: less prefetch.
func TestKnownSystems(t *testing.T) {
	seeds, systems := 1, searched[1:2]
	if os.Getenv("SIMRUN_LONG") != "" {
		seeds, systems = 20, append(append([]system{}, searched...), pooling...)
		if n, err := strconv.Atoi(os.Getenv("SIMRUN_SEEDS")); err == nil {
			seeds = n
		}
	}
	for _, c := range systems {
		t.Run(c.name, func(t *testing.T) {
			good, named := 0, map[string]int{}
			for seed := 1; seed <= seeds; seed++ {
				r := planned(t, c.file(seed, "{w: {queues: [a, b], concurrency: 4}}"), plan.Options{})
				if r.Answer == nil {
					t.Logf("seed %d: %s", seed, r.Headline)
					continue
				}
				if float64(r.Answer.Slots) <= alike*float64(c.best) {
					good++
				} else {
					t.Logf("seed %d: %s", seed, r.Headline)
				}
				named[r.YAML]++
			}
			for layout, n := range named {
				assert.True(t, c.holds(t, layout), "named %d times, and fails:\n%s", n, layout)
			}
			t.Logf("%d of %d name %d slots or fewer; %d layouts in all", good, seeds, c.best, len(named))
			assert.GreaterOrEqual(t, good, seeds*95/100)
		})
	}
}

// holds says whether a layout that was named does not fail on tasks of another seed, and more of them than decided.
func (c *system) holds(t *testing.T, layout string) bool {
	t.Helper()
	d, err := decoded(t, c.file(12345, "{w: {queues: [a, b], concurrency: 4}}")+"run: {replications: {min: 100, max: 400}}\n").Draft()
	require.NoError(t, err)
	d, err = d.Set(layout, "strategies")
	require.NoError(t, err)
	sc, err := d.Only(d.Keys("strategies")[0])
	require.NoError(t, err)
	j, err := experiment.Judge(t.Context(), sc, experiment.Options{})
	require.NoError(t, err)
	return j.Verdict != "fail"
}

// What is said to be the best passes, and nothing with one slot less does.
func TestTheBestIsTheBest(t *testing.T) {
	if os.Getenv("SIMRUN_LONG") == "" {
		t.Skip("set SIMRUN_LONG")
	}
	for _, c := range append(append([]system{}, searched...), pooling...) {
		t.Run(c.name, func(t *testing.T) {
			assert.True(t, c.passes(t, c.best), "%d slots are enough", c.best)
			assert.False(t, c.passes(t, c.best-1), "%d slots are not", c.best-1)
		})
	}
}

// passes says whether any layout of so many slots passes.
func (c *system) passes(t *testing.T, slots int) bool {
	t.Helper()
	passes := func(format string, sizes ...any) bool {
		j, err := experiment.Judge(t.Context(), decoded(t, c.file(1, fmt.Sprintf(format, sizes...))+"run: {replications: {min: 40, max: 400}}\n"), experiment.Options{})
		require.NoError(t, err)
		if j.Verdict == "pass" {
			t.Logf("passes: "+format, sizes...)
		}
		return j.Verdict == "pass"
	}
	any := passes("{w: {queues: [a, b], concurrency: %d}}", slots)
	for one := 1; one < slots; one++ {
		for _, layout := range []string{
			"{wa: {queues: [a], concurrency: %d}, wb: {queues: [b], concurrency: %d}}",
			"{wa: {queues: [a], concurrency: %d}, all: {queues: [a, b], concurrency: %d}}",
			"{wb: {queues: [b], concurrency: %d}, all: {queues: [a, b], concurrency: %d}}",
		} {
			any = passes(layout, one, slots-one) || any
		}
	}
	return any
}

// Where machines have prices, the cheaper one that is enough is found.
func TestACheaperMachineIsFound(t *testing.T) {
	r := planned(t, `
currency: USD
machines: {large: {cores: 8, price: 2/h}, small: {cores: 2, price: 0.4/h}}
tasks:
  a: {queue: a, arrivals: {poisson: 2/s}, work: [{cpu: 100ms}], slo: {wait: {p95: 1s}}}
  b: {queue: b, arrivals: {poisson: 1/s}, work: [{cpu: 200ms}], slo: {wait: {p95: 2s}}}
strategies: {today: {workers: {w: {queues: [a, b], concurrency: 8, machine: large}}}}
`, plan.Options{})
	require.NotNil(t, r.Answer)
	assert.Contains(t, r.Answer.Strategy, "-on-small")
	assert.InDelta(t, 0.4*730, *r.Answer.Cost, 1e-6)
	assert.Contains(t, r.Headline, "for 292 USD a month")
	assert.Contains(t, strings.Join(r.Said, " "), "The smallest change that passes is today")
	assert.Len(t, r.Answer.Workers, 1)
	assert.Contains(t, r.Answer.Workers[0].Command, "celery -A")
}
