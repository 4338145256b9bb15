package capacity

import (
	"fmt"
	"slices"

	"example.com/simrun/worker"
	"example.com/simrun/workloads"
)

// paced is a class with a rate limit, as part of its stream.
type paced struct {
	name     string
	class    int
	messages float64 // per second that it asks for
	most     float64 // per second that all workers of its queue start
	grows    bool
	yields   bool
}

// pace is the number of tasks of a class that the workers of its queue start in a second.
func pace(l *Layout, queue int, c *workloads.Class) float64 {
	return float64(len(l.takers(queue))) / c.Pace.Seconds()
}

// limits are the bounds of the classes with a rate limit whose workers have windows, which it fills.
func (f *fluid) limits(component []int) []bound {
	var bounds []bound
	for _, q := range component {
		if !f.windowed(q) {
			continue
		}
		for i := range f.streams[q] {
			s := &f.streams[q][i]
			for _, l := range s.limited {
				if s.want == 0 {
					continue
				}
				b := bound{queues: []int{q}, of: tokens, only: s, share: l.messages / s.want, most: l.most, by: rateLimit(l.name)}
				if !l.yields {
					b.blocks = f.blocked(q, component)
				}
				bounds = append(bounds, b)
			}
		}
	}
	return bounds
}

func rateLimit(task string) string { return fmt.Sprintf("rate_limit of %q", task) }

// windowed says whether all workers of a queue stop taking messages some time.
func (f *fluid) windowed(queue int) bool {
	return !slices.ContainsFunc(f.layout.takers(queue), func(w int) bool { return f.layout.Workers[w].PrefetchMultiplier == 0 })
}

// blocked are the queues that only workers of a full window take, and none of them with a part that it keeps.
func (f *fluid) blocked(by int, component []int) []int {
	full := f.layout.takers(by)
	var list []int
	for _, q := range component {
		if !slices.ContainsFunc(f.layout.takers(q), func(w int) bool {
			return !slices.Contains(full, w) || keeps(&f.layout.Workers[w], q)
		}) {
			list = append(list, q)
		}
	}
	return list
}

// keeps says whether a worker keeps slots for a queue.
func keeps(c *worker.Config, queue int) bool {
	for i, n := range c.Reserve {
		if c.Queues[i] == queue && n > 0 {
			return true
		}
	}
	return false
}

// shut stops what waits behind full windows in one stage.
func (f *fluid) shut(b *bound, stage [2]int, stopped map[int]bool) {
	for _, q := range b.blocks {
		stopped[q] = true
		for i := range f.streams[q] {
			if s := &f.streams[q][i]; s.stage == stage && s.short() {
				s.by = b.by
			}
		}
	}
}

// throttled adds the classes that are offered more than their rate limit lets pass, also where it fills no window: they
// then grow in the memory of their workers.
func (f *fluid) throttled(q int, load *QueueLoad) {
	for i := range f.streams[q] {
		s := &f.streams[q][i]
		for _, l := range s.limited {
			if !l.grows || l.messages*(1+1e-9) <= l.most || slices.Contains(load.Growing, l.class) {
				continue
			}
			load.Unstable = true
			load.By = rateLimit(l.name)
			load.GrowthPerSecond += max(0, l.messages-l.most) / s.attempts
			load.Growing = append(load.Growing, l.class)
		}
	}
}
