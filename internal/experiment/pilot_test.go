package experiment_test

import (
	"context"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"example.com/simrun/des"
	"example.com/simrun/internal/experiment"
)

// watching hands batches on, and keeps how long the pilots of each layout were.
type watching struct {
	experiment.Backend
	pilots map[int][]des.Time
}

func (w *watching) Compute(ctx context.Context, b *experiment.Batch) error {
	for _, c := range b.Cells {
		if b.Phase == "warm-up" && c.Replication == 0 {
			w.pilots[c.Layout] = append(w.pilots[c.Layout], c.Duration)
		}
	}
	return w.Backend.Compute(ctx, b)
}

// M/M/1 at 0.9 remembers for 380 s and M/M/2 at 0.45 for 5: the pilot of one is no longer for the other's sake. At 0.99 even 20
// times what theory knows is more than a replication may have, so that one pilot is enough.
func TestAPilotIsAsLongAsItsLayoutTakes(t *testing.T) {
	const text = `
run: {replications: 2}
broker: ideal
tasks: {a: {arrivals: {poisson: 0.9/s}, work: [{io: {exponential: 1s}}]}}
strategies:
  one: {workers: {w: {queues: [a], concurrency: 1, disable_prefetch: true}}}
  two: {workers: {w: {queues: [a], concurrency: 2, disable_prefetch: true}}}
`
	pilots := func(load float64) map[int][]des.Time {
		w := &watching{experiment.Local(1), map[int][]des.Time{}}
		sc := read(t, text)
		sc.Classes[0].Arrivals = sc.Classes[0].Arrivals.Scaled(load)
		_, err := experiment.Run(t.Context(), sc, experiment.Options{Backend: w})
		require.NoError(t, err)
		return w.pilots
	}
	found := pilots(1)
	assert.GreaterOrEqual(t, found[0][0], des.Seconds(3700))
	assert.Equal(t, []des.Time{des.Seconds(1800)}, found[1])
	found = pilots(1.1)
	require.Len(t, found[0], 1)
	assert.Greater(t, found[0][0], des.Seconds(60_000))
	assert.Less(t, found[1][0], des.Seconds(3700))
}
