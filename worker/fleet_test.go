package worker_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"simrun/des"
	"simrun/worker"
)

// after is a boot that always takes so long.
type after des.Time

func (a after) Draw(*des.Stream) float64 { return des.Time(a).Seconds() }

// fleet is a worker of one queue, of one slot a replica, that takes a message only for a free slot: at most so many.
func fleet(most int, f worker.Fleet) worker.Setup {
	s := one(worker.Ideal, "a", worker.Config{Name: "w", Concurrency: 1, DisablePrefetch: true, AcksLate: true})
	for n := range most {
		if n > 0 {
			s.Workers = append(s.Workers, s.Workers[0])
		}
		f.Workers = append(f.Workers, n)
	}
	s.Fleets = []worker.Fleet{f}
	return s
}

// life lists what happened to the replicas, as "what worker@time".
func (h *host) life() string {
	words := map[worker.RecordKind]string{
		worker.ReplicaOrdered: "order", worker.ReplicaUp: "up", worker.ReplicaLeaving: "leave", worker.ReplicaGone: "gone",
	}
	var lines []string
	for _, r := range h.records {
		if word := words[r.Kind]; word != "" {
			lines = append(lines, fmt.Sprintf("%s %d@%v", word, r.Worker, r.At))
		}
	}
	return strings.Join(lines, ", ")
}

// Seven messages of a minute at second 5, a message for two replicas each, looked at every 10 s, 25 s to boot. At 10 s
// six wait beside the one that runs: three replicas are wanted, two ordered, and up at 35 s. From then on none waits
// longer than the third look sees: four wait (two), and so on, until the cooldown of 30 s has passed.
func TestFleetFollowsItsQueue(t *testing.T) {
	s := fleet(3, worker.Fleet{Min: 1, Target: 2, Poll: 10 * sec, First: 10 * sec, Cooldown: 30 * sec, Boot: after(25 * sec), Grace: 90 * sec})
	h := play(t, s, burst("a", 7, 0, 5*sec, 60*sec), 300*sec)
	assert.Equal(t, "order 0@0s, up 0@0s, order 1@10s, order 2@10s, up 1@35s, up 2@35s, "+
		// Waiting at 10, 20 and 30 s: 6, so 3 wanted; from 40 s on 4: 2 wanted, from 70 s (65 s: one taken) 3: 2, from 100 s 1: 1.
		"leave 2@1m10s, gone 2@1m35s, leave 1@2m10s, gone 1@2m35s", h.life())
	assert.Equal(t, "a1 a2 a3 a4 a5 a6 a7", h.starts())
	// a1 5-65 on 0; a2, a3 35-95 on 1 and 2; a4 65-125 on 0; 2 leaves; a5 95-155 on 1; a6 125-185 and a7 185-245 on 0.
	assert.Equal(t, "started a1@5s, started a2@35s, started a3@35s, started a4@1m5s, started a5@1m35s, started a6@2m5s, started a7@3m5s", h.log(worker.Started))
	require.Len(t, h.tally.Fleets, 1)
	f := &h.tally.Fleets[0]
	assert.EqualValues(t, 2, f.Ordered)
	assert.EqualValues(t, 2, f.Removed)
	// Replica 0 for 300 s, 1 from 35 to 155 and 2 from 35 to 95 s; two boots of 25 s.
	assert.InDelta(t, 300+120+60, f.Running.Integral(300*sec), 1e-9)
	assert.InDelta(t, 50, f.Booting.Integral(300*sec), 1e-9)
}
