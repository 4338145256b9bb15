package sim_test

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"example.com/simrun/des"
	"example.com/simrun/sim"
	"example.com/simrun/worker"
	"example.com/simrun/workloads"
)

// ledger keeps from the records what the tallies of a run must agree with, and checks what holds at any time.
type ledger struct {
	t         *testing.T
	end       des.Time // of the observed window, which begins at 0
	slots     []int    // of each worker
	window    []int    // of each worker, in unacked messages; 0 = no limit
	late      bool
	now       des.Time
	due       map[int32]des.Time
	inQueue   map[int32]des.Time // since when
	started   map[int32]des.Time // by slot
	busy      []int
	unacked   []int
	present   float64 // task-seconds in the window
	length    float64
	occupied  []float64 // slot-seconds of each worker
	waited    des.Time
	starts    int64
	published int64
	ended     int64
}

func newLedger(t *testing.T, m *model, end des.Time) *ledger {
	l := &ledger{
		t: t, end: end, due: map[int32]des.Time{}, inQueue: map[int32]des.Time{}, started: map[int32]des.Time{},
		busy: make([]int, len(m.layout.Workers)), unacked: make([]int, len(m.layout.Workers)),
		occupied: make([]float64, len(m.layout.Workers)),
	}
	for i := range m.layout.Workers {
		w := &m.layout.Workers[i]
		l.late = w.AcksLate
		l.slots = append(l.slots, w.Concurrency)
		l.window = append(l.window, w.PrefetchMultiplier*w.Concurrency)
	}
	return l
}

// overlap is the part of [from, to) in the window, in seconds.
func (l *ledger) overlap(from, to des.Time) float64 {
	return max(0, min(to, l.end)-min(from, l.end)).Seconds()
}

func (l *ledger) Publish(now des.Time, task int32, _ string, p *worker.Publication) {
	_, known := l.due[task]
	require.False(l.t, known, "task %d is still there", task)
	l.due[task] = p.Due
	if p.Due < l.end {
		l.published++
	}
}

func (l *ledger) Record(r worker.Record) {
	require.GreaterOrEqual(l.t, r.At, l.now, "time goes back")
	l.now = r.At
	switch r.Kind {
	case worker.Published, worker.Requeued:
		l.inQueue[r.Task] = r.At
	case worker.Received:
		l.length += l.overlap(l.inQueue[r.Task], r.At)
		delete(l.inQueue, r.Task)
		l.ack(r.Worker, 1)
	case worker.Started:
		_, taken := l.started[r.Slot]
		require.False(l.t, taken, "slot %d is taken", r.Slot)
		l.started[r.Slot] = r.At
		l.busy[r.Worker]++
		if !l.late {
			l.ack(r.Worker, -1)
		}
		if r.Attempt == 1 && r.Due < l.end {
			l.waited += r.At - r.Due
			l.starts++
		}
	case worker.Freed:
		l.occupied[r.Worker] += l.overlap(l.started[r.Slot], r.At)
		delete(l.started, r.Slot)
		l.busy[r.Worker]--
		if l.late {
			l.ack(r.Worker, -1)
		}
	case worker.Done:
		l.present += l.overlap(l.due[r.Task], r.At)
		if l.due[r.Task] < l.end {
			l.ended++
		}
		delete(l.due, r.Task)
	}
	for i, n := range l.busy {
		require.LessOrEqual(l.t, n, l.slots[i], "busy <= slots")
	}
}

func (l *ledger) ack(worker int32, d int) {
	l.unacked[worker] += d
	if w := l.window[worker]; w > 0 {
		require.LessOrEqual(l.t, l.unacked[worker], w, "unacked <= window")
	}
	require.GreaterOrEqual(l.t, l.unacked[worker], 0)
}

// check compares the tallies with the records.
func (l *ledger) check(m *model, r *sim.Result) {
	var published, ended, waits int64
	var present, length, waited float64
	for i := range r.Classes {
		c := &r.Classes[i]
		published += c.Published
		for _, n := range c.ByOutcome[:worker.Retrying] {
			ended += n
		}
		present += c.InSystem.Integral(l.end)
		waits += c.Wait.Count()
		waited += c.Wait.Mean() * float64(c.Wait.Count())
	}
	for i := range r.Queues {
		length += r.Queues[i].Length.Integral(l.end)
	}
	assert.Equal(l.t, l.published, published)
	assert.Equal(l.t, l.ended, ended)
	assert.Equal(l.t, published, ended, "the drain was long enough")
	assert.Equal(l.t, l.starts, waits)
	for task, since := range l.due { // arrivals after the window may be left
		require.GreaterOrEqual(l.t, since, l.end, "task %d", task)
	}
	assert.InEpsilon(l.t, l.present, present, 1e-9, "L = lambda W: the area of tasks present is the sum of their times")
	assert.InEpsilon(l.t, l.waited.Seconds(), waited, 1e-9)
	if l.length > 0 {
		assert.InEpsilon(l.t, l.length, length, 1e-9, "length of queues")
	}
	for i := range r.Workers {
		assert.InEpsilon(l.t, l.occupied[i], r.Workers[i].Busy.Integral(l.end), 1e-9, "utilisation law")
	}
}

// TestInvariants follows runs of every kind record by record.
func TestInvariants(t *testing.T) {
	two := func() *model {
		a, b := class("a", poisson(6), exponential(0.1)), class("b", poisson(0.5), exponential(2))
		return pool(2, a, b)
	}
	for _, c := range []struct {
		name string
		edit func(m *model)
	}{
		{"rotation", func(*model) {}},
		{"priorities", func(m *model) {
			m.layout.ClassQueue = []int{0, 0}
			m.classes[0].HasPriority, m.classes[0].Priority = true, 5
		}},
		{"prefetch, early acks", func(m *model) {
			w := &m.layout.Workers[0]
			w.DisablePrefetch, w.PrefetchMultiplier = false, 4
		}},
		{"prefetch, late acks, redis", func(m *model) {
			m.layout.Broker.Kind = worker.Redis
			w := &m.layout.Workers[0]
			w.DisablePrefetch, w.PrefetchMultiplier, w.AcksLate = false, 2, true
		}},
		{"retries and failures", func(m *model) {
			for i := range m.classes {
				m.classes[i].Failures.Error.P = 0.2
				m.classes[i].Failures.Crash.P = 0.05
				m.classes[i].Retry = worker.Retry{Max: 3, Delay: des.Seconds(1), Backoff: 2, Jitter: true, OnError: true}
			}
			m.layout.Workers[0].AcksLate, m.layout.Workers[0].RejectOnWorkerLost = true, true
		}},
		{"limits", func(m *model) { m.layout.Workers[0].HardLimit = des.Seconds(3) }},
		{"expiry", func(m *model) { m.classes[1].Expires = constant(2) }},
		{"a full queue", func(m *model) { m.layout.Queues[0].MaxLength = 3 }},
		{"cores", func(m *model) {
			for i := range m.classes {
				m.classes[i].Work[0].Kind = workloads.CPU
			}
			m.layout.Workers[0].Concurrency = 8
			m.on(2)
		}},
		{"threads", func(m *model) {
			m.classes[0].Work[0].Kind = workloads.CPU
			m.layout.Workers[0].Pool = worker.Threads
			m.layout.Workers[0].Concurrency = 8
		}},
		{"gevent", func(m *model) {
			m.classes[0].Work[0].Kind = workloads.CPU
			m.layout.Workers[0].Pool = worker.Gevent
			m.layout.Workers[0].Concurrency = 8
		}},
	} {
		t.Run(c.name, func(t *testing.T) {
			m := two()
			c.edit(m)
			l := newLedger(t, m, hour)
			r := sim.New(&m.layout, m.classes, m.machines, sim.Options{
				Key: des.NewKey(1), Duration: hour, Drain: 100 * hour, Recorder: l,
			}).Run()
			l.check(m, &r)
		})
	}
}
