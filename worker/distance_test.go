package worker_test

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/assert"

	"example.com/simrun/des"
	"example.com/simrun/worker"
)

// far is a worker 20 ms from its broker, there and back, without overheads.
func far(kind worker.BrokerKind, slots int, edit func(*worker.Config)) worker.Setup {
	cfg := worker.Config{Concurrency: slots, PrefetchMultiplier: 4, RoundTrip: 20 * ms}
	if edit != nil {
		edit(&cfg)
	}
	return one(kind, "a", cfg)
}

func late(c *worker.Config) { c.AcksLate, c.PrefetchMultiplier = true, 1 }

// An idle worker that has long been asking gets a message after half a round trip; on redis it notes it with the
// broker, one more, before it has it.
func TestAFarBrokerIdle(t *testing.T) {
	for kind, want := range map[worker.BrokerKind]string{
		worker.Ideal:    "published a1@1s, received a1@1.01s, started a1@1.01s",
		worker.RabbitMQ: "published a1@1s, received a1@1.01s, started a1@1.01s",
		worker.Redis:    "published a1@1s, received a1@1.03s, started a1@1.03s",
	} {
		h := play(t, far(kind, 2, nil), burst("a", 1, 0, sec, sec))
		assert.Equal(t, want, h.log(worker.Published, worker.Received, worker.Started))
	}
}

// Producers far from the broker take half a round trip to reach it.
func TestProducersFarFromTheBroker(t *testing.T) {
	s := far(worker.RabbitMQ, 1, nil)
	s.Broker.Way = 15 * ms
	s.Workers[0].RoundTrip = 0
	h := play(t, s, burst("a", 1, 0, sec, sec))
	assert.Equal(t, "published a1@1.015s, started a1@1.015s", h.log(worker.Published, worker.Started))
}

// Rabbitmq pushes what the window allows, one message behind the other.
func TestAFarBrokerThatPushes(t *testing.T) {
	h := play(t, far(worker.RabbitMQ, 2, nil), burst("a", 3, 0, sec, 100*ms))
	assert.Equal(t, "received a1@1.01s, received a2@1.01s, received a3@1.01s", h.log(worker.Received))
}

// A redis worker has a message each two round trips at most, whatever its slots. The second BRPOP leaves when the first
// message is noted (1.03) and is back at 1.05; the loop waits until 1.051 for the answer to the first ack, and then notes
// the second message until 1.071.
func TestAFarBrokerThatIsAsked(t *testing.T) {
	starting := func(c *worker.Config) { c.Overheads.Start = ms }
	h := play(t, far(worker.Redis, 4, starting), burst("a", 4, 0, sec, sec))
	assert.Equal(t, "started a1@1.031s, started a2@1.072s, started a3@1.113s, started a4@1.154s", h.log(worker.Started))
	// Without the time that a child takes to accept, the ack goes before the next BRPOP: a third round trip.
	h = play(t, far(worker.Redis, 4, nil), burst("a", 3, 0, sec, sec))
	assert.Equal(t, "started a1@1.03s, started a2@1.09s, started a3@1.15s", h.log(worker.Started))
}

// With late acks and multiplier 1 a slot waits for all of it: on rabbitmq the ack there and the next message back, on
// redis the answer to the ack, then to BRPOP, then to the note.
func TestAFarBrokerAndLateAcks(t *testing.T) {
	h := play(t, far(worker.RabbitMQ, 1, late), burst("a", 2, 0, sec, 100*ms))
	assert.Equal(t, "started a1@1.01s, freed @1.11s, started a2@1.13s, freed @1.23s", h.log(worker.Started, worker.Freed))
	h = play(t, far(worker.Redis, 1, late), burst("a", 2, 0, sec, 100*ms))
	assert.Equal(t, "started a1@1.03s, freed @1.15s, started a2@1.19s, freed @1.31s", h.log(worker.Started, worker.Freed))
}

// The end of a task with an early ack is heard of once the loop does not wait for the broker: a1 ends at 1.041, while
// the loop waits for the answer to its ack until 1.051.
func TestTheEndOfATaskWaitsForTheLoop(t *testing.T) {
	starting := func(c *worker.Config) { c.Overheads.Start = ms }
	h := play(t, far(worker.Redis, 1, starting), burst("a", 1, 0, sec, 10*ms))
	assert.Equal(t, "started a1@1.031s, ended a1@1.041s ok, freed @1.051s", h.log(worker.Started, worker.Ended, worker.Freed))
	threads := func(c *worker.Config) { c.Overheads.Start, c.Pool = ms, worker.Threads }
	h = play(t, far(worker.Redis, 1, threads), burst("a", 1, 0, sec, 10*ms))
	assert.Equal(t, "started a1@1.031s, ended a1@1.041s ok, freed @1.041s", h.log(worker.Started, worker.Ended, worker.Freed))
}

// A retry is published over the same distance, and its child waits for the answer: half a round trip there, one for
// the child.
func TestARetryToAFarBroker(t *testing.T) {
	s := far(worker.RabbitMQ, 1, nil)
	s.Classes[0].Retry = worker.Retry{Max: 1, Backoff: 1, OnError: true}
	m := message{name: "a", at: sec, run: 100 * ms, ends: []worker.Result{worker.Errored, worker.Succeeded}}
	h := play(t, s, []message{m})
	// Ended at 1.11, in the broker at 1.12, back at 1.13: just when the slot is free again.
	assert.Equal(t, "published a@1s, started a@1.01s, freed @1.13s, published a@1.12s", sortedLog(h))
}

func sortedLog(h *host) string {
	words := ""
	for i, r := range h.records {
		switch {
		case r.Kind == worker.Published && words == "":
			words = "published " + h.names[i] + "@" + r.At.String()
		case r.Kind == worker.Started && r.Attempt == 1:
			words += ", started " + h.names[i] + "@" + r.At.String()
		}
	}
	freed, again := des.Never, des.Never
	for _, r := range h.records {
		if r.Kind == worker.Freed {
			freed = min(freed, r.At)
		}
		if r.Kind == worker.Published && r.At > sec {
			again = min(again, r.At)
		}
	}
	return words + ", freed @" + freed.String() + ", published a@" + again.String()
}

// Nothing is different next door, whatever the broker, the pool, the acks and the loop: a round trip of a nanosecond
// moves a saturated worker by nanoseconds.
func TestDistanceVanishes(t *testing.T) {
	for _, kind := range []worker.BrokerKind{worker.Ideal, worker.Redis, worker.RabbitMQ} {
		for _, pool := range []worker.Pool{worker.Prefork, worker.Threads, worker.Gevent, worker.Solo} {
			for _, loop := range []worker.Loop{worker.Alert, worker.AskFirst, worker.Deaf, worker.DeafAskFirst} {
				for _, late := range []bool{false, true} {
					if !occurs(kind, pool, loop) {
						continue
					}
					edit := func(c *worker.Config) {
						c.Pool, c.Loop, c.AcksLate, c.Wakeup = pool, loop, late, sec
						c.Overheads = worker.Overheads{Fetch: ms, Start: ms, Finish: ms, FinishLate: ms}
						if pool == worker.Solo {
							c.Concurrency = 1
						}
					}
					near, there := far(kind, 2, edit), far(kind, 2, edit)
					near.Workers[0].RoundTrip, there.Workers[0].RoundTrip = 0, 1
					script := burst("a", 40, 0, sec, 100*ms)
					a, b := play(t, near, script), play(t, there, script)
					name := fmt.Sprintf("broker %d pool %d loop %d late %v", kind, pool, loop, late)
					assert.Equal(t, 40, b.count(worker.Ended), name)
					assert.Equal(t, a.starts(), b.starts(), name)
					assert.InDelta(t, a.now.Seconds(), b.now.Seconds(), 1e-6, name)
				}
			}
		}
	}
}

// occurs says whether a release has this loop with this broker and pool (strategies.loopOf).
func occurs(kind worker.BrokerKind, pool worker.Pool, loop worker.Loop) bool {
	switch loop {
	case worker.AskFirst:
		return kind == worker.Redis && (pool == worker.Prefork || pool == worker.Solo)
	case worker.DeafAskFirst:
		return kind == worker.Redis && pool == worker.Threads
	case worker.Deaf:
		return kind != worker.Ideal && (pool == worker.Threads || pool == worker.Gevent) || kind == worker.RabbitMQ && pool == worker.Solo
	}
	return true
}
