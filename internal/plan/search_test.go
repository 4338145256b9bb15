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
