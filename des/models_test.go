package des_test

import (
	"container/heap"

	"example.com/simrun/des"
)

// meanDemand and load of the M/M/c queues that the kernel is measured with.
const (
	meanDemand = 1e9 // ns
	load       = 0.9
)

// Kinds of events of an M/M/c queue.
const (
	arrival des.Kind = iota
	departure
)

// mmc is an M/M/c queue as the kernel wants it written: typed events, indices, and arrays that are used again.
type mmc struct {
	queue         des.Queue
	gaps, demands *des.Stream
	gap           float64
	free          []int32    // servers
	ring          []des.Time // arrivals of the tasks that wait, a power of two
	head, waiting int
	served        int64
	waited        des.Sum
}

func newMMC(servers int, seed uint64) *mmc {
	key := des.NewKey(seed)
	m := &mmc{
		gaps: des.NewStream(key.WithName("gaps")), demands: des.NewStream(key.WithName("demands")),
		gap: meanDemand / (load * float64(servers)), ring: make([]des.Time, 64),
	}
	for i := range servers {
		m.free = append(m.free, int32(i))
	}
	m.queue.Push(des.Event{At: des.Time(m.gap * m.gaps.ExpFloat64()), Kind: arrival})
	return m
}

// step handles one event.
func (m *mmc) step() {
	e := m.queue.Pop()
	switch e.Kind {
	case arrival:
		m.queue.Push(des.Event{At: e.At + des.Time(m.gap*m.gaps.ExpFloat64()), Kind: arrival})
		if n := len(m.free) - 1; n >= 0 {
			server := m.free[n]
			m.free = m.free[:n]
			m.start(e.At, e.At, server)
			return
		}
		if m.waiting == len(m.ring) {
			m.grow()
		}
		m.ring[(m.head+m.waiting)&(len(m.ring)-1)] = e.At
		m.waiting++
	case departure:
		if m.waiting == 0 {
			m.free = append(m.free, e.Arg)
			return
		}
		came := m.ring[m.head]
		m.head = (m.head + 1) & (len(m.ring) - 1)
		m.waiting--
		m.start(e.At, came, e.Arg)
	}
}

func (m *mmc) start(now, came des.Time, server int32) {
	m.served++
	m.waited.Add(now - came)
	m.queue.Push(des.Event{At: now + des.Time(meanDemand*m.demands.ExpFloat64()), Kind: departure, Arg: server})
}

func (m *mmc) grow() {
	ring := make([]des.Time, 2*len(m.ring))
	n := copy(ring, m.ring[m.head:])
	copy(ring[n:], m.ring[:m.head])
	m.ring, m.head = ring, 0
}

// naive is the same queue as one writes it first: container/heap, an object and a closure for every event, an object
// for every task. It is the baseline that the kernel is compared with.
type naive struct {
	now           des.Time
	pending       agenda
	serial        int64
	gaps, demands *des.Stream
	gap           float64
	free          int
	waiting       []*naiveTask
	served        int64
	waited        des.Sum
}

type naiveTask struct{ came des.Time }

type naiveEvent struct {
	at     des.Time
	serial int64
	action func()
}

type agenda []*naiveEvent

func (a agenda) Len() int { return len(a) }
func (a agenda) Less(i, j int) bool {
	if a[i].at != a[j].at {
		return a[i].at < a[j].at
	}
	return a[i].serial < a[j].serial
}
func (a agenda) Swap(i, j int) { a[i], a[j] = a[j], a[i] }
func (a *agenda) Push(x any)   { *a = append(*a, x.(*naiveEvent)) }
func (a *agenda) Pop() any {
	last := len(*a) - 1
	e := (*a)[last]
	(*a)[last] = nil
	*a = (*a)[:last]
	return e
}

func newNaive(servers int, seed uint64) *naive {
	key := des.NewKey(seed)
	m := &naive{
		gaps: des.NewStream(key.WithName("gaps")), demands: des.NewStream(key.WithName("demands")),
		gap: meanDemand / (load * float64(servers)), free: servers,
	}
	m.after(des.Time(m.gap*m.gaps.ExpFloat64()), m.arrive)
	return m
}

func (m *naive) after(d des.Time, action func()) {
	m.serial++
	heap.Push(&m.pending, &naiveEvent{m.now + d, m.serial, action})
}

func (m *naive) step() {
	e := heap.Pop(&m.pending).(*naiveEvent)
	m.now = e.at
	e.action()
}

func (m *naive) arrive() {
	m.after(des.Time(m.gap*m.gaps.ExpFloat64()), m.arrive)
	t := &naiveTask{m.now}
	if m.free > 0 {
		m.free--
		m.start(t)
		return
	}
	m.waiting = append(m.waiting, t)
}

func (m *naive) start(t *naiveTask) {
	m.served++
	m.waited.Add(m.now - t.came)
	m.after(des.Time(meanDemand*m.demands.ExpFloat64()), func() { m.depart(t) })
}

func (m *naive) depart(*naiveTask) {
	m.free++
	if len(m.waiting) == 0 {
		return
	}
	next := m.waiting[0]
	m.waiting = m.waiting[1:]
	m.free--
	m.start(next)
}
