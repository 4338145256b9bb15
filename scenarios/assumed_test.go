package scenarios_test

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"example.com/simrun/scenarios"
)

func TestAssumed(t *testing.T) {
	const file = `
name: assumed
tasks: {job: {arrivals: {poisson: 6/s}, work: [{io: 1s}]}}
strategies: {today: {workers: {w: {concurrency: 8, queues: [job]}}}}
assumed: `
	sc, err := scenarios.Decode("f.yaml", []byte(file+"{tasks.job.work.0.io: 2s..10s, load: 0.5..2}"), ".")
	require.NoError(t, err)
	require.Len(t, sc.Assumed, 2)
	assert.Equal(t, [2]string{"2s", "10s"}, sc.Assumed[0].At)
	assert.Equal(t, 10.0, sc.Assumed[0].Ends[1].Classes[0].Work[0].Demand.Mean())
	assert.Equal(t, 1.0, sc.Assumed[1].Ends[1].Classes[0].Work[0].Demand.Mean())
	assert.NotContains(t, sc.Expanded, "assumed:")
	for assumed, want := range map[string]string{
		"{tasks.jbo.work.0.io: 2s..10s}": `f.yaml:5:11: assumed.tasks.jbo.work.0.io: matches nothing in this file`,
		"{tasks.job.work.0.io: 2s}":      `"2s": want two values with two dots between them, such as 2s..10s`,
		"{tasks.job.work.0.io: 2s..2s}":  "want two values that differ",
		"{tasks.job.work.0.io: 2s..10q}": `f.yaml:5:32: tasks.job.work.0.io: "10q"`,
		"{load: 0..2}":                   "assumed.load",
		"{load: a..b..c}":                "want two values",
		"{}":                             "assumed",
	} {
		_, err := scenarios.Decode("f.yaml", []byte(file+assumed), ".")
		assert.ErrorContains(t, err, want, assumed)
	}
}
