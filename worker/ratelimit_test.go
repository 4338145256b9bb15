package worker_test

import (
	"testing"

	"github.com/stretchr/testify/assert"

	"example.com/simrun/worker"
)

// limited is one worker of queues a and b, of which a may start one task a second.
func limited(kind worker.BrokerKind, cfg worker.Config) worker.Setup {
	s := one(kind, "ab", cfg)
	s.Classes[0].Pace = sec
	return s
}

// One task a second, the first two of a worker's life at once; a token is kept over a pause, but not two.
func TestRateLimit(t *testing.T) {
	h := play(t, limited(worker.Ideal, worker.Config{Concurrency: 4}), append(burst("a", 4, 0, 0, 10*ms), burst("z", 3, 0, 10*sec, 10*ms)...))
	assert.Equal(t, "started a1@0s, started a2@0s, started a3@1s, started a4@2s, started z1@10s, started z2@11s, started z3@12s", h.log(worker.Started))
}

// The limit holds for each instance.
func TestRateLimitIsOfAnInstance(t *testing.T) {
	s := limited(worker.Ideal, worker.Config{Concurrency: 1, PrefetchMultiplier: 3})
	s.Workers = append(s.Workers, s.Workers[0])
	h := play(t, s, burst("a", 10, 0, 0, 10*ms), 1900*ms)
	assert.Equal(t, 6, h.count(worker.Started), "2 x (2 at once + 1 after a second)")
}

// Other kinds pass those that wait, until they have filled the window.
func TestRateLimitFillsTheWindow(t *testing.T) {
	cfg := worker.Config{Concurrency: 2, PrefetchMultiplier: 1}
	few := append(burst("a", 3, 0, 0, 10*ms), burst("b", 2, 1, 100*ms, 10*ms)...)
	h := play(t, limited(worker.Ideal, cfg), few)
	assert.Equal(t, "a1 a2 b1 b2 a3", h.starts())

	many := append(burst("a", 5, 0, 0, 10*ms), burst("b", 2, 1, 100*ms, 10*ms)...)
	h = play(t, limited(worker.Ideal, cfg), many)
	assert.Equal(t, "started a1@0s, started a2@0s, started a3@1s, started b1@1s, started a4@2s, started b2@2s, started a5@3s", h.log(worker.Started),
		"a3 and a4 hold the window until a3 starts; then b1 has its turn, and a5, which holds it again")

	cfg.PrefetchMultiplier = 0
	h = play(t, limited(worker.Ideal, cfg), many)
	assert.Equal(t, "a1 a2 b1 b2 a3 a4 a5", h.starts(), "without a window nobody is in the way")
}

// celery/worker/consumer/tasks.py: worker_disable_prefetch counts what is reserved or runs, and what waits for a token is
// neither; but it is unacked.
func TestRateLimitWithoutPrefetch(t *testing.T) {
	cfg := worker.Config{Concurrency: 1, PrefetchMultiplier: 4, DisablePrefetch: true}
	h := play(t, limited(worker.Redis, cfg), burst("a", 10, 0, 0, 100*ms), 500*ms)
	assert.Equal(t, 2, h.count(worker.Started))
	assert.Equal(t, 2+4, h.count(worker.Received))
}

// A task with an eta is limited when it has come; one that has expired has used its token up all the same.
func TestRateLimitAfterEtaAndExpiry(t *testing.T) {
	script := burst("a", 4, 0, 0, 10*ms)
	for i := range script {
		script[i].extra.Countdown = 5 * sec
	}
	script[2].extra.Expires = 5500 * ms
	h := play(t, limited(worker.Redis, worker.Config{Concurrency: 4, PrefetchMultiplier: 4}), script)
	assert.Equal(t, "started a1@5s, started a2@5s, started a4@7s", h.log(worker.Started))
	assert.Equal(t, worker.Expired, h.ended[2])
}

// A worker that restarts has a new bucket, whose second token comes one interval after its start.
func TestRateLimitAfterARestart(t *testing.T) {
	cfg := worker.Config{Pool: worker.Threads, Concurrency: 4, AcksLate: true, Overheads: worker.Overheads{Respawn: 300 * ms}}
	script := burst("a", 6, 0, 0, 100*ms)
	script[2].ends = []worker.Result{worker.Crashed, worker.Succeeded}
	h := play(t, limited(worker.Ideal, cfg), script)
	// a3 kills the worker at 1.1 s; from 1.4 s on a3 to a6 are there again, with one token, and one each second.
	assert.Equal(t, "started a1@0s, started a2@0s, started a3@1s, started a3@1.4s, started a4@2.4s, started a5@3.4s, started a6@4.4s", h.log(worker.Started))
}

// The loop of a gevent worker hands nothing on while a task has its thread.
func TestRateLimitWaitsForTheThread(t *testing.T) {
	cfg := worker.Config{Pool: worker.Gevent, Concurrency: 4, PrefetchMultiplier: 4}
	script := append(burst("a", 4, 0, 0, 10*ms), message{name: "b", at: 500 * ms, class: 1, run: 700 * ms, cpu: true})
	h := play(t, limited(worker.Redis, cfg), script)
	assert.Equal(t, "started a1@0s, started a2@0s, started b@500ms, started a3@1.2s, started a4@2.2s", h.log(worker.Started))
}

// What waits for a token does not make the pool grow when it is received; the autoscaler's timer sees it once it is
// reserved.
func TestRateLimitAndAutoscale(t *testing.T) {
	s := limited(worker.Redis, worker.Config{Concurrency: 3, PrefetchMultiplier: 4, AutoscaleMin: 1, Keepalive: 5 * sec})
	h := play(t, s, burst("a", 3, 0, 0, 20*sec), 6*sec)
	assert.Equal(t, "started a1@0s, started a2@5s, started a3@5s", h.log(worker.Started))
}

// What has had a countdown waits for a token like all the others: after 5 s there are tokens for two, and one each second.
// Where timers fire last, a token is one of them: what it lets go of waits for the next timer, which costs no later one its
// token.
func TestRateLimitAfterACountdown(t *testing.T) {
	for last, want := range map[bool]string{
		false: "started a1@5s, started a2@5s, started a3@6s, started a4@7s",
		true:  "started a1@5s, started a2@5s, started a3@6.313696364s, started a4@7.313696364s",
	} {
		cfg := worker.Config{Concurrency: 4, PrefetchMultiplier: 4, Loop: worker.AskFirst, Wakeup: sec, TimersLast: last}
		script := burst("a", 4, 0, 0, 10*ms)
		for i := range script {
			script[i].extra.Countdown = 5 * sec
		}
		h := play(t, limited(worker.Redis, cfg), script)
		assert.Equal(t, want, h.log(worker.Started), "timers last: %v", last)
	}
}
