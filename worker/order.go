package worker

import (
	"slices"
	"strings"
)

// rotation is the rule by which a worker picks among its queues, and where it stands.
type rotation struct {
	order   Order
	queues  []int32 // in the order of preference
	weights []int
	credit  []int
}

func newRotation(cfg *Config, queues []queue) rotation {
	r := rotation{order: cfg.Order, weights: cfg.Weights}
	for _, q := range cfg.Queues {
		r.queues = append(r.queues, int32(q))
	}
	switch cfg.Order {
	case Sorted:
		slices.SortStableFunc(r.queues, func(a, b int32) int {
			return strings.Compare(queues[a].cfg.Name, queues[b].cfg.Name)
		})
	case Weighted:
		r.credit = make([]int, len(r.queues))
	}
	return r
}

// choose picks the queue from which w takes its next message, or none.
//
// Redis looks at every queue of the best priority first (BRPOP lists the keys by priority step, then by queue) and
// goes round among those. A rabbitmq worker with several queues sees them interleaved at random. Queues of overflow
// are looked at only for a slot that would otherwise idle.
func (s *System) choose(w *instance) int32 {
	best := maxLevels
	waiting := 0
	only := int32(none)
	for _, q := range w.rotation.queues {
		if s.queues[q].n == 0 || !w.takes(q) {
			continue
		}
		waiting++
		only = q
		if s.broker.Kind == Redis {
			best = min(best, s.queues[q].top())
		}
	}
	if waiting == 0 {
		return s.chooseOverflow(w)
	}
	eligible := func(q int32) bool {
		return s.queues[q].n > 0 && w.takes(q) && (best == maxLevels || s.queues[q].top() == best)
	}
	r := &w.rotation
	switch {
	case r.order == Weighted:
		return r.weighted(eligible)
	case r.order == RoundRobin && s.broker.Kind == RabbitMQ && waiting > 1:
		n := s.choice.IntN(waiting)
		for _, q := range r.queues {
			if eligible(q) {
				if n == 0 {
					return q
				}
				n--
			}
		}
	case r.order == RoundRobin && len(r.queues) > 1:
		return r.leastRecent(eligible)
	case waiting == 1:
		return only
	}
	return r.queues[slices.IndexFunc(r.queues, eligible)]
}

func (s *System) chooseOverflow(w *instance) int32 {
	for _, q := range w.cfg.Overflow {
		if s.queues[q].n > 0 && w.takes(int32(q)) && w.idle(int32(q)) {
			return int32(q)
		}
	}
	return none
}

// leastRecent serves the first eligible queue: every non-empty queue in turn, message by message.
func (r *rotation) leastRecent(eligible func(int32) bool) int32 {
	q := r.queues[slices.IndexFunc(r.queues, eligible)]
	r.served(q)
	return q
}

// served moves a queue that has had its turn to the end (kombu/utils/scheduling.py: round_robin_cycle), also when its
// message was delivered without a choice because the worker was waiting for one.
func (r *rotation) served(q int32) {
	if r.order != RoundRobin || len(r.queues) == 1 {
		return
	}
	if i := slices.Index(r.queues, q); i >= 0 {
		copy(r.queues[i:], r.queues[i+1:])
		r.queues[len(r.queues)-1] = q
	}
}

// weighted is smooth weighted round robin: every eligible queue earns its weight, the richest is served and pays for
// all, so that the shares hold over any stretch and heavy queues do not come in runs.
func (r *rotation) weighted(eligible func(int32) bool) int32 {
	best, total := none, 0
	for i, q := range r.queues {
		if !eligible(q) {
			continue
		}
		r.credit[i] += r.weights[i]
		total += r.weights[i]
		if best == none || r.credit[i] > r.credit[best] {
			best = i
		}
	}
	r.credit[best] -= total
	return r.queues[best]
}
