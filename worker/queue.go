package worker

import (
	"cmp"
	"math/bits"
	"slices"

	"example.com/simrun/des"
)

// queue is one named queue of the broker: a first-in first-out list for each level of priority.
type queue struct {
	cfg       *Queue
	id        int32
	levels    []level
	filled    uint64 // bit l set: level l is not empty
	n         int
	consumers []int32 // workers that list it among their queues
	overflow  []int32 // workers that take it only when their own are empty
	askers    *askers // redis: the consumers by the phase of their asks; nil = they are few
	favours   int     // rabbitmq: messages above priority 4 served since the last of the others
	length    des.Area
	meter     *meter // nil = no fleet asks for rates
}

func (s *System) push(q *queue, t *task, front bool) {
	t.state = queued
	l := &q.levels[t.level]
	q.filled |= 1 << t.level
	s.join(t)
	switch {
	case front:
		s.pushFront(&l.list, t)
	case !s.putAway(l, t):
		s.pushBack(&l.list, t)
	}
	s.lengthen(q, 1)
}

func (s *System) lengthen(q *queue, n int) {
	q.n += n
	s.waiting += n
	q.length.Add(s.now, n)
	s.changed()
}

// pop takes the message that is served first.
func (s *System) pop(q *queue) *task {
	level := q.top()
	if q.cfg.TwoToOne {
		level = q.fair()
	}
	l := &q.levels[level]
	t := s.popFront(&l.list)
	s.quit(t)
	if l.n == 0 {
		s.takeOut(l)
	}
	if l.n == 0 {
		q.filled &^= 1 << level
	}
	s.lengthen(q, -1)
	return t
}

// top is the level of the message that is served first, in a queue that is not empty.
func (q *queue) top() int { return bits.TrailingZeros64(q.filled) }

// fair is the level whose turn it is in a quorum queue of rabbitmq 4.0 to 4.2: two messages above priority 4 for one of
// the others (rabbitmq.com, "Quorum Queues: Priorities").
func (q *queue) fair() int {
	high, low := bits.TrailingZeros64(q.filled), bits.Len64(q.filled)-1
	if high != low && q.favours >= favoured {
		q.favours = 0
		return low
	}
	if high != low {
		q.favours++
	}
	return high
}

const (
	favoured   = 2
	mostNormal = 4 // priority of a message that is not favoured
)

// priorities maps what a message carries to a level, 0 served first.
type priorities struct {
	kind   BrokerKind
	steps  []int // redis, ascending
	values []int // ideal and rabbitmq: all that occur, descending
}

// maxLevels is the number of levels a queue can tell apart: one bit of a word each.
const maxLevels = 64

// newPriorities panics when more than 64 distinct priorities occur; scenarios refuses such a file.
func newPriorities(b *Broker, occurring []int) priorities {
	if b.Kind == Redis {
		steps := slices.Clone(b.PrioritySteps)
		slices.Sort(steps)
		if len(steps) == 0 {
			steps = []int{0}
		}
		return priorities{kind: Redis, steps: steps}
	}
	values := append(slices.Clone(occurring), 0)
	slices.SortFunc(values, func(a, b int) int { return cmp.Compare(b, a) })
	values = slices.Compact(values)
	if len(values) > maxLevels {
		panic("worker: more than 64 distinct priorities")
	}
	return priorities{kind: b.Kind, values: values}
}

func (p *priorities) levels() int {
	if p.kind == Redis {
		return len(p.steps)
	}
	return len(p.values)
}

// level of a message with priority n in a queue. Redis rounds down to a step (kombu/transport/redis.py: priority)
// and serves 0 first; rabbitmq caps at x-max-priority, ignores priorities without it, and serves large ones first,
// as the ideal broker does. A message without priority has 0.
func (p *priorities) level(n int, q *Queue) uint8 {
	switch p.kind {
	case Redis:
		i, found := slices.BinarySearch(p.steps, min(max(n, 0), 9))
		if !found {
			i = max(i-1, 0)
		}
		return uint8(i)
	case RabbitMQ:
		switch {
		case q.TwoToOne && n > mostNormal:
			n = mostNormal + 1
		case q.TwoToOne, q.MaxPriority < 0:
			n = 0
		default:
			n = min(max(n, 0), q.MaxPriority)
		}
	}
	i, _ := slices.BinarySearchFunc(p.values, n, func(v, n int) int { return cmp.Compare(n, v) })
	return uint8(i)
}
