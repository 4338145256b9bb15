package worker

import "example.com/simrun/des"

// Drawer is a Host that can draw a task again. In a long queue a task that nobody has touched yet is then no more than a
// Draft, which takes a tenth of the memory, and far less time to put away and to take out again.
type Drawer interface {
	// Forget lets go of a task, and says what it takes to have it again. False means that the task has to stay.
	Forget(task int32) (Draft, bool)
	// Recall has a task again, under another index, and makes the message that was published for it.
	Recall(task int32, d Draft, p *Publication)
}

// Draft is all that has to be known of a task to draw it again.
type Draft struct {
	Due    des.Time
	Number int64
	Class  int32
	Row    int32
}

// stays is the class of the draft of a task that keeps its entry, whose index is its number.
const stays = -1

// level is the messages of one priority in a queue: those in front as tasks, and behind them, if there are many, drafts.
type level struct {
	list
	shelf shelf
}

const (
	inFront   = 1024 // tasks of a level that are no drafts, at least
	atOnce    = 64   // drafts that become tasks at once
	boardSize = 1 << 10
)

// shelf is a first-in first-out list of drafts, in pieces that do not move.
type shelf struct {
	boards [][]Draft
	first  int // of the first board
	n      int
	spare  []Draft
}

func (sh *shelf) push(d Draft) {
	last := len(sh.boards) - 1
	if last < 0 || len(sh.boards[last]) == boardSize {
		b := sh.spare
		if sh.spare = nil; b == nil {
			b = make([]Draft, 0, boardSize)
		}
		sh.boards = append(sh.boards, b)
		last++
	}
	sh.boards[last] = append(sh.boards[last], d)
	sh.n++
}

func (sh *shelf) pop() Draft {
	d := sh.boards[0][sh.first]
	sh.first++
	sh.n--
	if sh.first == boardSize || sh.n == 0 {
		sh.spare = sh.boards[0][:0]
		sh.boards[0] = nil
		sh.boards = sh.boards[1:]
		sh.first = 0
	}
	return d
}

// putAway makes a draft of a task that has come to the end of a long level, and says whether it did.
func (s *System) putAway(l *level, t *task) bool {
	if s.drawer == nil || l.shelf.n == 0 && l.n < inFront {
		return false
	}
	if t.attempts+t.retries+t.redeliveries+t.message+t.pending == 0 && t.published == t.due {
		if d, ok := s.drawer.Forget(t.id); ok {
			d.Due = t.due
			l.shelf.push(d)
			t.charged = false // who waits is counted, and goes on to be
			s.release(t)
			return true
		}
	}
	if l.shelf.n == 0 {
		return false
	}
	l.shelf.push(Draft{Class: stays, Number: int64(t.id)}) // behind those that wait there
	return true
}

// takeOut makes tasks of the first drafts of a level that has no tasks left.
func (s *System) takeOut(l *level) {
	for range min(atOnce, l.shelf.n) {
		d := l.shelf.pop()
		if d.Class == stays {
			s.pushBack(&l.list, s.tasks.at(int32(d.Number)))
		} else {
			s.pushBack(&l.list, s.recall(d))
		}
	}
}

// recall makes the task of a draft again, as it was published.
func (s *System) recall(d Draft) *task {
	t := s.newTask()
	s.drawer.Recall(t.id, d, &s.recalled)
	s.fill(t, d.Due, &s.recalled)
	t.state = queued
	t.charged = s.counts(t)
	if s.bystander != nil {
		s.bystander.Recalled(t.id)
	}
	return t
}

// closeShelves ends what waits in drafts.
func (s *System) closeShelves() {
	for i := range s.queues {
		for l := range s.queues[i].levels {
			for sh := &s.queues[i].levels[l].shelf; sh.n > 0; {
				if d := sh.pop(); d.Class != stays {
					t := s.recall(d)
					s.quit(t)
					s.end(t)
					s.release(t)
				}
			}
		}
	}
}
