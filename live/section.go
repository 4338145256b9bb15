package live

import (
	"sync"
	"time"
)

// section lets one attempt at a time compute, in the order in which they asked.
type section struct {
	mu    sync.Mutex
	held  bool
	queue []chan struct{}
	since time.Time // when the turn was given to who has it
}

// enter waits for the turn; false when left was closed first.
func (s *section) enter(left <-chan struct{}) bool { return s.await(s.ask(), left) }

// ask takes a place in the queue without waiting. A nil turn has come already.
func (s *section) ask() (turn chan struct{}) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if !s.held {
		s.held, s.since = true, time.Now()
		return nil
	}
	turn = make(chan struct{})
	s.queue = append(s.queue, turn)
	return turn
}

// await waits for a turn that was asked for; false when left was closed first.
func (s *section) await(turn chan struct{}, left <-chan struct{}) bool {
	if turn == nil {
		return true
	}
	select {
	case <-turn:
		return true
	case <-left:
	}
	s.mu.Lock()
	for i, c := range s.queue {
		if c == turn {
			s.queue = append(s.queue[:i], s.queue[i+1:]...)
			s.mu.Unlock()
			return false
		}
	}
	s.mu.Unlock()
	s.leave() // the turn came at the same moment
	return false
}

// leave hands the turn to who has waited longest.
func (s *section) leave() {
	s.mu.Lock()
	defer s.mu.Unlock()
	if len(s.queue) == 0 {
		s.held = false
		return
	}
	s.since = time.Now()
	close(s.queue[0])
	s.queue = s.queue[1:]
}

// taken is when who has the turn was given it, which is before it could wake up.
func (s *section) taken() time.Time {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.since
}

// wanted says whether anybody waits.
func (s *section) wanted() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return len(s.queue) > 0
}

// switchInterval is after how long a thread that waits for the interpreter lock gets it (sys.getswitchinterval).
const switchInterval = 5 * time.Millisecond

// burnLocked burns with the interpreter lock, which the attempt has, and hands it on while others want it.
func (r *room) burnLocked(a *attempt, amount int64) bool {
	since := time.Now()
	for amount > 0 && !a.gone.Load() {
		n := min(amount, chunk)
		spin(n)
		amount -= n
		if amount > 0 && time.Since(since) >= switchInterval {
			if r.thread.wanted() {
				r.thread.leave()
				if !r.thread.enter(a.left) {
					return false
				}
			}
			since = time.Now()
		}
	}
	r.thread.leave()
	return !a.gone.Load()
}
