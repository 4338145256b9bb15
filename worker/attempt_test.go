package worker_test

import (
	"testing"

	"github.com/stretchr/testify/assert"

	"example.com/simrun/des"
	"example.com/simrun/worker"
)

func msec(n int) des.Time { return des.Time(n) * ms }

// Delays grow by the factor from retry to retry up to the cap; facts A.8: each attempt is a new message at the back
// of the queue.
func TestRetries(t *testing.T) {
	s := one(worker.Redis, "a", worker.Config{Concurrency: 1, PrefetchMultiplier: 1})
	s.Classes[0].Retry = worker.Retry{Max: 4, Delay: sec, Backoff: 3, Cap: 5 * sec, OnError: true}
	h := play(t, s, []message{{name: "a", run: sec, ends: []worker.Result{worker.Errored}}})
	assert.Equal(t, "started a@0s, started a@2s, started a@6s, started a@12s, started a@18s, done a@19s failed",
		h.log(worker.Started, worker.Done))
	assert.EqualValues(t, 4, h.tally.Classes[0].Retried)
	assert.EqualValues(t, 5, h.tally.Classes[0].Attempts)
}

func TestJitterIsAShareOfTheDelay(t *testing.T) {
	s := one(worker.Ideal, "a", worker.Config{Concurrency: 1, DisablePrefetch: true})
	s.Classes[0].Retry = worker.Retry{Max: 1, Delay: 4 * sec, Backoff: 1, Jitter: true, OnError: true}
	h := play(t, s, []message{{name: "a", run: sec, ends: []worker.Result{worker.Errored, worker.Succeeded}}})
	assert.Equal(t, "started a@0s, started a@3s, done a@4s ok", h.log(worker.Started, worker.Done))
}

func TestARetryGoesToTheBack(t *testing.T) {
	for _, kind := range []worker.BrokerKind{worker.Ideal, worker.Redis, worker.RabbitMQ} {
		s := one(kind, "a", worker.Config{Concurrency: 1, PrefetchMultiplier: 1, AcksLate: true})
		s.Classes[0].Retry = worker.Retry{Max: 1, Backoff: 1, OnError: true}
		script := burst("a", 4, 0, 0, sec)
		script[0].ends = []worker.Result{worker.Errored, worker.Succeeded}
		assert.Equal(t, "a1 a2 a3 a4 a1", play(t, s, script).starts())
	}
}

func TestWhatIsNotRetried(t *testing.T) {
	for _, c := range []struct {
		name string
		end  worker.Result
		edit func(*worker.Retry)
		want string
	}{
		{"a fatal error", worker.Fatal, func(*worker.Retry) {}, "done a@1s failed"},
		{"an error without the setting", worker.Errored, func(r *worker.Retry) { r.OnError = false }, "done a@1s failed"},
		{"a lost child", worker.Crashed, func(*worker.Retry) {}, "done a@1s lost"},
		{"success", worker.Succeeded, func(*worker.Retry) {}, "done a@1s ok"},
	} {
		t.Run(c.name, func(t *testing.T) {
			s := one(worker.Ideal, "a", worker.Config{Concurrency: 1, DisablePrefetch: true})
			s.Classes[0].Retry = worker.Retry{Max: 3, Backoff: 1, OnError: true, OnSoft: true}
			c.edit(&s.Classes[0].Retry)
			h := play(t, s, []message{{name: "a", run: sec, ends: []worker.Result{c.end}}})
			assert.Equal(t, c.want, h.log(worker.Done))
		})
	}
}

// The hard limit kills the child; its slot stays empty until a new one is there, and the others go on.
func TestTheHardLimitKillsTheChild(t *testing.T) {
	cfg := worker.Config{Concurrency: 2, DisablePrefetch: true, HardLimit: 2 * sec}
	cfg.Overheads.Respawn = 500 * ms
	script := append([]message{{name: "hang", hangs: true}}, burst("a", 5, 0, 0, sec)...)
	h := play(t, one(worker.Redis, "a", cfg), script)
	assert.Equal(t, "started hang@0s, started a1@0s, started a2@1s, ended hang@2s timeout, "+
		"started a3@2s, started a4@2.5s, started a5@3s", h.logWithout("a", worker.Started, worker.Ended))
	assert.EqualValues(t, 1, h.tally.Workers[0].Restarts)
}

// logWithout is the log without the ends of tasks whose names start so.
func (h *host) logWithout(prefix string, kinds ...worker.RecordKind) string {
	kept := &host{script: h.script}
	for i, r := range h.records {
		if r.Kind != worker.Ended || h.names[i][:1] != prefix {
			kept.records = append(kept.records, r)
			kept.names = append(kept.names, h.names[i])
		}
	}
	return kept.log(kinds...)
}

// The soft limit is an error inside the task: the child lives, and the task may be retried.
func TestTheSoftLimitIsAnError(t *testing.T) {
	cfg := worker.Config{Concurrency: 1, DisablePrefetch: true, SoftLimit: 2 * sec, HardLimit: 3 * sec}
	cfg.Overheads.Respawn = 500 * ms
	s := one(worker.Redis, "a", cfg)
	s.Classes[0].Retry = worker.Retry{Max: 1, Delay: sec, Backoff: 1, OnSoft: true}
	h := play(t, s, []message{{name: "a", hangs: true}, {name: "b", run: sec}})
	assert.Equal(t, "started a@0s, ended a@2s failed, started b@2s, ended b@3s ok, started a@3s, ended a@5s failed, done a@5s failed",
		h.logWithout("x", worker.Started, worker.Ended)+", "+h.logLast(worker.Done))
	assert.Zero(t, h.tally.Workers[0].Restarts)
}

// logLast is the last line of a log.
func (h *host) logLast(kind worker.RecordKind) string {
	last := &host{script: h.script}
	for i, r := range h.records {
		if r.Kind == kind {
			last.records, last.names = h.records[i:i+1], h.names[i:i+1]
		}
	}
	return last.log(kind)
}

// Which limit counts: prefork has both, gevent the hard one, threads and solo none; a task's own goes before its
// worker's.
func TestLimitsOfPools(t *testing.T) {
	for _, c := range []struct {
		name       string
		pool       worker.Pool
		soft, hard des.Time // of the worker
		own        worker.Class
		want       string
	}{
		{"prefork, soft", worker.Prefork, sec, 2 * sec, worker.Class{}, "done a@1s failed"},
		{"prefork, hard", worker.Prefork, 0, 2 * sec, worker.Class{}, "done a@2s timeout"},
		{"prefork, soft not before hard", worker.Prefork, 2 * sec, 2 * sec, worker.Class{}, "done a@2s timeout"},
		{"prefork, own", worker.Prefork, sec, 2 * sec, worker.Class{SoftLimit: 3 * sec, HardLimit: 4 * sec}, "done a@3s failed"},
		{"gevent, soft", worker.Gevent, sec, 0, worker.Class{}, "done a@5s ok"},
		{"gevent, hard", worker.Gevent, sec, 2 * sec, worker.Class{}, "done a@2s timeout"},
		{"threads", worker.Threads, sec, 2 * sec, worker.Class{}, "done a@5s ok"},
		{"solo", worker.Solo, sec, 2 * sec, worker.Class{}, "done a@5s ok"},
	} {
		t.Run(c.name, func(t *testing.T) {
			s := one(worker.Ideal, "a", worker.Config{Pool: c.pool, Concurrency: 1, SoftLimit: c.soft, HardLimit: c.hard, DisablePrefetch: true})
			c.own.Name = "a"
			s.Classes[0] = c.own
			assert.Equal(t, c.want, play(t, s, []message{{name: "a", run: 5 * sec}}).log(worker.Done))
		})
	}
}

// The one timer of a slot is armed again when it fires early, and is moved forward when a later attempt is due sooner.
func TestTheTimerOfASlotFollowsItsTask(t *testing.T) {
	s := one(worker.Ideal, "abc", worker.Config{Concurrency: 1, DisablePrefetch: true})
	s.Classes[0].HardLimit, s.Classes[1].HardLimit = 10*sec, 3*sec
	script := []message{
		{name: "a1", class: 0, run: 4 * sec},                  // in time; its timer is set to 10 s
		{name: "a2", class: 0, at: ms, hangs: true},           // 4 s to 14 s: the timer fires at 10 s and is armed again
		{name: "c1", class: 2, at: 15 * sec, run: sec},        // without a limit
		{name: "a3", class: 0, at: 17 * sec, run: sec},        // its timer is set to 27 s
		{name: "b1", class: 1, at: 18 * sec, hangs: true},     // killed at 21 s
		{name: "a4", class: 0, at: 22 * sec, run: 9999 * ms},  // just in time, whatever fires at 27 s
		{name: "a5", class: 0, at: 32 * sec, run: 10001 * ms}, // just too late
		{name: "c2", class: 2, at: 33 * sec, run: 1000 * sec}, // nothing is left of the limits before
	}
	h := play(t, s, script)
	assert.Equal(t, "done a1@4s ok, done a2@14s timeout, done c1@16s ok, done a3@18s ok, done b1@21s timeout, "+
		"done a4@31.999s ok, done a5@42s timeout, done c2@17m22s ok", h.log(worker.Done))
}

// A gevent task that computes cannot be interrupted: the limit ends it as soon as it lets go.
func TestALimitWaitsForAGeventTaskThatComputes(t *testing.T) {
	cfg := worker.Config{Pool: worker.Gevent, Concurrency: 2, DisablePrefetch: true, HardLimit: 2 * sec}
	h := play(t, one(worker.Ideal, "a", cfg), []message{{name: "a", run: 5 * sec, cpu: true}, {name: "b", at: sec, run: sec}})
	assert.Equal(t, "started a@0s, done a@5s timeout, started b@5s, done b@6s ok", h.log(worker.Started, worker.Done))
}

// Facts A.8: redis and rabbitmq hand over a message with an eta at once; the worker holds it, and its window is wider
// by one each. The ideal broker keeps it.
func TestHeldUntilTheEta(t *testing.T) {
	script := burst("eta", 10, 0, 0, sec)
	for i := range script {
		script[i].extra.Countdown = 5 * sec
	}
	script = append(script, burst("a", 2, 0, ms, sec)...)
	cfg := worker.Config{Concurrency: 2, PrefetchMultiplier: 1, AcksLate: true}
	h := play(t, one(worker.Redis, "a", cfg), script, 4*sec)
	assert.Equal(t, 12, h.count(worker.Received))
	assert.Equal(t, 10, h.sys.Unacked(0))
	assert.Equal(t, "started a1@1ms, started a2@1ms", h.log(worker.Started))

	h = play(t, one(worker.Ideal, "a", cfg), script, 4*sec)
	assert.Equal(t, 2, h.count(worker.Received))

	for _, kind := range []worker.BrokerKind{worker.Redis, worker.Ideal} {
		h = play(t, one(kind, "a", cfg), script)
		assert.Equal(t, "a1 a2 eta1 eta2 eta3 eta4 eta5 eta6 eta7 eta8 eta9 eta10", h.starts())
		assert.Contains(t, h.log(worker.Started), "started eta1@5s")
	}
}

// Expiry is looked at when a slot would take the message, not before.
func TestExpiryAtTheStart(t *testing.T) {
	script := burst("a", 4, 0, 0, 2*sec)
	script[1].extra.Expires = sec     // while a1 runs
	script[2].extra.Expires = 2 * sec // at the very start
	script[3].extra.Expires = 2*sec + 1
	for _, cfg := range []worker.Config{{Concurrency: 1, DisablePrefetch: true}, {Concurrency: 1, PrefetchMultiplier: 4}} {
		h := play(t, one(worker.Redis, "a", cfg), script)
		assert.Equal(t, "started a1@0s, done a1@2s ok, done a2@2s expired, done a3@2s expired, started a4@2s, done a4@4s ok",
			h.log(worker.Started, worker.Done))
		c := &h.tally.Classes[0]
		assert.InDelta(t, (0+1+2+2)/4.0, c.WaitAll.Mean(), 1e-6, "they had waited until they expired")
		assert.EqualValues(t, 2, c.Wait.Count())
	}
}

// A retry that expires had started before: its wait is already counted.
func TestARetryThatExpiresIsCountedOnce(t *testing.T) {
	s := one(worker.Ideal, "a", worker.Config{Concurrency: 1, DisablePrefetch: true})
	s.Classes[0].Retry = worker.Retry{Max: 1, Delay: 5 * sec, Backoff: 1, OnError: true}
	m := message{name: "a", run: sec, ends: []worker.Result{worker.Errored}}
	m.extra.Expires = 2 * sec
	h := play(t, s, []message{m})
	assert.Equal(t, "started a@0s, done a@6s expired", h.log(worker.Started, worker.Done))
	assert.EqualValues(t, 1, h.tally.Classes[0].WaitAll.Count())
}

// The cost of fetching, starting and finishing, early and late.
func TestOverheads(t *testing.T) {
	o := worker.Overheads{Fetch: 10 * ms, Start: 20 * ms, Finish: 40 * ms, FinishLate: 80 * ms}
	for _, c := range []struct {
		name string
		cfg  worker.Config
		want string
	}{
		{"early", worker.Config{Concurrency: 1, PrefetchMultiplier: 1}, "started a1@35ms, freed @1.075s, started a2@1.095s, freed @2.135s"},
		// The next message is fetched only when the ack has gone.
		{"late", worker.Config{Concurrency: 1, PrefetchMultiplier: 1, AcksLate: true}, "started a1@35ms, freed @1.115s, started a2@1.145s, freed @2.225s"},
	} {
		c.cfg.Overheads = o
		s := one(worker.Redis, "a", c.cfg)
		s.Broker.Publish = 5 * ms
		h := play(t, s, burst("a", 2, 0, 0, sec))
		assert.Equal(t, c.want, h.log(worker.Started, worker.Freed), c.name)
	}
}
