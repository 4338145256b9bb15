package plan_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"example.com/simrun/internal/plan"
)

const bounded = `
broker: ideal
tasks:
  a: {queue: a, arrivals: {poisson: 4/s}, work: [{io: {exponential: 1s}}], slo: {wait: {p95: 500ms}}}
  b: {queue: b, arrivals: {poisson: 2/s}, work: [{io: {exponential: 1s}}], slo: {wait: {p95: 1s}}}
strategies:
  one: {workers: {w: {queues: [a, b], concurrency: 4}}}
  two: {workers: {wa: {queues: [a], concurrency: 2}, wb: {queues: [b], concurrency: 2}}}
`

// The key plan bounds what varies, what stays, what a layout that is made up may be, and what counts.
func TestBounds(t *testing.T) {
	free := planned(t, bounded, plan.Options{NoSearch: true})
	require.Len(t, free.Minimal, 2)
	assert.Equal(t, "one", free.Answer.Strategy, "pooling takes fewer slots")
	assert.Nil(t, free.Answer.Cost)

	range1 := planned(t, bounded+"plan: {vary: {strategies.one.workers.w.concurrency: 20..30, strategies.two.workers.wa.concurrency: 1..3}}", plan.Options{})
	require.Len(t, range1.Minimal, 1, "two is too small within its range")
	assert.Equal(t, 20, range1.Answer.Slots)
	assert.Nil(t, range1.Minimal[0].OneLess, "the range ends there")
	assert.Equal(t, "found", range1.Status)
	assert.Equal(t, "Nothing can be less within the bounds that the key plan of the file sets.", range1.Said[0])

	kept := planned(t, bounded+"plan: {keep: [wb]}", plan.Options{NoSearch: true})
	require.Len(t, kept.Minimal, 1, "two slots for b are not enough")
	assert.Equal(t, "one", kept.Answer.Strategy)

	changes := planned(t, bounded+"plan: {minimise: changes, workers: 2..3}", plan.Options{})
	assert.Equal(t, "one", changes.Answer.Strategy, "today's, with more slots")
}

// A solo worker has one slot: more of them take more workers.
func TestSolo(t *testing.T) {
	r := planned(t, `
broker: redis
plan: {minimise: cost}
tasks: {a: {queue: q, arrivals: {poisson: 3/s}, work: [{io: {exponential: 500ms}}], slo: {wait: {p95: 1s}}}}
strategies: {one: {workers: {w: {queues: [q], pool: solo}}}}
`, plan.Options{NoSearch: true})
	require.NotNil(t, r.Answer, r.Headline)
	assert.Equal(t, []int{3, 3}, []int{r.Answer.Slots, r.Answer.Workers[0].Replicas})
	assert.Contains(t, r.Change, "Add 2 instances of")
	assert.NotContains(t, r.Change, "Restart")
	assert.Contains(t, strings.Join(r.Said, " "), "Not every layout that passes has a price, so the answer has the fewest slots and not the least cost.")
}

// A plan tells people to start lines: what a warning says of them must not be lost.
func TestWarningsOfTheFile(t *testing.T) {
	said := strings.Join(planned(t, `
tasks: {a: {queue: q, arrivals: {poisson: 2/s}, work: [{io: {exponential: 1s}}], slo: {wait: {p95: 5s}}}}
strategies: {one: {workers: {w: {command: "celery -A app worker -Q q -c 6; rm -rf /"}}}}
`, plan.Options{NoSearch: true}).Said, " ")
	assert.Contains(t, said, "The file has 1 warning: simrun check has the details.")
	assert.NotContains(t, strings.Join(planned(t, bounded, plan.Options{NoSearch: true}).Said, " "), "warning")
}

// Two replicas with two slots cannot have a slot less each, but one with three passes, and so do three with one.
func TestSlotsAreDealtOutToOtherReplicas(t *testing.T) {
	const shared = `
broker: ideal
machines: {m: {cores: 100}}
tasks: {a: {queue: q, arrivals: {poisson: 2/s}, work: [{io: {exponential: 1s}}], slo: {wait: {p95: 5s}}}}
strategies: {one: {workers: {w: {queues: [q], concurrency: 4, replicas: 2, machine: m}}}}
`
	for _, more := range []string{"", "plan: {vary: {strategies.one.workers.w.replicas: 1..4, strategies.one.workers.w.concurrency: 1..8}}"} {
		r := planned(t, shared+more, plan.Options{NoSearch: true})
		assert.Equal(t, 3, r.Answer.Slots)
		assert.Equal(t, "found", r.Status)
	}
	few := planned(t, shared+"plan: {vary: {strategies.one.workers.w.replicas: 2..4, strategies.one.workers.w.concurrency: 1..8}}", plan.Options{NoSearch: true})
	assert.Equal(t, []int{3, 3}, []int{few.Answer.Slots, few.Answer.Workers[0].Replicas}, "one replica is out of bounds")
}

// Where no task comes that has a target, no size is shown to meet it, and why is said.
func TestNothingSeen(t *testing.T) {
	said := strings.Join(planned(t, `
broker: ideal
tasks: {a: {queue: q, arrivals: {cron: "0 3 1 1 *"}, work: [{io: 1s}], slo: {wait: {p95: 5s}}}}
strategies: {one: {workers: {w: {queues: [q], concurrency: 1}}}}
`, plan.Options{NoSearch: true}).Said, " ")
	assert.Contains(t, said, "one was not seen to pass at any size that was tried: nothing was observed of a wait p95.")
}

// What one slot less does is said as a run says it: what nearly passes, and a target of windows, which has no figure, too.
func TestWhatLessDoes(t *testing.T) {
	r := planned(t, `
broker: redis
tasks: {a: {queue: q, arrivals: {every: 100s, batch: 10}, work: [{io: 10s}], slo: {response: {p95: 30300ms}}}}
strategies: {one: {workers: {w: {queues: [q], concurrency: 5, prefetch_multiplier: 1}}}}
`, plan.Options{NoSearch: true})
	assert.Equal(t, "found", r.Status)
	assert.Equal(t, &plan.OneLess{Slots: 4, Verdict: "marginal"}, r.Minimal[0].OneLess)
	assert.Contains(t, r.Said[0], "With less, such as 4 slots, it is marginal: a response p95 is 30 s, nearer to its target of 30.3 s than predictions")

	r = planned(t, `
run: {duration: 1h, start: "Mon 00:00"}
broker: redis
tasks: {night: {queue: q, arrivals: {cron: "30 0 * * *", batch: 10}, work: [{io: 60s}], slo: {done_by: "00:37"}}}
strategies: {one: {workers: {w: {queues: [q], concurrency: 4}}}}
`, plan.Options{NoSearch: true})
	assert.Equal(t, "With less, such as 1 slot, it misses night done_by: everything was done by then in 0 % of the runs.", r.Said[0])
}

// What a search found and had too few events left to prove is named, as what it is.
func TestWhatIsLikelyIsNamed(t *testing.T) {
	r := planned(t, `
run: {duration: 6h, start: "Mon 00:00"}
tasks:
  night: {queue: night, arrivals: {cron: "0 2 * * *", batch: 300}, work: [{io: {exponential: 8s}}], slo: {done_by: "05:00"}}
  web: {queue: web, arrivals: {poisson: 1/s}, work: [{io: {exponential: 300ms}}], slo: {wait: {p95: 2s}, within: 1h}}
strategies: {one: {workers: {w: {queues: [night, web], concurrency: 4}}}}
`, plan.Options{Events: 20_000_000})
	assert.Equal(t, "none", r.Status)
	said := strings.Join(r.Said, " ")
	assert.Contains(t, said, "Likely to meet every target is found-")
	assert.Contains(t, said, "The plan ended at its bound of simulated events")
	assert.Contains(t, r.YAML, "found-", "to be run")
}

// A target of windows takes 72 of them to be shown. What is left of the events goes there, to one size, and not to a few windows of many
// sizes, none of which says anything.
func TestWindowsAreProvedOrNotTried(t *testing.T) {
	const file = `
run: {duration: 2h, start: "Mon 00:00"}
broker: redis
tasks:
  night: {queue: night, arrivals: {cron: "0 0 * * *", batch: 150}, work: [{io: {exponential: 8s}}], slo: {done_by: "00:30"}}
  web: {queue: web, arrivals: {poisson: 0.4/s}, work: [{io: {exponential: 300ms}}], slo: {wait: {p95: 2s}, within: 1h}}
strategies: {two: {workers: {wn: {queues: [night], concurrency: 4}, ww: {queues: [web], concurrency: 2}}}}
`
	r := planned(t, file, plan.Options{NoSearch: true, Events: 3_000_000})
	require.NotNil(t, r.Answer, r.Headline)
	assert.Equal(t, "two", r.Answer.Strategy)

	r = planned(t, file, plan.Options{NoSearch: true, Events: 1_000_000})
	assert.Nil(t, r.Answer)
	assert.Empty(t, r.Frontier, "nothing is looked at in too few windows")
	assert.Contains(t, strings.Join(r.Said, " "), "Likely to meet every target is two with")
}

// No layout passes: the file's own is not enough at any size, and there are to be no more machines.
func TestNone(t *testing.T) {
	r := planned(t, `
broker: ideal
machines: {m: {cores: 1}}
plan: {vary: {machines: false}}
tasks: {a: {queue: q, arrivals: {poisson: 2/s}, work: [{cpu: {exponential: 1s}}], slo: {wait: {p95: 1s}}}}
strategies: {one: {workers: {w: {queues: [q], concurrency: 4, machine: m}}}}
`, plan.Options{})
	assert.Equal(t, "none", r.Status)
	assert.Nil(t, r.Answer)
	assert.Empty(t, r.Minimal)

	r = planned(t, `
broker: redis
tasks: {a: {queue: q, arrivals: {every: 1s}, work: [{io: 1500ms}], slo: {response: {p95: 1s}}}}
strategies: {one: {workers: {w: {queues: [q], concurrency: 4}}}}
`, plan.Options{NoSearch: true})
	assert.Regexp(t, `one was not seen to pass at any size that was tried: with \d+ slots it misses a response p95: 1.5 s against a target of 1 s.`, strings.Join(r.Said, " "))
}

// Without a target nothing says how much is enough.
func TestNoTarget(t *testing.T) {
	sc := decoded(t, `
tasks: {a: {queue: q, arrivals: {poisson: 2/s}, work: [{io: 1s}]}}
strategies: {one: {workers: {w: {queues: [q], concurrency: 4}}}}
`)
	_, err := plan.Run(t.Context(), sc, plan.Options{})
	require.EqualError(t, err, "no task has a target (slo), so nothing says how much is enough")
}
