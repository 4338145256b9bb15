package capacity

import (
	"example.com/simrun/des"
	"example.com/simrun/worker"
	"example.com/simrun/workloads"
)

// waitsForBroker is the time that a slot of a worker loses to a far broker with each message: to the answer to a late
// ack, and to the next message where nothing is in reserve.
func waitsForBroker(l *Layout, w int, c *workloads.Class) des.Time {
	cfg := &l.Workers[w]
	trips := 0
	if l.Broker.Kind == worker.Redis && c.AcksLate.Or(cfg.AcksLate) {
		trips++
	}
	if bare(l, w, c) {
		trips++
		if l.Broker.Kind == worker.Redis {
			trips++
		}
	}
	return des.Time(trips) * cfg.RoundTrip
}

// bare says that a slot of a worker that has done a task of a class waits for the next message, as nothing is in reserve. A solo worker
// asks redis only between its tasks; what rabbitmq has pushed lies in its socket.
func bare(l *Layout, w int, c *workloads.Class) bool {
	cfg := &l.Workers[w]
	return cfg.DisablePrefetch || cfg.Pool == worker.Solo && l.Broker.Kind == worker.Redis ||
		c.AcksLate.Or(cfg.AcksLate) && cfg.PrefetchMultiplier == 1
}
