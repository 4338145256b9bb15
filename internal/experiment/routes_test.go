package experiment_test

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"example.com/simrun/internal/experiment"
	"example.com/simrun/scenarios"
)

// A route that gives a priority does what the priority of the task itself does: today's queues and tomorrow's one queue
// stand in one file.
func TestRoutesWithPriorities(t *testing.T) {
	run := func(mail, backup, strategies string) *experiment.Result {
		sc, err := scenarios.Decode("routes.yaml", []byte(`
run: {duration: 200s, warmup: 0s, replications: 5}
broker: redis
tasks:
  mail: {queue: mail, `+mail+`arrivals: {poisson: 5/s}, work: [{io: 50ms}]}
  backup: {queue: backup, `+backup+`arrivals: {poisson: 1/s}, work: [{io: {exponential: 1s}}]}
strategies:
  today: {workers: {w: {queues: [mail, backup], concurrency: 2, prefetch_multiplier: 1}}}
  `+strategies+`
`), ".")
		require.NoError(t, err)
		assert.Empty(t, sc.Layouts[0].Notes)
		r, err := experiment.Run(t.Context(), sc, experiment.Options{Tasks: true})
		require.NoError(t, err)
		return r
	}
	worker := `{workers: {w: {queues: [jobs], concurrency: 2, prefetch_multiplier: 1}}, routes: `
	routed := run("", "", `one: `+worker+`{mail: {queue: jobs, priority: 0}, "*": {queue: jobs, priority: 9}}}`)
	plain := run("", "", `one: `+worker+`{"*": jobs}}`)
	own := run("priority: 0, ", "priority: 9, ", `one: `+worker+`{"*": jobs}}`)
	mean := func(r *experiment.Result) float64 { return r.Strategies[1].Classes[0].Wait.Mean.Value }
	assert.Less(t, mean(routed), mean(plain)*0.7, "mail goes first")
	assert.InDelta(t, mean(own), mean(routed), 0, "as with priorities of the tasks' own")
	for i := range routed.Tasks {
		if task := &routed.Tasks[i]; task.Strategy == "one" {
			require.NotNil(t, task.Priority)
			assert.Equal(t, map[string]int{"mail": 0, "backup": 9}[task.Class], *task.Priority)
		} else {
			require.Nil(t, task.Priority, "today's own")
		}
	}
}
