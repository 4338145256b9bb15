package baselines

import (
	"context"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"
)

// Ants has a pool of its own from the start, which stays.
func TestMain(m *testing.M) { goleak.VerifyTestMain(m, goleak.IgnoreCurrent()) }

var contestants = []Contestant{Channel(), Ants(), Pond(), Asynq(), AsynqQueues(), OnePool(), Strict(), Separated()}

func TestEveryContestantDoesEveryTask(t *testing.T) {
	for _, c := range contestants {
		t.Run(c.Name(), func(t *testing.T) {
			w := Burst(50)
			for i := range w.Tasks {
				w.Tasks[i].Class = Class(i % 2)
				w.Tasks[i].Sleep = time.Millisecond
			}
			r, err := c.Run(t.Context(), w, 4)
			require.NoError(t, err)
			assert.Equal(t, [classes]int{25, 25}, r.Asked)
			assert.Equal(t, r.Asked, r.Done)
			assert.Len(t, r.Waits[Short], 25)
			_, started := r.Quantile(Long, 0.99)
			assert.True(t, started)
		})
	}
}

// A task that hangs takes a slot of a naive pool for good: with as many of them as slots, nothing more is done.
func TestOnlyLimitsEndHangs(t *testing.T) {
	w := Workload{Limit: time.Second, Tasks: []Task{{Hangs: true}, {Hangs: true}, {Sleep: time.Millisecond}}}
	for _, c := range contestants {
		t.Run(c.Name(), func(t *testing.T) {
			slots := 2
			if c.Name() == "simrun-separated" {
				slots = 8 // two of them for short tasks
			}
			r, err := c.Run(t.Context(), w, slots)
			require.NoError(t, err)
			naive := map[string]bool{"channel": true, "ants": true, "pond": true}[c.Name()]
			assert.Equal(t, naive, r.Done[Short] == 0)
			_, started := r.Quantile(Short, 0.99)
			assert.Equal(t, !naive, started)
		})
	}
}

func TestInterrupted(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	for _, c := range contestants {
		_, err := c.Run(ctx, Workload{Tasks: []Task{{Sleep: time.Hour}}}, 1)
		assert.ErrorIs(t, err, context.Canceled, c.Name())
	}
}

func TestWorkloadsAreTheSameForASeed(t *testing.T) {
	assert.Equal(t, Mixed(3), Mixed(3))
	assert.NotEqual(t, Mixed(3), Mixed(4))
	for _, w := range []Workload{Mixed(1), Hanging(1)} {
		for i := 1; i < len(w.Tasks); i++ {
			require.LessOrEqual(t, w.Tasks[i-1].Due, w.Tasks[i].Due)
		}
	}
}
