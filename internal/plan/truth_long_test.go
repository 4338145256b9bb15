package plan_test

import (
	"os"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"example.com/simrun/internal/experiment"
	"example.com/simrun/internal/plan"
	"example.com/simrun/scenarios"
)

// size is a value in the file that a plan varies, and what it is tried at.
type size struct {
	path     string
	from, to int
}

// truths are layouts whose sizes are few enough to try all of them.
var truths = []struct {
	name, file string
	sizes      []size
}{
	{"cores that two kinds of tasks share", `
machines: {m: {cores: 4, price: 0.1/h}}
tasks:
  a: {queue: a, arrivals: {poisson: 5/s}, work: [{cpu: {exponential: 100ms}}, {io: {exponential: 400ms}}], slo: {response: {p95: 1800ms}}}
  b: {queue: b, arrivals: {poisson: 1/s}, work: [{cpu: {exponential: 1500ms}}], slo: {response: {p95: 6s}}}
strategies: {one: {workers: {w: {queues: [a, b], concurrency: 8, machine: m}}}}
`, []size{{"strategies.one.workers.w.concurrency", 1, 10}}},
	{"priorities of messages", `
tasks:
  a: {queue: q, priority: 0, arrivals: {poisson: 2/s}, work: [{io: {exponential: 300ms}}], slo: {wait: {p95: 700ms}}}
  b: {queue: q, priority: 6, arrivals: {poisson: 1/s}, work: [{io: {exponential: 3s}}], slo: {wait: {p95: 20s}}}
strategies: {one: {broker: {kind: redis, priority_steps: [0, 3, 6, 9]}, workers: {w: {queues: [q], concurrency: 8, prefetch_multiplier: 1}}}}
`, []size{{"strategies.one.workers.w.concurrency", 3, 9}}},
	{"tasks that expire", `
tasks:
  a: {queue: q, arrivals: {poisson: 3/s}, work: [{io: {exponential: 1s}}], expires: 2s, slo: {expired: 1%}}
  b: {queue: q, arrivals: {poisson: 0.2/s}, work: [{io: {exponential: 5s}}]}
strategies: {one: {workers: {w: {queues: [q], concurrency: 6, prefetch_multiplier: 1}}}}
`, []size{{"strategies.one.workers.w.concurrency", 2, 9}}},
	{"machines that come and go", `
run: {duration: 3h}
machines: {m: {cores: 2, count: {min: 1, max: 10}, boot: 60s, price: 0.1/h}}
tasks: {a: {queue: q, arrivals: {mmpp: {rates: [1/s, 5/s], hold: [30m, 10m]}}, work: [{io: {exponential: 1s}}], slo: {wait: {p95: 60s}}}}
strategies: {one: {workers: {w: {queues: [q], concurrency: 2, machine: m, autoscale: {min: 1, max: 6, policy: keda, target: 5, boot: 20s}}}}}
`, []size{{"strategies.one.workers.w.autoscale.max", 1, 6}}},
	{"a queue that two workers take", `
tasks:
  a: {queue: a, arrivals: {poisson: 2/s}, work: [{io: {exponential: 300ms}}], slo: {wait: {p95: 500ms}}}
  b: {queue: b, arrivals: {poisson: 1/s}, work: [{io: {exponential: 1s}}], slo: {wait: {p90: 2s}}}
  c: {queue: c, arrivals: {poisson: 0.2/s}, work: [{io: {lognormal: {mean: 10s, cv: 1.5}}}], slo: {wait: {mean: 20s}}}
strategies: {two: {workers: {w1: {queues: [a, b], concurrency: 3}, w2: {queues: [b, c], concurrency: 3}}}}
`, []size{{"strategies.two.workers.w1.concurrency", 1, 5}, {"strategies.two.workers.w2.concurrency", 1, 5}}},
	{"a batch by an hour", `
run: {duration: 6h, start: "Mon 00:00"}
tasks:
  night: {queue: night, arrivals: {cron: "0 2 * * *", batch: 300}, work: [{io: {exponential: 60s}}], slo: {done_by: "04:00"}}
  web: {queue: web, arrivals: {poisson: 0.2/s}, work: [{io: {exponential: 1500ms}}], slo: {wait: {p95: 5s}}}
strategies: {two: {workers: {wn: {queues: [night], concurrency: 4}, ww: {queues: [web], concurrency: 2}}}}
`, []size{{"strategies.two.workers.wn.concurrency", 1, 5}, {"strategies.two.workers.ww.concurrency", 1, 3}}},
}

// No size of a layout that a plan did not name passes, on other tasks and more of them, and costs less or has fewer slots, unless the plan says
// that it is open; and the one that is named does not fail.
func TestLongPlansAgainstEverySize(t *testing.T) {
	if os.Getenv("SIMRUN_LONG") == "" {
		t.Skip("set SIMRUN_LONG")
	}
	for _, c := range truths {
		t.Run(c.name, func(t *testing.T) {
			r := planned(t, "broker: redis\n"+c.file, plan.Options{NoSearch: true})
			require.NotNil(t, r.Answer, r.Headline)
			d, err := decoded(t, "broker: redis\nseed: 987654\n"+c.file).Draft()
			require.NoError(t, err)
			d, err = d.Set("{min: 72, max: 150}", "run", "replications")
			require.NoError(t, err)
			named, err := d.Set(r.YAML, "strategies")
			require.NoError(t, err)
			assert.NotEqual(t, "fail", judgedAs(t, named, r.Answer.Strategy).Verdict, r.Headline)
			everySize(t, d, c.sizes, func(d *scenarios.Draft) {
				j := judgedAs(t, d, r.Answer.Strategy)
				sc, err := d.Only(r.Answer.Strategy)
				require.NoError(t, err)
				less := sc.Layouts[0].Slots() < r.Answer.Slots && (j.Cost == nil || j.Cost.Value <= 1.02**r.Answer.Cost)
				if less = less || j.Cost != nil && j.Cost.Value < 0.95**r.Answer.Cost; less && j.Verdict == "pass" {
					assert.Equal(t, "open", r.Status, "%s But this passes:\n%s", r.Headline, d.YAML(r.Answer.Strategy))
				}
			})
		})
	}
}

func judgedAs(t *testing.T, d *scenarios.Draft, strategy string) *experiment.Judged {
	t.Helper()
	sc, err := d.Only(strategy)
	require.NoError(t, err)
	j, err := experiment.Judge(t.Context(), sc, experiment.Options{})
	require.NoError(t, err)
	return j
}

// everySize calls f for the draft at every size.
func everySize(t *testing.T, d *scenarios.Draft, sizes []size, f func(d *scenarios.Draft)) {
	t.Helper()
	if len(sizes) == 0 {
		f(d)
		return
	}
	for n := sizes[0].from; n <= sizes[0].to; n++ {
		next, err := d.Set(strconv.Itoa(n), strings.Split(sizes[0].path, ".")...)
		require.NoError(t, err)
		everySize(t, next, sizes[1:], f)
	}
}
