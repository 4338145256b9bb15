package worker_test

import (
	"fmt"
	"math/rand/v2"
	"os"
	"testing"

	"github.com/stretchr/testify/require"

	"example.com/simrun/des"
	"example.com/simrun/worker"
)

// stride is the step from seed to seed: every other one, or each with SIMRUN_LONG.
func stride() uint64 {
	if os.Getenv("SIMRUN_LONG") != "" {
		return 1
	}
	return 2
}

// TestRandomSystems plays scripts of every kind of trouble on systems of every kind. play audits the system after each
// event; here it only remains that every task ends once and is counted.
func TestRandomSystems(t *testing.T) {
	for seed := uint64(0); seed < 1220; seed += stride() {
		t.Run(fmt.Sprint(seed), func(t *testing.T) {
			r := rand.New(rand.NewPCG(seed, 7))
			s, script := randomSystem(r)
			tasks := len(script)
			if seed >= 1200 {
				crowd(&s)
			}
			if seed >= 600 {
				script = shutdowns(r, script, len(s.Workers))
			}
			if seed >= 800 {
				trouble(r, &s)
			}
			if seed >= 1000 {
				worse(r, &s)
			}
			h := play(t, s, script, 10000*sec)
			var published, ended int64
			for i := range h.tally.Classes {
				c := &h.tally.Classes[i]
				published += c.Published
				for _, n := range c.ByOutcome {
					ended += n
				}
			}
			require.EqualValues(t, tasks, published)
			require.Equal(t, published, ended, "tasks are conserved")
			for i, n := range h.dones[:tasks] {
				require.Equal(t, 1, n, "task %d: ends told to its world", i)
			}
		})
	}
}

// shutdowns adds what happens to workers at random: they are shut down with and without grace, restarted, and what they
// run on fails.
func shutdowns(r *rand.Rand, script []message, workers int) []message {
	some := func() des.Time { return des.Time(r.IntN(400)) * 100 * ms }
	for range 12 {
		id := int32(r.IntN(workers))
		at, grace := some(), []des.Time{0, 300 * ms, 2 * sec, des.Never}[r.IntN(4)]
		script = append(script,
			message{at: at, do: func(h *host) { h.sys.Shutdown(h.now, id, grace) }},
			message{at: at + 5*sec + some()/8, do: func(h *host) { h.sys.Restart(h.now, id) }},
		)
		if r.IntN(3) == 0 {
			script = append(script,
				message{at: at + some()/16, do: func(h *host) { h.sys.Fail(h.now, []int32{id}) }},
				message{at: at + 26*sec, do: func(h *host) { h.sys.Recover(h.now, []int32{id}) }},
			)
		}
	}
	for id := range int32(workers) { // so that everything ends
		script = append(script, message{at: 200 * sec, do: func(h *host) { h.sys.Restart(h.now, id) }})
	}
	return script
}

// crowd makes many workers of each, so that whoever is to take a message is found without a look at all.
func crowd(s *worker.Setup) {
	few := s.Workers
	for range 8 {
		s.Workers = append(s.Workers, few...)
	}
}

// trouble plans deploys and outages of the broker, which overlap with all the rest.
func trouble(r *rand.Rand, s *worker.Setup) {
	some := func(n int) des.Time { return des.Time(r.IntN(n)) * 100 * ms }
	var rows [][]int32
	for i := range s.Workers {
		s.Workers[i].SoftShutdown = some(20) / 2
		if i == 0 || r.IntN(2) == 0 {
			rows = append(rows, nil)
		}
		rows[len(rows)-1] = append(rows[len(rows)-1], int32(i))
	}
	s.Causes = 2
	for range r.IntN(4) {
		s.Deploys = append(s.Deploys, worker.Deploy{At: some(400), Grace: some(50), Boot: some(30), Rows: rows})
	}
	for range r.IntN(5) {
		from := some(400)
		s.Outages = append(s.Outages, worker.Outage{From: from, To: from + 1 + some(60), Cause: 1})
	}
}

// worse adds what makes trouble last: outages that adjoin the one before or lie in it, windows that widen slowly, pools that
// grow one message at a time, a visibility timeout that what runs exceeds, fleets that are looked at only when something
// changes.
func worse(r *rand.Rand, s *worker.Setup) {
	coin := func() bool { return r.IntN(2) == 0 }
	for i := range s.Workers {
		cfg := &s.Workers[i]
		if coin() {
			cfg.Overheads.Widen = 100 * ms
		}
		if coin() && cfg.Pool == worker.Prefork && cfg.Concurrency > 1 {
			cfg.AutoscaleMin, cfg.Keepalive = 1, 1500*ms
		}
	}
	if s.Broker.Kind == worker.Redis && coin() {
		s.Broker.Visibility = 2 * sec
		for i := range s.Workers {
			s.Workers[i].Overheads.Look = 1700 * ms
		}
	}
	for range min(len(s.Outages), 1) * r.IntN(4) {
		o := s.Outages[len(s.Outages)-1]
		from := o.From + (o.To-o.From)*des.Time(r.IntN(3))/2
		s.Outages = append(s.Outages, worker.Outage{From: from, To: from + sec, Cause: 1})
	}
	for i := range s.Fleets {
		if f := &s.Fleets[i]; f.Policy == worker.QueueLength && coin() {
			f.Poll = 0
		}
	}
}

func randomSystem(r *rand.Rand) (worker.Setup, []message) {
	few := func(n int) des.Time { return des.Time(r.IntN(n)) * 100 * ms }
	coin := func() bool { return r.IntN(2) == 0 }
	maybe := func(d des.Time) des.Time {
		if coin() {
			return 0
		}
		return d
	}
	s := worker.Setup{Key: des.NewKey(r.Uint64()), Broker: worker.Broker{
		Kind: worker.BrokerKind(r.IntN(3)), Dispatch: worker.Dispatch(r.IntN(2)), PrioritySteps: []int{0, 3, 6, 9},
		Publish: maybe(few(5)), Restore: maybe(few(30)),
	}}
	for i := range 3 {
		q := queue(string(rune('a' + i)))
		if r.IntN(3) == 0 {
			q.MaxLength, q.Overflow = r.IntN(6), worker.Overflow(r.IntN(2))
		}
		if coin() {
			q.MaxPriority = 9
		}
		q.DeliveryLimit = r.IntN(4) // a poisoned task must end some time
		s.Queues = append(s.Queues, q)
	}
	for i := range 4 {
		c := worker.Class{
			Name: fmt.Sprint(i), AcksLate: worker.Tri(r.IntN(3)), RejectOnWorkerLost: worker.Tri(r.IntN(3)),
			Retry: worker.Retry{Max: r.IntN(3), Delay: few(20), Backoff: 2, Jitter: coin(), OnError: coin(), OnSoft: coin()},
		}
		if coin() {
			c.HasPriority, c.Priority = true, r.IntN(10)
		}
		if r.IntN(3) == 0 {
			c.Pace = 1 + few(10)
		}
		s.Classes = append(s.Classes, c)
		s.ClassQueue = append(s.ClassQueue, r.IntN(3))
	}
	var far [3]des.Time // some workers are in another zone than the broker
	for i := range far {
		far[i] = maybe(few(5))
	}
	s.Broker.Way = far[0] / 2
	for i := range 1 + r.IntN(3) {
		cfg := worker.Config{
			Name: fmt.Sprint(i), Pool: worker.Pool(r.IntN(4)), Concurrency: 1 + r.IntN(3), Queues: r.Perm(3)[:1+r.IntN(3)],
			Order: worker.Order(r.IntN(4)), Weights: []int{1, 2, 3}, PrefetchMultiplier: r.IntN(4), AcksLate: coin(),
			DisablePrefetch: r.IntN(3) == 0, RejectOnWorkerLost: coin(), HardLimit: 2*sec + few(20), SoftLimit: maybe(few(30)),
			Overheads: worker.Overheads{
				Fetch: maybe(few(3)), Start: maybe(few(3)), Finish: maybe(few(3)), FinishLate: maybe(few(3)),
				Notice: maybe(few(10)), Respawn: maybe(few(10)), Restart: maybe(few(10)),
			},
			MaxMemoryPerChild: int64(r.IntN(3) * 10), // of a peak that goes round from 0 to 15
		}
		if cfg.TimersLast = coin(); coin() && cfg.Pool == worker.Prefork && s.Broker.Kind == worker.Redis {
			cfg.Loop, cfg.Wakeup, cfg.Overheads.OvertakenAlone = worker.AskFirst, 5*sec, 0.5
		}
		cfg.NarrowsWindow, cfg.CancelsOnLoss, cfg.RetriesChannel = coin(), coin(), coin()
		cfg.Overheads.Connect, cfg.Overheads.Retry = maybe(few(3)), maybe(few(3))
		if cfg.Pool == worker.Solo {
			cfg.Concurrency = 1
		}
		if cfg.Pool == worker.Prefork && cfg.Concurrency > 1 && coin() {
			cfg.AutoscaleMin, cfg.Keepalive, cfg.Overheads.Fork = 1, 500*ms+few(200), maybe(few(3))
		}
		cfg.RoundTrip = far[i]
		if i == 0 {
			cfg.Queues = []int{0, 1, 2} // every queue is consumed
		}
		if r.IntN(3) == 0 {
			left := cfg.Concurrency
			for range cfg.Queues {
				n := r.IntN(left + 1)
				left -= n
				cfg.Reserve = append(cfg.Reserve, n)
			}
		}
		for q := range 3 {
			if len(cfg.Queues) == 1 && q != cfg.Queues[0] && coin() {
				cfg.Overflow = append(cfg.Overflow, q)
			}
		}
		s.Workers = append(s.Workers, cfg)
	}
	limited := true // a body that hangs ends only by a limit
	for i := range s.Workers {
		limited = limited && (s.Workers[i].Pool == worker.Prefork || s.Workers[i].Pool == worker.Gevent)
	}
	var script []message
	for i := range 150 {
		m := message{name: fmt.Sprint(i), at: few(300), class: r.IntN(4), run: few(20), hangs: limited && r.IntN(20) == 0}
		for range 3 {
			m.ends = append(m.ends, [...]worker.Result{
				worker.Succeeded, worker.Succeeded, worker.Succeeded, worker.Errored, worker.Fatal, worker.Crashed,
			}[r.IntN(6)])
		}
		if r.IntN(4) == 0 {
			m.extra.Countdown = few(50)
		}
		if r.IntN(4) == 0 {
			m.extra.Expires = 1 + few(100)
		}
		if r.IntN(5) == 0 {
			m.kills = []kill{{at: few(400), slot: int32(r.IntN(s.Workers[0].Concurrency)), whole: r.IntN(8) == 0}}
		}
		if coin() {
			m.extra.HasPriority, m.extra.Priority = true, r.IntN(10)
		}
		script = append(script, m)
	}
	s.Priorities = []int{0, 1, 2, 3, 4, 5, 6, 7, 8, 9}
	return s, script
}
