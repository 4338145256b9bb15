package worker_test

import (
	"testing"

	"github.com/stretchr/testify/assert"

	"example.com/simrun/worker"
)

func (h *host) Copy(task, copied int32) {
	for int(copied) >= len(h.of) {
		h.of = append(h.of, 0)
	}
	h.of[copied] = h.of[task]
}

// Facts A.7: a task with a late ack that runs longer than the visibility timeout is started again at the next look, and
// its copies at the next ones, until the first of them ends: its ack takes the tag away that they share. The end of one
// stops none of the others.
func TestVisibilityTimeoutDeliversAgain(t *testing.T) {
	cfg := worker.Config{Concurrency: 4, PrefetchMultiplier: 1, AcksLate: true}
	cfg.Overheads = worker.Overheads{Look: 20 * sec}
	s := one(worker.Redis, "a", cfg)
	s.Broker.Visibility = 10 * sec
	script := []message{{name: "long", run: 70 * sec}, {name: "short", run: 9 * sec}}
	h := play(t, s, script, 200*sec)
	assert.Equal(t, 2, h.count(worker.Started), "copies are not recorded")
	assert.Equal(t, []worker.Outcome{worker.OK, worker.OK}, h.ended)
	// Looks are 20 s apart: the first that finds it comes 10-30 s after the start, and each copy is found in turn, until
	// the first run ends after 70 s.
	assert.Contains(t, []int64{2, 3}, h.tally.Classes[0].Duplicated)
	s.Broker.Visibility = 80 * sec
	assert.Zero(t, play(t, s, script, 200*sec).tally.Classes[0].Duplicated)
}

// What a dead worker held comes back at the first look after the timeout.
func TestVisibilityTimeoutOfADeadWorker(t *testing.T) {
	cfg := worker.Config{Pool: worker.Threads, Concurrency: 1, PrefetchMultiplier: 1, AcksLate: true}
	cfg.Overheads = worker.Overheads{Look: 100 * sec}
	s := one(worker.Redis, "a", cfg)
	s.Broker.Visibility = 10 * sec
	h := play(t, s, []message{{name: "a", run: sec, ends: crashOnce}}, 300*sec)
	assert.Equal(t, worker.OK, h.ended[0])
	starts := h.times(worker.Started)
	assert.Len(t, starts, 2)
	assert.GreaterOrEqual(t, starts[1], 10*sec)
	assert.LessOrEqual(t, starts[1], 110*sec)
}
