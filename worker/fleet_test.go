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

// Three replicas, of which the first is idle when one has to go, and the plan falls to two at 60 s.
func TestVictims(t *testing.T) {
	for _, c := range []struct {
		victim worker.Victim
		grace  des.Time
		want   string
		lost   int
		wasted des.Time
	}{
		{worker.Newest, 30 * sec, "leave 2@1m0s, gone 2@1m20s", 0, 0},
		{worker.Newest, 5 * sec, "leave 2@1m0s, gone 2@1m5s", 1, 65 * sec},
		{worker.Newest, 0, "leave 2@1m0s, gone 2@1m0s", 1, 60 * sec},
		{worker.Idle, 5 * sec, "leave 0@1m0s, gone 0@1m0s", 0, 0},
	} {
		f := worker.Fleet{
			Policy: worker.Schedule, Plan: []worker.Span{{For: 60 * sec, Replicas: 3}, {For: hour, Replicas: 2}},
			Poll: 60 * sec, First: 60 * sec, Grace: c.grace, Victim: c.victim,
		}
		s := fleet(3, f)
		for i := range s.Workers {
			s.Workers[i].AcksLate = false
		}
		// Whichever replica gets it, the first task ends early: the first replica must be the idle one.
		var script []message
		s.Queues = append(s.Queues, worker.Queue{Name: "b"}, worker.Queue{Name: "c"})
		s.Classes = append(s.Classes, worker.Class{Name: "b"}, worker.Class{Name: "c"})
		s.Workers[1].Queues, s.Workers[2].Queues = []int{1}, []int{2}
		script = append(script, message{name: "a", run: 10 * sec}, message{name: "b", class: 1, run: 80 * sec}, message{name: "c", class: 2, run: 80 * sec})
		h := play(t, s, script, 100*sec)
		_, after, _ := strings.Cut(h.life(), "up 2@0s, ")
		assert.Equal(t, c.want, after)
		lost := 0
		for _, o := range h.ended {
			if o == worker.Lost {
				lost++
			}
		}
		assert.Equal(t, c.lost, lost)
		assert.EqualValues(t, c.lost, h.tally.Fleets[0].Interrupted)
		assert.Equal(t, c.wasted, h.tally.Fleets[0].Wasted)
	}
}

// One replica of two slots, looked at each 10 s, shall be half busy. Both slots are held from 5 s on: that is 10 of 20
// slot-seconds at 10 s, on target; 20 of 20 at 20 s: two replicas; with two tasks more at 25 s, 2 x (20 + 10)/40 at 30 s:
// three; and 40 of 60 at 40 s: four, as many as there may be. At 45 s all end, and after 20 s without need they go.
func TestFleetFollowsItsUse(t *testing.T) {
	s := fleet(4, worker.Fleet{Policy: worker.Utilization, Min: 1, Target: 0.5, Poll: 10 * sec, First: 10 * sec, Cooldown: 20 * sec})
	for i := range s.Workers {
		s.Workers[i].Concurrency = 2
	}
	script := append(burst("a", 2, 0, 5*sec, 40*sec), burst("b", 2, 0, 25*sec, 20*sec)...)
	h := play(t, s, script, 100*sec)
	// At 50 s half of the 40 slot-seconds of each busy replica: 20 of 80, so that 2 of 4 would do; at 60 s none.
	assert.Equal(t, "order 0@0s, up 0@0s, order 1@20s, up 1@20s, order 2@30s, up 2@30s, order 3@40s, up 3@40s, "+
		"leave 3@1m10s, gone 3@1m10s, leave 2@1m10s, gone 2@1m10s, leave 1@1m20s, gone 1@1m20s", h.life())
}

// The oldest of five messages has waited 10 s at the first look, twice as long as it may, 20 s at the second.
func TestFleetFollowsWaits(t *testing.T) {
	s := fleet(8, worker.Fleet{Policy: worker.Latency, Min: 0, Target: 5, Poll: 10 * sec, First: 10 * sec, Cooldown: 10 * sec, Boot: after(15 * sec)})
	h := play(t, s, burst("a", 5, 0, 0, 60*sec), 200*sec)
	// None there: one at 10 s. 20 s: 1 x 20/5, so three more; 30 s: 4 x 25/5 as one waits no more since 25 s; then all eight.
	assert.True(t, strings.HasPrefix(h.life(), "order 0@10s, order 1@20s, order 2@20s, order 3@20s, up 0@25s, order 4@30s, order 5@30s, order 6@30s, order 7@30s, up 1@35s"), h.life())
}

// After every change: a replica for each message, at once, and gone with it.
func TestFleetLooksAfterEveryChange(t *testing.T) {
	s := fleet(2, worker.Fleet{Target: 1, Unacked: true, Boot: after(5 * sec), Victim: worker.Idle})
	h := play(t, s, burst("a", 3, 0, 10*sec, 20*sec), 100*sec)
	assert.Equal(t, "order 0@10s, order 1@10s, up 0@15s, up 1@15s, leave 1@35s, gone 1@35s, leave 0@55s, gone 0@55s", h.life())
}

// Nothing changes any more when the cooldown is over: the fleet looks by itself. Two replicas are wanted until the first
// task ends at 30 s, one until the second ends at 50 s.
func TestFleetLooksAfterItsCooldown(t *testing.T) {
	s := fleet(2, worker.Fleet{Target: 1, Unacked: true, Cooldown: 60 * sec})
	h := play(t, s, []message{{name: "a1", at: 10 * sec, run: 20 * sec}, {name: "a2", at: 10 * sec, run: 40 * sec}}, 300*sec)
	assert.Equal(t, "order 0@10s, up 0@10s, order 1@10s, up 1@10s, leave 1@1m30s, gone 1@1m30s, leave 0@1m50s, gone 0@1m50s", h.life())
}

// There is one place for two fleets. The second gets it when the first gives it up, though its own queue does not change.
func TestFleetLooksWhenThereIsRoom(t *testing.T) {
	s := one(worker.Ideal, "ab", worker.Config{Name: "w", Concurrency: 1, DisablePrefetch: true, AcksLate: true})
	s.Workers = append(s.Workers, s.Workers[0])
	s.Workers[0].Queues, s.Workers[1].Queues = []int{0}, []int{1}
	f := worker.Fleet{Workers: []int{0}, Target: 1, Unacked: true, Cooldown: 60 * sec}
	s.Fleets = append(s.Fleets, f, f)
	s.Fleets[1].Workers = []int{1}
	script := []message{{name: "a", at: 10 * sec, run: 10 * sec}, {name: "b", class: 1, at: 11 * sec, run: sec}}
	h := playIn(t, s, &host{places: 1}, script, 300*sec)
	assert.Equal(t, "order 0@10s, up 0@10s, leave 0@1m20s, gone 0@1m20s, order 1@1m20s, up 1@1m20s, leave 1@2m21s, gone 1@2m21s", h.life())
}
