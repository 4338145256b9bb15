package worker

import (
	"math"
	"time"

	"example.com/simrun/des"
)

// Measure is what KEDA asks of the queues of a fleet (rabbitmq_scaler.go, mode).
type Measure uint8

// Measures: the messages, those published in a second, those delivered, and the seconds until the queues are empty at the rates of now.
const (
	Messages        Measure = iota // QueueLength
	PublishRate                    // MessageRate
	DeliverRate                    // DeliverGetRate
	ConsumptionTime                // ExpectedQueueConsumptionTime
)

// sampling is from one sample of RabbitMQ's statistics to the next (collect_statistics_interval). A rate is the change from
// the last sample but one to the last, by the second.
const sampling = 5 * time.Second

// meter counts what comes to a queue and leaves it, where a fleet asks for rates.
type meter struct{ published, delivered counter }

// counter has the count of the latest interval of the samples in which anything came, and of the one before it.
type counter struct {
	interval      des.Time
	count, before int
}

func (c *counter) add(now des.Time) {
	switch at := now / sampling; at - c.interval {
	case 0:
	case 1:
		c.interval, c.before, c.count = at, c.count, 0
	default:
		c.interval, c.before, c.count = at, 0, 0
	}
	c.count++
}

// rate is by the second, in the last interval that is over.
func (c *counter) rate(now des.Time) float64 {
	n := 0
	switch now/sampling - c.interval {
	case 0:
		n = c.before
	case 1:
		n = c.count
	}
	return float64(n) / sampling.Seconds()
}

// meters has the queues of fleets counted that ask for rates.
func (s *System) meters(f *fleet) {
	for i := range f.follows {
		t := &f.follows[i]
		for q := range s.queuesOf(f, t) {
			if t.Measure != Messages && q.meter == nil {
				q.meter, s.metered = &meter{}, true
			}
		}
	}
}

// meter counts a message that is published, or delivered.
func (s *System) meter(t *task, delivered bool) {
	switch m := s.queueOf(t).meter; {
	case m == nil:
	case delivered:
		m.delivered.add(s.now)
	default:
		m.published.add(s.now)
	}
}

// measured is what KEDA finds in the queues of a trigger together, and whether that is a reason to be there.
func (s *System) measured(f *fleet, t *Trigger) (metric float64, active bool) {
	messages := float64(s.backlog(f, t))
	if t.Measure == Messages {
		return messages, messages > t.Activation
	}
	var published, delivered float64
	for q := range s.queuesOf(f, t) {
		published += q.meter.published.rate(s.now)
		delivered += q.meter.delivered.rate(s.now)
	}
	switch t.Measure {
	case PublishRate: // messages that wait are a reason, too
		return milli(published), published > t.Activation || messages > t.Activation
	case DeliverRate:
		return milli(delivered), delivered > t.Activation
	}
	left, stuck := consumption(messages, published, delivered, t.Activation)
	return milli(left), stuck || left > t.Activation
}

// consumption is the time until all messages are consumed, as KEDA has it: where none is delivered it is the activation
// value, and a reason to be there (rabbitmq_scaler.go, GetMetricsAndActivity).
func consumption(messages, published, delivered, activation float64) (seconds float64, stuck bool) {
	switch {
	case messages == 0:
		return 0, false
	case delivered == 0:
		return activation, true
	}
	return (published-delivered)/delivered + messages/delivered, false
}

// milli is a figure as the HPA gets it, in whole thousandths and none below zero (scaler.go, quantityFromFloat64).
func milli(x float64) float64 { return max(0, math.Round(1000*x)/1000) }
