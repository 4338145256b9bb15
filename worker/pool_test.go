package worker_test

import (
	"testing"

	"github.com/stretchr/testify/assert"

	"example.com/simrun/des"
	"example.com/simrun/worker"
)

// Facts A.5: each kill blocks the parent for 0.1 s, so that of two at once the second comes 0.1 s later, and nobody is
// served meanwhile.
func TestKillsAreSerial(t *testing.T) {
	cfg := worker.Config{Concurrency: 4, PrefetchMultiplier: 4, HardLimit: sec}
	cfg.Overheads = worker.Overheads{Fetch: ms, Kill: 100 * ms, Notice: 20 * ms, Respawn: 50 * ms}
	script := []message{{name: "h1", hangs: true}, {name: "h2", hangs: true}, {name: "a", at: sec, run: 100 * ms}}
	h := play(t, one(worker.RabbitMQ, "a", cfg), script, 5*sec)
	assert.Equal(t, "ended h1@1.001s timeout, ended h2@1.101s timeout, started a@1.201s, ended a@1.301s ok",
		h.log(worker.Ended, worker.Started)[len("started h1@1ms, started h2@1ms, "):])
}

// Facts A.5: the death of a child that goes unnoticed is found at the maintenance of the pool, or with another's.
func TestUnnoticedDeaths(t *testing.T) {
	cfg := worker.Config{Concurrency: 2, PrefetchMultiplier: 1, AcksLate: true, RejectOnWorkerLost: true}
	cfg.Overheads = worker.Overheads{Notice: 20 * ms, Maintenance: 5 * sec, Unnoticed: 1}
	script := []message{{name: "a", run: sec, ends: crashOnce}}
	h := play(t, one(worker.RabbitMQ, "a", cfg), script, 20*sec)
	at := h.times(worker.Requeued)
	assert.Len(t, at, 1)
	assert.Greater(t, at[0], sec+20*ms)
	assert.LessOrEqual(t, at[0], 6*sec+20*ms)
	cfg.Overheads.Unnoticed = 0
	h = play(t, one(worker.RabbitMQ, "a", cfg), script, 20*sec)
	assert.Equal(t, "requeued a@1.02s", h.log(worker.Requeued))
}

// A child is replaced after as many tasks as it may run, whatever became of them.
func TestRecycling(t *testing.T) {
	cfg := worker.Config{Concurrency: 1, PrefetchMultiplier: 4, MaxTasksPerChild: 2}
	cfg.Overheads = worker.Overheads{Exit: 100 * ms, Respawn: 50 * ms, Notice: 10 * ms}
	h := play(t, one(worker.Redis, "a", cfg), burst("a", 5, 0, 0, sec))
	assert.Equal(t, "started a1@0s, started a2@1s, started a3@2.16s, started a4@3.16s, started a5@4.32s", h.log(worker.Started))
}

// Facts A.6: one process a message while more are reserved and running than there are processes, each fork blocking
// the parent; the window is that of the most; and all idle ones go at once, the keepalive after the last growth.
func TestAutoscale(t *testing.T) {
	cfg := worker.Config{Concurrency: 8, AutoscaleMin: 2, Keepalive: 10 * sec, PrefetchMultiplier: 1}
	cfg.Overheads = worker.Overheads{Fetch: ms, Fork: 50 * ms}
	s := one(worker.Redis, "a", cfg)
	script := append(burst("a", 20, 0, 0, 3*sec), message{name: "late", at: 25 * sec, run: sec}, message{name: "last", at: 40 * sec, run: sec})
	h := play(t, s, script, 60*sec)
	assert.Equal(t, "started a1@1ms, started a2@2ms, started a3@53ms, started a4@104ms, started a5@155ms",
		h.log(worker.Started)[:len("started a1@1ms, started a2@2ms, started a3@53ms, started a4@104ms, started a5@155ms")])
	most, running := 0, 0
	for _, r := range h.records {
		switch r.Kind {
		case worker.Started:
			running++
		case worker.Ended:
			running--
		}
		most = max(most, running)
	}
	assert.Equal(t, 8, most)
	assert.Equal(t, 22, h.count(worker.Done))
	assert.Equal(t, 2, h.sys.Processes(0))
}

// Rabbitmq is told of one held eta after the other: head-of-line blocking (facts A.8 and B.5).
func TestTheWindowWidensSlowly(t *testing.T) {
	held := func(kind worker.BrokerKind, o worker.Overheads) int {
		cfg := worker.Config{Concurrency: 2, PrefetchMultiplier: 1, Overheads: o}
		script := burst("a", 60, 0, 0, ms)
		for i := range script {
			script[i].extra.Countdown = 5 * sec
		}
		return play(t, one(kind, "a", cfg), script, 1500*ms).count(worker.Received)
	}
	assert.Equal(t, 60, held(worker.Redis, worker.Overheads{}))
	assert.Equal(t, 5, held(worker.RabbitMQ, worker.Overheads{Widen: 500 * ms}))
}

// Of what is received with a countdown the pool hears nothing: b and c wait beside one process that is taken, until d
// makes it grow, by all that are missing. They start before d does, which has no process left.
func TestAutoscaleForWhatIsReserved(t *testing.T) {
	for fork, want := range map[des.Time]string{
		0:        "started a@0s, started b@10s, started c@10s, started d@11s",
		100 * ms: "started a@0s, started b@10.2s, started c@10.2s, started d@11.2s",
	} {
		cfg := worker.Config{Concurrency: 3, AutoscaleMin: 1, Keepalive: 300 * sec, PrefetchMultiplier: 4}
		cfg.Overheads.Fork = fork
		later := worker.Publication{Countdown: 5 * sec}
		script := []message{
			{name: "a", run: 100 * sec},
			{name: "b", run: sec, extra: later},
			{name: "c", run: sec, extra: later},
			{name: "d", at: 10 * sec, run: sec},
		}
		assert.Equal(t, want, play(t, one(worker.RabbitMQ, "a", cfg), script, 50*sec).log(worker.Started))
	}
}

// The timer of the autoscaler, at 5 s, starts no processes for what a worker that shuts down will not run.
func TestAPoolThatLeavesDoesNotGrow(t *testing.T) {
	cfg := worker.Config{Concurrency: 3, AutoscaleMin: 1, Keepalive: 5 * sec, PrefetchMultiplier: 4}
	script := []message{{name: "a", run: 100 * sec}, {name: "b", run: sec, extra: worker.Publication{Countdown: sec}}, shut(2*sec, 0, des.Never)}
	h := play(t, one(worker.RabbitMQ, "a", cfg), script, 6*sec)
	assert.Equal(t, 1, h.sys.Processes(0))
	assert.Equal(t, 2, play(t, one(worker.RabbitMQ, "a", cfg), script[:2], 6*sec).sys.Processes(0))
}

// Celery's autoscaler of a gevent worker looks once a second, and adds one slot while a message waits for one.
func TestAGeventWorkerGrowsByOneASecond(t *testing.T) {
	cfg := worker.Config{Pool: worker.Gevent, Concurrency: 4, AutoscaleMin: 1, Keepalive: 30 * sec, PrefetchMultiplier: 4}
	h := play(t, one(worker.Redis, "a", cfg), burst("a", 6, 0, 100*ms, 100*sec), 90*sec)
	assert.Equal(t, "started a1@100ms, started a2@1s, started a3@2s, started a4@3s", h.log(worker.Started))
}
