package worker_test

import (
	"fmt"
	"slices"
	"testing"

	"github.com/stretchr/testify/assert"

	"example.com/simrun/des"
	"example.com/simrun/worker"
)

// countdown is a message with an eta, which a worker of two children holds until it comes.
func countdown(t *testing.T, last bool, wakeup des.Time, others ...message) *host {
	t.Helper()
	cfg := worker.Config{Concurrency: 2, PrefetchMultiplier: 2, Loop: worker.AskFirst, Wakeup: wakeup, TimersLast: last}
	script := append([]message{{name: "eta", run: 100 * ms, extra: worker.Publication{Countdown: sec}}}, others...)
	return play(t, one(worker.Redis, "a", cfg), script, 10*sec)
}

// A worker whose timers fire last hands over what has become due at the next event, though children are idle: kombu
// 5.2. Others do it at once.
func TestDueWaitsForTheNextEvent(t *testing.T) {
	for _, c := range []struct {
		name   string
		last   bool
		others []message
		want   string
	}{
		{"timers first", false, burst("b", 1, 0, 1300*ms, sec), "started eta@1s, started b1@1.3s"},
		{"a message comes", true, burst("b", 1, 0, 1300*ms, sec), "started eta@1.3s, started b1@1.3s"},
		{"a task ends", true, burst("b", 1, 0, 500*ms, sec), "started b1@500ms, started eta@1.5s"},
		{"another is due", true, []message{{name: "b", run: sec, extra: worker.Publication{Countdown: 1200 * ms}}, {name: "c", at: 2 * sec, run: sec}}, "started eta@1.2s, started b@1.2s, started c@2s"},
	} {
		t.Run(c.name, func(t *testing.T) {
			assert.Equal(t, c.want, countdown(t, c.last, 0, c.others...).log(worker.Started))
		})
	}
}

// Without any event it is the next timer.
func TestDueWaitsForATimer(t *testing.T) {
	at := countdown(t, true, 5*sec).times(worker.Started)
	if assert.Len(t, at, 1) {
		assert.Greater(t, at[0], sec)
		assert.LessOrEqual(t, at[0], 6*sec)
	}
	at = countdown(t, true, 5*ms).times(worker.Started)
	if assert.Len(t, at, 1) {
		assert.LessOrEqual(t, at[0], sec+5*ms)
	}
}

// An answer of redis that overtakes a reserved message delays it by its own receipt; with no answer to come, none does. How
// often it does depends on whether a slot has just become free.
func TestAnAnswerOvertakes(t *testing.T) {
	const (
		first = "started a1@2ms, started a2@103ms, started a3@204ms, started a4@305ms"
		last  = "started a1@2ms, started a2@104ms, started a3@206ms, started a4@307ms"
	)
	for _, c := range []struct {
		name         string
		among, alone float64
		within       des.Time
		want         string
	}{
		{"never", 0, 0, 3 * ms, first},
		{"alone", 0, 1, 3 * ms, last},
		{"among others", 0, 1, sec, first},
		{"always", 1, 1, sec, last},
	} {
		t.Run(c.name, func(t *testing.T) {
			cfg := worker.Config{Concurrency: 1, PrefetchMultiplier: 2, Loop: worker.AskFirst}
			cfg.Overheads = worker.Overheads{Fetch: ms, Start: ms, Overtaken: c.among, OvertakenAlone: c.alone, BatchWithin: c.within}
			assert.Equal(t, c.want, play(t, one(worker.Redis, "a", cfg), burst("a", 4, 0, 0, 100*ms)).log(worker.Started))
		})
	}
}

// A child connects to the broker before its first retry, and again when it is a new one.
func TestTheFirstRetryConnects(t *testing.T) {
	cfg := worker.Config{Concurrency: 1, PrefetchMultiplier: 1, MaxTasksPerChild: 3}
	cfg.Overheads = worker.Overheads{Retry: ms, Connect: 10 * ms}
	s := one(worker.Redis, "a", cfg)
	s.Classes[0].Retry = worker.Retry{Max: 1, Delay: hour, Backoff: 1, OnError: true}
	script := burst("a", 5, 0, 0, 100*ms)
	for i := range script {
		script[i].ends = []worker.Result{worker.Errored, worker.Succeeded}
	}
	h := play(t, s, script, 10*sec)
	assert.Equal(t, "started a1@0s, started a2@111ms, started a3@212ms, started a4@313ms, started a5@424ms", h.log(worker.Started))
}

// A worker with a limit holds as many messages with an eta as it says; the others stay in the broker, and hold up what is
// behind them until those are due. Recorded with a limit of 10 on redis (5.6.2): 10 of 60 are held.
func TestEtaTaskLimit(t *testing.T) {
	flood := burst("eta", 60, 0, 0, 10*ms)
	for i := range flood {
		flood[i].extra = worker.Publication{Countdown: 5 * sec}
	}
	script := slices.Concat(flood, burst("plain", 1, 0, sec, 10*ms))
	for _, tt := range []struct {
		limit, received int    // of the 60, before any is due
		plain           string // when the other starts
	}{
		{0, 60, "started plain1@1s"},
		{10, 10, "started plain1@5."},
		{2, 2, "started plain1@5."}, // less than the window
	} {
		cfg := worker.Config{Concurrency: 2, PrefetchMultiplier: 2, EtaTaskLimit: tt.limit}
		h := play(t, one(worker.Redis, "a", cfg), script, 20*sec)
		held := 0
		for _, at := range h.times(worker.Received) {
			if at < 900*ms {
				held++
			}
		}
		assert.Equal(t, tt.received, held, "limit %d", tt.limit)
		assert.Contains(t, h.log(worker.Started), tt.plain)
		assert.Len(t, h.times(worker.Started), 61)
	}
}

// Rabbitmq holds what has an eta for whole seconds, where the exchange of its queue allows that, and the worker for the rest.
// The same of a retry. Meanwhile the window of the worker is for others.
func TestNativeDelayedDelivery(t *testing.T) {
	for delays, want := range map[bool]string{
		false: "received held@0s, started held@3.7s, received other@3.7s",
		true:  "received other@0s, started other@0s, received held@3s, started held@3.7s",
	} {
		t.Run(fmt.Sprint(delays), func(t *testing.T) {
			s := one(worker.RabbitMQ, "a", worker.Config{Concurrency: 1, PrefetchMultiplier: 1, PerConsumer: true})
			s.Queues[0] = queue("a")
			s.Queues[0].Delays = delays
			h := play(t, s, []message{{name: "held", run: sec, extra: worker.Publication{Countdown: 3700 * ms}}, {name: "other", run: sec}}, 4*sec)
			assert.Equal(t, want, h.log(worker.Received, worker.Started))
		})
	}
	s := one(worker.RabbitMQ, "a", worker.Config{Concurrency: 1, PrefetchMultiplier: 1})
	s.Queues[0] = queue("a")
	s.Queues[0].Delays = true
	s.Classes[0].Retry = worker.Retry{Max: 1, Delay: 2500 * ms, Backoff: 1, OnError: true}
	h := play(t, s, []message{{name: "b", run: sec, ends: []worker.Result{worker.Errored, worker.Succeeded}}}, 10*sec)
	assert.Equal(t, "received b@0s, started b@0s, received b@3s, started b@3.5s", h.log(worker.Received, worker.Started))
}
