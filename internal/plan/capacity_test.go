package plan_test

import (
	"fmt"
	"os"
	"strconv"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"example.com/simrun/internal/plan"
	"example.com/simrun/scenarios"
)

// capacities are stations whose least number of servers is known exactly (Erlang C), with the value at it and at one less:
// P(W > t) <= 5 % (0.0477, 0.0701), p95 of the wait (0.201 s, 0.278 s), p99 of the response (0.517 s, 0.651 s), and
// P(W > 0) <= 20 % (0.1575, 0.2660).
var capacities = []struct {
	rate, mean, slo string
	servers         int
}{
	{"40/s", "1s", "wait: {p95: 100ms}", 49},
	{"40/s", "1s", "wait: {p95: 250ms}", 47},
	{"900/s", "100ms", "response: {p99: 600ms}", 92},
	{"18/s", "500ms", "wait: {p80: 0s}", 13},
}

func decoded(t *testing.T, text string) *scenarios.Scenario {
	t.Helper()
	sc, err := scenarios.Decode("planned.yaml", []byte(text), ".")
	require.NoError(t, err)
	return sc
}

func planned(t *testing.T, text string, o plan.Options) *plan.Result {
	t.Helper()
	r, err := plan.Run(t.Context(), decoded(t, text), o)
	require.NoError(t, err)
	return r
}

// The least number of servers is found exactly in at least 80 of 100 seeds, wrong in at most 1, and open between two in the
// rest: of 20 seeds with SIMRUN_LONG, or as many as SIMRUN_SEEDS says. Without it one seed is to be right or open, and the
// largest system, which takes more than the others together, is left out.
func TestLeastCapacity(t *testing.T) {
	seeds, long := 1, os.Getenv("SIMRUN_LONG") != ""
	if long {
		seeds = 20
	}
	if n, err := strconv.Atoi(os.Getenv("SIMRUN_SEEDS")); err == nil && long {
		seeds = n
	}
	for _, c := range capacities {
		t.Run(c.rate+" "+c.slo, func(t *testing.T) {
			if c.servers > 50 && !long {
				t.Skip("set SIMRUN_LONG")
			}
			exact, open, wrong := 0, 0, 0
			for seed := range seeds {
				r := planned(t, fmt.Sprintf(`
seed: %d
broker: ideal
tasks: {t: {queue: q, arrivals: {poisson: %s}, work: [{io: {exponential: %s}}], slo: {%s}}}
strategies: {one: {workers: {w: {queues: [q], concurrency: 10}}}}
`, seed+1, c.rate, c.mean, c.slo), plan.Options{NoSearch: true})
				switch {
				case r.Status == "found" && r.Answer.Slots == c.servers:
					exact++
				case r.Status == "open" && (r.Answer.Slots == c.servers || r.Answer.Slots == c.servers+1):
					open++
				default:
					wrong++
					t.Logf("seed %d: %s, %+v", seed+1, r.Status, r.Answer)
				}
			}
			t.Logf("exact %d, open %d, wrong %d", exact, open, wrong)
			assert.LessOrEqual(t, wrong, seeds/100)
			if long {
				assert.GreaterOrEqual(t, exact, seeds*80/100)
			}
		})
	}
}
