package recordings

import (
	"bufio"
	"fmt"
	"io"
	"math"
	"regexp"
	"strconv"
	"strings"
	"time"
)

// workerLine is how a worker writes a line unless worker_log_format says otherwise (celery/app/defaults.py).
var workerLine = regexp.MustCompile(`^\[(\d{4}-\d\d-\d\d \d\d:\d\d:\d\d[,.]\d{3}): [A-Z]+/[^\]]+\] (.*)$`)

// What a worker says of tasks (celery/app/trace.py and worker/request.py), of 4 and of 5.
var (
	receivedLine = regexp.MustCompile(`^(?:Received task: (\S+)\[([^\]]+)\]|Task (\S+)\[([^\]]+)\] received)`)
	endLine      = regexp.MustCompile(`^Task (\S+)\[([^\]]+)\] (succeeded in ([0-9.e+-]+)s|raised |INTERNAL ERROR|rejected|ignored|retry: (?:Retry in ([0-9.]+)s)?)`)
	limitLine    = regexp.MustCompile(`^Hard time limit \(([0-9.]+)s\) exceeded for (\S+)\[([^\]]+)\]`)
	revokedLine  = regexp.MustCompile(`^Discarding revoked task: (\S+)\[([^\]]+)\]`)
	readyLine    = regexp.MustCompile(`^(\S+@\S+) ready\.`)
	bannerLine   = regexp.MustCompile(`^ *-+ (\S+@\S+) v(\d+\.\d+[0-9.]*)`)
)

// isWorkerLog says whether a log begins as that of a worker does: with its banner, or with a line of it.
func isWorkerLog(start string) bool {
	for line := range strings.Lines(start) {
		line = strings.TrimRight(line, "\r\n")
		if workerLine.MatchString(line) || bannerLine.MatchString(line) {
			return true
		}
	}
	return false
}

// workerLog makes events of the lines of a worker. It does not log starts: that of an attempt that succeeded is its end less
// its run time, that of any other is not known.
type workerLog struct {
	host     string
	received map[string]float64 // when each task came first, s since 1970
	retries  map[string]int     // how often each was sent again
	events   []event
}

// readWorkerLog adds the events that a worker's log tells of. Lines of others, and tracebacks, stand between its own.
func readWorkerLog(name string, in io.Reader, all *[]event, release *string) error {
	s := bufio.NewScanner(in)
	s.Buffer(nil, longestLine)
	w := workerLog{received: map[string]float64{}, retries: map[string]int{}}
	line := 0
	for ; s.Scan(); line++ {
		if m := bannerLine.FindStringSubmatch(s.Text()); m != nil {
			w.host, *release = m[1], m[2]
		}
		m := workerLine.FindStringSubmatch(s.Text())
		if m == nil {
			continue
		}
		at, err := time.Parse("2006-01-02 15:04:05.000", strings.Replace(m[1], ",", ".", 1))
		if err != nil {
			return fmt.Errorf("%s:%d: %q is no moment", name, line+1, m[1])
		}
		w.tell(m[2], float64(at.UnixMilli())/1e3)
	}
	if err := s.Err(); err != nil {
		return fmt.Errorf("%s:%d: %w", name, line+1, err)
	}
	if len(w.events) == 0 {
		return fmt.Errorf("%s: taken for the log of a worker, which has no tasks in it: is its level INFO?", name)
	}
	*all = append(*all, w.events...)
	return nil
}

// tell reads what was said at a moment.
func (w *workerLog) tell(said string, at float64) {
	if m := receivedLine.FindStringSubmatch(said); m != nil {
		class, id := m[1]+m[3], m[2]+m[4]
		if _, again := w.received[id]; !again {
			w.received[id] = at
		}
		w.add("task-received", id, at).Name = class
	} else if m := endLine.FindStringSubmatch(said); m != nil {
		w.end(m, at)
	} else if m := limitLine.FindStringSubmatch(said); m != nil {
		limit, _ := strconv.ParseFloat(m[1], 64)
		w.started(m[3], at, limit).Name = m[2]
		w.add("task-failed", m[3], at).Exception = "TimeLimitExceeded(" + m[1] + ")"
	} else if m := revokedLine.FindStringSubmatch(said); m != nil {
		w.add("task-revoked", m[2], at).Name = m[1]
	} else if m := readyLine.FindStringSubmatch(said); m != nil {
		w.host = m[1]
	}
}

// end reads the end of an attempt.
func (w *workerLog) end(m []string, at float64) {
	class, id, run := m[1], m[2], math.NaN()
	if x, err := strconv.ParseFloat(m[4], 64); err == nil {
		run = x
	}
	w.started(id, at, run).Name = class
	switch {
	case !math.IsNaN(run):
		w.add("task-succeeded", id, at).Runtime = &run
	case strings.HasPrefix(m[3], "ignored"):
		w.add("task-succeeded", id, at).Runtime = &run
	case strings.HasPrefix(m[3], "retry"):
		w.add("task-retried", id, at).Runtime = &run
		w.retries[id]++
		if delay, err := strconv.ParseFloat(m[5], 64); err == nil {
			due := time.UnixMicro(int64((at + delay) * 1e6)).UTC().Format(time.RFC3339Nano)
			e := w.add("task-received", id, at)
			e.Retries, e.ETA = w.retries[id], &due
		}
	default:
		w.add("task-failed", id, at).Runtime = &run
	}
}

// started adds the start of an attempt that ended after so long; at its end where that is not known. Rounding must not put
// it before the task came.
func (w *workerLog) started(id string, at, run float64) *event {
	if !math.IsNaN(run) {
		if came, known := w.received[id]; known {
			at = max(came, at-run)
		} else {
			at -= run
		}
	}
	return w.add("task-started", id, at)
}

func (w *workerLog) add(kind, id string, at float64) *event {
	w.events = append(w.events, event{Type: kind, UUID: id, Hostname: w.host, Timestamp: &at})
	return &w.events[len(w.events)-1]
}

// costs are what a worker's log does not have.
const costs = "%s: taken for the log of a worker: it has no queues, so all tasks are put into one; no times of the broker, so a task comes when its worker received it, and waiting before that is not seen; no starts, so how long an attempt ran is known only where it succeeded; and no time zone, so the clocks of several logs must be the same. Celery's events (tools/celery records them) have all of it"
