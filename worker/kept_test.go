package worker_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"example.com/simrun/des"
	"example.com/simrun/worker"
)

// Of two slots one is kept for b: what is offered on a gets one slot, even while the other is idle.
func TestASlotIsKept(t *testing.T) {
	for _, m := range []int{0, 1, 4} {
		for _, late := range []bool{false, true} {
			cfg := worker.Config{Concurrency: 2, Reserve: []int{0, 1}, PrefetchMultiplier: m, AcksLate: late}
			script := append(burst("a", 3, 0, 0, sec), message{name: "b1", at: 500 * ms, class: 1, run: sec})
			h := play(t, one(worker.Ideal, "ab", cfg), script)
			assert.Equal(t, "started a1@0s, started b1@500ms, started a2@1s, started a3@2s", h.log(worker.Started), "m=%d late=%v", m, late)
		}
	}
}

// The queue that slots are kept for may also have the others, first come first served.
func TestKeptSlotsAreALowerBound(t *testing.T) {
	cfg := worker.Config{Concurrency: 3, Reserve: []int{0, 1}, DisablePrefetch: true}
	script := append(burst("b", 4, 1, 0, sec), burst("a", 1, 0, 500*ms, sec)...)
	h := play(t, one(worker.Ideal, "ab", cfg), script)
	assert.Equal(t, "b1 b2 b3 a1 b4", h.starts(), "a gets a slot of those for all when one is free")
}

// Messages of a that are reserved fill only the part of the window that the slots for all bring along.
func TestTheWindowIsKeptToo(t *testing.T) {
	cfg := worker.Config{Concurrency: 2, Reserve: []int{0, 1}, PrefetchMultiplier: 2}
	script := append(burst("a", 10, 0, 0, sec), burst("b", 10, 1, 500*ms, sec)...)
	h := play(t, one(worker.Ideal, "ab", cfg), script, 600*ms)
	assert.Equal(t, "started a1@0s, started b1@500ms", h.log(worker.Started))
	assert.Equal(t, "received a1@0s, received a2@0s, received a3@0s, received b1@500ms, received b2@500ms, received b3@500ms", h.log(worker.Received))
}

// With every slot kept a worker is as many workers as it has queues.
func TestAllSlotsKeptAreTwoWorkers(t *testing.T) {
	var script []message
	for i := range 60 {
		script = append(script, message{
			name: fmt.Sprint(i), at: des.Time(i) * 70 * ms, class: i % 2, run: des.Time(1+i*7%5) * 91 * ms,
		})
	}
	for _, kind := range []worker.BrokerKind{worker.Ideal, worker.RabbitMQ} {
		for _, m := range []int{0, 1, 4} {
			for _, late := range []bool{false, true} {
				for _, off := range []bool{false, true} {
					cfg := worker.Config{Concurrency: 3, Reserve: []int{1, 2}, PrefetchMultiplier: m, AcksLate: late, DisablePrefetch: off}
					together := play(t, one(kind, "ab", cfg), script)
					apart := one(kind, "ab", cfg)
					a, b := cfg, cfg
					a.Concurrency, a.Queues, a.Reserve = 1, []int{0}, nil
					b.Concurrency, b.Queues, b.Reserve = 2, []int{1}, nil
					apart.Workers = []worker.Config{a, b}
					for _, what := range []worker.RecordKind{worker.Received, worker.Started, worker.Done} {
						require.ElementsMatch(t, lines(play(t, apart, script), what), lines(together, what), "broker %d m=%d late=%v off=%v", kind, m, late, off)
					}
				}
			}
		}
	}
}

func lines(h *host, kind worker.RecordKind) []string { return strings.Split(h.log(kind), ", ") }

// Nothing kept is nothing changed.
func TestNothingKept(t *testing.T) {
	script := append(burst("a", 9, 0, 0, sec), burst("b", 9, 1, 100*ms, 300*ms)...)
	for _, kind := range []worker.BrokerKind{worker.Ideal, worker.Redis, worker.RabbitMQ} {
		cfg := worker.Config{Concurrency: 3, PrefetchMultiplier: 1}
		without := play(t, one(kind, "ab", cfg), script)
		cfg.Reserve = []int{0, 0}
		assert.Equal(t, without.records, play(t, one(kind, "ab", cfg), script).records)
	}
}

// A gevent worker takes no message that would stand in the way of those for which a slot is kept.
func TestGeventKeepsItsHandsFree(t *testing.T) {
	cfg := worker.Config{Pool: worker.Gevent, Concurrency: 2, Reserve: []int{0, 1}, PrefetchMultiplier: 4}
	script := append(burst("a", 5, 0, 0, sec), burst("b", 1, 1, 500*ms, 100*ms)...)
	h := play(t, one(worker.Redis, "ab", cfg), script, 700*ms)
	assert.Equal(t, "started a1@0s, started b1@500ms", h.log(worker.Started))
	assert.Equal(t, "received a1@0s, received b1@500ms", h.log(worker.Received))
}

// Overflow has what is kept for none.
func TestOverflowLeavesKeptSlots(t *testing.T) {
	s := one(worker.Ideal, "ab", worker.Config{Concurrency: 2, DisablePrefetch: true})
	s.Workers[0].Queues, s.Workers[0].Overflow, s.Workers[0].Reserve = []int{0}, []int{1}, []int{1}
	h := play(t, s, append(burst("b", 3, 1, 0, sec), burst("a", 1, 0, 500*ms, sec)...))
	assert.Equal(t, "started b1@0s, started a1@500ms, started b2@1s, started b3@2s", h.log(worker.Started))
}

// A message that makes the pool grow lets what was reserved before start, too: its place in the window is for the next
// message of its own queue, which nobody else would fetch.
func TestRoomMadeByAGrowingPool(t *testing.T) {
	cfg := worker.Config{Concurrency: 2, PrefetchMultiplier: 1, Reserve: []int{1, 1}, AutoscaleMin: 1, Keepalive: hour}
	h := play(t, one(worker.RabbitMQ, "ab", cfg), []message{
		{name: "a1", class: 0, run: 10 * sec},
		{name: "b1", class: 1, run: sec, extra: worker.Publication{Countdown: sec}}, // no process is started for it
		{name: "b2", class: 1, at: 2 * sec, run: sec},
		{name: "a2", class: 0, at: 3 * sec, run: sec},
	}, 20*sec)
	assert.Equal(t, "started a1@0s, started b1@3s, started b2@4s, started a2@10s", h.log(worker.Started))
}
