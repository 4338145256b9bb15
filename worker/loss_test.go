package worker_test

import (
	"testing"

	"github.com/stretchr/testify/assert"

	"example.com/simrun/worker"
)

var crash = []worker.Result{worker.Crashed}

// crashOnce crashes in the first attempt only.
var crashOnce = []worker.Result{worker.Crashed, worker.Succeeded}

// A prefork child that dies alone: its parent sees it a little later, and a new one takes some time more. Facts A.5:
// the message comes back only with a late ack and reject_on_worker_lost, to the front with rabbitmq, to the back with
// redis.
func TestACrashedChild(t *testing.T) {
	for _, c := range []struct {
		name         string
		kind         worker.BrokerKind
		late, reject bool
		want         string
	}{
		{"early", worker.RabbitMQ, false, false, "started a1@0s, done a1@1.1s lost, started a2@1.6s, started a3@2.6s"},
		{"early, reject", worker.RabbitMQ, false, true, "started a1@0s, done a1@1.1s lost, started a2@1.6s, started a3@2.6s"},
		{"late", worker.RabbitMQ, true, false, "started a1@0s, done a1@1.1s lost, started a2@1.6s, started a3@2.6s"},
		{"late, reject, rabbitmq", worker.RabbitMQ, true, true, "started a1@0s, requeued a1@1.1s, started a1@1.6s, started a2@2.6s, started a3@3.6s"},
		{"late, reject, ideal", worker.Ideal, true, true, "started a1@0s, requeued a1@1.1s, started a1@1.6s, started a2@2.6s, started a3@3.6s"},
		{"late, reject, redis", worker.Redis, true, true, "started a1@0s, requeued a1@1.1s, started a2@1.6s, started a3@2.6s, started a1@3.6s"},
	} {
		t.Run(c.name, func(t *testing.T) {
			cfg := worker.Config{Concurrency: 1, PrefetchMultiplier: 1, AcksLate: c.late, RejectOnWorkerLost: c.reject}
			cfg.Overheads = worker.Overheads{Notice: 100 * ms, Respawn: 500 * ms}
			script := burst("a", 3, 0, 0, sec)
			script[0].ends = crashOnce
			h := play(t, one(c.kind, "a", cfg), script)
			got := h.log(worker.Started, worker.Requeued)
			if h.count(worker.Requeued) == 0 {
				got = h.lostAndStarted()
			}
			assert.Equal(t, c.want, got)
			assert.EqualValues(t, 1, h.tally.Workers[0].Restarts)
		})
	}
}

// lostAndStarted is the log of starts and of losses.
func (h *host) lostAndStarted() string {
	kept := &host{script: h.script}
	for i, r := range h.records {
		if r.Kind == worker.Started || r.Kind == worker.Done && r.Outcome == worker.Lost {
			kept.records, kept.names = append(kept.records, r), append(kept.names, h.names[i])
		}
	}
	return kept.log(worker.Started, worker.Done)
}

// A task that always kills its child comes back until the delivery limit of its queue; without one, for ever.
func TestTheDeliveryLimit(t *testing.T) {
	cfg := worker.Config{Concurrency: 1, PrefetchMultiplier: 1, AcksLate: true, RejectOnWorkerLost: true}
	s := one(worker.RabbitMQ, "a", cfg)
	s.Queues[0] = queue("a")
	s.Queues[0].DeliveryLimit = 3
	script := []message{{name: "poison", run: sec, ends: crash}, {name: "good", run: sec}}
	h := play(t, s, script)
	assert.Equal(t, "poison poison poison poison good", h.starts())
	assert.Equal(t, []worker.Outcome{worker.Dead, worker.OK}, h.ended)

	h = play(t, one(worker.RabbitMQ, "a", cfg), script, 100*sec)
	assert.Equal(t, 101, h.count(worker.Started))
	assert.Equal(t, worker.Unfinished, h.ended[0])
	assert.Equal(t, worker.Unstarted, h.ended[1])
}

// A crash in the other pools takes the worker along: what runs and was acked is lost, the rest is delivered again, at
// once by rabbitmq, and by redis when its visibility timeout has passed.
func TestACrashTakesTheWorkerAlong(t *testing.T) {
	for _, c := range []struct {
		name string
		pool worker.Pool
		kind worker.BrokerKind
		late bool
		want string
	}{
		{
			"threads, rabbitmq, early", worker.Threads, worker.RabbitMQ, false,
			"started a1@0s, started a2@0s, done a2@1s lost, done a1@1s lost, started a3@2s, started a4@2s, started a5@3s",
		},
		{
			"threads, rabbitmq, late", worker.Threads, worker.RabbitMQ, true,
			"started a1@0s, started a2@0s, started a1@2s, started a2@2s, started a3@3s, started a4@3s, started a5@4s",
		},
		// a5 was still in the broker; the others come back after 10 s.
		{
			"gevent, redis, early", worker.Gevent, worker.Redis, false,
			"started a1@0s, started a2@0s, done a1@1s lost, done a2@1s lost, started a4@2s, started a5@2s, started a3@11s",
		},
		{
			"threads, redis, late", worker.Threads, worker.Redis, true,
			"started a1@0s, started a2@0s, started a5@2s, started a1@11s, started a2@11s, started a3@12s, started a4@12s",
		},
	} {
		t.Run(c.name, func(t *testing.T) {
			cfg := worker.Config{Pool: c.pool, Concurrency: 2, PrefetchMultiplier: 2, AcksLate: c.late}
			cfg.Overheads.Respawn = sec
			s := one(c.kind, "a", cfg)
			if c.kind == worker.Redis {
				s.Broker.Restore = 10 * sec
			}
			script := burst("a", 5, 0, 0, sec)
			script[0].ends = crashOnce
			script[1].run = 1500 * ms // still running when the worker dies
			if c.late {
				script[1].run = 1001 * ms
			}
			h := play(t, s, script)
			if c.late {
				assert.Equal(t, c.want, round(h.lostAndStarted()))
			} else {
				assert.Equal(t, c.want, h.lostAndStarted())
			}
			assert.EqualValues(t, 1, h.tally.Workers[0].Restarts)
		})
	}
}

// round drops single milliseconds.
func round(log string) string {
	var kept []rune
	text := []rune(log)
	for i := 0; i < len(text); i++ {
		if string(text[i:min(len(text), i+5)]) == ".001s" {
			kept = append(kept, 's')
			i += 4
			continue
		}
		kept = append(kept, text[i])
	}
	return string(kept)
}

// Another worker of the queue takes over what the dead one held.
func TestAnotherWorkerTakesOver(t *testing.T) {
	s := one(worker.RabbitMQ, "a", worker.Config{Pool: worker.Threads, Concurrency: 1, PrefetchMultiplier: 3, AcksLate: true})
	s.Workers[0].Overheads.Respawn = 100 * sec
	s.Workers = append(s.Workers, s.Workers[0])
	script := burst("a", 6, 0, 0, sec)
	script[0].ends = crashOnce
	h := play(t, s, script)
	for i, o := range h.ended {
		assert.Equal(t, worker.OK, o, script[i].name)
	}
	// a1, a3, a5 were with the first worker, in this order; they go before what waits in the broker (nothing).
	assert.Equal(t, "a1 a2 a4 a6 a1 a3 a5", h.starts())
}

func TestFullQueues(t *testing.T) {
	for _, c := range []struct {
		overflow worker.Overflow
		starts   string
		rejected string
	}{
		{worker.Reject, "a1 a2 a3", "done a4@0s rejected, done a5@0s rejected"},
		{worker.DropHead, "a1 a4 a5", "done a2@0s rejected, done a3@0s rejected"},
	} {
		s := one(worker.RabbitMQ, "a", worker.Config{Concurrency: 1, PrefetchMultiplier: 1, AcksLate: true})
		s.Queues[0] = queue("a")
		s.Queues[0].MaxLength, s.Queues[0].Overflow = 2, c.overflow
		h := play(t, s, burst("a", 5, 0, 0, sec))
		assert.Equal(t, c.starts, h.starts())
		assert.Contains(t, h.log(worker.Done), c.rejected)
	}
}

// A queue of length 0 passes on what a worker takes at once.
func TestAQueueWithoutPlaces(t *testing.T) {
	s := one(worker.Ideal, "a", worker.Config{Concurrency: 2, DisablePrefetch: true})
	s.Queues[0] = queue("a")
	s.Queues[0].MaxLength = 0
	for _, rule := range []worker.Overflow{worker.Reject, worker.DropHead} {
		s.Queues[0].Overflow = rule
		h := play(t, s, append(burst("a", 3, 0, 0, sec), burst("b", 1, 0, 2*sec, sec)...))
		assert.Equal(t, "a1 a2 b1", h.starts())
		assert.Equal(t, worker.Rejected, h.ended[2])
	}
}

// Facts A.9: a gevent task that computes stops everything in its worker, receiving included.
func TestAGeventTaskThatComputesStopsItsWorker(t *testing.T) {
	cfg := worker.Config{Pool: worker.Gevent, Concurrency: 10, PrefetchMultiplier: 1}
	script := []message{
		{name: "io1", run: sec},
		{name: "cpu", at: 500 * ms, run: 3 * sec, cpu: true},
		{name: "io2", at: 600 * ms, run: sec},
		{name: "io3", at: 700 * ms, run: sec},
	}
	h := play(t, one(worker.Redis, "a", cfg), script)
	assert.Equal(t, "received io1@0s, started io1@0s, received cpu@500ms, started cpu@500ms, "+
		"received io2@3.5s, started io2@3.5s, received io3@3.5s, started io3@3.5s", h.log(worker.Received, worker.Started))
}

// Where observed tasks are when the run stops.
func TestWhereTheEndOfTheRunFindsThem(t *testing.T) {
	s := one(worker.Redis, "ab", worker.Config{Concurrency: 1, PrefetchMultiplier: 1})
	s.Classes[1].Retry = worker.Retry{Max: 1, Delay: 100 * sec, Backoff: 1, OnError: true}
	script := []message{
		{name: "retrying", class: 1, run: sec, ends: []worker.Result{worker.Errored}},
		{name: "running", at: 2 * sec, run: 100 * sec},
		{name: "reserved", at: 3 * sec, run: sec},
		{name: "waiting", at: 4 * sec, run: sec},
		{name: "expired", at: 4 * sec, run: sec, extra: worker.Publication{Expires: sec}},
	}
	h := play(t, s, script, 10*sec)
	assert.Equal(t, []worker.Outcome{worker.Retrying, worker.Unfinished, worker.Unstarted, worker.Unstarted, worker.Expired}, h.ended)
}

// A crash at 1 s takes the worker down until 11 s. A machine fault from 5 s to 20 s finds it down: one restart, and it is
// up when the fault is over.
func TestAFaultOfWhatIsDownAlready(t *testing.T) {
	cfg := worker.Config{Pool: worker.Threads, Concurrency: 1, PrefetchMultiplier: 1}
	cfg.Overheads.Respawn = 10 * sec
	h := play(t, one(worker.RabbitMQ, "a", cfg), []message{
		{name: "a", run: sec, ends: crash},
		{name: "b", at: 2 * sec, run: sec},
		{at: 5 * sec, do: func(h *host) { h.sys.Fail(h.now, []int32{0}) }},
		{at: 20 * sec, do: func(h *host) { h.sys.Recover(h.now, []int32{0}) }},
	})
	assert.Equal(t, "started a@0s, started b@20s", h.log(worker.Started))
	assert.EqualValues(t, 1, h.tally.Workers[0].Restarts)
}
