package experiment_test

import (
	"encoding/json"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"example.com/simrun/internal/experiment"
	"example.com/simrun/scenarios"
)

func TestBothEndsOfWhatIsAssumed(t *testing.T) {
	const file = `
name: assumed
broker: ideal
run: {duration: 10m}
tasks:
  job: {arrivals: {poisson: 6/s}, work: [{io: {exponential: 1s}}], slo: {wait: {p90: 1s}}}
strategies:
  today: {workers: {w: {concurrency: 8, queues: [job]}}}
  wider: {workers: {w: {concurrency: 10, queues: [job]}}}
assumed: `
	of := func(assumed string) (*experiment.Survival, string) {
		sc, err := scenarios.Decode("assumed.yaml", []byte(file+assumed), ".")
		require.NoError(t, err)
		r, err := experiment.Run(t.Context(), sc, experiment.Options{})
		require.NoError(t, err)
		text, err := json.Marshal(r.Verdict.Survives)
		require.NoError(t, err)
		return r.Verdict.Survives, string(text)
	}
	s, text := of("{load: 0.5..1.05, tasks.job.work.0.io.exponential: 0.9s..1.03s}")
	assert.Equal(t, "true", text)
	require.Len(t, s.Ends, 4)
	assert.Equal(t, "The recommendation survives what is assumed, at both ends of each range.", s.Sentence())
	s, _ = of("{load: 0.5..1.25, tasks.job.work.0.io.exponential: 0.9s..3s}")
	require.Len(t, s.Changed, 2)
	assert.Equal(t, "wider", *s.Changed[0].Recommend)
	assert.Nil(t, s.Changed[1].Recommend)
	assert.Equal(t, "With load at 1.25 wider is recommended. With tasks.job.work.0.io.exponential at 3s nothing here surely passes.", s.Sentence())
	s, _ = of("{load: 1..1.25}")
	assert.Equal(t, "today", *s.Ends[0].Recommend, "the file as it is written")
	assert.Len(t, s.Changed, 1)
}
