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

// aboutAsFast is the part of the speed of a loop from which on its slots are about as fast: then its window may never be full.
const aboutAsFast = 0.95

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
		each, rate := l.paces(w, s, slot, machines)
		switch {
		case window > 1 && each*rate > aboutAsFast:
			continue
		case oneEach(c, late): // has a slot, and leaves the window at the first timer after its end
			cycle *= math.Ceil(slot / cycle)
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

// competing is how many want the cores of a threads worker that is short of them: its loop, the thread of its tasks, and what the broker
// or others do there. It is calibrated, see docs/decisions/0143.
const competing = 3

// paces are how long the loop of a worker takes for a message, and how many of them its slots let go of in a second, when as many come
// as it can take. Where its machine is short of cores, its loop and the thread of its tasks compete for them; and the loop of a gevent worker has but the thread of its tasks.
func (l *Layout) paces(w int, s comes, slot float64, machines []system.Machine) (each, rate float64) {
	c := &l.Workers[w]
	each, rate = turn(l, w, s.late/s.messages, machines), float64(c.Concurrency)/slot
	cpu, beside := s.cpu/s.messages, s.beside/s.messages
	one := l.cores(w, machines, 1)
	switch {
	case c.Pool == worker.Gevent && cpu*rate > one:
		each = cpu / one
	case c.Pool == worker.Threads:
		if cpu*rate > one {
			rate = one / cpu
		}
		cores := l.cores(w, machines, math.Inf(1))
		if l.Node[w] >= 0 {
			m := l.machine(w, machines)
			cores = min(cores, m.Cores*efficiency(m)/float64(l.neighbours(w)))
		}
		if (cpu+beside)*rate > cores {
			rate = cores / (cpu + beside)
			each *= max(1, competing/cores*one)
		}
	}
	return each, rate
}

// sleeps says whether the loop of a worker goes to sleep with its window full, and does not notice that there is room again.
func sleeps(c *worker.Config, kind worker.BrokerKind, late float64) bool {
	deaf := c.Loop == worker.Deaf || c.Loop == worker.DeafAskFirst
	switch c.Pool {
	case worker.Threads:
		return deaf
	case worker.Solo:
		return c.PrefetchMultiplier == 1 && (deaf && kind == worker.RabbitMQ || c.Loop == worker.AskFirst)
	case worker.Gevent: // its consumer stands still with a message for a slot, but not where each has its own
		return deaf && oneEach(c, late)
	}
	return c.Loop == worker.AskFirst && c.Concurrency == 1 && oneEach(c, late) // events of other children wake it
}

// oneEach says that the window holds a message a slot, and that each stays in it until it has ended.
func oneEach(c *worker.Config, late float64) bool {
	alone := c.Concurrency == 1 && c.Pool == worker.Gevent || c.Pool == worker.Solo && c.Loop == worker.AskFirst
	return c.PrefetchMultiplier == 1 && (late == 1 || alone)
}

// wakesAfter is how long the loop of a worker sleeps at the most.
func wakesAfter(c *worker.Config) des.Time {
	if c.Pool == worker.Gevent {
		return c.Overheads.Drain
	}
	return c.Wakeup
}
