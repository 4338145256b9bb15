package worker_test

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/stretchr/testify/assert"

	"example.com/simrun/des"
	"example.com/simrun/worker"
)

// hpa are the rules that hold in Kubernetes where none are given (kubernetes.io, Horizontal Pod Autoscaling, Default
// Behavior).
func hpa() (up, down worker.Rules) {
	return worker.Rules{Policies: []worker.Rate{{Value: 4, Per: 15 * sec}, {Percent: true, Value: 100, Per: 15 * sec}}},
		worker.Rules{Window: 300 * sec, Policies: []worker.Rate{{Percent: true, Value: 100, Per: 15 * sec}}}
}

// kubernetes.io, Horizontal Pod Autoscaling, Algorithm details: 200m of 100m wanted doubles, 50m halves; within a tenth
// of the target nothing changes; pods that are not ready count as idle when more are wanted, and when that turns the
// direction nothing changes. The last three by the code alone (replica_calculator.go, calcPlainMetricReplicas).
func TestHPAFormula(t *testing.T) {
	for _, c := range []struct {
		ratio          float64
		ready, current int
		want           int
	}{
		{200.0 / 100, 3, 3, 6},
		{50.0 / 100, 4, 4, 2},
		{50.0 / 100, 3, 3, 2},
		{1.1, 10, 10, 10},
		{0.9, 10, 10, 10},
		{1.11, 10, 10, 12},
		{0.89, 10, 10, 9},
		{2, 2, 4, 4},   // 2 of 4 are ready: on target
		{3, 2, 4, 6},   // 1.5 x 4
		{1.5, 2, 4, 4}, // 0.75 would turn it round
		{0.5, 2, 4, 1}, // the others are absent
		{1.05, 2, 4, 4},
		{0, 3, 3, 0},
	} {
		assert.Equal(t, c.want, worker.Balanced(c.ratio, c.ready, c.current), "%+v", c)
	}
}

// Vectors written out by hand from kubernetes.io, Horizontal Pod Autoscaling (Scaling policies, Stabilization window,
// Default Behavior) and from the enhancement that brought them, KEP-853 (User Stories).
func TestHPARates(t *testing.T) {
	up, down := hpa()
	pods := func(n int, per des.Time) worker.Rate { return worker.Rate{Value: n, Per: per} }
	percent := func(n int, per des.Time) worker.Rate { return worker.Rate{Percent: true, Value: n, Per: per} }
	many := func(n, times int) []int { return slices.Repeat([]int{n}, times) }
	for _, c := range []struct {
		what     string
		up, down worker.Rules
		every    des.Time
		from     int
		want     []int
		steps    []int
	}{
		// Scaling policies: 80 replicas, 10 wanted, the larger of 4 pods and 10 % a minute: 8, then 7.2, rounded up, and so
		// on; from 40 on 4 at a time.
		{
			"page", up,
			worker.Rules{Policies: []worker.Rate{pods(4, 60*sec), percent(10, 60*sec)}},
			60 * sec, 80, many(10, 13),
			[]int{72, 64, 57, 51, 45, 40, 36, 32, 28, 24, 20, 16, 12},
		},
		// The same, the smaller of both.
		{
			"least", up,
			worker.Rules{Select: worker.Least, Policies: []worker.Rate{pods(5, 60*sec), percent(10, 60*sec)}},
			60 * sec, 60, many(10, 5),
			[]int{55, 50, 45, 40, 36},
		},
		{"disabled", up, worker.Rules{Select: worker.Disabled}, 60 * sec, 80, many(10, 3), many(80, 3)},
		// Default Behavior: 4 pods or 100 % every 15 s, whichever is more, to any size at once after 300 s.
		{"default", up, down, 15 * sec, 1, many(100, 6), []int{5, 10, 20, 40, 80, 100}},
		{"default, down", up, worker.Rules{Policies: down.Policies}, 15 * sec, 80, many(10, 2), many(10, 2)},
		// Stories 1 to 4: ten times as many each minute; one more each minute; one less each five minutes, never down.
		{"story 1", worker.Rules{Policies: []worker.Rate{percent(900, 60*sec)}}, down, 60 * sec, 1, many(1000, 4), []int{10, 100, 1000, 1000}},
		{"story 2", worker.Rules{Policies: []worker.Rate{pods(1, 60*sec)}}, down, 60 * sec, 1, many(4, 4), []int{2, 3, 4, 4}},
		{"story 4", up, worker.Rules{Policies: []worker.Rate{pods(5, 600*sec)}}, 300 * sec, 100, many(80, 4), []int{95, 95, 90, 90}},
		// What one look has used of a rate the next ones lack, until its time is over.
		{"4 a minute", worker.Rules{Policies: []worker.Rate{pods(4, 60*sec)}}, down, 15 * sec, 1, many(9, 6), []int{5, 5, 5, 5, 9, 9}},
		// A growth within the time of a rate is taken off what there was at its beginning, and so is a loss.
		{"there and back", up, worker.Rules{Policies: []worker.Rate{percent(50, 60*sec)}}, 15 * sec, 10, []int{14, 6, 4, 4}, []int{14, 6, 5, 5}},
		// Stabilisation: 300 s after the last look that wanted ten, and not one more.
		{"window", up, down, 60 * sec, 10, append([]int{10}, many(2, 6)...), []int{10, 10, 10, 10, 10, 2, 2}},
		{"window up", worker.Rules{Window: 60 * sec, Policies: up.Policies}, down, 30 * sec, 2, []int{2, 5, 5, 5, 3}, []int{2, 2, 5, 5, 5}},
	} {
		f := worker.Fleet{Workers: make([]int, 1000), Min: 1, Up: c.up, Down: c.down}
		assert.Equal(t, c.steps, worker.Steps(f, c.every, c.from, c.want...), c.what)
	}
}

// Two messages of 120 s and replicas of one slot, 60 % of which shall be held, looked at each 15 s by the defaults.
func TestFleetOfHPAFollowsSlots(t *testing.T) {
	up, down := hpa()
	s := fleet(4, worker.Fleet{Policy: worker.HPA, Share: true, Min: 1, Target: 0.6, Poll: 15 * sec, First: 15 * sec, Up: up, Down: down, Boot: after(30 * sec)})
	h := play(t, s, burst("a", 2, 0, 0, 120*sec), 800*sec)
	// 1 x 100/60: two at 15 s. At 30 s 1.67 for the one that is ready, and with the one that boots as idle 0.83: nothing
	// changes. Up at 45 s, that takes the other message: 2 x 100/60, four at 60 s. At 75 s the same, with two that boot; from
	// 90 to 120 s half of four are held, 4 x 50/60. From 135 to 165 s one is, 4 x 25/60: two. 300 s after the last look that
	// wanted four, two go, and 300 s after the last that wanted two, one.
	assert.Equal(t, "order 0@0s, up 0@0s, order 1@15s, up 1@45s, order 2@1m0s, order 3@1m0s, up 2@1m30s, up 3@1m30s, "+
		"leave 3@7m0s, gone 3@7m0s, leave 2@7m0s, gone 2@7m0s, leave 1@7m45s, gone 1@7m45s", h.life())
}

// keda.sh, Scaling Deployments, StatefulSets & Custom Resources: KEDA polls for the steps from 0 and to 0, the HPA looks
// every 15 s for those between; cooldownPeriod is about the step to 0 only, after the last poll that found the trigger
// active.
func TestFleetOfKEDA(t *testing.T) {
	up, down := hpa()
	down.Window = 0
	f := worker.Fleet{
		Policy: worker.KEDA, Target: 2, Poll: 30 * sec, First: 10 * sec, Sync: 15 * sec, Cooldown: 60 * sec, Up: up, Down: down, Grace: 300 * sec,
	}
	h := play(t, fleet(8, f), burst("a", 7, 0, 5*sec, 50*sec), 400*sec)
	// Polls at 10, 40, 70 s and so on, looks of the HPA at 10, 25, 40 s. Seven wait at 10 s: one, by KEDA; in the same
	// instant the HPA wants 7/2 of them, rounded up. Three wait then: two at 25 s. At 60 s two more begin and those that were
	// leaving are gone; one waits, so that one leaves at 70 s, until 110 s. The poll at 100 s is the last that finds any: that
	// at 160 s is 60 s later, and not more.
	assert.Equal(t, "order 0@10s, up 0@10s, order 1@10s, up 1@10s, order 2@10s, up 2@10s, order 3@10s, up 3@10s, "+
		"leave 3@25s, leave 2@25s, gone 2@1m0s, gone 3@1m0s, leave 1@1m10s, gone 1@1m50s, leave 0@3m10s, gone 0@3m10s", h.life())
	// The same page, Activating and Scaling thresholds: with a threshold of 10 and an activation value of 50, 40 messages are
	// none to KEDA, which goes to 0 even where the HPA wants four.
	f.Target, f.Activation = 10, 50
	assert.Empty(t, play(t, fleet(8, f), burst("a", 40, 0, 5*sec, 10*sec), 300*sec).life())
	assert.NotEmpty(t, play(t, fleet(8, f), burst("a", 51, 0, 5*sec, 10*sec), 300*sec).life())
	f.Activation = 39
	four := play(t, fleet(8, f), burst("a", 40, 0, 5*sec, 300*sec), 300*sec).life()
	assert.Contains(t, four, "order 3@10s")
	assert.NotContains(t, four, "order 4@")
}

// keda.sh, ScaledObject specification, idleReplicaCount: with nothing to do there is none, and with something the minimum at
// once; the cooldown is about the step to none.
func TestIdleFleetOfKEDA(t *testing.T) {
	up, down := hpa()
	f := worker.Fleet{
		Policy: worker.KEDA, Min: 2, Idle: true, Target: 2, Poll: 30 * sec, First: 10 * sec, Sync: 15 * sec, Cooldown: 60 * sec, Up: up, Down: down, Grace: 300 * sec,
	}
	// Polls at 10, 40, 70 s and so on: the first finds none, as none ever did, and both go. What comes at 105 s is found at
	// 130 s, when both are ordered; the poll at 190 s is 60 s later, and not more.
	h := play(t, fleet(8, f), burst("a", 1, 0, 105*sec, 10*sec), 400*sec)
	assert.Equal(t, "order 0@0s, up 0@0s, order 1@0s, up 1@0s, leave 1@10s, gone 1@10s, leave 0@10s, gone 0@10s, "+
		"order 0@2m10s, up 0@2m10s, order 1@2m10s, up 1@2m10s, leave 1@3m40s, gone 1@3m40s, leave 0@3m40s, gone 0@3m40s", h.life())
	f.Idle = false
	h = play(t, fleet(8, f), burst("a", 1, 0, 105*sec, 10*sec), 400*sec)
	assert.Equal(t, "order 0@0s, up 0@0s, order 1@0s, up 1@0s", h.life())
}

// Two replicas within any 30 s, whatever is wanted; who looks after every change looks again when it may.
func TestFleetGrowsWithinItsLimit(t *testing.T) {
	for _, poll := range []des.Time{0, 15 * sec} {
		f := worker.Fleet{Target: 1, Unacked: true, Poll: poll, First: poll, Limit: worker.Limit{Replicas: 2, Per: 30 * sec}, Cooldown: hour}
		h := play(t, fleet(8, f), burst("a", 5, 0, 15*sec-ms*min(1, poll/sec), 100*sec), 90*sec)
		assert.Equal(t, "order 0@15s, up 0@15s, order 1@15s, up 1@15s, order 2@45s, up 2@45s, order 3@45s, up 3@45s, order 4@1m15s, up 4@1m15s", h.life(), fmt.Sprint(poll))
	}
}

// Whatever is wanted, an HPA stays within its bounds, and what it adds within the time of its only rate within that.
func TestHPAStaysWithinItsRates(t *testing.T) {
	for seed := range uint64(300) {
		r := rand.New(rand.NewPCG(seed, 5))
		per, value := des.Time(1+r.IntN(8))*15*sec, 1+r.IntN(5)
		f := worker.Fleet{
			Workers: make([]int, 30), Min: 1 + r.IntN(3),
			Up:   worker.Rules{Policies: []worker.Rate{{Value: value, Per: per}}},
			Down: worker.Rules{Window: des.Time(r.IntN(10)) * 15 * sec, Select: worker.Disabled},
		}
		want := make([]int, 60)
		for i := range want {
			want[i] = r.IntN(60)
		}
		steps := worker.Steps(f, 15*sec, f.Min, want...)
		steps = append([]int{f.Min}, steps...)
		for i, n := range steps {
			assert.True(t, f.Min <= n && n <= 30)
			before := steps[max(0, i-int(per/(15*sec)))]
			assert.LessOrEqual(t, n-before, value, "seed %d, look %d", seed, i)
		}
	}
}
