package worker_test

import (
	"fmt"
	"time"

	"example.com/simrun/des"
	"example.com/simrun/worker"
)

// clock is the smallest world: bodies that sleep, by task, and a queue of events.
type clock struct {
	des.Queue
	system *worker.System
	sleeps []des.Time
}

const bodyOver = worker.FirstHostKind

func (c *clock) Schedule(e des.Event) { c.Push(e) }
func (c *clock) Start(task, slot int32, _ int) {
	c.Push(des.Event{At: c.Now() + c.sleeps[task], Kind: bodyOver, Arg: slot})
}
func (*clock) Stop(int32, int32) bool    { return true }
func (*clock) Jitter(int32, int) float64 { return 0 }
func (c *clock) Done(task int32, o worker.Outcome) {
	fmt.Printf("%v: task %d is %v\n", c.Now(), task, o)
}

// One worker with one slot, and a host of thirty lines.
func Example() {
	c := &clock{sleeps: []des.Time{5 * time.Second, time.Second}}
	c.system = worker.New(worker.Setup{
		Broker:     worker.Broker{Kind: worker.Ideal},
		Queues:     []worker.Queue{{Name: "mail", MaxLength: -1, MaxPriority: -1, DeliveryLimit: -1}},
		Classes:    []worker.Class{{Name: "mail"}},
		ClassQueue: []int{0},
		Workers:    []worker.Config{{Name: "one", Concurrency: 1, Queues: []int{0}, PrefetchMultiplier: 4}},
	}, c)
	c.system.Observe(0, time.Minute, 0)
	for range c.sleeps {
		c.system.Publish(0, &worker.Publication{})
	}
	for c.Len() > 0 {
		if e := c.Pop(); e.Kind == bodyOver {
			c.system.Ended(e.At, e.Arg, worker.Succeeded)
		} else {
			c.system.Handle(e)
		}
	}
	tally := c.system.Close(time.Minute)
	fmt.Println("waited at most", tally.Classes[0].Wait.Max())
	// Output:
	// 5s: task 0 is ok
	// 6s: task 1 is ok
	// waited at most 5s
}
