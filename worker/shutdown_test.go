package worker_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"

	"example.com/simrun/des"
	"example.com/simrun/worker"
)

// shut is a shutdown of a worker.
func shut(at des.Time, id int32, grace des.Time) message {
	return message{name: "shutdown", at: at, do: func(h *host) { h.sys.Shutdown(h.now, id, grace) }}
}

func restart(at des.Time, id int32) message {
	return message{name: "restart", at: at, do: func(h *host) { h.sys.Restart(h.now, id) }}
}

// One slot, a window of 2, tasks of 10 s: a1 runs from 0 s on, and the worker is told to end at 4 s. It is back 2 s
// after it is gone.
//
// Enough grace: it is gone with the end of a1 at 10 s. a2 and a3 come back to the front, also on redis, and go on at
// 12 s before a4. With a late ack the window counts a1, so that a3 is in the broker all the time.
//
// 3 s of grace: it is killed at 7 s and back at 9 s. An early ack loses a1. The reserved ones go on, on redis only an
// hour later and after what waited in the broker; with a late ack so does a1.
func TestShutdown(t *testing.T) {
	for _, c := range []struct {
		name  string
		kind  worker.BrokerKind
		late  bool
		grace des.Time
		gone  des.Time
		want  string
	}{
		{"ideal, early", worker.Ideal, false, 30 * sec, 10 * sec, "started a1@0s, started a2@12s, started a3@22s, started a4@32s"},
		{"rabbitmq, early", worker.RabbitMQ, false, 30 * sec, 10 * sec, "started a1@0s, started a2@12s, started a3@22s, started a4@32s"},
		{"redis, early", worker.Redis, false, 30 * sec, 10 * sec, "started a1@0s, started a2@12s, started a3@22s, started a4@32s"},
		{"redis, late", worker.Redis, true, 30 * sec, 10 * sec, "started a1@0s, started a2@12s, started a3@22s, started a4@32s"},
		{"for as long as it takes", worker.Redis, true, des.Never, 10 * sec, "started a1@0s, started a2@12s, started a3@22s, started a4@32s"},

		{"rabbitmq, early, killed", worker.RabbitMQ, false, 3 * sec, 7 * sec, "started a1@0s, done a1@7s lost, started a2@9s, started a3@19s, started a4@29s"},
		{"ideal, late, killed", worker.Ideal, true, 3 * sec, 7 * sec, "started a1@0s, started a1@9s, started a2@19s, started a3@29s, started a4@39s"},
		{"rabbitmq, late, killed", worker.RabbitMQ, true, 3 * sec, 7 * sec, "started a1@0s, started a1@9s, started a2@19s, started a3@29s, started a4@39s"},
		{"redis, early, killed", worker.Redis, false, 3 * sec, 7 * sec, "started a1@0s, done a1@7s lost, started a4@9s, started a2@1h0m7s, started a3@1h0m17s"},
		{"redis, late, killed", worker.Redis, true, 3 * sec, 7 * sec, "started a1@0s, started a3@9s, started a4@19s, started a1@1h0m7s, started a2@1h0m17s"},

		{"rabbitmq, late, at once", worker.RabbitMQ, true, 0, 4 * sec, "started a1@0s, started a1@6s, started a2@16s, started a3@26s, started a4@36s"},
	} {
		t.Run(c.name, func(t *testing.T) {
			s := one(c.kind, "a", worker.Config{Concurrency: 1, PrefetchMultiplier: 2, AcksLate: c.late})
			if c.kind == worker.Redis {
				s.Broker.Restore = hour
			}
			script := append(burst("a", 4, 0, 0, 10*sec), shut(4*sec, 0, c.grace), restart(c.gone+2*sec, 0))
			h := play(t, s, script)
			assert.Equal(t, c.want, h.lostAndStarted())
			assert.Equal(t, []des.Time{c.gone}, h.gone)
			assert.EqualValues(t, 1, h.tally.Workers[0].Restarts)
		})
	}
}

// Another worker takes over what the first had reserved, but only when that is gone: until then a long task keeps it
// from everybody.
func TestWhatIsReservedComesBackWithTheEndOfTheConnection(t *testing.T) {
	for _, kind := range []worker.BrokerKind{worker.Ideal, worker.Redis, worker.RabbitMQ} {
		s := one(kind, "a", worker.Config{Concurrency: 1, PrefetchMultiplier: 1})
		second := s.Workers[0]
		s.Workers = append(s.Workers, second)
		script := []message{shut(0, 1, des.Never), {name: "long", run: 60 * sec}, {name: "kept", at: sec, run: sec}, restart(2*sec, 1), shut(3*sec, 0, des.Never)}
		h := play(t, s, script)
		assert.Equal(t, "started long@0s, started kept@1m0s", h.log(worker.Started), "broker %d", kind)
		assert.Equal(t, []des.Time{0, 60 * sec}, h.gone)
	}
}

// A message that is held for its eta goes back, too, and is held again: it starts no earlier than it may. One that was
// due meanwhile starts at once.
func TestShutdownGivesBackWhatIsHeld(t *testing.T) {
	for _, kind := range []worker.BrokerKind{worker.Redis, worker.RabbitMQ} {
		s := one(kind, "a", worker.Config{Concurrency: 1, PrefetchMultiplier: 1})
		script := []message{
			{name: "a", run: 10 * sec},
			{name: "due", run: sec, extra: worker.Publication{Countdown: 5 * sec}},
			{name: "later", run: sec, extra: worker.Publication{Countdown: 60 * sec}},
			shut(sec, 0, des.Never), restart(20*sec, 0),
		}
		h := play(t, s, script)
		assert.Equal(t, "started a@0s, started due@20s, started later@1m0s", h.log(worker.Started))
		assert.Equal(t, "requeued later@10s, requeued due@10s", h.log(worker.Requeued))
	}
}

// Until 5.6.2 a threads worker runs all that it has reserved before it is gone; a gevent worker the message with which
// its consumer stands before the full pool; the others what is in a slot.
func TestWhatAPoolHasTakenInRuns(t *testing.T) {
	for _, c := range []struct {
		pool worker.Pool
		want string
		gone des.Time
	}{
		{worker.Prefork, "a1 a2", 10 * sec},
		{worker.Threads, "a1 a2 a3 a4 a5 a6", 30 * sec},
		{worker.Gevent, "a1 a2 a3", 20 * sec},
	} {
		s := one(worker.RabbitMQ, "a", worker.Config{Pool: c.pool, Concurrency: 2, PrefetchMultiplier: 2})
		h := play(t, s, append(burst("a", 8, 0, 0, 10*sec), shut(sec, 0, des.Never)), 100*sec)
		assert.Equal(t, c.want, h.starts())
		assert.Equal(t, []des.Time{c.gone}, h.gone)
		started := strings.Count(c.want, " ") + 1
		assert.EqualValues(t, started, h.tally.Classes[0].ByOutcome[worker.OK])
		assert.EqualValues(t, 8-started, h.tally.Classes[0].ByOutcome[worker.Unstarted]+h.tally.Classes[0].ByOutcome[worker.Lost])
	}
}

// A message on its way to a worker that has been told to end is not lost.
func TestShutdownWithAMessageOnItsWay(t *testing.T) {
	cfg := worker.Config{Concurrency: 1, PrefetchMultiplier: 1}
	cfg.Overheads.Fetch = 2 * sec
	h := play(t, one(worker.Redis, "a", cfg), []message{{name: "a", run: sec}, shut(sec, 0, des.Never), restart(5*sec, 0)})
	assert.Equal(t, "requeued a@1s, received a@7s, started a@7s", h.log(worker.Requeued, worker.Received, worker.Started))
}

// A gevent worker that computes cannot stop its task, but its process can be killed.
func TestKillingAGeventWorkerThatComputes(t *testing.T) {
	s := one(worker.RabbitMQ, "a", worker.Config{Pool: worker.Gevent, Concurrency: 4, PrefetchMultiplier: 1, AcksLate: true})
	script := []message{{name: "cpu", run: 100 * sec, cpu: true}, {name: "b", at: sec, run: sec}, shut(2*sec, 0, sec), restart(10*sec, 0)}
	h := play(t, s, script)
	assert.Equal(t, "started cpu@0s, started cpu@10s, started b@1m50s", h.log(worker.Started))
	assert.Equal(t, []des.Time{3 * sec}, h.gone)
}

// A child that dies while its worker shuts down is not replaced, and nothing waits for it.
func TestACrashDuringAShutdown(t *testing.T) {
	cfg := worker.Config{Concurrency: 1, PrefetchMultiplier: 1, AcksLate: true, RejectOnWorkerLost: true}
	cfg.Overheads = worker.Overheads{Notice: sec, Respawn: 5 * sec}
	h := play(t, one(worker.RabbitMQ, "a", cfg), []message{{name: "a", run: 10 * sec, ends: crashOnce}, shut(sec, 0, des.Never), restart(20*sec, 0)})
	assert.Equal(t, []des.Time{11 * sec}, h.gone)
	assert.Equal(t, "started a@0s, started a@20s", h.log(worker.Started))

	// In the other pools it takes the worker along.
	cfg.Pool = worker.Threads
	h = play(t, one(worker.RabbitMQ, "a", cfg), []message{{name: "a", run: 10 * sec, ends: crashOnce}, shut(sec, 0, des.Never), restart(20*sec, 0)})
	assert.Equal(t, []des.Time{10 * sec}, h.gone)
	assert.Equal(t, "started a@0s, started a@20s", h.log(worker.Started))
}

// A failure of the machine ends a shutdown early, and a restart waits for the machine.
func TestAShutdownAndAnOutage(t *testing.T) {
	s := one(worker.RabbitMQ, "a", worker.Config{Concurrency: 1, PrefetchMultiplier: 1, AcksLate: true})
	fail := message{at: 2 * sec, do: func(h *host) { h.sys.Fail(h.now, []int32{0}) }}
	mend := message{at: 30 * sec, do: func(h *host) { h.sys.Recover(h.now, []int32{0}) }}
	h := play(t, s, []message{{name: "a", run: 10 * sec}, shut(sec, 0, des.Never), fail, restart(20*sec, 0), mend})
	assert.Equal(t, []des.Time{2 * sec}, h.gone)
	assert.Equal(t, "started a@0s, started a@30s", h.log(worker.Started))

	// One that is gone stays away when the machine is back.
	h = play(t, s, []message{{name: "a", run: 10 * sec}, shut(sec, 0, des.Never), fail, mend, restart(40*sec, 0)})
	assert.Equal(t, "started a@0s, started a@40s", h.log(worker.Started))
	assert.EqualValues(t, 1, h.tally.Workers[0].Restarts)
}

// Twice told is once told, and one that is not needed any more hears nothing.
func TestShutdownTwice(t *testing.T) {
	s := one(worker.RabbitMQ, "a", worker.Config{Concurrency: 1, PrefetchMultiplier: 1})
	h := play(t, s, []message{{name: "a", run: 10 * sec}, shut(sec, 0, des.Never), shut(2*sec, 0, 0), shut(15*sec, 0, 0), restart(20*sec, 0), restart(21*sec, 0)})
	assert.Equal(t, []des.Time{10 * sec}, h.gone)
	assert.Equal(t, worker.OK, h.ended[0])
}
