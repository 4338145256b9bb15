package capacity

import (
	"fmt"
	"math"

	"example.com/simrun/des"
	"example.com/simrun/worker"
	"example.com/simrun/workloads"
)

// fetchCycle is the least time from one message to the next that one worker gets of a far redis: it asks, and notes
// what it got, before it asks again. 0 = no limit.
func fetchCycle(l *Layout, w int) des.Time {
	if c := &l.Workers[w]; c.RoundTrip > 0 && l.Broker.Kind == worker.Redis {
		return 2*c.RoundTrip + c.Overheads.Fetch
	}
	return 0
}

// fetches is the messages that workers can get per second of a far redis, and what bounds them.
func fetches(l *Layout, workers []int) (perSecond float64, by string) {
	for _, w := range workers {
		cycle := fetchCycle(l, w)
		if cycle == 0 {
			return math.Inf(1), ""
		}
		perSecond += 1 / cycle.Seconds()
		by = fmt.Sprintf("round trips of %q to its broker", l.Names[w])
	}
	return perSecond, by
}

// waitsForBroker is the time that a slot of a worker loses to a far broker with each message: to the answer to a late
// ack, and to the next message where nothing is in reserve.
func waitsForBroker(l *Layout, w int, c *workloads.Class) des.Time {
	cfg := &l.Workers[w]
	late := c.AcksLate.Or(cfg.AcksLate)
	trips := 0
	if l.Broker.Kind == worker.Redis && late {
		trips++
	}
	if cfg.DisablePrefetch || cfg.Pool == worker.Solo || late && cfg.PrefetchMultiplier == 1 {
		trips++
		if l.Broker.Kind == worker.Redis {
			trips++
		}
	}
	return des.Time(trips) * cfg.RoundTrip
}
