package experiment

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"example.com/simrun/scenarios"
)

const scaledYAML = `
run: {duration: 4h, warmup: 0s, replications: 5}
machines:
  app: {cores: 4, price: 0.5/h, boot: 90s}
  packed: {cores: 4, count: {min: 1, max: 5}, price: 0.5/h, boot: 90s}
tasks:
  a:
    arrivals: {stages: [{for: 1h, rate: 0.1/s}, {for: 1h, rate: 3/s}]}
    work: [{io: {exponential: 3s}}]
    slo: {wait: {p95: 2m}}
strategies:
  small: {workers: {w: {queues: [a], concurrency: 4, replicas: 1, machine: {use: app, own: true}}}}
  large: {workers: {w: {queues: [a], concurrency: 4, replicas: 4, machine: {use: app, own: true}}}}
  own: {workers: {w: {queues: [a], concurrency: 4, machine: {use: app, own: true}, autoscale: {min: 1, max: 4, policy: queue_length, target: 4, boot: 20s}}}}
  packed: {workers: {w: {queues: [a], concurrency: 2, machine: packed, autoscale: {min: 1, max: 8, policy: utilization, target: 60%, boot: 20s}}}}
`

// What the timeline of the first replication shows is what its tally counted, and cost is machines by time.
func TestScaledLayouts(t *testing.T) {
	sc, err := scenarios.Decode("scaled.yaml", []byte(scaledYAML), ".")
	require.NoError(t, err)
	e := newEngine(t.Context(), sc, 0, Options{Tasks: true, Backend: Local(2)})
	e.heard = make([]*Heard, len(sc.Layouts))
	r, err := e.answer()
	require.NoError(t, err)
	mean := func(v []float64) (m float64) {
		for _, x := range v {
			m += x / float64(len(v))
		}
		return m
	}
	for l := range r.Strategies {
		s := &r.Strategies[l]
		first := &e.samples[l][0]
		assert.InDelta(t, e.machineCost(l, first), mean(s.Timeline.Cost), 1e-6, s.Name)
		assert.InDelta(t, *s.Cost, s.Costs.PerHour.Value, 1e-12)
		w := &s.Workers[0]
		if w.Fleet == nil {
			assert.Less(t, l, 2)
			assert.InDelta(t, w.Replicas.Value, mean(s.Timeline.Replicas[0]), 1e-9)
			assert.InDelta(t, 0.5*w.Replicas.Value, *s.Cost, 1e-9)
			continue
		}
		assert.InDelta(t, first.fleets[0].running, mean(s.Timeline.Replicas[0]), 1e-6, s.Name)
		assert.Positive(t, w.Fleet.Ordered)
		assert.Positive(t, w.Fleet.Removed)
		assert.LessOrEqual(t, w.SlotUtilization.Value, 1.0)
		assert.Greater(t, w.SlotUtilization.Value, 0.2, "of the slots that are there")
		assert.InDelta(t, 1.55*3600*4, mean(s.Timeline.Arrivals)*3600*4, 600, "two hours of each rate")
		assert.Less(t, *s.Costs.PerHour.Low, *s.Costs.PerHour.High)
	}
	own := r.Strategies[2].Workers[0]
	assert.InDelta(t, 0.5*(own.Replicas.Value+own.Fleet.Booting.Value), *r.Strategies[2].Cost, 1e-9, "a machine for each, from its order on")
	assert.Equal(t, "large", *r.Verdict.SimplestThatPasses)
	assert.Contains(t, r.Verdict.Reasons[0], "the smallest change that passes is large, for ")
	assert.Contains(t, strings.Join(r.Verdict.Reasons, " "), "own has up to 16")
	text, err := json.Marshal(r.Strategies[2])
	require.NoError(t, err)
	assert.Contains(t, string(text), `"fleet":{"booting":`)
	assert.Contains(t, string(text), `"scaled_in":{"interrupted":0,"wasted":0}`, "they have 30 s to end")
}

// With a plan of the week nothing is stationary: no warm-up is deleted.
func TestPlansAreNotStationary(t *testing.T) {
	text := `
tasks: {a: {arrivals: {poisson: 1/s}, work: [{io: 1s}]}}
strategies: {s: {workers: {w: {queues: [a], concurrency: 2, autoscale: {min: 1, max: 2, policy: schedule, target: [{for: 8h, replicas: 1}, {for: 16h, replicas: 2}]}}}}}
`
	sc, err := scenarios.Decode("plan.yaml", []byte(text), ".")
	require.NoError(t, err)
	assert.False(t, stationary(sc))
	assert.True(t, tosses(&sc.Layouts[0]))
}

// What goes with its grace over is counted, and is nothing where only what is idle goes.
func TestScaledInIsCounted(t *testing.T) {
	sc, err := scenarios.Decode("in.yaml", []byte(`
run: {duration: 2h, warmup: 0s, replications: 2}
tasks: {a: {arrivals: {stages: [{for: 1h, rate: 1/min}, {for: 1h, rate: 1/h}]}, work: [{io: 300s}]}}
strategies:
  hasty: {workers: {w: {queues: [a], concurrency: 1, autoscale: {min: 1, max: 8, policy: queue_length, target: 1, cooldown: 1m, grace: 5s}}}}
  processes: {workers: {w: {queues: [a], autoscale: {min: 1, max: 8, policy: celery}}}}
  still: {workers: {w: {queues: [a], concurrency: 4}}}
`), ".")
	require.NoError(t, err)
	r, err := Run(t.Context(), sc, Options{Cores: 1})
	require.NoError(t, err)
	in := r.Strategies[0].Workers[0].ScaledIn
	require.NotNil(t, in)
	assert.Positive(t, in.Interrupted)
	assert.Greater(t, in.Wasted, in.Interrupted)
	assert.Equal(t, &ScaledIn{}, r.Strategies[1].Workers[0].ScaledIn)
	assert.Nil(t, r.Strategies[2].Workers[0].ScaledIn)
}

// An order of queues that each process draws is chance, whatever the broker.
func TestADrawnOrderIsChance(t *testing.T) {
	for order, want := range map[string]bool{"drawn": true, "sorted": false} {
		sc, err := scenarios.Decode("drawn.yaml", []byte(`
tasks: {a: {arrivals: {every: 1s}, work: [{io: 2s}]}, b: {arrivals: {every: 1s}, work: [{io: 2s}]}}
strategies: {s: {workers: {w: {queues: [b, a], concurrency: 5, order: `+order+`}}}}
`), ".")
		require.NoError(t, err)
		assert.Equal(t, want, tosses(&sc.Layouts[0]), order)
	}
}
