package worker_test

import (
	"testing"

	"github.com/stretchr/testify/assert"

	"example.com/simrun/des"
	"example.com/simrun/worker"
)

// Three workers of two slots each are deployed at 10 s, with a boot of 5 s: the first two are replicas of one and go one
// after the other. Each runs a task of 30 s when it is told to end, which grace allows or not.
func TestRollingDeploy(t *testing.T) {
	for _, c := range []struct {
		name  string
		grace des.Time
		gone  []des.Time
		lost  int64
	}{
		// a1 and a2 end at 30 s. Worker 1 is told to end when worker 0 is up again, at 35 s, and idle then.
		{"all in time", des.Never, []des.Time{30 * sec, 30 * sec, 35 * sec}, 0},
		{"killed", 4 * sec, []des.Time{14 * sec, 14 * sec, 23 * sec}, 3},
	} {
		t.Run(c.name, func(t *testing.T) {
			s := one(worker.RabbitMQ, "ab", worker.Config{Concurrency: 2, PrefetchMultiplier: 1, AcksLate: true})
			cfg := s.Workers[0]
			cfg.Queues = []int{0}
			second := cfg
			other := cfg
			other.Queues = []int{1}
			other.AcksLate = false
			s.Workers = []worker.Config{cfg, second, other}
			s.Causes = 1
			s.Deploys = []worker.Deploy{{At: 10 * sec, Grace: c.grace, Boot: 5 * sec, Rows: [][]int32{{0, 1}, {2}}}}
			script := append(burst("a", 2, 0, 0, 30*sec), message{name: "b", class: 1, run: 30 * sec})
			h := play(t, s, script)
			assert.Equal(t, c.gone, h.gone)
			a, b := h.tally.Tolls[0][0], h.tally.Tolls[0][1]
			if c.lost == 0 {
				assert.Equal(t, [2]worker.Toll{}, [2]worker.Toll{a, b})
				assert.Equal(t, []worker.Outcome{worker.OK, worker.OK, worker.OK}, h.ended)
				return
			}
			// a1 dies at 14 s with worker 0 and goes to worker 1, where a2 runs; both die there at 23 s.
			assert.Equal(t, worker.Toll{Rerun: 3, ThrownAway: 14*sec + 23*sec + 9*sec}, a)
			assert.Equal(t, worker.Toll{Lost: 1, ThrownAway: 14 * sec}, b)
			assert.Equal(t, []worker.Outcome{worker.OK, worker.OK, worker.Lost}, h.ended)
		})
	}
}

// A deploy that comes while the one before is under way is sat out, a worker that is away stays away, and one that
// somebody wants away does not come back.
func TestDeploysAndOthers(t *testing.T) {
	s := one(worker.RabbitMQ, "a", worker.Config{Concurrency: 1, PrefetchMultiplier: 1})
	s.Workers = append(s.Workers, s.Workers[0], s.Workers[0])
	rows := [][]int32{{0, 1, 2}}
	s.Deploys = []worker.Deploy{
		{At: 10 * sec, Grace: 30 * sec, Boot: 20 * sec, Rows: rows, Cause: worker.NoCause},
		{At: 15 * sec, Grace: 30 * sec, Boot: sec, Rows: rows, Cause: worker.NoCause},
	}
	var away []bool
	look := func(at des.Time) message {
		return message{at: at, do: func(h *host) {
			away = []bool{h.sys.Away(0), h.sys.Away(1), h.sys.Away(2)}
		}}
	}
	// The second is away before its turn comes, and the third is wanted away while it boots.
	h := play(t, s, []message{shut(sec, 1, 0), shut(35*sec, 2, 0), look(100 * sec)})
	assert.Equal(t, []des.Time{sec, 10 * sec, 30 * sec}, h.gone)
	assert.Equal(t, []bool{false, true, true}, away)
}

// Without somebody else to run them, tasks wait for the worker: from its last start until it is up again.
func TestADeployInTheMidstOfWork(t *testing.T) {
	cfg := worker.Config{Concurrency: 1, PrefetchMultiplier: 4}
	s := one(worker.Redis, "a", cfg)
	s.Deploys = []worker.Deploy{{At: 25 * sec, Grace: 30 * sec, Boot: 5 * sec, Rows: [][]int32{{0}}, Cause: worker.NoCause}}
	h := play(t, s, burst("a", 5, 0, 0, 10*sec))
	assert.Equal(t, "started a1@0s, started a2@10s, started a3@20s, started a4@35s, started a5@45s", h.log(worker.Started))
	assert.Equal(t, "requeued a5@30s, requeued a4@30s", h.log(worker.Requeued))
}

// worker_soft_shutdown_timeout: a task of 30 s and one of 3 s run when the worker is told to end at 1 s. The short one
// ends; after 10 s the long one is killed and given back, at once also on redis, unless it was acked before.
func TestSoftShutdown(t *testing.T) {
	for _, kind := range []worker.BrokerKind{worker.Ideal, worker.Redis, worker.RabbitMQ} {
		for _, late := range []bool{true, false} {
			s := one(kind, "a", worker.Config{Concurrency: 2, PrefetchMultiplier: 2, AcksLate: late, SoftShutdown: 10 * sec})
			if kind == worker.Redis {
				s.Broker.Restore = hour
			}
			script := []message{{name: "long", run: 30 * sec}, {name: "short", run: 3 * sec}, {name: "next", run: sec}, shut(sec, 0, 30*sec), restart(20*sec, 0)}
			h := play(t, s, script)
			assert.Equal(t, []des.Time{11 * sec}, h.gone)
			if late {
				assert.Equal(t, "started long@0s, started short@0s, started long@20s, started next@20s", h.lostAndStarted())
			} else {
				assert.Equal(t, "started long@0s, started short@0s, done long@11s lost, started next@20s", h.lostAndStarted())
			}
			// It does not wait when nothing runs, and what kills it earlier kills it as ever.
			assert.Equal(t, []des.Time{sec}, play(t, s, []message{shut(sec, 0, 30*sec)}).gone)
			assert.Equal(t, []des.Time{3 * sec}, play(t, s, []message{{name: "long", run: 30 * sec}, shut(sec, 0, 2*sec), restart(20*sec, 0)}).gone)
		}
	}
}

// A deploy shuts down one worker at a time, 20 s each, whatever else happens: at 15 s a crash takes worker 2 for an
// instant, at 20 s the machine of all four fails for 5 s, and at 21 s worker 3 is wanted away; it is back at 35 s, and
// needs no deploy then. Those that had died before their turn are deployed all the same.
func TestADeployGoesOnOneAtATime(t *testing.T) {
	s := one(worker.RabbitMQ, "a", worker.Config{Concurrency: 1, PrefetchMultiplier: 1})
	s.Workers = append(s.Workers, s.Workers[0], s.Workers[0], s.Workers[0])
	all := []int32{0, 1, 2, 3}
	s.Deploys = []worker.Deploy{{At: 10 * sec, Grace: 30 * sec, Boot: 20 * sec, Rows: [][]int32{all}, Cause: worker.NoCause}}
	script := []message{
		{at: 15 * sec, do: func(h *host) { h.sys.Fail(h.now, all[2:3]); h.sys.Recover(h.now, all[2:3]) }},
		{at: 20 * sec, do: func(h *host) { h.sys.Fail(h.now, all) }},
		shut(21*sec, 3, 0),
		{at: 25 * sec, do: func(h *host) { h.sys.Recover(h.now, all) }},
		restart(35*sec, 3),
	}
	var away []string
	for at := 12 * sec; at < 82*sec; at += 10 * sec {
		script = append(script, message{at: at, do: func(h *host) {
			now := ""
			for _, id := range all {
				now += map[bool]string{true: "x", false: "."}[h.sys.Away(id)]
			}
			away = append(away, now)
		}})
	}
	h := play(t, s, script)
	assert.Equal(t, []string{"x...", "xxxx", ".x.x", ".x..", "..x.", "..x.", "...."}, away)
	assert.Equal(t, []des.Time{10 * sec, 21 * sec, 30 * sec, 50 * sec}, h.gone)
}
