package experiment_test

import (
	"context"
	"encoding/json"
	"testing"

	"github.com/stretchr/testify/require"

	"example.com/simrun/internal/experiment"
	"example.com/simrun/scenarios"
)

// read is a scenario written in a test.
func read(t testing.TB, text string) *scenarios.Scenario {
	t.Helper()
	sc, err := scenarios.Decode("test.yaml", []byte(text), ".")
	require.NoError(t, err)
	return sc
}

// answer runs a scenario written in a test.
func answer(t testing.TB, text string) *experiment.Result {
	t.Helper()
	return run(t, read(t, text))
}

// bytesOf is a result as it is written.
func bytesOf(t testing.TB, r *experiment.Result) string {
	t.Helper()
	text, err := json.Marshal(r)
	require.NoError(t, err)
	return string(text)
}

// mm1 is one slot at load 0.8 whose mean wait is 4 s and whose waits exceed t with probability 0.8 exp(-0.2 t).
const mm1 = `
run: {duration: 3h, replications: {min: 20, max: 60}}
broker: ideal
tasks:
  a:
    arrivals: {poisson: 0.8/s}
    work: [{io: {exponential: 1s}}]
    slo: SLO
strategies:
  one: {workers: {w: {queues: [a], concurrency: 1, disable_prefetch: true}}}
  two: {workers: {w: {queues: [a], concurrency: 2, disable_prefetch: true}}}
`

// run answers a scenario.
func run(t testing.TB, sc *scenarios.Scenario) *experiment.Result {
	t.Helper()
	r, err := experiment.Run(context.Background(), sc, experiment.Options{})
	require.NoError(t, err)
	return r
}
