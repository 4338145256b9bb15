package logs

import (
	"math"
	"slices"
	"strings"
	"time"
)

// kind is what an event says of its task.
type kind uint8

// The kinds of events that say something here; a worker that is told to (tools/celery) sends measured ones.
const (
	sent kind = iota
	received
	started
	succeeded
	failed
	retried
	rejected
	revoked
	measured
)

// kinds are the types of events, as celery/events/event.py, app/amqp.py (task-sent), worker/strategy.py (task-received) and
// worker/request.py (the others) send them.
var kinds = []string{
	"task-sent", "task-received", "task-started", "task-succeeded", "task-failed", "task-retried", "task-rejected", "task-revoked", "task-measured",
}

// event is one event about a task. A long log has many millions, so what they share stands once beside them.
type event struct {
	at      float64 // s since 1970, by the sender's clock
	runtime float64 // as the worker measured it, s; unsaid = not in the event, NaN = not known
	task    uint32  // its number
	host    uint32  // among the names
	queue   uint32  // likewise
	more    uint32  // 1 + the index of what few events have; 0 = nothing
	retries uint16
	kind    kind
	expired bool // of revoked
	child   bool // of sent and received: by another task
}

// unsaid marks a run time that an event does not have.
const unsaid = -1

// more is what few events have. NaN stands for what this one has not.
type more struct {
	eta, expires float64 // of sent and received, s since 1970
	limit        float64 // hard, of failed, s
	cpu          float64 // of measured, s
	memory       float64 // likewise, bytes
	lost         bool    // of failed: its process died
}

func nothing() more {
	nan := math.NaN()
	return more{eta: nan, expires: nan, limit: nan, cpu: nan, memory: nan}
}

// events are all events of a log, in the order of its files.
type events struct {
	chunks [][]event // each full but the last: to grow costs no copy
	n      int
	more   []more

	tasks   map[string]uint32
	ids     []string // of tasks
	class   []uint32 // of tasks, among the names; the first that is told
	names   []string // of classes, hosts and queues; names[0] is none
	known   map[string]uint32
	ranked  map[uint32]int     // priorities of tasks
	least   map[string]float64 // of each host: how late its events came, s
	again   map[string]float64 // when a worker of which tasks were told first started once more, s since 1970
	release string
	twice   int  // events that stand in the log again
	unsent  bool // some file cannot say when tasks were sent
	untaken bool // some table has no column for when a worker received them
	repeats bool // some table has when a task came in a row for each of its attempts
}

const chunk = 1 << 14

func newEvents() *events {
	return &events{tasks: map[string]uint32{}, names: []string{""}, known: map[string]uint32{"": 0}, ranked: map[uint32]int{}, least: map[string]float64{}, again: map[string]float64{}}
}

// name is the number of a name.
func (s *events) name(text string) uint32 {
	n, known := s.known[text]
	if !known {
		n = uint32(len(s.names))
		text = strings.Clone(text)
		s.names, s.known[text] = append(s.names, text), n
	}
	return n
}

// task is the number of a task.
func (s *events) task(id, class string) uint32 {
	n, known := s.tasks[id]
	if !known {
		n = uint32(len(s.ids))
		id = strings.Clone(id)
		s.ids, s.class, s.tasks[id] = append(s.ids, id), append(s.class, 0), n
	}
	if s.class[n] == 0 && class != "" {
		s.class[n] = s.name(class)
	}
	return n
}

// told is an event as a format tells it; what is empty, or nil, is not in it.
type told struct {
	kind         kind
	id, class    string
	host, queue  string
	at           float64  // s since 1970
	runtime      *float64 // s; NaN = not known
	retries      int
	expired      bool
	child        bool
	eta, expires float64 // s since 1970; 0 = none
	exception    string
	cpu          float64 // s; 0 = none
	memory       float64 // bytes; 0 = none
}

// add keeps an event.
func (s *events) add(t *told) {
	if s.n%chunk == 0 {
		s.chunks = append(s.chunks, make([]event, 0, chunk))
	}
	e := event{
		at: t.at, runtime: unsaid, task: s.task(t.id, t.class), host: s.name(t.host), queue: s.name(t.queue),
		retries: uint16(min(max(t.retries, 0), math.MaxUint16)), kind: t.kind, expired: t.expired, child: t.child,
	}
	if t.runtime != nil {
		e.runtime = max(0, *t.runtime) // NaN stays
	}
	m, rare := nothing(), false
	for _, x := range []struct {
		from float64
		to   *float64
	}{{t.eta, &m.eta}, {t.expires, &m.expires}, {t.cpu, &m.cpu}, {t.memory, &m.memory}} {
		if x.from > 0 {
			*x.to, rare = x.from, true
		}
	}
	if t.exception != "" && t.kind == failed {
		m.lost, m.limit = strings.HasPrefix(t.exception, "WorkerLostError"), hardLimitOf(t.exception)
		rare = rare || m.lost || !math.IsNaN(m.limit)
	}
	if rare {
		s.more = append(s.more, m)
		e.more = uint32(len(s.more))
	}
	last := len(s.chunks) - 1
	s.chunks[last] = append(s.chunks[last], e)
	s.n++
}

// heard compares a sender's clock with that of who recorded the event.
func (s *events) heard(host string, delay float64) {
	if least, known := s.least[host]; !known || delay < least {
		s.least[strings.Clone(host)] = delay
	}
}

// online notes that a worker has started.
func (s *events) online(host string, at float64) {
	_, before := s.known[host]
	if first, twice := s.again[host]; before && host != "" && !(twice && first <= at) {
		s.again[strings.Clone(host)] = at
	}
}

func (s *events) at(i uint32) *event { return &s.chunks[i/chunk][i%chunk] }

func (s *events) moreOf(e *event) *more {
	if e.more == 0 {
		m := nothing()
		return &m
	}
	return &s.more[e.more-1]
}

// byTask goes through the tasks, each with its events by the senders' clocks: a log may hold them in the order in which
// they came.
func (s *events) byTask(of func(task uint32, events []uint32)) {
	first := make([]uint32, len(s.ids)+1)
	for i := range uint32(s.n) {
		first[s.at(i).task+1]++
	}
	for i := range s.ids {
		first[i+1] += first[i]
	}
	order := make([]uint32, s.n)
	next := slices.Clone(first)
	for i := range uint32(s.n) {
		task := s.at(i).task
		order[next[task]] = i
		next[task]++
	}
	for task := range uint32(len(s.ids)) {
		own := order[first[task]:first[task+1]]
		slices.SortStableFunc(own, func(a, b uint32) int {
			switch x, y := s.at(a).at, s.at(b).at; {
			case x < y:
				return -1
			case x > y:
				return 1
			}
			return 0
		})
		of(task, s.once(own))
	}
}

// once leaves out, of the events of a task in their order, those that stand in the log twice: files overlap, or two
// recorders listened to the same events.
func (s *events) once(own []uint32) []uint32 {
	kept := own[:0]
next:
	for _, i := range own {
		e := s.at(i)
		for k := len(kept) - 1; k >= 0 && s.at(kept[k]).at == e.at; k-- {
			if f := s.at(kept[k]); f.kind == e.kind && f.host == e.host && f.retries == e.retries {
				if !s.repeats || e.kind != sent && e.kind != received {
					s.twice++
				}
				continue next
			}
		}
		kept = append(kept, i)
	}
	return kept
}

// moment reads a time in ISO 8601, s since 1970; 0 where there is none. One without a zone is in UTC, as Celery's are.
func moment(iso string) float64 {
	if iso == "" {
		return 0
	}
	for _, layout := range []string{time.RFC3339Nano, "2006-01-02T15:04:05.999999999"} {
		if t, err := time.Parse(layout, iso); err == nil {
			return float64(t.UnixMicro()) / 1e6
		}
	}
	return 0
}
