package capacity

import (
	"math"
	"slices"

	"example.com/simrun/system"
	"example.com/simrun/worker"
	"example.com/simrun/workloads"
)

// Slots is what a queue is short of that asks for more work than its workers have slots for.
const Slots = "slots"

// QueueLoad is what a queue is offered, and what can be done of it.
type QueueLoad struct {
	Queue           string
	Rate            float64 // tasks per second, without those of closed classes, whose rate depends on the run
	Offered         float64 // slots that they would keep busy, retries and overheads included
	Capacity        float64 // slots of the workers that take the queue
	Unstable        bool    // its backlog grows without end
	GrowthPerSecond float64 // tasks per second by which it grows; 0 when it is offered just what can be done
	Growing         []int   // the classes whose backlog grows: of a queue with priorities perhaps not all
	By              string  // what is short: Slots, `cores of "app"`, `the service "api"`; empty when stable
}

// Offered judges every queue of a layout, in the order of its queues, when all arrivals are multiplied by load.
//
// A set of queues can only be served in the long run if what all of them are offered is less than what all workers that
// take any of them can do (Hall's condition), in slots as well as in CPU. Among the queues of a set that is offered too
// much the slots go as the workers deal messages out: in turn, by weight, by order, by priority first on redis. So a
// queue that asks for less than its turns stays stable beside one that grows. Every subset of up to 12 queues that
// share workers is looked at, of more only each one and all together.
//
// A rate limit of a task holds for each worker that takes its queue. Where it is reached, what waits for it fills the
// windows of these workers, and the other queues that only they take get no more turns than it.
//
// CPU is bounded by the cores of a node, that of Celery itself included, and by the one thread of a gevent worker and of a threads
// worker (the GIL). The loop of a worker takes one message after the other, of a far redis no more than round trips allow. A service
// that is asked for more than it can do holds up whoever waits for it: calls without a timeout, in tasks without a time limit.
//
// Only stationary open classes without expires, in queues without max_length, are judged: the others cannot grow
// without end, or need not. They count as competitors of other queues, not of the judged classes in their own; clients that wait for
// answers only for slots, as they leave the cores to others.
func Offered(l *Layout, classes []workloads.Class, machines []system.Machine, o Outside, load float64) []QueueLoad {
	f := fluid{layout: l, machines: machines, outside: o}
	loads := make([]QueueLoad, len(l.Queues))
	f.streams = make([][]stream, len(l.Queues))
	for q := range l.Queues {
		loads[q].Queue = l.Queues[q].Name
		for _, w := range l.takers(q) {
			loads[q].Capacity += float64(usable(&l.Workers[w], []int{q}))
		}
		f.streams[q] = f.streamsOf(classes, q, load, &loads[q])
	}
	f.run()
	for q := range f.streams {
		for i := range f.streams[q] {
			s := &f.streams[q][i]
			if !s.judged || !s.short() {
				continue
			}
			loads[q].Unstable = true
			loads[q].By = s.by
			loads[q].GrowthPerSecond += max(0, s.want-s.got) / s.attempts
			loads[q].Growing = append(loads[q].Growing, s.classes...)
		}
		f.throttled(q, &loads[q])
		slices.Sort(loads[q].Growing)
	}
	return loads
}

// streamsOf parts the classes of a queue by priority, those served first in front, and adds up what the queue is offered.
func (f *fluid) streamsOf(classes []workloads.Class, q int, load float64, sum *QueueLoad) []stream {
	l := f.layout
	var streams []stream
	for i, to := range l.ClassQueue {
		if to != q || len(l.takers(q)) == 0 {
			continue
		}
		d := meanDemand(l, classes, f.machines, f.outside, i)
		rate := workloads.MeanRate(classes, i) * load
		open := !math.IsNaN(rate) && !math.IsInf(rate, 0)
		if open {
			sum.Rate += rate
			sum.Offered += rate * d.attempts * d.slot
		} else {
			rate = closedRate(classes, i) * load
			d.cpu, d.beside = 0, 0 // clients that wait leave the cores to others
		}
		level := levelOf(l.Broker, &l.Queues[q], &classes[i])
		n := slices.IndexFunc(streams, func(s stream) bool { return s.level == level })
		if n < 0 {
			n = len(streams)
			streams = append(streams, stream{level: level})
		}
		grows := open && workloads.Stationary(classes, i) && classes[i].Expires == nil && l.Queues[q].MaxLength < 0
		yields := !open || classes[i].Expires != nil
		streams[n].add(i, rate, d, grows, yields)
		if classes[i].Pace > 0 {
			streams[n].limited = append(streams[n].limited, paced{classes[i].Name, i, rate * d.attempts, pace(l, q, &classes[i]), grows, !open})
		}
	}
	slices.SortFunc(streams, func(a, b stream) int { return a.level - b.level })
	for i := range streams {
		streams[i].close()
		streams[i].serve, streams[i].publish = l.outlay(q, f.machines)
	}
	return streams
}

// levelOf is the place of a class in the order of priorities, small ones served first.
func levelOf(b *worker.Broker, q *worker.Queue, c *workloads.Class) int {
	p := c.Level()
	switch b.Kind {
	case worker.Redis:
		level := 0
		for _, step := range b.PrioritySteps {
			if step <= p {
				level = step
			}
		}
		return level
	case worker.RabbitMQ:
		return -min(max(p, 0), max(q.MaxPriority, 0))
	}
	return -p
}

// Demand is the seconds for which a task of class c keeps slots of worker w busy, all its attempts together.
func Demand(l *Layout, classes []workloads.Class, machines []system.Machine, c, w int) float64 {
	d := workerDemand(l, classes, machines, Outside{}, c, w)
	return d.attempts * d.slot
}

// workerDemand is the demand of class c on worker w.
func workerDemand(l *Layout, classes []workloads.Class, machines []system.Machine, o Outside, c, w int) demand {
	machine := l.machine(w, machines)
	d := demandOf(l, w, &classes[c], &l.Queues[l.ClassQueue[c]], machines, bare(l, w, &classes[c]))
	o.add(&d, l, &classes[c], w, machine)
	if own := toil(l, w, d.late, machine); l.Workers[w].Pool == worker.Threads { // its loop and its tasks are threads of their own
		d.beside = own
	} else {
		d.cpu += own
	}
	return d
}

// meanDemand is the demand of class c on the workers that take its queue, each weighed by its slots.
func meanDemand(l *Layout, classes []workloads.Class, machines []system.Machine, o Outside, c int) demand {
	m := demand{asks: make([]asked, len(o.Services))}
	var slots float64
	var d demand
	for i, w := range l.takers(l.ClassQueue[c]) {
		if i == 0 || l.Names[w] != l.Names[w-1] { // replicas are alike, and stand together
			d = workerDemand(l, classes, machines, o, c, w)
		}
		n := float64(l.Workers[w].Concurrency)
		m.attempts += n * d.attempts
		m.slot += n * d.slot
		m.cpu += n * d.cpu
		m.beside += n * d.beside
		m.late += n * d.late
		for i := range d.asks {
			m.asks[i].calls += n * d.asks[i].calls
			m.asks[i].seconds += n * d.asks[i].seconds
		}
		slots += n
	}
	m.attempts, m.slot, m.late = m.attempts/slots, m.slot/slots, m.late/slots
	m.cpu, m.beside = m.cpu/slots, m.beside/slots
	for i := range m.asks {
		m.asks[i].calls /= slots
		m.asks[i].seconds /= slots
	}
	return m
}

// rateOf is how many tasks of a class come in a second, of a closed class the most.
func rateOf(classes []workloads.Class, i int) float64 {
	if rate := workloads.MeanRate(classes, i); !math.IsNaN(rate) {
		return rate
	}
	return closedRate(classes, i)
}

// closedRate is the most that a closed class, or one that hangs on it, can publish: as if nothing ever waited.
func closedRate(classes []workloads.Class, i int) float64 {
	rate, whole := 1.0, false
	for range classes {
		a := &classes[i].Arrivals
		scale := a.Scale
		if scale == 0 {
			scale = 1
		}
		if a.Batch != nil && !whole {
			rate *= a.Batch.Mean()
		}
		switch p := a.Process.(type) {
		case workloads.After:
			rate *= scale * p.Chance
			i, whole = p.Class, p.All
		case workloads.Closed:
			cpu, io := classes[i].Means()
			cycle := cpu + io
			if p.Think != nil {
				cycle += p.Think.Mean() / scale
			}
			return rate * float64(p.Clients) / max(cycle, 1e-6)
		default:
			return 0
		}
	}
	return 0
}
