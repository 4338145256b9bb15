package experiment_test

import (
	"encoding/json"
	"fmt"
	"math"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"example.com/simrun/internal/experiment"
	"example.com/simrun/report"
	"example.com/simrun/scenarios"
)

// Fifty copies give the figures of fifty tasks written by hand, with rates, routes and faults.
func TestCopiesAreTasksWrittenByHand(t *testing.T) {
	const n = 50
	const file = `
name: tenants
run: {duration: 2m, warmup: 10s, replications: 3}
machines: {m: {cores: 4}}
tasks:
%s  other: {arrivals: {poisson: 1/s}, work: [{io: 100ms}]}
faults:
%sstrategies:
  today: {workers: {w: {queues: [tenant, other], concurrency: 8, machine: m}}}
  apart:
    routes: {%s}
    workers: {w: {queues: [many], concurrency: 6, machine: m}, o: {queues: [other], concurrency: 2, machine: m}}
`
	const task = "{arrivals: {poisson: 0.1/s%s}, work: [{io: {exponential: 1s}}], slo: {wait: {p95: 1s}}%s}"
	run := func(tasks, faults, routes string) *experiment.Result {
		sc, err := scenarios.Decode("t.yaml", fmt.Appendf(nil, file, tasks, faults, routes), ".")
		require.NoError(t, err)
		r, err := experiment.Run(t.Context(), sc, experiment.Options{})
		require.NoError(t, err)
		return r
	}
	sum := 0.0
	for k := 1; k <= n; k++ {
		sum += math.Pow(float64(k), -1.1)
	}
	var tasks, faults, routes strings.Builder
	for k := 1; k <= n; k++ {
		scale := math.Pow(float64(k), -1.1) * (n / sum)
		fmt.Fprintf(&tasks, "  tenant-%d: "+task+"\n", k, fmt.Sprintf(", scale: %.17g", scale), ", queue: tenant")
		fmt.Fprintf(&faults, "  - {task: tenant-%d, mode: crash, chance: 1%%}\n", k)
		fmt.Fprintf(&routes, "tenant-%d: many, ", k)
	}
	byHand := run(tasks.String(), faults.String(), strings.TrimSuffix(routes.String(), ", "))
	copies := run("  tenant: "+fmt.Sprintf(task, "", ", copies: {n: 50, rates: {zipf: 1.1}}")+"\n", "  - {task: tenant, mode: crash, chance: 1%}\n", "tenant: many")
	require.Len(t, copies.Strategies[0].Classes, n+1)
	want, err := json.Marshal(byHand.Strategies)
	require.NoError(t, err)
	got, err := json.Marshal(copies.Strategies)
	require.NoError(t, err)
	assert.JSONEq(t, string(want), string(got))
	expected := copies.Run.Duration * 0.1 * n
	assert.InDelta(t, expected, total(copies), 0.1*expected, "what is written is the mean rate")

	text := report.Text(copies, 100, false)
	assert.Contains(t, text, "tenant (median of 50)")
	assert.Contains(t, text, "tenant (worst of 50)")
	assert.NotRegexp(t, `(?m)^.{0,40}  tenant-7  `, text)
	assert.Less(t, strings.Count(text, "\n"), 150)
}

func total(r *experiment.Result) (n float64) {
	for _, c := range r.Strategies[0].Classes[:len(r.Strategies[0].Classes)-1] {
		n += c.Published
	}
	return n
}
