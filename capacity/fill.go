package capacity

import (
	"math"
	"slices"

	"example.com/simrun/system"
	"example.com/simrun/worker"
)

// stream is the messages of one priority in one queue, as a fluid.
type stream struct {
	level     int
	stage     [2]int
	classes   []int
	judged    bool    // has classes whose backlog can grow
	want, got float64 // messages per second, every attempt one
	attempts  float64 // per task
	slot, cpu float64 // seconds per message
	beside    float64 // the same of Celery, as in demand

	serve, publish float64 // the same of the broker and of the producers, on their machines

	late float64 // part that is acked late
	asks []asked // of each service, per message
	by   string  // what kept it from more

	limited []paced // its classes with a rate limit

	firm, soft mix // what it is made of: what stays when it waits, and what then expires or slows down
}

// mix adds up classes by their messages per second.
type mix struct {
	tasks, messages, slot, cpu, beside, late float64
	asks                                     []asked
}

// with is the sum of two.
func (m mix) with(n mix) mix {
	return mix{m.tasks + n.tasks, m.messages + n.messages, m.slot + n.slot, m.cpu + n.cpu, m.beside + n.beside, m.late + n.late, sumOf(m.asks, n.asks, 1)}
}

func (s *stream) add(class int, rate float64, d demand, grows, yields bool) {
	m := &s.firm
	if yields {
		m = &s.soft
	}
	n := rate * d.attempts
	m.tasks += rate
	m.messages += n
	m.slot += n * d.slot
	m.cpu += n * d.cpu
	m.beside += n * d.beside
	m.late += n * d.late
	m.asks = sumOf(m.asks, d.asks, n)
	if grows {
		s.judged = true
		s.classes = append(s.classes, class)
	}
}

// close turns the sums into means. What yields does not count beside what stays.
func (s *stream) close() {
	m := s.firm
	if !s.judged {
		m = m.with(s.soft)
	}
	s.want, s.attempts = m.messages, 1
	if m.messages > 0 {
		s.attempts = m.messages / m.tasks
		s.slot = m.slot / m.messages
		s.cpu = m.cpu / m.messages
		s.beside = m.beside / m.messages
		s.late = m.late / m.messages
		s.asks = sumOf(nil, m.asks, 1/m.messages)
	}
	s.limited = slices.DeleteFunc(s.limited, func(l paced) bool { return l.yields && s.judged })
}

// goal is a hair more than what is wanted: a queue that gets no more than it asks for still grows (at rho = 1).
func (s *stream) goal() float64 { return s.want * (1 + 1e-9) }

func (s *stream) short() bool { return s.got < s.goal()*(1-1e-12) }

// fluid deals the capacity of a layout out to its streams.
type fluid struct {
	layout   *Layout
	machines []system.Machine
	outside  Outside
	streams  [][]stream // by queue
}

func (f *fluid) run() {
	f.setStages()
	own := func(w int) []int { return f.layout.Workers[w].Queues }
	all := func(w int) []int { return slices.Concat(f.layout.Workers[w].Queues, f.layout.Workers[w].Overflow) }
	f.fill(own)
	if slices.ContainsFunc(f.layout.Workers, func(c worker.Config) bool { return len(c.Overflow) > 0 }) {
		f.fill(all) // what is left over then goes to queues of overflow
	}
	f.shareCores(all)
	f.shareServices()
	f.shareProducers()
}

// setStages puts first what is served first across queues: on redis the priority (BRPOP lists the keys of all queues by
// priority step), then the order of the workers' queues, if all that share a queue agree on one.
func (f *fluid) setStages() {
	l := f.layout
	place := make([]int, len(l.Queues))
	for _, c := range components(len(l.Queues), func(w int) []int { return l.Workers[w].Queues }, len(l.Workers)) {
		f.rank(c, place)
	}
	for q := range f.streams {
		for i := range f.streams[q] {
			s := &f.streams[q][i]
			s.stage = [2]int{0, place[q]}
			if l.Broker.Kind == worker.Redis {
				s.stage[0] = s.level
			}
		}
	}
}

// rank gives each queue of a component the length of the longest chain of queues that are served before it; all 0 if
// some worker goes round its queues, or if the orders contradict each other.
func (f *fluid) rank(component, place []int) {
	l := f.layout
	var chains [][]int
	for w := range l.Workers {
		c := &l.Workers[w]
		if len(c.Queues) < 2 || !slices.Contains(component, c.Queues[0]) {
			continue
		}
		chain := slices.Clone(c.Queues)
		switch c.Order {
		case worker.Strict:
		case worker.Sorted:
			slices.SortFunc(chain, func(a, b int) int {
				if l.Queues[a].Name < l.Queues[b].Name {
					return -1
				}
				return 1
			})
		default:
			return
		}
		chains = append(chains, chain)
	}
	for range len(component) + 1 {
		changed := false
		for _, chain := range chains {
			for i := 1; i < len(chain); i++ {
				if least := place[chain[i-1]] + 1; place[chain[i]] < least {
					place[chain[i]] = least
					changed = true
				}
			}
		}
		if !changed {
			return
		}
	}
	for _, q := range component {
		place[q] = 0
	}
}

// fill raises what the streams get, stage by stage, until each has its goal or is stopped by a bound.
func (f *fluid) fill(takes func(w int) []int) {
	l := f.layout
	for _, component := range components(len(l.Queues), takes, len(l.Workers)) {
		bounds := f.bounds(component, takes)
		weight := f.weights(component)
		var stages [][2]int
		for _, q := range component {
			for i := range f.streams[q] {
				stages = append(stages, f.streams[q][i].stage)
			}
		}
		slices.SortFunc(stages, func(a, b [2]int) int { return slices.Compare(a[:], b[:]) })
		for _, stage := range slices.Compact(stages) {
			f.raise(component, stage, bounds, weight)
		}
	}
}

// raise lets all queues of one stage grow together, in proportion to their weights: message by message, as round robin
// serves them. Within a queue the streams come one after the other. A queue stops at its goal or with the first bound
// that is reached (progressive filling).
func (f *fluid) raise(component []int, stage [2]int, bounds []bound, weight []float64) {
	stopped := map[int]bool{}
	for i := range bounds {
		if bounds[i].shut {
			f.shut(&bounds[i], stage, stopped)
		}
	}
	for {
		active := map[int]*stream{}
		for _, q := range component {
			if stopped[q] {
				continue
			}
			for i := range f.streams[q] {
				if s := &f.streams[q][i]; s.stage == stage && s.short() {
					active[q] = s
					break
				}
			}
		}
		if len(active) == 0 {
			return
		}
		step, tight := math.Inf(1), -1
		for q, s := range active {
			step = min(step, (s.goal()-s.got)/weight[q])
		}
		for i := range bounds {
			b := &bounds[i]
			var used, rise float64
			for _, q := range b.queues {
				for j := range f.streams[q] {
					used += f.streams[q][j].got * b.cost(&f.streams[q][j])
				}
				if s := active[q]; s != nil {
					rise += weight[q] * b.cost(s)
				}
			}
			if rise > 0 {
				if t := max(0, b.most-used) / rise; t < step {
					step, tight = t, i
				}
			}
		}
		for q, s := range active {
			s.got += step * weight[q]
			if tight < 0 && s.goal()-s.got <= 1e-12*s.goal() {
				s.got = s.goal()
			}
		}
		if tight < 0 {
			continue
		}
		for _, q := range bounds[tight].queues {
			if s := active[q]; s != nil && bounds[tight].cost(s) > 0 {
				s.by = bounds[tight].by
				stopped[q] = true
			}
		}
		if len(bounds[tight].blocks) > 0 {
			bounds[tight].shut = true
			f.shut(&bounds[tight], stage, stopped)
		}
	}
}

// weights of the queues where a worker serves them by weight, else 1.
func (f *fluid) weights(component []int) []float64 {
	weight := make([]float64, len(f.layout.Queues))
	for _, q := range component {
		weight[q] = 1
	}
	for w := range f.layout.Workers {
		c := &f.layout.Workers[w]
		for i, q := range c.Queues {
			if c.Order == worker.Weighted {
				weight[q] = float64(c.Weights[i])
			}
		}
	}
	return weight
}
