package experiment

import (
	"cmp"
	"slices"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"example.com/simrun/des"
	"example.com/simrun/scenarios"
)

// The peak of a plot is the peak of the tasks: nothing is averaged away.
func TestPeaksAreThoseOfTheTasks(t *testing.T) {
	sc, err := scenarios.Decode("busy.yaml", []byte(`name: busy
run: {duration: 2h, warmup: 0s, replications: 12}
broker: ideal
tasks:
  a: {queue: a, arrivals: {poisson: 9/s}, work: [{io: {exponential: 200ms}}]}
strategies:
  only: {workers: {w: {queues: [a], concurrency: 2}}}
`), ".")
	require.NoError(t, err)
	r, err := Run(t.Context(), sc, Options{Tasks: true})
	require.NoError(t, err)
	type change struct {
		at des.Time
		d  int
	}
	var all []change
	for _, k := range r.Tasks {
		if k.Published != des.Never {
			all = append(all, change{k.Published, 1})
			if k.Started != des.Never {
				all = append(all, change{k.Started, -1})
			}
		}
	}
	slices.SortStableFunc(all, func(a, b change) int { return cmp.Or(cmp.Compare(a.at, b.at), cmp.Compare(a.d, b.d)) })
	level, most := 0, 0
	for _, c := range all {
		if level += c.d; c.at < des.Seconds(7200) {
			most = max(most, level)
		}
	}
	p := r.Strategies[0].Timeline.Peaks[0]
	assert.InDelta(t, most, slices.Max(p.First), 0)
	assert.Greater(t, slices.Max(p.First), slices.Max(r.Strategies[0].Timeline.Queues[0]), "a mean over a step hides it")
	assert.Equal(t, heard, r.Strategies[0].Timeline.Runs)
	for i := range p.First {
		assert.LessOrEqual(t, p.Least[i], p.First[i])
		assert.GreaterOrEqual(t, p.Worst[i], p.First[i])
		assert.True(t, p.Least[i] <= p.Mean[i]+1e-9 && p.Mean[i] <= p.Worst[i]+1e-9)
	}
}
