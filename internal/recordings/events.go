package recordings

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"
)

// event is one of Celery's events: the fields that matter here, as celery/events/event.py, app/amqp.py (task-sent),
// worker/strategy.py (task-received) and worker/request.py (the others) send them.
type event struct {
	Type      string   `json:"type"`
	UUID      string   `json:"uuid"`
	Hostname  string   `json:"hostname"`
	Timestamp *float64 `json:"timestamp"`      // s since 1970, by the sender's clock
	Local     *float64 `json:"local_received"` // s since 1970, by the clock of who recorded it; added by celery/events/receiver.py

	Name      string   `json:"name"`      // of sent and received
	Queue     string   `json:"queue"`     // of sent
	Retries   int      `json:"retries"`   // of sent and received
	ETA       *string  `json:"eta"`       // of sent and received: ISO 8601
	Expires   *string  `json:"expires"`   // likewise
	Runtime   *float64 `json:"runtime"`   // of succeeded; NaN = not known, in the log of a worker
	Exception string   `json:"exception"` // of failed and retried
	Expired   bool     `json:"expired"`   // of revoked
	Version   string   `json:"sw_ver"`    // of worker-online and worker-heartbeat
}

// taskEvents are the events about tasks that say something here.
var taskEvents = []string{
	"task-sent", "task-received", "task-started", "task-succeeded", "task-failed", "task-retried", "task-rejected", "task-revoked",
}

// longest line of a log: results and tracebacks stand in it.
const longestLine = 16 << 20

// readEvents adds one event a line, and takes the release from what workers say of themselves. Events of other kinds than
// [taskEvents] are left out.
func readEvents(name string, in io.Reader, all *[]event, release *string) error {
	s := bufio.NewScanner(in)
	s.Buffer(nil, longestLine)
	var events []event
	var errs []error
	line := 0
	for ; s.Scan() && len(errs) < 20; line++ {
		if len(s.Bytes()) == 0 {
			continue
		}
		var e event
		if err := json.Unmarshal(s.Bytes(), &e); err != nil {
			errs = append(errs, fmt.Errorf("%s:%d: %s", name, line+1, plain(err)))
			continue
		}
		if e.Version != "" {
			*release = e.Version
		}
		switch {
		case e.Type == "":
			errs = append(errs, fmt.Errorf("%s:%d: type is missing: want an event such as task-started", name, line+1))
		case !slices.Contains(taskEvents, e.Type):
		case e.UUID == "":
			errs = append(errs, fmt.Errorf("%s:%d: uuid is missing", name, line+1))
		case e.Timestamp == nil:
			errs = append(errs, fmt.Errorf("%s:%d: timestamp is missing", name, line+1))
		default:
			events = append(events, e)
		}
	}
	if err := s.Err(); err != nil {
		errs = append(errs, fmt.Errorf("%s:%d: %w", name, line+1, err))
	}
	if err := errors.Join(errs...); err != nil {
		return err
	}
	if len(events) == 0 {
		return fmt.Errorf("%s: no events about tasks: do the workers run with -E, or task events enabled?", name)
	}
	*all = append(*all, events...)
	return nil
}

// tasksOf makes tasks of events.
func (l *Log) tasksOf(events []event) {
	// By the senders' clocks; a log may hold them in the order in which they came.
	slices.SortStableFunc(events, func(a, b event) int {
		switch {
		case *a.Timestamp < *b.Timestamp:
			return -1
		case *a.Timestamp > *b.Timestamp:
			return 1
		}
		return 0
	})
	start := *events[0].Timestamp
	l.Span = *events[len(events)-1].Timestamp - start
	index := map[string]int{}
	var stories []*story
	for i := range events {
		e := &events[i]
		at, known := index[e.UUID]
		if !known {
			at = len(stories)
			index[e.UUID] = at
			stories = append(stories, newStory(e.UUID))
		}
		stories[at].tell(e, *e.Timestamp-start)
	}
	for _, s := range stories {
		s.cut = s.cut || math.IsNaN(s.sent) && math.IsNaN(s.Received)
	}
	l.doubts(stories, events)
	for _, s := range stories {
		if t, ok := s.task(); ok {
			l.Tasks = append(l.Tasks, t)
		}
	}
}

// story is one task while its events are read.
type story struct {
	LogTask
	sent    float64
	cut     bool    // when it came is not in the log: that begins later, or leaves events out
	open    bool    // an attempt runs
	retried int     // events task-retried
	again   float64 // of the last of them; NaN = none
}

func newStory(id string) *story {
	nan := math.NaN()
	return &story{
		LogTask: LogTask{ID: id, Outcome: "unstarted", Arrived: nan, Received: nan, Limit: nan, Countdown: nan, Expires: nan},
		sent:    nan, again: nan,
	}
}

// tell adds one event, at so many seconds from the start of the log.
func (s *story) tell(e *event, at float64) {
	if s.Class == "" {
		s.Class = e.Name
	}
	if e.Retries > 0 && math.IsNaN(s.sent) && math.IsNaN(s.Received) {
		s.cut = true // what came before the retry is not in the log
	}
	switch e.Type {
	case "task-sent":
		if e.Queue != "" {
			s.Queue = e.Queue
		}
		if e.Retries == 0 && math.IsNaN(s.sent) {
			s.sent = at
			s.Countdown, s.Expires = after(e.ETA, *e.Timestamp), after(e.Expires, *e.Timestamp)
		}
		s.delay(e, *e.Timestamp)
	case "task-received":
		if math.IsNaN(s.Received) {
			s.Received = at
			if math.IsNaN(s.sent) && e.Retries == 0 {
				s.Countdown, s.Expires = after(e.ETA, *e.Timestamp), after(e.Expires, *e.Timestamp)
			}
		}
		s.delay(e, *e.Timestamp-at+s.again)
	case "task-started":
		if n := len(s.Attempts); n > 0 && s.retried == n && len(s.Retries) < n { // when it was due is not in the log
			s.Retries = append(s.Retries, at-s.again)
		}
		if s.open { // redelivered: the process that ran it died, and no event says so
			s.Attempts[len(s.Attempts)-1].Lost = true
		}
		s.Attempts = append(s.Attempts, LogAttempt{Worker: e.Hostname, Started: at, Ended: math.NaN(), Runtime: math.NaN()})
		s.open, s.Outcome = true, "unfinished"
	case "task-succeeded":
		s.end(at, e.Runtime)
		s.Outcome = ok
	case "task-failed":
		s.end(at, e.Runtime)
		s.Outcome = "failed"
		if strings.HasPrefix(e.Exception, "WorkerLostError") && len(s.Attempts) > 0 {
			last := &s.Attempts[len(s.Attempts)-1]
			s.Outcome, last.Lost, last.Runtime = "lost", true, math.NaN()
		}
		if m := hardLimit.FindStringSubmatch(e.Exception); m != nil {
			s.Outcome = "timeout"
			if x, err := strconv.ParseFloat(m[1], 64); err == nil {
				s.Limit = x
			}
		}
	case "task-retried":
		s.end(at, e.Runtime)
		s.Outcome, s.again = "retrying", at
		s.retried++
	case "task-rejected":
		s.end(at, nil)
		s.Outcome = "failed"
	case "task-revoked":
		if e.Expired {
			s.Outcome = "expired"
		} else {
			s.end(at, nil)
			s.Outcome = "failed"
		}
	}
}

// ok is the outcome of a task that succeeded.
const ok = "ok"

// hardLimit is how billiard's exception reads in an event.
var hardLimit = regexp.MustCompile(`^TimeLimitExceeded\(([0-9.]+)`)

// delay takes that of a retry from the message that carries it, counted from a moment since 1970. Celery publishes the
// message from within the attempt that fails, so it comes before the event task-retried (celery/app/task.py: retry).
func (s *story) delay(e *event, from float64) {
	if d := after(e.ETA, from); e.Retries == len(s.Retries)+1 && !math.IsNaN(d) {
		s.Retries = append(s.Retries, max(0, d))
	}
}

// end closes the running attempt. An end whose start is not in the log is no attempt that could be measured.
func (s *story) end(at float64, runtime *float64) {
	if !s.open {
		return
	}
	s.open = false
	a := &s.Attempts[len(s.Attempts)-1]
	a.Ended, a.Runtime = at, at-a.Started
	if runtime != nil { // as the child measured it: without what the parent adds
		a.Runtime = *runtime
	}
}

// task returns what the story came to; false where not even its arrival is known.
func (s *story) task() (LogTask, bool) {
	t := s.LogTask
	// The event task-sent follows the message, which a quick worker may have by then (celery/app/amqp.py).
	if t.Arrived = s.sent; !(t.Arrived < t.Received) && !math.IsNaN(t.Received) {
		t.Arrived = t.Received
	}
	if s.cut {
		return t, false
	}
	if t.Class == "" {
		t.Class = "unknown"
	}
	return t, true
}

// after returns the time from a moment to one in ISO 8601; NaN where there is none.
func after(iso *string, from float64) float64 {
	if iso == nil || *iso == "" {
		return math.NaN()
	}
	for _, layout := range []string{time.RFC3339Nano, "2006-01-02T15:04:05.999999999"} { // the latter: naive, in UTC
		if t, err := time.Parse(layout, *iso); err == nil {
			return float64(t.UnixMicro())/1e6 - from
		}
	}
	return math.NaN()
}
