package worker_test

import (
	"testing"

	"github.com/stretchr/testify/assert"

	"example.com/simrun/des"
	"example.com/simrun/worker"
)

// kills are the script's, with the message that brings each.
func kills(script []message) (all []kill) {
	for i := range script {
		all = append(all, script[i].kills...)
	}
	return all
}

// kill is the kernel's choice, where there is something to kill.
func (h *host) kill(k *kill) {
	id := h.owner[k.slot]
	switch {
	case k.whole || h.pools[id] != worker.Prefork:
		if h.up[id] {
			h.sys.KillWorker(h.now, id)
		}
	case h.alive[k.slot]:
		h.sys.Kill(h.now, k.slot)
	}
}

// Observe follows who is alive. A worker that is killed lets bodies that compute be stopped, too.
func (h *host) Observe(what worker.Change, id int32) {
	switch what {
	case worker.WorkerUp:
		h.up[id] = true
	case worker.WorkerKilled:
		for slot := range h.slots {
			if h.slots[slot].worker == id {
				h.slots[slot].killed = true
			}
		}
	case worker.WorkerDown:
		h.up[id], h.heavy[id] = false, 0
		for slot, owner := range h.owner {
			if owner == id {
				h.alive[int32(slot)] = false
			}
		}
	case worker.WorkerGone:
		h.gone = append(h.gone, h.now)
		if h.back > 0 {
			h.queue.Push(des.Event{At: h.now + h.back, Kind: kindBack, Arg: id})
		}
	case worker.ChildStarted:
		h.alive[id] = true
	case worker.ChildEnded, worker.ChildDied:
		h.alive[id] = false
	}
}

// Peak grows with the time of day: now and then a child has to go.
func (h *host) Peak(int32) int64 { return int64(h.now/sec) % 16 }

// Weighs and Weigh implement worker.Weigher.
func (h *host) Weighs() bool { return true }

func (h *host) Weigh(worker, _ int32, n int) { h.heavy[worker] += n }

// auditProcesses: what waits in a worker weighs; a worker that is down has no children, one that is up no more than its pool.
// It is asked after every event: an assertion that looks up its callers would be most of the test.
func (h *host) auditProcesses(workers int) {
	children := make([]int, workers)
	for slot, alive := range h.alive {
		if alive {
			children[h.owner[slot]]++
		}
	}
	for i, n := range children {
		if heavy := h.sys.Heavy(i); heavy != h.heavy[int32(i)] {
			h.t.Fatalf("%d messages in the memory of worker %d, told %d, at %v", heavy, i, h.heavy[int32(i)], h.now)
		}
		most := 0
		if h.pools[i] == worker.Prefork && h.up[int32(i)] {
			most = h.sys.Processes(i)
		}
		if n > most {
			h.t.Fatalf("%d children of worker %d, want %d at most, at %v", n, i, most, h.now)
		}
	}
}

// A child is killed while it runs a task, while it is idle, after its task has ended and before the task has begun.
func TestKilledChildren(t *testing.T) {
	cfg := worker.Config{Concurrency: 1, PrefetchMultiplier: 1}
	cfg.Overheads.Start, cfg.Overheads.Finish, cfg.Overheads.Respawn = 100*ms, 100*ms, sec
	for _, c := range []struct {
		name string
		at   []kill
		want string
	}{
		{"nobody", nil, "started a1@100ms, done a1@1.1s ok, started a2@5.1s, done a2@6.1s ok"},
		{"running", []kill{{at: 600 * ms}}, "started a1@100ms, done a1@600ms lost, started a2@5.1s, done a2@6.1s ok"},
		{"idle", []kill{{at: 4800 * ms}}, "started a1@100ms, done a1@1.1s ok, started a2@5.9s, done a2@6.9s ok"},
		{"after its task", []kill{{at: 1150 * ms}}, "started a1@100ms, done a1@1.1s ok, started a2@5.1s, done a2@6.1s ok"},
		{"before its task", []kill{{at: 50 * ms}}, "started a1@1.15s, done a1@2.15s ok, started a2@5.1s, done a2@6.1s ok"},
	} {
		t.Run(c.name, func(t *testing.T) {
			script := append(burst("a", 1, 0, 0, sec), message{name: "a2", at: 5 * sec, run: sec})
			script[0].kills = c.at
			h := play(t, one(worker.Ideal, "a", cfg), script)
			assert.Equal(t, c.want, h.log(worker.Started, worker.Done))
			assert.EqualValues(t, len(c.at), h.tally.Workers[0].Killed)
			assert.EqualValues(t, len(c.at), h.tally.Workers[0].Restarts)
		})
	}
}
