package worker_test

import (
	"fmt"
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/require"

	"example.com/simrun/des"
	"example.com/simrun/worker"
)

// TestRandomFleets lets workers of random systems come and go, by every policy, while others are shut down and what
// they run on fails: play audits after each event, every task ends once, and no more replicas are there than may be.
func TestRandomFleets(t *testing.T) {
	ordered := int64(0)
	for seed := uint64(0); seed < 500; seed += stride() {
		t.Run(fmt.Sprint(seed), func(t *testing.T) {
			r := rand.New(rand.NewPCG(seed, 11))
			s, script := randomSystem(r)
			tasks := len(script)
			f := randomFleet(r)
			most := len(s.Workers) + 1 + r.IntN(4)
			for n := len(s.Workers) - 1; n < most; n++ { // the last worker becomes a fleet
				if n >= len(s.Workers) {
					s.Workers = append(s.Workers, s.Workers[n-1])
				}
				f.Workers = append(f.Workers, n)
			}
			f.Min = min(f.Min, len(f.Workers))
			s.Fleets = []worker.Fleet{f}
			if r.IntN(3) == 0 {
				script = shutdowns(r, script, len(s.Workers))
			}
			if seed >= 300 {
				trouble(r, &s)
				worse(r, &s)
			}
			h := play(t, s, script, 1500*sec)
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
			there := 0
			for _, rec := range h.records {
				switch rec.Kind {
				case worker.ReplicaOrdered:
					there++
				case worker.ReplicaGone:
					there--
				}
				require.LessOrEqual(t, there, len(f.Workers))
				require.GreaterOrEqual(t, there, 0)
			}
			ordered += h.tally.Fleets[0].Ordered
		})
	}
	require.Greater(t, ordered, int64(300), "fleets did scale")
}

func randomFleet(r *rand.Rand) worker.Fleet {
	f := worker.Fleet{
		Policy: worker.Policy(r.IntN(6)), Min: r.IntN(2), Unacked: r.IntN(2) == 0, Poll: des.Time(1+r.IntN(50)) * 100 * ms,
		Cooldown: des.Time(r.IntN(100)) * 100 * ms, Grace: des.Time(r.IntN(30)) * 100 * ms, Victim: worker.Victim(r.IntN(2)),
		Cold: r.IntN(2) == 0,
	}
	if r.IntN(3) == 0 {
		f.Limit = worker.Limit{Replicas: 1 + r.IntN(2), Per: des.Time(r.IntN(80)) * 100 * ms}
	}
	if r.IntN(3) > 0 {
		f.Boot = after(des.Time(r.IntN(60)) * 100 * ms)
	}
	switch f.Policy {
	case worker.QueueLength:
		f.Target = float64(1 + r.IntN(3))
		if r.IntN(3) == 0 {
			f.Poll = 0
		}
	case worker.Utilization:
		f.Min, f.Target = 1, 0.3+0.6*r.Float64()
	case worker.Latency:
		f.Target = 0.1 + r.Float64()
	case worker.KEDA, worker.HPA:
		f.Target, f.Sync = float64(1+r.IntN(3)), des.Time(1+r.IntN(30))*100*ms
		f.Up, f.Down = hpa()
		f.Down.Window = des.Time(r.IntN(100)) * 100 * ms
		if f.Activation = float64(r.IntN(3)); f.Policy == worker.HPA {
			f.Min, f.Share = 1, r.IntN(2) == 0
		}
		f.Idle = f.Policy == worker.KEDA && f.Min > 0 && f.Activation > 0
	case worker.Schedule:
		f.Plan = []worker.Span{{For: 7 * sec, Replicas: 1}, {For: 4 * sec, Replicas: 3}, {For: 9 * sec}}
	}
	return f
}
