package worker

import (
	"slices"
	"strings"
)

// rotation is the rule by which a worker picks among its queues, and where it stands. The stops are a list in the order of
// preference, so that a queue that was served goes to its end without the others being moved.
type rotation struct {
	order       Order
	stops       []stop
	first, last int32
	stopOf      []int32 // by queue; none = it is not one of those
	weights     []int   // by stop
	credit      []int
}

// stop is one of the queues.
type stop struct {
	queue      *queue
	next, prev int32
}

func newRotation(cfg *Config, queues []queue) rotation {
	r := rotation{order: cfg.Order, last: none, weights: cfg.Weights, stopOf: make([]int32, len(queues))}
	for i := range r.stopOf {
		r.stopOf[i] = none
	}
	own := slices.Clone(cfg.Queues)
	if cfg.Order == Sorted {
		slices.SortStableFunc(own, func(a, b int) int { return strings.Compare(queues[a].cfg.Name, queues[b].cfg.Name) })
	}
	for i, q := range own {
		r.stops = append(r.stops, stop{queue: &queues[q]})
		r.stopOf[q] = int32(i)
		r.add(int32(i))
	}
	r.credit = make([]int, len(own))
	return r
}

// add puts a stop at the end of the list.
func (r *rotation) add(i int32) {
	if r.last == none {
		r.first = i
	} else {
		r.stops[r.last].next = i
	}
	r.stops[i].prev, r.stops[i].next = r.last, none
	r.last = i
}

// shuffle gives a process that starts its own order of queues: that of a Python set of their names, which keeps to no order and
// is another one in the next process (kombu/transport/redis.py: active_queues; measured, 8 starts had 5 orders of 3 queues).
func (s *System) shuffle(r *rotation) {
	if r.order != Drawn {
		return
	}
	for i := len(r.stops) - 1; i > 0; i-- {
		j := s.choice.IntN(i + 1)
		r.stops[i].queue, r.stops[j].queue = r.stops[j].queue, r.stops[i].queue // they stay in the order of their places
	}
}

// choose picks the queue from which w takes its next message, or nil.
//
// Redis looks at every queue of the best priority first (BRPOP lists the keys by priority step, then by queue) and
// goes round among those. A rabbitmq worker with several queues sees them interleaved at random. Queues of overflow
// are looked at only for a slot that would otherwise idle.
func (s *System) choose(w *instance) *queue {
	r := &w.rotation
	if r.order == Weighted || r.order == RoundRobin && s.broker.Kind == RabbitMQ {
		return s.chooseAmong(w)
	}
	first, level := (*queue)(nil), maxLevels
	for i := r.first; i != none; i = r.stops[i].next {
		q := r.stops[i].queue
		if q.n == 0 || !w.takes(q.id) {
			continue
		}
		if top := s.rank(q); top < level {
			first, level = q, top
		}
		if level == 0 { // none comes before it
			break
		}
	}
	if first == nil {
		return s.chooseOverflow(w)
	}
	r.served(first)
	return first
}

// rank is the priority, 0 first, at which a queue that is not empty stands beside others.
func (s *System) rank(q *queue) int {
	if s.broker.Kind == Redis {
		return q.top()
	}
	return 0
}

// chooseAmong is choose where all queues that could be served have a say.
func (s *System) chooseAmong(w *instance) *queue {
	r := &w.rotation
	waiting, best := 0, maxLevels
	for i := range r.stops {
		if q := r.stops[i].queue; q.n > 0 && w.takes(q.id) {
			waiting++
			best = min(best, s.rank(q))
		}
	}
	if waiting == 0 {
		return s.chooseOverflow(w)
	}
	eligible := func(q *queue) bool { return q.n > 0 && w.takes(q.id) && s.rank(q) == best }
	if r.order == Weighted {
		return r.weighted(eligible)
	}
	n := 0
	if waiting > 1 {
		n = s.choice.IntN(waiting)
	}
	for i := r.first; i != none; i = r.stops[i].next {
		if q := r.stops[i].queue; eligible(q) {
			if n == 0 {
				if waiting == 1 {
					r.served(q)
				}
				return q
			}
			n--
		}
	}
	panic("worker: a queue that is not empty is gone")
}

func (s *System) chooseOverflow(w *instance) *queue {
	for _, q := range w.cfg.Overflow {
		if q := &s.queues[q]; q.n > 0 && w.takes(q.id) && w.idle(q.id) {
			return q
		}
	}
	return nil
}

// served moves a queue that has had its turn to the end, so that every queue that is not empty is served in turn, message
// by message (kombu/utils/scheduling.py: round_robin_cycle); also when its message was delivered without a choice because
// the worker was waiting for one.
func (r *rotation) served(q *queue) {
	if r.order == RoundRobin && len(r.stops) > 1 {
		r.toEnd(r.stopOf[q.id])
	}
}

// toEnd moves a stop, if it is one, to the end of the list.
func (r *rotation) toEnd(i int32) {
	if i == none || i == r.last {
		return
	}
	next, prev := r.stops[i].next, r.stops[i].prev
	r.stops[next].prev = prev
	if prev == none {
		r.first = next
	} else {
		r.stops[prev].next = next
	}
	r.add(i)
}

// weighted is smooth weighted round robin: every eligible queue earns its weight, the richest is served and pays for
// all, so that the shares hold over any stretch and heavy queues do not come in runs.
func (r *rotation) weighted(eligible func(*queue) bool) *queue {
	best, total := none, 0
	for i := range r.stops {
		if !eligible(r.stops[i].queue) {
			continue
		}
		r.credit[i] += r.weights[i]
		total += r.weights[i]
		if best == none || r.credit[i] > r.credit[best] {
			best = i
		}
	}
	r.credit[best] -= total
	return r.stops[best].queue
}
