package strategies

import (
	"strconv"

	"example.com/simrun/capacity"
)

// paces notes what the rate limits come to where several workers take a queue.
func (b *builder) paces() {
	l := &b.layout
	for i := range b.classes {
		c := &b.classes[i]
		n := len(capacity.Takers(l.Workers, l.ClassQueue[i]))
		if c.Pace == 0 || n < 2 {
			continue
		}
		b.note("rate_limit: %q starts at most %s on each worker: with %d workers that take the queue %q %s in all",
			c.Name, perTime(1/c.Pace.Seconds()), n, l.Queues[l.ClassQueue[i]].Name, perTime(float64(n)/c.Pace.Seconds()))
	}
}

// perTime writes a rate with the unit in which it is at least 1.
func perTime(perSecond float64) string {
	x, unit := perSecond, "/s"
	switch {
	case perSecond*3600 < 60:
		x, unit = perSecond*3600, "/h"
	case perSecond < 1:
		x, unit = perSecond*60, "/min"
	}
	return strconv.FormatFloat(x, 'g', 4, 64) + unit
}
