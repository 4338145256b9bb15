package imports

import (
	"math"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"example.com/simrun/internal/logs"
	"example.com/simrun/internal/recordings"
	"example.com/simrun/scenarios"
)

// Where p50 is predicted too low and the mean holds, the class waited more, whatever else is off; classes of one reason are
// one sentence.
func TestWaitsThatDoNotHold(t *testing.T) {
	c := Check{Figures: []Figure{
		{"normal", "wait", "mean", 2.03, 1.83},
		{"normal", "wait", "p50", 0.1, 0.085},
		{"urgent", "wait", "mean", 2.81, 2.61},
		{"urgent", "wait", "p50", 0.0044, 0.0194},
		{"urgent", "wait", "p95", 11.8, 9},
		{"bulk", "wait", "mean", 1.64, 1.86},
		{"bulk", "response", "mean", 9, 1},
	}}
	more, less := c.waits()
	assert.Equal(t, []string{"urgent (p50 19.4 ms, predicted 4.4 ms)", "bulk (mean 1.86 s, predicted 1.64 s)"}, more)
	assert.Equal(t, []string{"normal (mean 1.83 s, predicted 2.03 s)"}, less)
}

// Queues change who waits for whom: where nobody says them of several classes, that may be what is missing.
func TestQueuesThatNobodySays(t *testing.T) {
	m := &Import{Log: &logs.Log{Tasks: []logs.Task{{Class: "mail"}, {Class: "news"}, {Class: "mail"}, {Class: "bulk", Queue: "bulk"}}}}
	c := &Check{}
	assert.Contains(t, strings.Join(m.missing(c), "\n"), "no queue of mail and news is in the log")
	m.Today = recordings.Today{Sent: map[string]string{"news": "low"}}
	assert.NotContains(t, strings.Join(m.missing(c), "\n"), "is in the log", "the other one is alone in its own")
}

// A worker of one process takes what it runs and four messages more: one that has them all hides how long the next ones have
// waited in the broker. One that lies idle hides nothing.
func TestWaitsInTheBroker(t *testing.T) {
	sc, err := scenarios.Decode("x.yaml", []byte("tasks: {a: {arrivals: {poisson: 1/s}, work: [{io: 1s}]}}\n"+
		"strategies: {today: {workers: {w: {command: celery -A app worker -Q a -c 1}}}}\n"), "")
	require.NoError(t, err)
	busy, idle := &logs.Log{}, &logs.Log{}
	for i := range 20 {
		at := float64(i)
		ran := []logs.Attempt{{Worker: "w", Started: at + 0.01, Ended: at + 1.01, Runtime: 1}}
		idle.Tasks = append(idle.Tasks, logs.Task{Class: "a", Received: at, Attempts: ran})
		busy.Tasks = append(busy.Tasks, logs.Task{Class: "a", Received: max(0, at-3.98), Attempts: ran})
	}
	assert.InDelta(t, 0.8, hidden(busy, sc), 0.05)
	assert.Zero(t, hidden(idle, sc))
}

// A worker of one process begins with what failed when what came before has ended: the rest since its receipt was a wait. A
// retry begins when it is due, or later.
func TestStartsThatNoLineTells(t *testing.T) {
	sc, err := scenarios.Decode("x.yaml", []byte("tasks: {a: {arrivals: {poisson: 1/s}, work: [{io: 1s}]}}\n"+
		"strategies: {today: {workers: {w: {command: celery -A app worker -Q a -c 1}}}}\n"), "")
	require.NoError(t, err)
	nan := math.NaN()
	l := &logs.Log{Tasks: []logs.Task{
		{Class: "a", Received: 0, Attempts: []logs.Attempt{{Worker: "w", Started: 0.25, Ended: 1.25, Runtime: 1}}},
		{Class: "a", Received: 0.5, Retries: []float64{2}, Attempts: []logs.Attempt{
			{Worker: "w", Started: nan, Ended: 3, Runtime: nan}, {Worker: "w", Started: nan, Ended: 6, Runtime: nan},
		}},
		{Class: "a", Received: 5.5, Attempts: []logs.Attempt{{Worker: "w", Started: nan, Ended: nan, Runtime: nan}}},
	}}
	reckonStarts(l, sc)
	retried := l.Tasks[1].Attempts
	assert.Equal(t, logs.Attempt{Worker: "w", Started: 1.25, Ended: 3, Runtime: 1.75, Reckoned: true}, retried[0])
	assert.Equal(t, logs.Attempt{Worker: "w", Started: 5, Ended: 6, Runtime: 1, Reckoned: true}, retried[1])
	assert.False(t, l.Tasks[0].Attempts[0].Reckoned, "the log tells it")
	assert.False(t, l.Tasks[2].Attempts[0].Reckoned, "it has not ended")
	assert.True(t, math.IsNaN(observed(l)[1].Started), "what is reckoned is not held against a prediction")
}
