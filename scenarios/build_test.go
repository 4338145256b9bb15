package scenarios_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"example.com/simrun/scenarios"
	"example.com/simrun/spec"
)

// What is built in Go is the scenario that the same file is.
func TestBuiltAsRead(t *testing.T) {
	const file = `
name: shop
seed: 0
run: {duration: 1.5s, warmup: 0s, replications: 20, allow_what_if: true, drain: 0s}
machines: {app: {cores: 0.5, count: {min: 1, max: 3}, price: 0.19/h, disk: {parallel: 2}}}
services: {api: {latency: {lognormal: {p50: 40ms, p99: 400ms}}, capacity: 5, errors: 1%}}
zones: {here: {reaches: {there: {rtt: 25ms}}}, there: {}}
queues: {low: {max_length: 0}}
tasks:
  z: {arrivals: {stages: [{for: 1h, rate: 2/s}, {for: 1h, ramp_to: 5/s}], batch: {uniform: [1, 3]}}, work: [{cpu: 5ms}, {io: api, timeout: 10s}, {io: {mixture: [{weight: 0.5, of: 1s}, {weight: 0.5, of: {exponential: 2s}}]}}], labels: [pii], queue: low, retry: {}}
  a: {extends: z, queue: a, arrivals: {after: z}, failures: {error: 1%, slow: {chance: 2%, factor: 3}}, slo: {wait: {p95: 500ms}, loss: 1%}, retry: {on: [error]}, acks_late: false}
faults: [{at: 500ms, for: 1s, service: api, mode: slow}]
strategies:
  one: {workers: {w: {queues: [low, a], concurrency: 4, order: {weighted: {low: 1, a: 2}}, machine: app, prefetch_multiplier: 0}}, broker: {kind: ideal, dispatch: random}}
  two: {extends: one, routes: {z: a}, workers: {w: {queues: [a], order: round_robin}}}
sweep: {load: [1, 2], tasks.z.work.0.cpu: [5ms, 7ms]}
`
	read, err := scenarios.Decode("shop.yaml", []byte(file), ".")
	require.NoError(t, err)
	built, err := scenarios.Build(spec.Scenario{
		Name: "shop", Seed: 0,
		Run:      &spec.Run{Duration: 1500 * time.Millisecond, Warmup: time.Duration(0), Replications: 20, AllowWhatIf: true, Drain: "0s"},
		Machines: []spec.Machine{{Name: "app", Cores: 0.5, Count: spec.Bounds{Min: 1, Max: 3}, Price: "0.19/h", Disk: &spec.Disk{Parallel: 2}}},
		Services: []spec.Service{{Name: "api", Latency: spec.Law{Lognormal: &spec.Lognormal{P50: 40 * time.Millisecond, P99: "400ms"}}, Capacity: 5, Errors: spec.Percent(1)}},
		Zones:    []spec.Zone{{Name: "here", Reaches: []spec.Way{{Name: "there", RTT: 25 * time.Millisecond}}}, {Name: "there"}},
		Queues:   []spec.Queue{{Name: "low", MaxLength: 0}},
		Tasks: []spec.Task{
			{
				Name: "z", Queue: "low", Labels: []string{"pii"}, Retry: &spec.Retry{},
				Arrivals: &spec.Arrivals{
					Stages: []spec.Stage{{For: time.Hour, Rate: spec.PerSecond(2)}, {For: time.Hour, RampTo: "5/s"}},
					Batch:  spec.Law{Uniform: []any{1, 3}},
				},
				Work: []spec.Phase{
					{CPU: 5 * time.Millisecond},
					{IO: "api", Timeout: 10 * time.Second},
					{IO: spec.Law{Mixture: []spec.Part{{Weight: 0.5, Of: time.Second}, {Weight: 0.5, Of: &spec.Law{Exponential: 2 * time.Second}}}}},
				},
			},
			{
				Name: "a", Extends: "z", Queue: "a", Arrivals: &spec.Arrivals{After: "z"}, Retry: &spec.Retry{On: []string{"error"}}, AcksLate: false,
				Failures: &spec.Failures{Error: "1%", Slow: spec.Slow{Chance: "2%", Factor: 3}},
				SLO:      &spec.SLO{Wait: []spec.Pair{{Name: "p95", Value: 500 * time.Millisecond}}, Loss: spec.Percent(1)},
			},
		},
		Faults: []spec.Fault{{At: 500 * time.Millisecond, For: time.Second, Service: "api", Mode: "slow"}},
		Strategies: []spec.Strategy{
			{Name: "one", Broker: spec.Broker{Kind: "ideal", Dispatch: "random"}, Workers: []spec.Worker{{
				Name: "w", Queues: []string{"low", "a"}, Concurrency: 4, Machine: "app", PrefetchMultiplier: 0,
				Order: map[string]any{"weighted": map[string]int{"low": 1, "a": 2}},
			}}},
			{Name: "two", Extends: "one", Routes: []spec.Pair{{Name: "z", Value: "a"}}, Workers: []spec.Worker{{Name: "w", Queues: []string{"a"}, Order: "round_robin"}}},
		},
		Sweep: []spec.Pair{{Name: "load", Value: []int{1, 2}}, {Name: "tasks.z.work.0.cpu", Value: []any{5 * time.Millisecond, "7ms"}}},
	}, ".")
	require.NoError(t, err)
	assert.Equal(t, read.Expanded, built.Expanded)
	assert.Equal(t, read.Classes, built.Classes)
	assert.Equal(t, read.Layouts, built.Layouts)
	assert.Equal(t, read.Machines, built.Machines)
	assert.Equal(t, read.Faults, built.Faults)
	assert.Equal(t, read.Run, built.Run)
	assert.Equal(t, read.Sweep.Axes, built.Sweep.Axes)
	for i := range read.Sweep.Cells {
		assert.Equal(t, read.Sweep.Cells[i].Scenario.Expanded, built.Sweep.Cells[i].Scenario.Expanded)
	}
}

func TestBuildRefuses(t *testing.T) {
	for _, c := range []struct {
		from any
		want string
	}{
		{nil, "scenario: <nil>: want a struct"},
		{3, "scenario: int: want a struct"},
		{spec.Scenario{}, "tasks is missing: want a map of at least one task\nstrategies is missing: want a map of at least one strategy\nname is missing: want a name"},
		{spec.Scenario{Seed: func() {}}, "scenario: a func(): want a struct, list, map, text, number, bool or duration"},
		{spec.Scenario{Tasks: []spec.Task{{Name: "a"}, {Name: "a"}}}, `scenario: "a": twice in one list`},
	} {
		s, err := scenarios.Build(c.from, ".")
		assert.Nil(t, s)
		assert.EqualError(t, err, c.want)
	}
}
