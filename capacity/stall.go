package capacity

import (
	"math"

	"example.com/simrun/des"
	"example.com/simrun/system"
	"example.com/simrun/worker"
	"example.com/simrun/workloads"
)

// Stall is a worker that does not recover once its window is full: its loop sleeps then until a timer wakes it, and so it takes less
// than what comes (celery issues 7718 and 6941). Until a burst or an outage fills the window nothing is to be seen.
type Stall struct {
	Worker string
	Window int      // messages, of each replica
	Period des.Time // of the timer
	Takes  float64  // messages per second, once it is full
	Comes  float64  // messages per second
}

// aboutAsFast is the part of the speed of a loop from which on its slots are about as fast.
const aboutAsFast = 0.7

// Stalls are those of a layout. What comes is the mean of the whole run.
func Stalls(l *Layout, classes []workloads.Class, machines []system.Machine, o Outside) []Stall {
	var stalls []Stall
	for _, w := range l.written() {
		s, slot := l.share(classes, machines, o, w)
		if s.messages == 0 {
			continue
		}
		c := &l.Workers[w]
		late := s.late / s.messages
		window := float64(c.PrefetchMultiplier * c.Concurrency)
		if c.DisablePrefetch {
			window = float64(c.Concurrency)
		}
		if !sleeps(c, l.Broker.Kind, late) || window == 0 || c.Wakeup == 0 {
			continue
		}
		// The loop fills its window faster than the slots empty it, and then sleeps. What is acked as it starts leaves room for as
		// many messages more as there are slots.
		full, cycle := window, wakesAfter(c).Seconds()
		each, rate := turn(l, w, late, machines), float64(c.Concurrency)/slot
		switch {
		case late == 1 && c.PrefetchMultiplier == 1: // each of them has a slot, and leaves the window at the first timer after its end
			cycle *= math.Ceil(slot / cycle)
		case each*rate > aboutAsFast:
			continue // then it may never be full
		default:
			full /= 1 - each*rate
			if !c.DisablePrefetch && c.Pool != worker.Solo {
				full += (1 - late) * float64(c.Concurrency)
			}
		}
		replicas := float64(l.replicas(w))
		takes := replicas * full / cycle
		if takes < s.messages && takes < replicas*float64(c.Concurrency)/slot {
			stalls = append(stalls, Stall{l.Names[w], int(window), wakesAfter(c), takes, s.messages})
		}
	}
	return stalls
}

// sleeps says whether the loop of a worker goes to sleep with its window full, and does not notice that there is room again.
func sleeps(c *worker.Config, kind worker.BrokerKind, late float64) bool {
	if c.Loop != worker.Deaf && c.Loop != worker.DeafAskFirst {
		return false
	}
	switch c.Pool {
	case worker.Threads:
		return true
	case worker.Gevent: // its consumer stands still with a message for a slot, but not where each has its own
		return late == 1 && c.PrefetchMultiplier == 1
	}
	return kind == worker.RabbitMQ && c.PrefetchMultiplier == 1
}

// wakesAfter is how long the loop of a worker sleeps at the most.
func wakesAfter(c *worker.Config) des.Time {
	if c.Pool == worker.Gevent {
		return c.Overheads.Drain
	}
	return c.Wakeup
}
