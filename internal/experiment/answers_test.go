package experiment_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// stuckText is a worker whose slots hang one after the other, so that most tasks never start.
const stuckText = `
run: {duration: 1h, replications: 10}
tasks: {a: {queue: celery, arrivals: {poisson: 1/s}, work: [{io: 1s}], failures: {hang: 1%}, slo: {TARGET}}}
strategies: {now: {workers: {w: {command: "celery -A app worker -c 4"}}}}
`

// A share counts what never ran as having gone wrong, and that it never ran is the first thing said.
func TestWhatNeverRunsIsNotWithinAnyTarget(t *testing.T) {
	for _, target := range []string{"failed: 2%", "loss: 1%", "expired: 1%", "duplicates: 1%", "wait: {p95: 40s}", "wait: {mean: 1m}", "response: {max: 2h}"} {
		r := answer(t, strings.Replace(stuckText, "TARGET", target, 1))
		assert.Equal(t, "none_passes", r.Verdict.Status, target)
		assert.Regexp(t, `^No: [0-9.]+ % of a never end under what runs today`, r.Verdict.Headline, target)
		assert.Equal(t, "fail", r.Strategies[0].Classes[0].SLO[0].Verdict, target)
	}
	r := answer(t, strings.Replace(stuckText, "TARGET", "wait: {p95: 40s}", 1))
	assert.Contains(t, r.Verdict.Headline, "misses a wait p95 (target 40 s): only ", "not a figure of the few that ran, which meets the target")
	r = answer(t, strings.Replace(stuckText, "TARGET", "failed: 99%", 1))
	assert.NotRegexp(t, "^Yes", r.Verdict.Headline, "a target so low that it is met says no Yes either")
}

// A layout that lives with the deaths of whole workers says so before it says that it passes.
func TestDeathsOfWorkersComeBeforeYes(t *testing.T) {
	r := answer(t, `
run: {duration: 1h, replications: 10, warmup: 0s}
tasks: {a: {queue: celery, arrivals: {poisson: 20/min}, work: [{io: 200ms}], acks_late: true, failures: {crash: 0.2%}, slo: {wait: {p50: 10s}}}}
strategies: {now: {workers: {w: {command: "celery -A app worker -c 4 -P threads"}}}}
`)
	require.Equal(t, "pass", r.Strategies[0].Classes[0].SLO[0].Verdict)
	assert.Regexp(t, `^With care: whole workers die, [0-9.]+ in each run on average, though what runs today \(now\) meets`, r.Verdict.Headline)
}

// A maximum is that of all runs, and those that went over are counted.
func TestAMaximumIsNoMeanOfMaxima(t *testing.T) {
	text := `
run: {duration: 30m, warmup: 0s, replications: 20}
broker: ideal
tasks: {a: {arrivals: {poisson: 1/s}, work: [{io: {lognormal: {mean: 1s, cv: 2}}}], slo: {response: {max: 30s}}}}
strategies: {one: {workers: {w: {queues: [a], concurrency: 20}}}}
`
	r := answer(t, text)
	o := r.Strategies[0].Classes[0].SLO[0]
	require.Equal(t, "fail", o.Verdict)
	assert.Greater(t, o.Value.Value, 30.0, "the figure beside a miss is one that misses")
	assert.Nil(t, o.Value.Low, "a maximum has no interval")
	assert.Regexp(t, `response max: .+ at the most, against a target of 30 s, which \d+ runs? went over`, r.Verdict.Headline)
}

// One task a night is not cancelled by less load: what fails with it passes at no load.
func TestABatchIsNeverScaledToNothing(t *testing.T) {
	r := answer(t, `
run: {duration: 6h, replications: 10, start: "Mon 21:00"}
tasks:
  mails: {queue: celery, arrivals: {cron: "22 21 * * *"}, work: [{io: 3h}], slo: {duplicates: 0%}}
strategies: {late: {workers: {w: {command: "celery -A app worker -c 8", acks_late: true}}}}
`)
	assert.Equal(t, "fail", r.Strategies[0].Classes[0].SLO[0].Verdict)
	assert.Greater(t, r.Strategies[0].Classes[0].SLO[0].Value.Value, 1.0, "duplicates are no share: there may be several of each")
	h := r.Verdict.Headroom["late"]
	assert.Zero(t, h.Factor)
	assert.Contains(t, strings.Join(r.Verdict.Reasons, "\n"), "late misses mails duplicates")
}

// Long tasks that cause batches, in windows of few mean durations: Little's law holds to rounding, edges and all, with
// any seed.
func TestLittlesLawHoldsInEveryWindow(t *testing.T) {
	for seed := range uint64(5) {
		sc := read(t, `
run: {duration: 20m, replications: 4, allow_what_if: true}
broker: ideal
tasks:
  long: {queue: default, arrivals: {poisson: 80/h}, work: [{io: {exponential: 5m}}]}
  small: {queue: critical, arrivals: {after: long, batch: 50}, work: [{io: 100ms}], expires: 30s}
strategies:
  weights: {workers: {srv: {queues: [critical, default], concurrency: 10, pool: threads, prefetch_multiplier: 1, order: {weighted: {critical: 6, default: 3}}}}}
  apart: {derive: {from: weights, split_by: queue, share: {critical: 1, default: 9}}}
`)
		sc.Seed = seed
		r := run(t, sc)
		for _, c := range r.Checks {
			assert.True(t, c.OK, "%s of %s: %v against %v", c.Name, c.Strategy, c.Observed.Value, c.Expected)
		}
	}
}

// Whether the window begins on Monday or not, warm-up and all, the same comes out.
func TestAWarmupBeforeMonday(t *testing.T) {
	for _, arrivals := range []string{
		`{stages: [{for: 22h, rate: 10/h}, {for: 1h, ramp_to: 1000/h}, {for: 1h, ramp_to: 10/h}]}`,
		`{cron: "*/10 * * * *"}`,
	} {
		of := func(day string) [2]float64 {
			c := answer(t, `
run: {duration: 1h, warmup: 3h, replications: 20, start: "`+day+` 00:00", drain: 1h}
broker: ideal
tasks: {a: {arrivals: `+arrivals+`, work: [{io: 1s}]}}
strategies: {s: {workers: {w: {queues: [a], concurrency: 1000}}}}
`).Strategies[0].Classes[0]
			return [2]float64{c.Published, c.Wait.Max}
		}
		monday, tuesday := of("Mon"), of("Tue")
		assert.InDelta(t, tuesday[0], monday[0], 3, arrivals)
		assert.InDelta(t, tuesday[1], monday[1], 1e-9, arrivals)
	}
}
