package experiment_test

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// Isolation is asked for as anything else: what shares nothing passes, what shares a process or a machine does not.
func TestIsolationIsATarget(t *testing.T) {
	r := answer(t, `
name: isolation
run: {duration: 20m, warmup: 0s, replications: 5}
machines: {a: {cores: 4, price: 0.2/h}, b: {cores: 4, price: 0.1/h}}
tasks:
  secret: {labels: [pii], arrivals: {poisson: 1/s}, work: [{io: 100ms}], slo: {exposure: {process: 0%, machine: 0%}, readable: 1%}}
  other: {arrivals: {poisson: 1/s}, work: [{io: 100ms}]}
faults: [{compromise: other, at: 5m, for: 5m}]
strategies:
  pool: {workers: {w: {queues: [secret, other], concurrency: 2, machine: a}}}
  apart: {workers: {w: {queues: [secret], concurrency: 1, machine: a}, o: {queues: [other], concurrency: 1, machine: a}}}
  far:
    broker: {kind: redis, acl: per_queue}
    workers: {w: {queues: [secret], concurrency: 1, machine: a}, o: {queues: [other], concurrency: 1, machine: b}}
`)
	verdicts := map[string]map[string]string{}
	for _, s := range r.Strategies {
		verdicts[s.Name] = map[string]string{}
		for _, o := range s.Classes[0].SLO {
			verdicts[s.Name][o.Metric.String()] = o.Verdict
		}
	}
	assert.Equal(t, map[string]string{"exposure.process": "fail", "exposure.machine": "fail", "readable": "fail"}, verdicts["pool"])
	assert.Equal(t, map[string]string{"exposure.process": "pass", "exposure.machine": "fail", "readable": "fail"}, verdicts["apart"])
	assert.Equal(t, map[string]string{"exposure.process": "pass", "exposure.machine": "pass", "readable": "pass"}, verdicts["far"])
	require.NotNil(t, r.Verdict.Recommend)
	assert.Equal(t, "far", *r.Verdict.Recommend)
}
