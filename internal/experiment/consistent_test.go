package experiment_test

import (
	"fmt"
	"math/rand/v2"
	"os"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"example.com/simrun/internal/experiment"
)

// consistent checks that nothing in a result contradicts what stands beside it.
func consistent(t *testing.T, r *experiment.Result, msg string) {
	t.Helper()
	ordered := func(x *experiment.Estimate) {
		if x == nil || x.Low == nil {
			return
		}
		assert.LessOrEqual(t, *x.Low, *x.High, msg)
		assert.LessOrEqual(t, *x.Low, x.Value, msg)
		assert.GreaterOrEqual(t, *x.High, x.Value, msg)
	}
	anyPasses := false
	for _, s := range r.Strategies {
		passes := len(s.Breaches) == 0
		for _, c := range append(s.Classes, *s.All) {
			for _, q := range []*experiment.Quantiles{c.Wait, c.WaitAll, c.Response, c.Run, c.Slowdown} {
				if q != nil {
					for _, x := range []*experiment.Estimate{q.Mean, q.P50, q.P90, q.P95, q.P99, q.P999} {
						ordered(x)
					}
				}
			}
			ordered(c.Throughput)
			for _, o := range c.SLO {
				ordered(o.Value)
				ordered(o.Attained)
				passes = passes && o.Verdict == "pass"
				if v := o.Value; v.Known() && v.Low != nil {
					switch o.Verdict {
					case "pass", "marginal":
						assert.LessOrEqual(t, *v.High, o.Target*(1+1e-3), "%s: %s passes beside an interval that misses", msg, o.Metric)
					case "fail":
						assert.GreaterOrEqual(t, *v.Low, o.Target*(1-1e-3), "%s: %s fails beside an interval that meets", msg, o.Metric)
					}
				}
			}
		}
		h, ok := r.Verdict.Headroom[s.Name]
		if ok && h.Low != nil {
			assert.LessOrEqual(t, *h.Low, *h.High, msg)
			assert.LessOrEqual(t, h.Factor, h.Tried, "%s: a load that was never tried", msg)
		}
		anyPasses = anyPasses || passes && len(s.WhatIf) == 0 && len(r.Strategies) > 0 && targetsOf(&s) > 0
	}
	if anyPasses {
		assert.NotNil(t, r.Verdict.Recommend, "%s: no recommendation beside a layout that passes all", msg)
	}
	for _, c := range r.Checks {
		assert.True(t, c.OK, "%s: %s", msg, c.Name)
	}
	assert.NotContains(t, r.Verdict.Headline+strings.Join(r.Verdict.Reasons, "")+strings.Join(r.Warnings, ""), "NaN", msg)
}

func targetsOf(s *experiment.Strategy) (n int) {
	for _, c := range s.Classes {
		n += len(c.SLO)
	}
	return n
}

// TestNothingContradictsItself answers random systems: stable and not, with targets that are met and missed, with
// failures, expiry, full queues, bursts and calendars. With SIMRUN_LONG they are 100.
func TestNothingContradictsItself(t *testing.T) {
	n := 12
	if os.Getenv("SIMRUN_LONG") != "" {
		n = 100
	}
	random := rand.New(rand.NewPCG(7, 9))
	pick := func(of ...string) string { return of[random.IntN(len(of))] }
	for i := range n {
		rate := 0.2 + 1.3*random.Float64()
		text := fmt.Sprintf(`
run: {duration: %s, %s replications: {min: 8, max: %d}}
broker: %s
queues: {b: {max_length: %d}}
tasks:
  a:
    arrivals: {%s}
    work: [{io: {%s}}]
    %s
    slo: {wait: {%s: %s}, %s}
  b:
    arrivals: {poisson: %.3g/s}
    work: [{io: {exponential: 500ms}}]
    slo: {response: {%s: %s, max: %s}, loss: %s, %s}
strategies:
  one: {workers: {w: {queues: [a, b], concurrency: %d}}}
  two: {workers: {v: {queues: [a], concurrency: %d}, w: {queues: [b], concurrency: 1, acks_late: true}}}
`, pick("5m", "10m", "20m"), pick("", "warmup: 0s,"), 8+random.IntN(30), pick("ideal", "redis", "rabbitmq"), 3+random.IntN(50),
			pick(fmt.Sprintf("poisson: %.3g/s", rate), "cron: \"*/2 * * * *\", batch: 20", "mmpp: {rates: [0.2/s, 3/s], hold: [1m, 10s]}"),
			pick("exponential: 1s", "gamma: {mean: 1s, cv: 0.5}", "lognormal: {mean: 1s, cv: 2}"),
			pick("", "expires: 5s", "failures: {error: 5%}", "failures: {hang: 0.5%}\n    time_limit: {hard: 20s}", "failures: {crash: 1%}"),
			pick("p50", "p80", "p95", "p99", "p99.5", "mean", "max"), pick("1ms", "500ms", "3s", "20s"), pick("failed: 2%", "expired: 1%", "duplicates: 1%", "loss: 0%"),
			0.2+random.Float64(), pick("p90", "p95", "mean"), pick("1s", "5s", "30s"), pick("20s", "5m"), pick("0%", "1%", "10%"),
			pick("duplicates: 0.5%", "within: 2m", "done_by: \"00:30\"", "failed: 1%"), 1+random.IntN(4), 1+random.IntN(3))
		if strings.Contains(text, "within: 2m") {
			text = strings.Replace(text, "slo: {wait: {mean:", "slo: {wait: {p75:", 1)
			text = strings.Replace(text, "slo: {response: {mean:", "slo: {response: {p75:", 1)
		}
		sc := read(t, text)
		sc.Seed = uint64(i)
		r, err := experiment.Run(t.Context(), sc, experiment.Options{})
		require.NoError(t, err)
		consistent(t, r, fmt.Sprintf("system %d", i))
		if t.Failed() {
			t.Log(text)
			return
		}
	}
}
