package worker_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"

	"example.com/simrun/worker"
)

// TestWhatPrefetchReallyHolds is the table of facts A.2 and B.3: 40 tasks of 3 s wait in two queues, c=2 (solo 1),
// counted after 1.2 s: running + taken from the broker and not running. Where rabbitmq has pushed messages that lie in
// the client's socket, they count here as taken.
func TestWhatPrefetchReallyHolds(t *testing.T) {
	both := []worker.BrokerKind{worker.Redis, worker.RabbitMQ}
	redis, rabbit := both[:1], both[1:]
	for _, c := range []struct {
		pool   worker.Pool
		kinds  []worker.BrokerKind
		m      int
		late   bool
		off    bool // disable_prefetch
		expect string
	}{
		{worker.Prefork, both, 1, false, false, "2+2"},
		{worker.Prefork, both, 1, true, false, "2+0"},
		{worker.Prefork, both, 4, false, false, "2+8"},
		{worker.Prefork, both, 4, true, false, "2+6"},
		{worker.Threads, both, 1, false, false, "2+2"},
		{worker.Threads, both, 1, true, false, "2+0"},
		{worker.Threads, both, 4, false, false, "2+8"},
		{worker.Threads, both, 4, true, false, "2+6"},

		{worker.Gevent, redis, 1, false, false, "2+1"},
		{worker.Gevent, redis, 1, true, false, "2+0"},
		{worker.Gevent, redis, 4, false, false, "2+1"},
		{worker.Gevent, redis, 4, true, false, "2+1"},
		{worker.Gevent, rabbit, 1, true, false, "2+0"},
		{worker.Gevent, rabbit, 4, false, false, "2+8"}, // the rest of the window is in the socket
		{worker.Gevent, rabbit, 4, true, false, "2+6"},  // 8 out of the queue

		{worker.Solo, both, 1, false, false, "1+0"},
		{worker.Solo, both, 1, true, false, "1+0"},
		{worker.Solo, redis, 4, false, false, "1+0"},
		{worker.Solo, redis, 4, true, false, "1+0"},
		{worker.Solo, rabbit, 4, false, false, "1+3"}, // 4 out of the queue
		{worker.Solo, rabbit, 4, true, false, "1+3"},

		// B.2: nothing is reserved, whatever m.
		{worker.Prefork, redis, 1, false, true, "2+0"},
		{worker.Prefork, redis, 4, false, true, "2+0"},
		{worker.Prefork, redis, 4, true, true, "2+0"},
		{worker.Threads, redis, 4, false, true, "2+0"},
		{worker.Solo, redis, 4, false, true, "1+0"},
	} {
		for _, kind := range c.kinds {
			t.Run(fmt.Sprintf("pool %d broker %d m=%d late=%v off=%v", c.pool, kind, c.m, c.late, c.off), func(t *testing.T) {
				cfg := worker.Config{
					Pool: c.pool, Concurrency: 2, PrefetchMultiplier: c.m, AcksLate: c.late, DisablePrefetch: c.off,
				}
				if c.pool == worker.Solo {
					cfg.Concurrency = 1
				}
				cfg.Overheads = worker.Overheads{Fetch: 2 * ms, Start: ms}
				script := append(burst("a", 20, 0, 0, 3*sec), burst("b", 20, 1, 0, 3*sec)...)
				h := play(t, one(kind, "ab", cfg), script, 1200*ms)
				running := h.count(worker.Started)
				assert.Equal(t, c.expect, fmt.Sprintf("%d+%d", running, h.count(worker.Received)-running))
			})
		}
	}
}

// A window of multiplier 0 has no limit.
func TestAWindowWithoutLimit(t *testing.T) {
	h := play(t, one(worker.Redis, "a", worker.Config{Concurrency: 2}), burst("a", 40, 0, 0, 3*sec), sec)
	assert.Equal(t, 40, h.count(worker.Received))
}

// The window is one for all queues of a worker.
func TestTheWindowIsPerWorker(t *testing.T) {
	s := one(worker.RabbitMQ, "ab", worker.Config{Concurrency: 2, PrefetchMultiplier: 2, AcksLate: true})
	s.Workers = append(s.Workers, s.Workers[0])
	h := play(t, s, append(burst("a", 20, 0, 0, 3*sec), burst("b", 20, 1, 0, 3*sec)...), sec)
	assert.Equal(t, 8, h.count(worker.Received))
}

// TestOvertaking counts the low tasks that start before a late urgent one (facts B.3; c=2, tasks of 100 ms).
func TestOvertaking(t *testing.T) {
	for _, c := range []struct {
		kind worker.BrokerKind
		m    int
		late bool
		off  bool
		want int
	}{
		{worker.Redis, 1, false, false, 2},
		{worker.Redis, 1, true, false, 0},
		{worker.Redis, 4, false, false, 8},
		{worker.Redis, 4, false, true, 0},
		{worker.RabbitMQ, 1, false, false, 2},
		{worker.RabbitMQ, 1, true, false, 0},
	} {
		t.Run(fmt.Sprintf("broker %d m=%d late=%v off=%v", c.kind, c.m, c.late, c.off), func(t *testing.T) {
			s := one(c.kind, "q", worker.Config{Concurrency: 2, PrefetchMultiplier: c.m, AcksLate: c.late, DisablePrefetch: c.off})
			s.Queues[0] = queue("q")
			s.Queues[0].MaxPriority = 9
			low, high := 0, 9
			if c.kind == worker.Redis {
				low, high = high, low
			}
			s.Classes = []worker.Class{{Name: "low", HasPriority: true, Priority: low}, {Name: "high", HasPriority: true, Priority: high}}
			s.ClassQueue = []int{0, 0}
			script := append(burst("low", 30, 0, 0, 100*ms), message{name: "high", at: 550 * ms, class: 1, run: 100 * ms})
			h := play(t, s, script)
			before, _, found := strings.Cut(h.starts(), "high")
			assert.True(t, found)
			// 12 have started by 550 ms.
			assert.Equal(t, c.want, strings.Count(before, "low")-12)
		})
	}
}

// An early ack leaves the window at the start, a late one when the slot is free again, ack and all.
func TestAcks(t *testing.T) {
	for _, c := range []struct {
		name string
		cfg  worker.Config
		want []int // unacked at 0.5 s, 1.05 s (the body has ended), 1.2 s
	}{
		{"early", worker.Config{Concurrency: 1, PrefetchMultiplier: 2}, []int{0, 0, 0}},
		{"late", worker.Config{Concurrency: 1, PrefetchMultiplier: 2, AcksLate: true}, []int{1, 1, 0}},
		// It runs the task itself and sends nothing meanwhile.
		{"early, solo", worker.Config{Pool: worker.Solo, Concurrency: 1, PrefetchMultiplier: 2}, []int{1, 1, 0}},
	} {
		t.Run(c.name, func(t *testing.T) {
			c.cfg.Overheads = worker.Overheads{Finish: 100 * ms, FinishLate: 100 * ms}
			var got []int
			for _, at := range []int{500, 1050, 1200} {
				h := play(t, one(worker.RabbitMQ, "a", c.cfg), burst("a", 1, 0, 0, sec), msec(at))
				got = append(got, h.sys.Unacked(0))
			}
			assert.Equal(t, c.want, got)
		})
	}
}

// The setting of a task goes before that of its worker.
func TestTheTaskSaysHowItIsAcked(t *testing.T) {
	s := one(worker.RabbitMQ, "a", worker.Config{Concurrency: 1, PrefetchMultiplier: 1, AcksLate: true})
	s.Classes[0].AcksLate = worker.Off
	h := play(t, s, burst("a", 5, 0, 0, sec), 500*ms)
	assert.Equal(t, 2, h.count(worker.Received))
	s = one(worker.RabbitMQ, "a", worker.Config{Concurrency: 1, PrefetchMultiplier: 1})
	s.Classes[0].AcksLate = worker.On
	h = play(t, s, burst("a", 5, 0, 0, sec), 500*ms)
	assert.Equal(t, 1, h.count(worker.Received))
}

// Redis gives a message to the worker that has asked for longest since it last renewed its ask, rabbitmq to each in turn.
func TestWhoGetsAMessage(t *testing.T) {
	for kind, want := range map[worker.BrokerKind][]int32{worker.Redis: {2, 1, 0, 2, 1, 0}, worker.RabbitMQ: {0, 1, 2, 0, 1, 2}} {
		s := one(kind, "a", worker.Config{Concurrency: 2, AcksLate: true, PrefetchMultiplier: 1})
		s.Workers = append(s.Workers, s.Workers[0], s.Workers[0])
		script := append(burst("a", 3, 0, 0, 10*sec), burst("b", 3, 0, sec, 10*sec)...)
		h := play(t, s, script)
		var got []int32
		for _, r := range h.records {
			if r.Kind == worker.Started {
				got = append(got, r.Worker)
			}
		}
		assert.Equal(t, want, got)
	}
}

// The ideal broker gives a message to a worker with a free slot, if there is one; with random dispatch it may wait
// behind another although a slot is free.
func TestDispatchOfTheIdealBroker(t *testing.T) {
	waited := func(d worker.Dispatch) int {
		n := 0
		for seed := range 20 {
			s := one(worker.Ideal, "a", worker.Config{Concurrency: 1, AcksLate: true, PrefetchMultiplier: 2})
			s.Workers = append(s.Workers, s.Workers[0])
			s.Broker.Dispatch = d
			s.Key = s.Key.With(uint64(seed))
			h := play(t, s, burst("a", 2, 0, 0, sec))
			if strings.HasSuffix(h.log(worker.Started), "@1s") {
				n++
			}
		}
		return n
	}
	assert.Zero(t, waited(worker.FreeSlot))
	assert.InDelta(t, 10, waited(worker.Random), 7)
}

// Facts A.5: a worker whose slots all hang takes its window full of messages more, and stops.
func TestAWorkerThatHangsHoldsItsReserve(t *testing.T) {
	script := burst("a", 20, 0, 0, sec)
	script[0].hangs, script[1].hangs = true, true
	h := play(t, one(worker.Redis, "a", worker.Config{Concurrency: 2, PrefetchMultiplier: 2}), script, hour)
	assert.Equal(t, "a1 a2", h.starts())
	assert.Equal(t, 2+4, h.count(worker.Received))
}
