package experiment_test

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// The cheapest layout that passes is recommended; the smallest change that passes, and what that costs, is said first.
func TestTheCheapestIsRecommended(t *testing.T) {
	r := answer(t, `
currency: USD
run: {duration: 1h, warmup: 0s, replications: 4}
broker: ideal
machines: {old: {cores: 8, price: 1/h}, new: {cores: 8, price: 0.4/h}}
tasks:
  a: {queue: a, arrivals: {poisson: 1/s}, work: [{io: 1s}], slo: {wait: {p95: 1s}}}
  b: {queue: b, arrivals: {poisson: 1/s}, work: [{io: 1s}], slo: {wait: {p95: 1s}}}
strategies:
  today: {workers: {w: {queues: [a, b], concurrency: 1, machine: old}}}
  more: {extends: today, workers: {w: {concurrency: 12}}}
  apart:
    workers:
      wa: {queues: [a], concurrency: 6, machine: new}
      wb: {queues: [b], concurrency: 6, machine: new}
`)
	require.NotNil(t, r.Verdict.Recommend)
	assert.Equal(t, "apart", *r.Verdict.Recommend)
	assert.Equal(t, "more", *r.Verdict.SimplestThatPasses)
	assert.Equal(t, "apart meets every target at the least cost, for 292 USD a month; the smallest change that passes is more, for 730 USD a month.", r.Verdict.Reasons[0])
	assert.Contains(t, r.Verdict.Reasons, "The budgets differ: today has 1 slot, more has 12, apart has 12.")
}

// Two replications tell little: the interval is named, which holds the target.
func TestWhyUndecidedNamesTheInterval(t *testing.T) {
	r := answer(t, `
run: {duration: 2m, warmup: 0s, replications: 2}
broker: ideal
tasks: {a: {arrivals: {poisson: 0.9/s}, work: [{io: {exponential: 1s}}], slo: {wait: {p95: 5s}}}}
strategies: {one: {workers: {w: {queues: [a], concurrency: 1}}}}
`)
	require.Equal(t, "undecided", r.Verdict.Status)
	assert.Regexp(t, `2 replications: between .+ % and .+ % of a meet the wait p95 of 5 s\.$`, r.Verdict.Headline)
}
