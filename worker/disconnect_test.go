package worker_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"

	"example.com/simrun/des"
	"example.com/simrun/worker"
)

// The broker is away from 5 s to 12.5 s. The worker tries again 2, 6 and 12 s after it has lost its connection,
// and at 17 s there is one.
func TestBrokerOutage(t *testing.T) {
	for _, c := range []struct {
		name string
		kind worker.BrokerKind
		late bool
		want string
		toll worker.Toll
	}{
		// What runs goes on, and is finished: it was acked. The reserved ones come back, in their order.
		{"rabbitmq, early", worker.RabbitMQ, false, "started a1@0s, started a2@17s, started a3@27s, started a4@37s", worker.Toll{Returned: 2}},
		{"ideal, early", worker.Ideal, false, "started a1@0s, started a2@17s, started a3@27s, started a4@37s", worker.Toll{Returned: 2}},
		// On redis they lie among the unacked ones until the visibility timeout.
		{"redis, early", worker.Redis, false, "started a1@0s, started a4@17s, started a2@1h0m5s, started a3@1h0m15s", worker.Toll{Returned: 2}},
		// The ack of a1 does not arrive: it runs a second time, which is no start of a task, first of all.
		{"rabbitmq, late", worker.RabbitMQ, true, "started a1@0s, started a2@27s, started a3@37s, started a4@47s", worker.Toll{Returned: 1, Doubled: 1}},
		{"redis, late", worker.Redis, true, "started a1@0s, started a3@17s, started a4@27s, started a2@1h0m15s", worker.Toll{Returned: 1, Doubled: 1}},
	} {
		t.Run(c.name, func(t *testing.T) {
			s := one(c.kind, "a", worker.Config{Concurrency: 1, PrefetchMultiplier: 2, AcksLate: c.late})
			if c.kind == worker.Redis {
				s.Broker.Restore = hour
			}
			s.Causes = 1
			s.Outages = []worker.Outage{{From: 5 * sec, To: 12500 * ms}}
			h := play(t, s, burst("a", 4, 0, 0, 10*sec))
			assert.Equal(t, c.want, h.log(worker.Started))
			assert.Equal(t, c.toll, h.tally.Tolls[0][0])
			assert.Equal(t, []worker.Outcome{worker.OK, worker.OK, worker.OK, worker.OK}, h.ended)
			assert.Equal(t, c.toll.Doubled, h.tally.Classes[0].Duplicated)
		})
	}
}

// A publisher tries three times more, the last 0.6 s after the first; what it cannot publish by then is no task.
func TestPublishingDuringAnOutage(t *testing.T) {
	for _, kind := range []worker.BrokerKind{worker.Ideal, worker.Redis, worker.RabbitMQ} {
		s := one(kind, "a", worker.Config{Concurrency: 4, PrefetchMultiplier: 1})
		s.Causes = 1
		s.Outages = []worker.Outage{{From: 5 * sec, To: 10 * sec}}
		script := []message{
			{name: "before", at: 5*sec - 1},
			{name: "early", at: 9300 * ms},
			{name: "third", at: 9400 * ms},
			{name: "second", at: 9900 * ms},
			{name: "after", at: 10 * sec},
		}
		h := play(t, s, script)
		assert.Equal(t, "published before@4.999999999s, published after@10s, published third@10s, published second@10.1s", h.log(worker.Published))
		assert.Contains(t, h.log(worker.Done), "done early@9.9s rejected")
		assert.Equal(t, worker.Toll{Refused: 1}, h.tally.Tolls[0][0])
		// Lost at 5 s, tried again at 5, 7, 11 s.
		assert.Contains(t, h.log(worker.Started), "started after@11s, started third@11s, started second@11s")
	}
}

// Outages that adjoin, overlap, or contain each other are one: for who publishes and for who connects, whatever their
// order. A gap in which a publisher tries again lets it through.
func TestOutagesAdjoin(t *testing.T) {
	var script []message
	for i := range 100 {
		script = append(script, message{name: fmt.Sprint(i), at: des.Time(i) * 100 * ms, run: 50 * ms})
	}
	run := func(kind worker.BrokerKind, outages ...worker.Outage) string {
		s := one(kind, "a", worker.Config{Concurrency: 4, PrefetchMultiplier: 1})
		s.Broker.Publish, s.Outages = 20*ms, outages
		return play(t, s, script).log(worker.Published, worker.Started, worker.Done)
	}
	for _, kind := range []worker.BrokerKind{worker.Ideal, worker.Redis, worker.RabbitMQ} {
		want := run(kind, worker.Outage{From: 2 * sec, To: 6 * sec})
		for _, parts := range [][]worker.Outage{
			{{From: 2 * sec, To: 2110 * ms}, {From: 2110 * ms, To: 6 * sec}},
			{{From: 2110 * ms, To: 6 * sec}, {From: 2 * sec, To: 2110 * ms}},
			{{From: 2 * sec, To: 2111 * ms}, {From: 2110 * ms, To: 6 * sec}},
			{{From: 2 * sec, To: 6 * sec}, {From: 3 * sec, To: 4 * sec}},
			{{From: 2 * sec, To: 3 * sec}, {From: 4 * sec, To: 6 * sec}, {From: 3 * sec, To: 4 * sec}},
		} {
			assert.Equal(t, want, run(kind, parts...), "%v", parts)
		}
	}
	s := one(worker.RabbitMQ, "a", worker.Config{Concurrency: 1, PrefetchMultiplier: 1})
	s.Outages = []worker.Outage{{From: sec, To: 1100 * ms}, {From: 1150 * ms, To: 5 * sec}, {From: 10 * sec, To: 10100 * ms}, {From: 10150 * ms, To: 10300 * ms}}
	h := play(t, s, []message{{name: "never", at: sec}, {name: "gap", at: 1100 * ms}, {name: "third", at: 10 * sec}})
	assert.Equal(t, "published gap@1.1s, published third@10.6s", h.log(worker.Published))
	assert.Equal(t, worker.Rejected, h.ended[0])
}

// A retry that cannot be published is given up, as is any other message.
func TestARetryDuringAnOutage(t *testing.T) {
	s := one(worker.RabbitMQ, "a", worker.Config{Concurrency: 1, PrefetchMultiplier: 1})
	s.Classes[0].Retry = worker.Retry{Max: 3, Delay: 10 * sec, Backoff: 1, OnError: true}
	s.Outages = []worker.Outage{{From: 5 * sec, To: 60 * sec, Cause: worker.NoCause}}
	h := play(t, s, []message{{name: "a", run: 10 * sec, ends: []worker.Result{worker.Errored, worker.Succeeded}}})
	assert.Equal(t, "done a@10.6s rejected", h.log(worker.Done))
	assert.EqualValues(t, 1, h.tally.Classes[0].ByOutcome[worker.Rejected])
}

// The attempts to connect are 2, 4, 6 s and so on apart, and never more than 32 s: the 16th is 2 + 4 + ... + 32 = 272 s
// after the loss. A worker that starts during an outage counts from its own start.
func TestReconnecting(t *testing.T) {
	for _, c := range []struct{ to, want des.Time }{
		{2 * sec, 2 * sec},
		{2*sec + 1, 6 * sec},
		{272 * sec, 272 * sec},
		{273 * sec, 304 * sec},
		{305 * sec, 336 * sec},
	} {
		s := one(worker.RabbitMQ, "a", worker.Config{Concurrency: 1, PrefetchMultiplier: 1})
		s.Outages = []worker.Outage{{From: 0, To: c.to}}
		h := play(t, s, []message{{name: "a", at: c.to}})
		assert.Equal(t, []des.Time{c.want}, h.times(worker.Started))

		s.Outages = []worker.Outage{{From: 3 * sec, To: 100 * sec}, {From: 50 * sec, To: 100*sec + c.to}}
		h = play(t, s, []message{shut(sec, 0, 0), restart(100*sec, 0), {name: "a", at: 100*sec + c.to}})
		assert.Equal(t, []des.Time{100*sec + c.want}, h.times(worker.Started))
	}
}

// Threads have handed to their pool what they have reserved: it runs, and is delivered again.
func TestAThreadsWorkerRunsWhatItHasReserved(t *testing.T) {
	s := one(worker.RabbitMQ, "a", worker.Config{Pool: worker.Threads, Concurrency: 1, PrefetchMultiplier: 2})
	s.Outages = []worker.Outage{{From: 5 * sec, To: 6 * sec}}
	h := play(t, s, burst("a", 3, 0, 0, 10*sec))
	assert.Equal(t, "started a1@0s, started a2@10s, started a3@20s", h.log(worker.Started))
	assert.EqualValues(t, 2, h.tally.Classes[0].Duplicated)
}

// What is held for an eta goes back to the broker, and is held again by whoever gets it.
func TestAnOutageAndAnEta(t *testing.T) {
	s := one(worker.RabbitMQ, "a", worker.Config{Concurrency: 1, PrefetchMultiplier: 1})
	s.Outages = []worker.Outage{{From: 5 * sec, To: 6 * sec}}
	script := []message{{name: "soon", extra: worker.Publication{Countdown: 6 * sec}}, {name: "later", extra: worker.Publication{Countdown: 60 * sec}}}
	h := play(t, s, script)
	assert.Equal(t, "started soon@7s, started later@1m0s", h.log(worker.Started))
}

// A connection that is lost while late-acked tasks run leaves the next one a whole window beside them: two slots, multiplier
// 2, two long tasks. Measured on 5.2.6 and main of August 2026: four messages are received, on both brokers. What runs is
// among them on rabbitmq, and runs again. From 5.4 to 5.6 the worker asks for one slot's part at first, and for as much
// more with every ack.
func TestTheWindowAfterALostConnection(t *testing.T) {
	for _, c := range []struct {
		name    string
		kind    worker.BrokerKind
		narrows bool
		want    string
	}{
		{"redis", worker.Redis, false, "received c@6s, received d@6s, received e@6s, received f@6s, started c@25s, started d@25s, started e@27s"},
		{"rabbitmq", worker.RabbitMQ, false, "received a@6s, received b@6s, started a@50s, received c@50s, started b@50s, received d@50s, started c@52s"},
		{"rabbitmq 5.4", worker.RabbitMQ, true, "received a@50s, started a@50s, received b@50s, received c@50s, started b@50s, received d@50s, started c@52s"},
	} {
		t.Run(c.name, func(t *testing.T) {
			s := one(c.kind, "a", worker.Config{Concurrency: 2, PrefetchMultiplier: 2, AcksLate: true, NarrowsWindow: c.narrows})
			if c.kind == worker.Redis {
				s.Broker.Restore = hour
			}
			s.Outages = []worker.Outage{{From: 4 * sec, To: 4100 * ms}}
			script := []message{{name: "L1", run: 25 * sec}, {name: "L2", run: 25 * sec}, {name: "a", run: 2 * sec}, {name: "b", run: 2 * sec}}
			for _, n := range []string{"c", "d", "e", "f"} {
				script = append(script, message{name: n, at: sec, run: 2 * sec})
			}
			log := strings.Split(play(t, s, script).log(worker.Received, worker.Started), ", ")
			assert.Equal(t, c.want, strings.Join(log[6:13], ", "))
		})
	}
}

// With its connection a worker may end what is acked late, by its child: nothing is done twice then.
func TestCancelOnConnectionLoss(t *testing.T) {
	for late, want := range map[bool]string{
		false: "ended a1@10s ok, ended a2@27s ok",
		true:  "ended a1@5s lost, ended a1@27s ok, ended a2@37s ok",
	} {
		t.Run(fmt.Sprint(late), func(t *testing.T) {
			s := one(worker.RabbitMQ, "a", worker.Config{Concurrency: 1, PrefetchMultiplier: 2, AcksLate: late, CancelsOnLoss: true})
			s.Outages = []worker.Outage{{From: 5 * sec, To: 12500 * ms}}
			h := play(t, s, burst("a", 2, 0, 0, 10*sec))
			assert.Equal(t, want, h.log(worker.Ended))
			assert.Zero(t, h.tally.Classes[0].Duplicated)
		})
	}
}
