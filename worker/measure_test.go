package worker_test

import (
	"testing"

	"github.com/stretchr/testify/assert"

	"example.com/simrun/des"
	"example.com/simrun/worker"
)

// Worked out by hand from KEDA's source, read at commit 8b4f083 of August 2026 (pkg/scalers/rabbitmq_scaler.go, GetMetricsAndActivity,
// mode ExpectedQueueConsumptionTime): the rates are by the second; what more is published than delivered, and what lies there, over what is
// delivered; without a delivery the activation value; below zero, zero, else three decimals (pkg/scalers/scaler.go, quantityFromFloat64).
func TestConsumptionTimeOfKEDA(t *testing.T) {
	for _, c := range []struct {
		messages, published, delivered, activation float64
		want                                       float64
		stuck                                      bool
	}{
		{0, 5, 0, 7, 0, false},
		{10, 0, 0, 7, 7, true},
		{100, 4, 4, 0, 25, false},   // 0/4 + 100/4
		{100, 6, 4, 0, 25.5, false}, // 2/4 + 100/4
		{100, 0, 4, 0, 24, false},   // -4/4 + 100/4
		{1, 0, 100, 0, 0, false},    // -0.99
		{10, 1, 3, 0, 2.667, false}, // -2/3 + 10/3, in thousandths, rounded
	} {
		got, stuck := worker.Consumption(c.messages, c.published, c.delivered, c.activation)
		assert.InDelta(t, c.want, got, 1e-12, "%+v", c)
		assert.Equal(t, c.stuck, stuck, "%+v", c)
	}
}

// A rate is the change in the last interval of 5 s that is over (rabbitmq.com, Management HTTP API, message_stats: the
// most recent sampling interval).
func TestRatesOfSamples(t *testing.T) {
	events := []des.Time{1 * sec, 2 * sec, 4 * sec, 5 * sec, 9 * sec, 11 * sec, 26 * sec}
	asked := []des.Time{0, 4 * sec, 5 * sec, 9 * sec, 10 * sec, 14 * sec, 15 * sec, 19 * sec, 20 * sec, 29 * sec, 30 * sec, 35 * sec}
	// Three in the first 5 s, two in the next, one from 10 s on and one from 25 s on.
	assert.Equal(t, []float64{0, 0, 0.6, 0.6, 0.4, 0.4, 0.2, 0.2, 0, 0, 0.2, 0}, worker.Rates(events, asked))
}

// Fleets that follow rates: of one that nothing is delivered to no rate of deliveries says that it is wanted; the time to
// consume does.
func TestFleetsOfKEDAFollowRates(t *testing.T) {
	up, down := hpa()
	f := worker.Fleet{
		Policy: worker.KEDA, Target: 10, Poll: 30 * sec, First: 10 * sec, Sync: 15 * sec, Cooldown: 60 * sec, Up: up, Down: down, Grace: 300 * sec,
	}
	f.Measure = worker.DeliverRate
	assert.Empty(t, play(t, fleet(4, f), burst("a", 7, 0, 5*sec, 5*sec), 300*sec).life())
	f.Measure = worker.ConsumptionTime
	// Seven wait at 10 s, and none has been delivered: one, by KEDA. It takes one at 10, 15, 20 s and so on, so that the last
	// interval at 25 s has one, 0.2/s: with three that wait - (0-0.2)/0.2 + 3/0.2 = 14 - two, of 10 s each.
	assert.Contains(t, play(t, fleet(4, f), burst("a", 7, 0, 5*sec, 5*sec), 300*sec).life(), "order 0@10s, up 0@10s, order 1@25s, up 1@25s, leave 1@")
}

// Of several triggers one is enough to be there, and the HPA takes the largest wish (KEDA, pkg/scaling/scale_handler.go,
// getScaledObjectState; kubernetes.io, Horizontal Pod Autoscaling, Algorithm details).
func TestFleetsFollowTheLargestOfSeveral(t *testing.T) {
	up, down := hpa()
	one := func(target, activation float64) worker.Trigger {
		return worker.Trigger{Queues: []int{0}, Target: target, Activation: activation}
	}
	life := func(triggers ...worker.Trigger) string {
		f := worker.Fleet{Policy: worker.KEDA, Poll: 30 * sec, First: 10 * sec, Sync: 15 * sec, Cooldown: 60 * sec, Up: up, Down: down, Grace: 300 * sec, Triggers: triggers}
		return play(t, fleet(4, f), burst("a", 7, 0, 5*sec, 100*sec), 300*sec).life()
	}
	assert.Equal(t, life(one(2, 0)), life(one(9, 99), one(2, 0)), "the other is not active, and wants less")
	assert.Equal(t, life(one(2, 0)), life(one(2, 99), one(9, 0)), "one is active, the other wants more")
	assert.Empty(t, life(one(2, 99), one(9, 99)))
	assert.Contains(t, life(one(2, 0)), "order 3@", "seven of two each")
	alone := worker.Fleet{Policy: worker.KEDA, Target: 2, Poll: 30 * sec, First: 10 * sec, Sync: 15 * sec, Cooldown: 60 * sec, Up: up, Down: down, Grace: 300 * sec}
	assert.Equal(t, play(t, fleet(4, alone), burst("a", 7, 0, 5*sec, 100*sec), 300*sec).life(), life(one(2, 0)), "a list of one")
}

// A rate of messages published is a reason to be there, and so are messages that wait (rabbitmq_scaler.go, mode MessageRate).
func TestFleetsFollowWhatIsPublished(t *testing.T) {
	up, down := hpa()
	f := worker.Fleet{
		Policy: worker.KEDA, Measure: worker.PublishRate, Target: 0.5, Activation: 1, Poll: 30 * sec, First: 10 * sec, Sync: 15 * sec, Cooldown: 60 * sec,
		Up: up, Down: down, Grace: 300 * sec,
	}
	// Five in the first 5 s are 1/s, which is not more than 1; but five wait. At the look of the HPA nothing is published any more.
	assert.Contains(t, play(t, fleet(4, f), burst("a", 5, 0, sec, 100*sec), 300*sec).life(), "order 0@10s")
	f.Activation = 5
	assert.Empty(t, play(t, fleet(4, f), burst("a", 5, 0, sec, 100*sec), 300*sec).life())
}
