package worker_test

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/assert"

	"example.com/simrun/des"
	"example.com/simrun/worker"
)

// times of the records of a kind.
func (h *host) times(kind worker.RecordKind) []des.Time {
	var at []des.Time
	for _, r := range h.records {
		if r.Kind == kind {
			at = append(at, r.At)
		}
	}
	return at
}

// TestLostWakeUps is the table of facts A.3 and B.1: 40 x c tasks of 50 ms wait, ideally 2 s of work; how many have
// started after 9 s in which no timer wakes the loop.
func TestLostWakeUps(t *testing.T) {
	for _, c := range []struct {
		name  string
		kind  worker.BrokerKind
		pool  worker.Pool
		loop  worker.Loop
		slots int
		m     int
		late  bool
		want  int
	}{
		{"5.2 prefork c=1 late m=1", worker.Redis, worker.Prefork, worker.AskFirst, 1, 1, true, 1},
		{"5.2 prefork c=1 late m=2", worker.Redis, worker.Prefork, worker.AskFirst, 1, 2, true, 40},
		{"5.2 prefork c=1 early m=1", worker.Redis, worker.Prefork, worker.AskFirst, 1, 1, false, 40},
		{"5.2 solo m=1", worker.Redis, worker.Solo, worker.AskFirst, 1, 1, false, 1},
		{"5.2 solo m=4", worker.Redis, worker.Solo, worker.AskFirst, 1, 4, false, 40},
		{"5.6 prefork c=1 late m=1", worker.Redis, worker.Prefork, worker.Alert, 1, 1, true, 40},
		{"5.6 threads c=4 early m=1", worker.Redis, worker.Threads, worker.Deaf, 4, 1, false, 8},
		{"5.6 threads c=10 early m=1", worker.Redis, worker.Threads, worker.Deaf, 10, 1, false, 20},
		{"5.6 threads c=4 late m=1", worker.Redis, worker.Threads, worker.Deaf, 4, 1, true, 4},
		{"5.6 threads c=4 m=0", worker.Redis, worker.Threads, worker.Deaf, 4, 0, false, 160},
		{"rabbitmq threads c=4 m=1", worker.RabbitMQ, worker.Threads, worker.Deaf, 4, 1, false, 8},
		{"5.6 gevent c=4 early m=1", worker.Redis, worker.Gevent, worker.Deaf, 4, 1, false, 160},
		{"5.6 gevent c=4 late m=4", worker.Redis, worker.Gevent, worker.Deaf, 4, 4, true, 160},
		{"5.6 gevent c=4 late m=1", worker.Redis, worker.Gevent, worker.Deaf, 4, 1, true, 20}, // 4 each 2 s
	} {
		t.Run(c.name, func(t *testing.T) {
			cfg := worker.Config{Pool: c.pool, Concurrency: c.slots, PrefetchMultiplier: c.m, AcksLate: c.late, Loop: c.loop}
			cfg.Overheads = worker.Overheads{Fetch: msec(1), Start: msec(1) / 2, Drain: 2 * sec}
			h := play(t, one(c.kind, "a", cfg), burst("a", 40*c.slots, 0, 0, 50*ms), 9*sec)
			assert.Equal(t, c.want, h.count(worker.Started))
		})
	}
}

// A timer ends the pause.
func TestTimersWakeTheLoop(t *testing.T) {
	cfg := worker.Config{Concurrency: 1, PrefetchMultiplier: 1, AcksLate: true, Loop: worker.AskFirst, Wakeup: 5 * sec}
	cfg.Overheads = worker.Overheads{Fetch: ms, Start: ms}
	h := play(t, one(worker.Redis, "a", cfg), burst("a", 4, 0, 0, 50*ms), 16*sec)
	starts := h.times(worker.Started)
	assert.Len(t, starts, 4)
	for i := 2; i < len(starts); i++ {
		assert.Equal(t, 5*sec, starts[i]-starts[i-1])
	}
	cfg.Wakeup = 5 * ms
	h = play(t, one(worker.Redis, "a", cfg), burst("a", 40, 0, 0, 50*ms), 3*sec)
	assert.Equal(t, 40, h.count(worker.Started))
}

// Facts A.3: with an early ack the room that a start makes is used at the next event only, so that a backlogged
// worker of 5.2 holds W-1 between two ends; one of 5.6 holds W.
func TestReserveBetweenEnds(t *testing.T) {
	for loop, want := range map[worker.Loop]int{worker.AskFirst: 2 + 4 - 1, worker.Alert: 2 + 4} {
		cfg := worker.Config{Concurrency: 2, PrefetchMultiplier: 2, Loop: loop}
		cfg.Overheads = worker.Overheads{Fetch: ms, Start: ms}
		script := burst("a", 30, 0, 0, 10*sec)
		script[0].run, script[1].run = sec, 2*sec
		h := play(t, one(worker.Redis, "a", cfg), script, 5*sec)
		received := h.count(worker.Received) - 2 // both short ones have ended
		assert.Equal(t, want, received, fmt.Sprint(loop))
	}
}

// The thread of a gevent worker is taken by a task when a message comes into its hands: its loop goes on once the thread is free, and
// does not go to sleep over it. Before, it took one message in each 2 s.
func TestATurnWaitsForTheThread(t *testing.T) {
	cfg := worker.Config{Pool: worker.Gevent, Concurrency: 8, PrefetchMultiplier: 4, Loop: worker.Deaf}
	cfg.Overheads = worker.Overheads{Fetch: ms, Drain: 2 * sec}
	script := burst("a", 40, 0, 0, 5*ms)
	for i := range script {
		script[i].cpu = true
	}
	h := play(t, one(worker.Redis, "a", cfg), script, sec)
	assert.Equal(t, 40, h.count(worker.Ended))
}
