package live

import (
	"math"
	"slices"
	"sync"
	"time"

	"example.com/simrun/des"
	"example.com/simrun/system"
)

// service is one thing that all workers of a run share. It works on a call as long as the task has drawn, whether or not
// somebody still waits for the answer: that a caller has hung up is not seen before the call leaves the line.
type service struct {
	cfg   system.Service
	after func(d des.Time, wake func()) (forget func())

	mu      sync.Mutex
	pending []*call // admitted or not, as they came
	line    []*call // what waits for capacity
	busy    int
	due     time.Time // when the next call would be admitted if calls came no faster than the rate (ITU-T I.371)
	down    bool
	stuck   time.Time // answers nothing before
	slow    float64   // factor of every latency
}

// call is one, from its caller's asking to its answer.
type call struct {
	latency des.Time
	fails   bool      // when it is answered
	answer  chan bool // whether it failed, once; never blocks the service
	forget  func()    // takes back the timer that it has; nil = it has none
	gone    bool      // its caller has hung up
}

// caller is what makes the calls of a room.
type caller interface {
	call(p *phase, left <-chan struct{}) reply
}

// directory is the services of a run, by their numbers. It is the caller of its own process.
type directory []*service

func (d directory) call(p *phase, left <-chan struct{}) reply { return d[p.service].call(p, left) }

func newServices(all []system.Service) (services directory) {
	for i := range all {
		services = append(services, &service{cfg: all[i], slow: 1, after: runtimeAfter})
	}
	return services
}

// runtimeAfter calls wake once d has passed, by the timers that also a bubble of fake time has.
func runtimeAfter(d des.Time, wake func()) (forget func()) {
	t := time.AfterFunc(d, wake)
	return func() { t.Stop() }
}

// soon is after, with what takes it back.
func (s *sleeper) soon(d des.Time, wake func()) (forget func()) {
	n := s.after(d, wake)
	return func() { s.forget(n) }
}

// reply is how a call ended for its caller.
type reply uint8

const (
	answered reply = iota
	refused        // or failed, or not in time
	hungUp         // the attempt was abandoned
)

// call asks the service and waits for its answer, at most the timeout of the phase (0 = for ever).
func (s *service) call(p *phase, left <-chan struct{}) reply {
	c := &call{latency: p.demand, fails: p.fails, answer: make(chan bool, 1)}
	var late chan struct{}
	if p.timeout > 0 {
		late = make(chan struct{})
		defer s.after(p.timeout, func() { close(late) })()
	}
	s.begin(c)
	select {
	case failed := <-c.answer:
		if failed {
			return refused
		}
		return answered
	case <-late:
		s.hangUp(c)
		return refused
	case <-left:
		s.hangUp(c)
		return hungUp
	}
}

func (s *service) hangUp(c *call) {
	s.mu.Lock()
	defer s.mu.Unlock()
	c.gone = true
}

// begin takes a call, at once or when the rate allows it.
func (s *service) begin(c *call) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.down {
		c.answer <- true
		return
	}
	s.pending = append(s.pending, c)
	if s.cfg.Rate == 0 {
		s.admit(c)
		return
	}
	now := time.Now()
	wait := max(0, s.due.Add(-des.Seconds((s.cfg.Burst()-1)/s.cfg.Rate)).Sub(now))
	if wait > 0 && s.cfg.RejectRate {
		s.end(c, true)
		return
	}
	if s.due.Before(now) {
		s.due = now
	}
	s.due = s.due.Add(des.Seconds(1 / s.cfg.Rate))
	if wait == 0 {
		s.admit(c)
		return
	}
	c.forget = s.after(wait, func() { s.still(c, s.admit) })
}

// still does something with a call whose timer has come, unless the service has broken down meanwhile.
func (s *service) still(c *call, do func(*call)) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if slices.Contains(s.pending, c) {
		do(c)
	}
}

// admit lets in a call that the rate allows.
func (s *service) admit(c *call) {
	switch full := s.cfg.Capacity > 0 && s.busy >= s.cfg.Capacity; {
	case full && s.cfg.RejectFull:
		s.end(c, true)
	case full:
		s.line = append(s.line, c)
	default:
		s.serve(c)
	}
}

func (s *service) serve(c *call) {
	s.busy++
	latency := c.latency
	if s.slow != 1 {
		latency = min(des.Seconds(latency.Seconds()*s.slow), math.MaxInt64/4) // so that the clock can be added
	}
	c.forget = s.after(max(0, time.Until(s.stuck))+latency, func() { s.still(c, s.served) })
}

// served ends the service's work on a call, and begins that on the first in line for which somebody still waits. While
// it is stuck no answer leaves it.
func (s *service) served(c *call) {
	if wait := time.Until(s.stuck); wait > 0 {
		c.forget = s.after(wait, func() { s.still(c, s.served) })
		return
	}
	s.busy--
	s.end(c, c.fails)
	for len(s.line) > 0 {
		next := s.line[0]
		s.line = s.line[1:]
		if !next.gone {
			s.serve(next)
			return
		}
		s.end(next, true)
	}
}

// end answers a call, which is the service's no longer.
func (s *service) end(c *call, failed bool) {
	s.pending = slices.DeleteFunc(s.pending, func(p *call) bool { return p == c })
	c.answer <- failed
}

// adjust puts the service into the state of its planned faults of this moment. When it goes down, it loses what it
// works on and who waits.
func (s *service) adjust(down, breaks bool, stuck time.Time, slow float64) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.down, s.slow = down, slow
	if stuck.After(s.stuck) {
		s.stuck = stuck
	}
	if breaks {
		s.lose()
	}
}

// close takes back every timer.
func (s *service) close() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.lose()
}

func (s *service) lose() {
	for _, c := range s.pending {
		if c.forget != nil {
			c.forget()
		}
		c.answer <- true
	}
	s.pending, s.line, s.busy = nil, nil, 0
}
