package imports

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"

	"example.com/simrun/internal/logs"
	"example.com/simrun/internal/recordings"
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
