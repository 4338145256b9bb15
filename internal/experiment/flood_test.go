package experiment_test

import (
	"context"
	"testing"

	"github.com/stretchr/testify/require"

	"example.com/simrun/internal/experiment"
)

// A long queue is kept as drafts while nobody tells its tasks apart: the timeline is the same as beside the tables, which
// name each.
func TestTimelineOfAFlood(t *testing.T) {
	const flood = `
run: {duration: 4m, drain: 1m, replications: 2, warmup: 0s}
tasks:
  many:
    arrivals: {poisson: 60/s}
    work: [{io: {exponential: 100ms}}]
    failures: {error: 10%}
  few: {arrivals: {poisson: 1/s}, work: [{io: 50ms}], queue: many}
strategies: {one: {workers: {w: {queues: [many], concurrency: 2}}}}
`
	var timelines []*experiment.Timeline
	for _, tables := range []bool{false, true} {
		r, err := experiment.Run(context.Background(), read(t, flood), experiment.Options{Cores: 1, Tasks: tables})
		require.NoError(t, err)
		timelines = append(timelines, r.Strategies[0].Timeline)
	}
	require.Equal(t, timelines[1], timelines[0])
}
