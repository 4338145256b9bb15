package imports

import (
	"cmp"
	"math"
	"slices"

	"example.com/simrun/internal/logs"
	"example.com/simrun/scenarios"
	"example.com/simrun/worker"
)

// hidden is the share of the tasks of a log that came to a worker as the last that it may hold. A log that knows when they
// were received, and not when they were sent, does not say how long they had waited in the broker by then: they seem to come
// when a worker has room.
func hidden(l *logs.Log, sc *scenarios.Scenario) float64 {
	type change struct {
		at            float64
		held, running int
		came          bool
	}
	lay := &sc.Layouts[0]
	changes := make([][]change, len(lay.Workers))
	of, tasks := newFinder(lay, sc), 0
	for i := range l.Tasks {
		t := &l.Tasks[i]
		if len(t.Attempts) == 0 || math.IsNaN(t.Received) {
			continue
		}
		tasks++
		a := &t.Attempts[0]
		w := of.worker(t, a)
		acked := a.Started
		if lay.Workers[w].AcksLate || math.IsNaN(acked) {
			acked = a.Ended
		}
		add := func(at float64, held, running int, came bool) {
			if !math.IsNaN(at) {
				changes[w] = append(changes[w], change{at, held, running, came})
			}
		}
		add(t.Received, 1, 0, true)
		add(acked, -1, 0, false)
		if !math.IsNaN(a.Started) {
			add(a.Started, 0, 1, false)
			add(a.Ended, 0, -1, false)
		}
	}
	last := 0
	for w := range changes {
		c := &lay.Workers[w]
		window := c.PrefetchMultiplier * c.Concurrency
		if c.Pool == worker.Gevent { // its consumer stands still with one while the pool is full
			window = 1
		}
		slices.SortStableFunc(changes[w], func(a, b change) int { return cmp.Compare(a.at, b.at) })
		held, running := 0, 0
		for _, x := range changes[w] {
			held, running = held+x.held, running+x.running
			full := running >= c.Concurrency && held >= max(1, window-1) // kombu 5.2 is late by one: see worker.AskFirst
			if c.AcksLate {
				full = held >= window
			}
			if x.came && window > 0 && full {
				last++
			}
		}
	}
	return float64(last) / float64(max(1, tasks))
}
