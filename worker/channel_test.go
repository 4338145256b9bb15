package worker_test

import (
	"testing"

	"github.com/stretchr/testify/assert"

	"example.com/simrun/worker"
)

// Rabbitmq counts a prefetch count that is not global for each queue of a worker by itself: with K queues the worker
// holds K windows (measured on quorum queues: up to 49 messages of three queues with c=4, m=4, against 20 of classic ones).
func TestAWindowForEachQueue(t *testing.T) {
	setup := func(perConsumer bool, late bool) worker.Setup {
		s := one(worker.RabbitMQ, "abc", worker.Config{Concurrency: 4, PrefetchMultiplier: 4, PerConsumer: perConsumer, AcksLate: late})
		return s
	}
	var script []message
	for class := range 3 {
		script = append(script, burst(string(rune('a'+class)), 40, class, 0, 10*sec)...)
	}
	for _, c := range []struct {
		perConsumer, late bool
		want              int
	}{{false, false, 16 + 4}, {true, false, 3*16 + 4}, {false, true, 16}, {true, true, 3 * 16}} {
		h := play(t, setup(c.perConsumer, c.late), script, 5*sec)
		assert.Equal(t, c.want, h.count(worker.Received), "%+v", c)
	}
}

// That window is static: what is held until its eta keeps its place, so that a worker full of retries stands still.
func TestHeldMessagesFillAStaticWindow(t *testing.T) {
	for perConsumer, want := range map[bool]int{false: 9, true: 8} {
		s := one(worker.RabbitMQ, "a", worker.Config{Concurrency: 2, PrefetchMultiplier: 4, PerConsumer: perConsumer})
		script := burst("a", 8, 0, 0, 0)
		for i := range script {
			script[i].extra.Countdown = 100 * sec
		}
		h := play(t, s, append(script, burst("b", 1, 0, sec, 0)...), 50*sec)
		assert.Equal(t, want, h.count(worker.Received))
	}
}

// Quorum queues of rabbitmq 4.0 to 4.2 serve two messages above priority 4 for one of the others.
func TestTwoToOne(t *testing.T) {
	s := one(worker.RabbitMQ, "a", worker.Config{Concurrency: 1, PrefetchMultiplier: 1, AcksLate: true})
	s.Queues[0] = queue("a")
	s.Queues[0].TwoToOne = true
	low := s.Classes[0]
	low.HasPriority, low.Priority = true, 4
	high := low
	high.Priority = 5
	s.Classes = []worker.Class{low, high}
	s.ClassQueue = []int{0, 0}
	script := append(burst("x", 1, 0, 0, sec), append(burst("l", 4, 0, 100*ms, sec), burst("h", 5, 1, 100*ms, sec)...)...)
	assert.Equal(t, "x1 h1 h2 l1 h3 h4 l2 h5 l3 l4", play(t, s, script).starts())
}
