package live

import (
	"container/heap"
	"sync"
	"time"
)

// sleeper wakes many goroutines behind one alarm of the kernel. The runtime's own timers are no good for that: an idle
// program waits in whole milliseconds, so that each sleep would last half a millisecond too long on average, and what
// lengthens every body by 1 % lengthens the queue of a busy worker by many.
type sleeper struct {
	start time.Time
	bell  alarm
	done  chan struct{} // closed to end the goroutine
	gone  chan struct{} // closed by it

	mu   sync.Mutex
	naps naps
}

// sleep is one entry; wake is called once, from the sleeper's goroutine, and must not block.
type sleep struct {
	at   time.Duration // from the sleeper's start
	wake func()
	rank int // in the heap; none = no longer in it
}

func newSleeper(bell alarm) *sleeper {
	s := &sleeper{start: time.Now(), bell: bell, done: make(chan struct{}), gone: make(chan struct{})}
	go s.watch()
	return s
}

// after calls wake once d has passed.
func (s *sleeper) after(d time.Duration, wake func()) *sleep {
	n := &sleep{at: time.Since(s.start) + d, wake: wake}
	s.mu.Lock()
	defer s.mu.Unlock()
	heap.Push(&s.naps, n)
	if n.rank == 0 {
		s.bell.set(d)
	}
	return n
}

// forget takes an entry back; nothing happens if it has been called.
func (s *sleeper) forget(n *sleep) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if n.rank != none {
		heap.Remove(&s.naps, n.rank)
	}
}

// pause sleeps; false when left was closed before.
func (s *sleeper) pause(d time.Duration, left <-chan struct{}) bool {
	over := make(chan struct{})
	n := s.after(d, func() { close(over) })
	select {
	case <-over:
		return true
	case <-left:
		s.forget(n)
		return false
	}
}

func (s *sleeper) watch() {
	defer close(s.gone)
	for {
		select {
		case <-s.done:
			return
		case <-s.bell.ticks():
		}
		s.mu.Lock()
		for len(s.naps) > 0 && s.naps[0].at <= time.Since(s.start) {
			n := heap.Pop(&s.naps).(*sleep)
			s.mu.Unlock() // wake may want to sleep again
			n.wake()
			s.mu.Lock()
		}
		if len(s.naps) > 0 {
			s.bell.set(s.naps[0].at - time.Since(s.start))
		}
		s.mu.Unlock()
	}
}

// close ends the goroutine. Who still sleeps is not woken.
func (s *sleeper) close() {
	close(s.done)
	<-s.gone
	s.bell.close()
}

// naps is a heap by time.
type naps []*sleep

func (n naps) Len() int           { return len(n) }
func (n naps) Less(i, j int) bool { return n[i].at < n[j].at }

func (n naps) Swap(i, j int) {
	n[i], n[j] = n[j], n[i]
	n[i].rank, n[j].rank = i, j
}

// Push implements heap.Interface.
func (n *naps) Push(x any) {
	s := x.(*sleep)
	s.rank = len(*n)
	*n = append(*n, s)
}

// Pop implements heap.Interface.
func (n *naps) Pop() any {
	last := len(*n) - 1
	s := (*n)[last]
	s.rank = none
	(*n)[last] = nil
	*n = (*n)[:last]
	return s
}
