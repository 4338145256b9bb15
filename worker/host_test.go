package worker_test

import (
	"fmt"
	"math"
	"slices"
	"strings"
	"testing"
	"time"

	"example.com/simrun/des"
	"example.com/simrun/worker"
)

const (
	ms   = time.Millisecond
	sec  = time.Second
	hour = time.Hour
)

// message is one task of a script: what it carries, and what its body does.
type message struct {
	name  string
	at    des.Time
	class int
	run   des.Time           // of every attempt
	first des.Time           // of the first; 0 = as of all
	ends  []worker.Result    // by attempt, the last for all later ones; none = succeeds
	hangs bool               // never ends
	cpu   bool               // cannot be stopped, and stalls a gevent worker
	extra worker.Publication // priority, countdown, expires
	do    func(*host)        // no task, but something that happens to the system
	kills []kill             // by the kernel, at times of their own
}

// host is a world with a virtual clock and bodies that do what a script says.
type host struct {
	t       *testing.T
	queue   des.Queue
	sys     *worker.System
	now     des.Time
	script  []message
	of      []int // message by task
	slots   []body
	records []worker.Record
	names   []string // of the task of each record
	jitter  float64
	ended   []worker.Outcome // by message
	dones   []int            // by message: how often Done was called
	tally   *worker.Tally
	gone    []des.Time // when workers that were shut down were gone
	back    des.Time   // after which they are restarted; 0 = not
	places  int        // for replicas of fleets that are left

	kills []kill
	alive map[int32]bool // children, by slot
	up    map[int32]bool // workers
	heavy map[int32]int  // messages that weigh on each worker
	owner []int32        // worker by slot
	pools []worker.Pool
}

// kill is the kernel's: of a child, or of all of a worker.
type kill struct {
	at    des.Time
	slot  int32
	whole bool
}

type body struct {
	task    int32
	attempt int
	gen     uint32
	stopped bool
	worker  int32
	killed  bool
}

const (
	kindPublish = worker.FirstHostKind + iota
	kindEnd
	kindBack
	kindKill
)

// play runs a script until nothing is left to do, or until the end given.
func play(t *testing.T, s worker.Setup, script []message, until ...des.Time) *host {
	t.Helper()
	return playIn(t, s, &host{places: math.MaxInt}, script, until...)
}

// playIn is play in a world of which something is given.
func playIn(t *testing.T, s worker.Setup, h *host, script []message, until ...des.Time) *host {
	t.Helper()
	h.t, h.script, h.jitter = t, script, 0.5
	h.ended, h.dones = make([]worker.Outcome, len(script)), make([]int, len(script))
	for i := range s.Queues {
		q := &s.Queues[i]
		if *q == (worker.Queue{Name: q.Name}) {
			*q = queue(q.Name)
		}
	}
	if s.ClassQueue == nil {
		for i := range s.Classes {
			s.ClassQueue = append(s.ClassQueue, min(i, len(s.Queues)-1))
		}
	}
	h.alive, h.up, h.heavy = map[int32]bool{}, map[int32]bool{}, map[int32]int{}
	for i := range s.Workers {
		h.pools = append(h.pools, s.Workers[i].Pool)
		for range s.Workers[i].Concurrency {
			h.slots = append(h.slots, body{worker: int32(i)})
			h.owner = append(h.owner, int32(i))
		}
	}
	s.Recorder, s.Holders = h, true
	h.sys = worker.New(s, h)
	for i := range script {
		h.queue.Push(des.Event{At: script[i].at, Kind: kindPublish, Arg: int32(i)})
	}
	h.kills = kills(script)
	for i := range h.kills {
		h.queue.Push(des.Event{At: h.kills[i].at, Kind: kindKill, Arg: int32(i)})
	}
	reckoned := make(worker.Reckoner, len(s.Classes))
	for i := range reckoned {
		reckoned[i].By = make([]worker.Held, len(s.Classes))
	}
	end := des.Never
	if len(until) > 0 {
		end = until[0]
	}
	for h.queue.Len() > 0 && h.queue.Peek() <= end {
		e := h.queue.Pop()
		reckoned.Reckon(h.sys, e.At-h.now)
		h.step(e)
		if err := h.sys.Audit(); err != nil {
			t.Fatalf("%v, at %v", err, h.now)
		}
		h.auditProcesses(len(s.Workers))
	}
	if len(until) > 0 {
		reckoned.Reckon(h.sys, end-h.now)
		h.now = end
	}
	h.tally = h.sys.Close(h.now)
	for i := range h.tally.Classes {
		requireBlocked(t, reckoned[i], &h.tally.Classes[i])
	}
	return h
}

// queue is one without limits.
func queue(name string) worker.Queue {
	return worker.Queue{Name: name, MaxLength: -1, MaxPriority: -1, DeliveryLimit: -1}
}

func (h *host) step(e des.Event) {
	h.now = e.At
	switch e.Kind {
	case kindPublish:
		m := &h.script[e.Arg]
		if m.do != nil {
			m.do(h)
			return
		}
		id := h.sys.NextTask()
		for int(id) >= len(h.of) {
			h.of = append(h.of, 0)
		}
		h.of[id] = int(e.Arg)
		p := m.extra
		p.Class, p.Due, p.Demand = int32(m.class), h.now, m.run
		if got := h.sys.Publish(h.now, &p); got != id {
			h.t.Fatalf("published as %d, announced as %d", got, id)
		}
	case kindKill:
		h.kill(&h.kills[e.Arg])
	case kindEnd:
		b := &h.slots[e.Arg]
		if des.MakeGen(b.gen) != e.Gen {
			return
		}
		b.gen++
		m := &h.script[h.of[b.task]]
		r := worker.Succeeded
		if n := len(m.ends); n > 0 {
			r = m.ends[min(b.attempt, n)-1]
		}
		if b.stopped {
			b.stopped = false
			r = worker.Stopped
		}
		h.sys.Ended(h.now, e.Arg, r)
		if m.cpu {
			h.sys.Wake(h.now, h.lastStarted(e.Arg).Worker)
		}
	case kindBack:
		h.sys.Restart(h.now, e.Arg)
	default:
		h.sys.Handle(e)
	}
}

// Lodge and Vacate: each replica takes a place.
func (h *host) Lodge(int32) (des.Time, bool) {
	if h.places == 0 {
		return 0, false
	}
	h.places--
	return 0, true
}

func (h *host) Vacate(int32) { h.places++ }

func (h *host) lastStarted(slot int32) worker.Record {
	for i := len(h.records) - 1; ; i-- {
		if r := h.records[i]; r.Kind == worker.Started && r.Slot == slot {
			return r
		}
	}
}

func (h *host) Schedule(e des.Event) { h.queue.Push(e) }

func (h *host) Start(task, slot int32, attempt int) {
	m := &h.script[h.of[task]]
	h.slots[slot].task, h.slots[slot].attempt, h.slots[slot].killed = task, attempt, false
	if m.cpu {
		h.sys.Stall(h.lastStarted(slot).Worker)
	}
	if !m.hangs {
		run := m.run
		if attempt == 1 && m.first > 0 {
			run = m.first
		}
		h.queue.Push(des.Event{At: h.now + run, Kind: kindEnd, Arg: slot, Gen: des.MakeGen(h.slots[slot].gen)})
	}
}

func (h *host) Stop(task, slot int32) bool {
	if m := &h.script[h.of[task]]; m.cpu && !m.hangs && !h.slots[slot].killed {
		h.slots[slot].stopped = true
		return false
	}
	h.slots[slot].gen++
	return true
}

func (h *host) Jitter(int32, int) float64 { return h.jitter }

func (h *host) Done(task int32, o worker.Outcome) {
	h.ended[h.of[task]] = o
	h.dones[h.of[task]]++
}

func (h *host) Record(r worker.Record) {
	if n := len(h.records); n > 0 && r.At < h.records[n-1].At {
		h.t.Fatalf("time goes back: %v after %v", r.At, h.records[n-1].At)
	}
	h.records = append(h.records, r)
	name := ""
	if r.Task >= 0 {
		name = h.script[h.of[r.Task]].name
	}
	h.names = append(h.names, name)
}

// log lists what happened, of some kinds, as "kind name@time".
func (h *host) log(kinds ...worker.RecordKind) string {
	words := [...]string{"published", "received", "started", "ended", "freed", "requeued", "retried", "done"}
	var lines []string
	for i, r := range h.records {
		if !slices.Contains(kinds, r.Kind) {
			continue
		}
		line := fmt.Sprintf("%s %s@%v", words[r.Kind], h.names[i], r.At)
		if r.Kind == worker.Ended || r.Kind == worker.Done {
			line += " " + r.Outcome.String()
		}
		lines = append(lines, line)
	}
	return strings.Join(lines, ", ")
}

// starts lists the names in the order of their starts.
func (h *host) starts() string {
	var names []string
	for i, r := range h.records {
		if r.Kind == worker.Started {
			names = append(names, h.names[i])
		}
	}
	return strings.Join(names, " ")
}

// count is the number of records of a kind.
func (h *host) count(kind worker.RecordKind) int {
	n := 0
	for _, r := range h.records {
		if r.Kind == kind {
			n++
		}
	}
	return n
}

// burst is n messages of a class at one time: a1, a2, ...
func burst(name string, n, class int, at, run des.Time) []message {
	var all []message
	for i := range n {
		all = append(all, message{name: fmt.Sprintf("%s%d", name, i+1), at: at, class: class, run: run})
	}
	return all
}

// one is a system of one worker that consumes queues a, b, ..., with a class for each.
func one(kind worker.BrokerKind, queues string, cfg worker.Config) worker.Setup {
	s := worker.Setup{Broker: worker.Broker{Kind: kind, PrioritySteps: []int{0, 3, 6, 9}}, Key: des.NewKey(1)}
	for i, q := range strings.Split(queues, "") {
		s.Queues = append(s.Queues, worker.Queue{Name: q})
		s.Classes = append(s.Classes, worker.Class{Name: q})
		cfg.Queues = append(cfg.Queues, i)
	}
	s.Workers = []worker.Config{cfg}
	return s
}
