package worker

import "example.com/simrun/des"

// state is where a task is.
type state uint8

const (
	gone      state = iota // its entry is free
	delayed                // on its way to the broker
	queued                 // in the broker
	fetching               // on its way to a worker
	received               // in a worker's hands, which have not put it anywhere
	held                   // with a worker until its eta
	throttled              // with a worker until its kind's rate limit lets it pass
	reserved               // with a worker, waiting for a slot
	starting               // in a slot, the body not begun
	running
	crashed // its child is dead and nobody has seen it yet
)

const none = -1

// task is a message and what became of it so far.
type task struct {
	id, class    int32
	prev, next   int32 // neighbours in the list it stands in, unless it is the first or the last; a free entry has a next one
	worker, slot int32
	attempts     int32 // started so far
	retries      int32
	redeliveries int32 // of the present message
	gen          uint32
	pending      int32 // events outstanding; the entry is not reused before they have fired
	state        state
	level        uint8 // of priority, 0 is served first
	late         bool  // acked after the run
	unacked      bool  // counts in its worker's window
	observed     bool
	missed       bool // a bound of its class
	charged      bool // a line of holders has it
	grown        bool // received, and its worker is starting processes before it goes on

	message int32 // that it is one of several deliveries of, from 1; 0 = of its own

	due       des.Time // intended arrival
	delivered des.Time // to its worker
	published des.Time // of the present message, or its eta when that is later
	received  des.Time
	began     des.Time // present attempt
	waited    des.Time // from due to the first start
	eta       des.Time // 0 = none
	expires   des.Time // Never = does not
	demand    des.Time
}

// list is a first-in first-out list threaded through the tasks.
type list struct {
	head, tail int32
	n          int
}

func emptyList() list { return list{none, none, 0} }

func (s *System) pushBack(l *list, t *task) {
	t.prev, t.next = l.tail, none
	if l.tail == none {
		l.head = t.id
	} else {
		s.tasks.at(l.tail).next = t.id
	}
	l.tail = t.id
	l.n++
}

func (s *System) pushFront(l *list, t *task) {
	t.prev, t.next = none, l.head
	if l.head == none {
		l.tail = t.id
	} else {
		s.tasks.at(l.head).prev = t.id
	}
	l.head = t.id
	l.n++
}

func (s *System) popFront(l *list) *task {
	t := s.tasks.at(l.head)
	l.head = t.next
	if l.head == none {
		l.tail = none
	}
	l.n--
	return t
}

// tasks are those of a System, by index. They do not move, so that they are handed on by their addresses.
type tasks struct {
	blocks []*[blockSize]task
	n      int32
}

const blockSize = 256

func (a *tasks) at(id int32) *task { return &a.blocks[uint32(id)/blockSize][uint32(id)%blockSize] }

// add makes one more.
func (a *tasks) add() *task {
	if a.n%blockSize == 0 {
		a.blocks = append(a.blocks, new([blockSize]task))
	}
	a.n++
	t := a.at(a.n - 1)
	t.id = a.n - 1
	return t
}

// newTask takes a free entry, or a new one.
func (s *System) newTask() *task {
	if s.freeTask == none {
		return s.tasks.add()
	}
	t := s.tasks.at(s.freeTask)
	s.freeTask = t.next
	return t
}

// release frees the entry once no event refers to it.
func (s *System) release(t *task) {
	t.state = gone
	t.gen++
	if t.pending == 0 {
		s.reuse(t)
	}
}

// reuse lists an entry as free.
func (s *System) reuse(t *task) {
	t.next = s.freeTask
	s.freeTask = t.id
}

// at schedules an event of a task.
func (s *System) at(when des.Time, kind des.Kind, t *task) {
	t.pending++
	s.host.Schedule(des.Event{At: when, Kind: kind, Arg: t.id, Gen: des.MakeGen(t.gen)})
}

// mine says whether an event of a task still concerns it, and settles the entry's outstanding events.
func (s *System) mine(t *task, e des.Event) bool {
	t.pending--
	if des.MakeGen(t.gen) == e.Gen {
		return true
	}
	s.tally.Stale++
	if t.state == gone && t.pending == 0 {
		s.reuse(t)
	}
	return false
}
