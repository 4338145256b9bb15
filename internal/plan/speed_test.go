package plan_test

import (
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"example.com/simrun/internal/experiment"
	"example.com/simrun/internal/plan"
	"example.com/simrun/scenarios"
)

// shared is a system whose runs take some milliseconds each.
const shared = `run: {duration: 30m, replications: {min: 20, max: 20}}
tasks:
  a: {queue: a, arrivals: {poisson: 40/s}, work: [{io: {exponential: 200ms}}], slo: {wait: {p95: 1s}}}
  b: {queue: b, arrivals: {poisson: 10/s}, work: [{io: {exponential: 500ms}}], slo: {wait: {p95: 2s}}}
strategies:
  one: {workers: {w: {queues: [a, b], concurrency: 18}}}
  two: {workers: {wa: {queues: [a], concurrency: 11}, wb: {queues: [b], concurrency: 8}}}
`

// BenchmarkTwoCores says how many times as fast two cores are as one.
func BenchmarkTwoCores(b *testing.B) {
	run := func(b *testing.B, sc *scenarios.Scenario, cores int) {
		b.Helper()
		_, err := experiment.Run(b.Context(), sc, experiment.Options{Cores: cores})
		require.NoError(b, err)
	}
	aimless := strings.NewReplacer(", slo: {wait: {p95: 1s}}", "", ", slo: {wait: {p95: 2s}}", "").Replace(shared) // there is no headroom without targets
	for _, c := range []struct {
		name, text string
		do         func(b *testing.B, sc *scenarios.Scenario, cores int)
	}{
		{"run", aimless, run},
		{"headroom", strings.Replace(shared, "min: 20, max: 20", "min: 4, max: 4", 1), run},
		{"sweep", aimless + "sweep: {load: [0.5, 0.6, 0.7, 0.8]}\n", run},
		{"plan", shared, func(b *testing.B, sc *scenarios.Scenario, cores int) {
			b.Helper()
			_, err := plan.Run(b.Context(), sc, plan.Options{Cores: cores, NoSearch: true})
			require.NoError(b, err)
		}},
	} {
		b.Run(c.name, func(b *testing.B) {
			sc, err := scenarios.Decode("shared.yaml", []byte(c.text), ".")
			require.NoError(b, err)
			var took [3]time.Duration
			for b.Loop() {
				for cores := 1; cores <= 2; cores++ {
					began := time.Now()
					c.do(b, sc, cores)
					took[cores] += time.Since(began)
				}
			}
			b.ReportMetric(took[1].Seconds()/took[2].Seconds(), "speedup")
		})
	}
}
