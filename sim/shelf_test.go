package sim_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"example.com/simrun/des"
	"example.com/simrun/sim"
	"example.com/simrun/worker"
	"example.com/simrun/workloads"
)

// deaf listens and notes nothing.
type deaf struct{}

func (deaf) Record(worker.Record)                                 {}
func (deaf) Publish(des.Time, int32, string, *worker.Publication) {}

// TestDraftsChangeNothing: the tasks of a long queue are kept as drafts unless somebody listens, who wants to know them one
// by one. Whatever happens to them, every figure is the same, while they wait and when the run ends or a queue has been
// emptied.
func TestDraftsChangeNothing(t *testing.T) {
	for _, kind := range []worker.BrokerKind{worker.Ideal, worker.Redis, worker.RabbitMQ} {
		for _, drain := range []des.Time{0, 12 * hour} {
			t.Run(fmt.Sprint(kind, drain), func(t *testing.T) {
				m := flooded(kind)
				o := sim.Options{Key: des.NewKey(3), Warmup: time.Minute, Duration: 5 * time.Minute, Drain: drain, Bins: 10, Steps: 10, Holders: true}
				drafts := sim.New(&m.layout, m.classes, m.machines, o).Run()
				o.Recorder = deaf{}
				tasks := sim.New(&m.layout, m.classes, m.machines, o).Run()
				require.Greater(t, tasks.Queues[0].Length.Most(), 10_000)
				assert.Equal(t, tasks, drafts)
			})
		}
	}
}

// flooded is a pool with far more to do than it can, of tasks of every origin, that expire, are retried, crash and are
// delivered again; a queue with priorities, and one that drops its oldest.
func flooded(kind worker.BrokerKind) *model {
	wave := class("wave", poisson(200), exponential(0.05))
	wave.Arrivals.Process = workloads.Stages{Steps: []workloads.Stage{{For: 6 * time.Minute, From: 200, To: 200}, {For: 1000 * hour}}}
	late := class("late", poisson(2), exponential(0.1))
	late.Countdown, late.Expires = exponential(20), exponential(300)
	closed := class("closed", workloads.Closed{Clients: 5000, Think: exponential(100)}, exponential(0.05))
	urgent := class("urgent", poisson(1), exponential(0.1))
	urgent.Priority, urgent.HasPriority = 5, true
	after := class("after", workloads.After{Class: 0, Chance: 0.5}, exponential(0.05))
	m := &model{classes: []workloads.Class{wave, late, closed, urgent, after}}
	for i := range m.classes {
		c := &m.classes[i]
		c.Queue = []string{"long", "short"}[i%2]
		c.Failures.Error.P, c.Failures.Crash.P = 0.1, 0.01
		c.Retry = worker.Retry{Max: 3, Delay: time.Second, Backoff: 2, Jitter: true, OnError: true}
		c.AcksLate, c.RejectOnWorkerLost = worker.On, worker.On
	}
	m.classes[3].Queue = "long"
	m.addQueues()
	m.layout.Queues[0].MaxPriority = 9
	m.layout.Queues[1].MaxLength = 1500
	m.layout.Queues[1].Overflow = worker.DropHead
	m.layout.Broker = worker.Broker{Kind: kind, PrioritySteps: []int{0, 3, 6, 9}, Publish: time.Millisecond}
	m.add(worker.Config{Name: "w", Concurrency: 3, PrefetchMultiplier: 4, Queues: m.all()})
	return m
}
