package logs

import (
	"math"
	"regexp"
	"strconv"
)

// tasksOf makes tasks of events.
func (l *Log) tasksOf(all *events) {
	if all.n == 0 {
		return
	}
	start, end := math.Inf(1), math.Inf(-1)
	for i := range uint32(all.n) {
		start, end = min(start, all.at(i).at), max(end, all.at(i).at)
	}
	l.Span = end - start
	var d doubts
	l.Tasks = make([]Task, 0, len(all.ids))
	all.byTask(func(task uint32, own []uint32) {
		s := newStory(all.ids[task])
		s.Class = all.names[all.class[task]]
		if p, ranked := all.ranked[task]; ranked {
			s.Priority = &p
		}
		for _, i := range own {
			s.tell(all, all.at(i), start)
		}
		s.cut = s.cut || math.IsNaN(s.sent) && math.IsNaN(s.Received)
		d.count(s, l.Span, all)
		l.Measured = l.Measured || s.measured
		if t, ok := s.task(); ok {
			l.Tasks = append(l.Tasks, t)
		}
	})
	d.say(l, all, start)
}

// story is one task while its events are read.
type story struct {
	Task
	sent     float64
	taken    float64 // when a worker last received it; NaN = since then it has started, or ended
	cut      bool    // when it came is not in the log: that begins later, or leaves events out
	open     bool    // an attempt runs
	gap      bool    // an event of a start was lost
	child    bool    // another task sent it
	measured bool    // the CPU time of an attempt is known
	// Somebody revoked it before it ran. When is not in the log, only when a worker found out.
	discarded bool
	retried   int     // events task-retried
	again     float64 // of the last of them; NaN = none
}

func newStory(id string) *story {
	nan := math.NaN()
	return &story{
		Task: Task{ID: id, Outcome: "unstarted", Arrived: nan, Lag: nan, Received: nan, Limit: nan, Countdown: nan, Expires: nan},
		sent: nan, taken: nan, again: nan,
	}
}

// tell adds one event of a log that starts at so many seconds since 1970.
func (s *story) tell(all *events, e *event, start float64) {
	at, m := e.at-start, all.moreOf(e)
	if e.retries > 0 && math.IsNaN(s.sent) && math.IsNaN(s.Received) {
		s.cut = true // what came before the retry is not in the log
	}
	s.child = s.child || e.child
	switch e.kind {
	case sent:
		if e.queue != 0 {
			s.Queue = all.names[e.queue]
		}
		if e.retries == 0 && math.IsNaN(s.sent) {
			s.sent = at
			s.Countdown, s.Expires = m.eta-e.at, m.expires-e.at
		}
		s.delay(e, m.eta-e.at)
	case received:
		s.taken = at
		if math.IsNaN(s.Received) {
			s.Received = at
			if math.IsNaN(s.sent) && e.retries == 0 {
				s.Countdown, s.Expires = m.eta-e.at, m.expires-e.at
			}
		}
		s.delay(e, m.eta-start-s.again)
	case started:
		if s.open { // redelivered: the process that ran it died, and no event says so
			s.Attempts[len(s.Attempts)-1].Lost = true
		}
		s.start(at, all.names[e.host])
		s.Outcome = "unfinished"
	case measured:
		if n := len(s.Attempts); n > 0 && m.cpu > 0 {
			s.Attempts[n-1].CPU, s.measured = m.cpu, true
			if m.memory > 0 {
				s.Attempts[n-1].Memory = m.memory
			}
		}
	default:
		if ran := e.kind == succeeded || e.kind == failed || e.kind == retried; ran && !s.open && !math.IsNaN(s.taken) {
			s.gap = !all.unsent // a worker's log never has it
			s.start(s.begun(e, at), all.names[e.host])
		}
		s.over(e, m, at)
	}
}

// start begins an attempt; NaN = when is not in the log.
func (s *story) start(at float64, worker string) {
	if n := len(s.Attempts); n > 0 && s.retried == n && len(s.Retries) < n && !math.IsNaN(at) { // when it was due is not in the log
		s.Retries = append(s.Retries, at-s.again)
	}
	s.Attempts = append(s.Attempts, Attempt{Worker: worker, Started: at, Ended: math.NaN(), Runtime: math.NaN()})
	s.open, s.taken = true, math.NaN()
}

// begun is when an attempt began of which the log has the receipt and the end only: workers write no starts into their logs,
// and threads lose events of them. It is the end less the run time, where that is told; rounding must not put it before the
// receipt.
func (s *story) begun(e *event, at float64) float64 {
	if e.runtime == unsaid || math.IsNaN(e.runtime) {
		return math.NaN()
	}
	return max(s.taken, at-e.runtime)
}

// over adds an event that ends an attempt.
func (s *story) over(e *event, m *more, at float64) {
	switch e.kind {
	case succeeded:
		s.end(at, e.runtime)
		s.Outcome = OK
	case failed:
		s.end(at, e.runtime)
		s.Outcome = "failed"
		if m.lost && len(s.Attempts) > 0 {
			last := &s.Attempts[len(s.Attempts)-1]
			s.Outcome, last.Lost, last.Runtime = "lost", true, math.NaN()
		}
		if !math.IsNaN(m.limit) {
			s.Outcome, s.Limit = "timeout", m.limit
		}
	case retried:
		s.end(at, e.runtime)
		s.Outcome, s.again = "retrying", at
		s.retried++
	case rejected:
		s.end(at, unsaid)
		s.Outcome = "failed"
	case revoked:
		switch {
		case e.expired:
			s.Outcome = "expired"
		case len(s.Attempts) == 0:
			s.discarded = true
		default:
			s.end(at, unsaid)
			s.Outcome = "failed"
		}
	}
}

// hardLimit is how billiard's exception reads in an event.
var hardLimit = regexp.MustCompile(`^TimeLimitExceeded\(([0-9.]+)`)

// hardLimitOf is the limit that an exception names, s; NaN where it is another.
func hardLimitOf(exception string) float64 {
	if m := hardLimit.FindStringSubmatch(exception); m != nil {
		if x, err := strconv.ParseFloat(m[1], 64); err == nil {
			return x
		}
	}
	return math.NaN()
}

// delay takes that of a retry from the message that carries it. Celery publishes the message from within the attempt that
// fails, so it comes before the event task-retried (celery/app/task.py: retry).
func (s *story) delay(e *event, d float64) {
	if int(e.retries) == len(s.Retries)+1 && !math.IsNaN(d) {
		s.Retries = append(s.Retries, max(0, d))
	}
}

// end closes the running attempt. An end whose start is not in the log is no attempt that could be measured.
func (s *story) end(at, runtime float64) {
	if !s.open {
		return
	}
	s.open = false
	a := &s.Attempts[len(s.Attempts)-1]
	a.Ended, a.Runtime = at, at-a.Started
	if runtime != unsaid { // as the child measured it: without what the parent adds
		a.Runtime = runtime
	}
}

// task returns what the story came to; false where not even its arrival is known.
func (s *story) task() (Task, bool) {
	t := s.Task
	// The event task-sent follows the message, which a quick worker may have by then (celery/app/amqp.py).
	if t.Arrived = s.sent; !(t.Arrived < t.Received) && !math.IsNaN(t.Received) {
		t.Arrived = t.Received
	}
	if s.cut || s.discarded {
		return t, false
	}
	if t.Class == "" {
		t.Class = "unknown"
	}
	return t, true
}
