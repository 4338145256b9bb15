package experiment_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"example.com/simrun/internal/experiment"
	"example.com/simrun/internal/fidelity/known"
)

// recordedKind is a scenario of a kind that was compared with real Celery.
const recordedKind = `
name: kind
run: {duration: 10m, warmup: 0s, replications: 5}
celery: "5.6"
broker: BROKER
machines: {vm: {cores: 2}}
tasks:
  job: {arrivals: {poisson: 2/s}, work: [WORK], slo: SLO}
strategies:
  one: {workers: {worker: {queues: [job], concurrency: 4, pool: POOL, machine: vm}}}
`

func kind(broker, pool, work, slo string) string {
	return strings.NewReplacer("BROKER", broker, "POOL", pool, "WORK", work, "SLO", slo).Replace(recordedKind)
}

func TestModelErrorIsThatOfTheKind(t *testing.T) {
	sleeping, heavy := "{io: {exponential: 100ms}}", "{cpu: {exponential: 110ms}}" // 0.22 of 2 cores, a tenth is 0.2
	for _, c := range []struct {
		broker, pool, work string
		cpuHeavy, known    bool
	}{
		{"redis", "prefork", sleeping, false, true},
		{"redis", "prefork", heavy, true, true},
		{"redis", "prefork", "{cpu: {exponential: 90ms}}", false, true},
		{"rabbitmq", "prefork", sleeping, false, true},
		{"rabbitmq", "threads", sleeping, false, false},
		{"ideal", "prefork", sleeping, false, false},
	} {
		v := answer(t, kind(c.broker, c.pool, c.work, "{}")).Verdict
		if !c.known {
			assert.Nil(t, v.ModelError, "%s %s", c.broker, c.pool)
			continue
		}
		p95, preset, ok := known.ModelError("5.6", c.broker, c.pool, c.cpuHeavy)
		require.True(t, ok)
		assert.Equal(t, &experiment.ModelError{P95: p95, Preset: preset}, v.ModelError)
	}
}

// A target that is met by less than predictions of this kind were off is marginal: nothing is kept or changed for it.
func TestMarginal(t *testing.T) {
	p95, _, ok := known.ModelError("5.6", "redis", "prefork", false)
	require.True(t, ok)
	work := "{io: 100ms}"
	free := answer(t, kind("redis", "prefork", work, "{response: {p50: 10s}}"))
	assert.Equal(t, "pass", free.Strategies[0].Classes[0].SLO[0].Verdict)
	figure := free.Strategies[0].Classes[0].Response.P50.Value
	at := func(share float64) *experiment.Result {
		target := figure / (1 - share*p95) // the figure is below it by that share of the error
		return answer(t, kind("redis", "prefork", work, fmt.Sprintf("{response: {mean: %.4fs}}", target*1.002)))
	}
	far := at(2)
	assert.Equal(t, "pass", far.Strategies[0].Classes[0].SLO[0].Verdict)
	assert.Equal(t, "keep_baseline", far.Verdict.Status)

	near := at(0.5)
	assert.Equal(t, "marginal", near.Strategies[0].Classes[0].SLO[0].Verdict)
	assert.Equal(t, "undecided", near.Verdict.Status)
	assert.Nil(t, near.Verdict.BaselinePasses)
	assert.Nil(t, near.Verdict.Recommend)
	assert.Contains(t, near.Verdict.Headline, "Undecided: what runs today (one) meets its target, but job response mean is")
	assert.Contains(t, near.Verdict.Headline, "Celery 5.6, redis, prefork, sleeping tasks")
}
