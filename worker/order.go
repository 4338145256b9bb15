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

// shuffle gives a process that starts its own order of queues: that of a Python set of their names, which keeps to no order and
// is another one in the next process (kombu/transport/redis.py: active_queues; measured, 8 starts had 5 orders of 3 queues).
func (s *System) shuffle(r *rotation) {
	if r.order != Drawn {
		return
	}
	for i := len(r.queues) - 1; i > 0; i-- {
		j := s.choice.IntN(i + 1)
		r.queues[i], r.queues[j] = r.queues[j], r.queues[i]
	}
}

// choose picks the queue from which w takes its next message, or none.
//
// Redis looks at every queue of the best priority first (BRPOP lists the keys by priority step, then by queue) and
// goes round among those. A rabbitmq worker with several queues sees them interleaved at random. Queues of overflow
// are looked at only for a slot that would otherwise idle.
func (s *System) choose(w *instance) int32 {
	r := &w.rotation
	if r.order == Weighted || r.order == RoundRobin && s.broker.Kind == RabbitMQ {
		return s.chooseAmong(w)
	}
	first, level := int32(none), maxLevels
	for _, q := range r.queues {
		if s.queues[q].n == 0 || !w.takes(q) {
			continue
		}
		if top := s.rank(q); top < level {
			first, level = q, top
		}
		if level == 0 { // none comes before it
			break
		}
	}
	if first == none {
		return s.chooseOverflow(w)
	}
	r.served(first)
	return first
}

// rank is the priority, 0 first, at which a queue that is not empty stands beside others.
func (s *System) rank(q int32) int {
	if s.broker.Kind == Redis {
		return s.queues[q].top()
	}
	return 0
}

// chooseAmong is choose where all queues that could be served have a say.
func (s *System) chooseAmong(w *instance) int32 {
	waiting, best := 0, maxLevels
	for _, q := range w.rotation.queues {
		if s.queues[q].n > 0 && w.takes(q) {
			waiting++
			best = min(best, s.rank(q))
		}
	}
	if waiting == 0 {
		return s.chooseOverflow(w)
	}
	eligible := func(q int32) bool { return s.queues[q].n > 0 && w.takes(q) && s.rank(q) == best }
	r := &w.rotation
	switch {
	case r.order == Weighted:
		return r.weighted(eligible)
	case waiting == 1:
		q := r.queues[slices.IndexFunc(r.queues, eligible)]
		r.served(q)
		return q
	}
	n := s.choice.IntN(waiting)
	for _, q := range r.queues {
		if eligible(q) {
			if n == 0 {
				return q
			}
			n--
		}
	}
	panic("worker: a queue that is not empty is gone")
}

func (s *System) chooseOverflow(w *instance) int32 {
	for _, q := range w.cfg.Overflow {
		if s.queues[q].n > 0 && w.takes(int32(q)) && w.idle(int32(q)) {
			return int32(q)
		}
	}
	return none
}

// served moves a queue that has had its turn to the end, so that every queue that is not empty is served in turn, message
// by message (kombu/utils/scheduling.py: round_robin_cycle); also when its message was delivered without a choice because
// the worker was waiting for one.
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
