package strategies

import (
	"slices"

	"example.com/simrun/internal/units"
	"example.com/simrun/worker"
)

// reserve resolves the slots that a worker keeps for a queue.
func (b *builder) reserve(path string, w *WorkerSpec, g *group) {
	if w.Reserve == nil {
		return
	}
	path += ".reserve"
	slots := slices.Min(g.slots)
	kept := make([]int, len(g.queues))
	sum := 0
	for q := range sortedKeys(w.Reserve) {
		i := slices.Index(g.queues, q)
		n := w.Reserve[q]
		switch {
		case i < 0:
			b.fail(path, "%q: not a queue of this worker: want %s", q, units.Alternatives(g.queues))
			continue
		case n < 0:
			b.fail(path+"."+q, "%d: want at least 0", n)
			continue
		}
		kept[i] = n
		sum += n
	}
	switch {
	case sum == 0:
		return
	case w.Concurrency == nil && w.Autoscale == nil && w.Fleet == nil && w.Command == "" && g.cfg.Pool != worker.Solo:
		return // that it is missing has been said: of how many slots these are is not known
	case g.cfg.AutoscaleMin > 0:
		b.fail(path, "not with autoscale, whose slots come and go")
	case g.cfg.Pool == worker.Solo:
		b.fail(path, "not with the pool solo, which has one slot")
	case sum > slots:
		b.fail(path, "%d slots: want at most the concurrency, %d", sum, slots)
	case sum == slots:
		// Who has no slot of its own would never be served.
		for i, q := range g.queues {
			if kept[i] == 0 {
				b.fail(path, "all %d slots: want one that is left for the queue %q", slots, q)
			}
		}
		for _, q := range g.overflow {
			b.fail(path, "all %d slots: want one that is left for the queue %q", slots, q)
		}
	}
	g.reserve = kept
}
