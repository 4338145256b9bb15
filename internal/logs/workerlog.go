package logs

import (
	"bufio"
	"bytes"
	"fmt"
	"maps"
	"math"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"example.com/simrun/internal/units"
)

// ownLine is how a worker writes a line unless worker_log_format says otherwise (celery/app/defaults.py).
var ownLine = regexp.MustCompile(`\[\d{4}-\d\d-\d\d \d\d:\d\d:\d\d[,.]\d{3}: [A-Z]+/[^\]]+\] `)

// What a worker says of tasks (celery/app/trace.py and worker/request.py), of 4 and of 5.
var (
	receivedLine = regexp.MustCompile(`^(?:Received task: (\S+)\[([^\]]+)\]|Task (\S+)\[([^\]]+)\] received)`)
	endLine      = regexp.MustCompile(`^Task (\S+)\[([^\]]+)\] (succeeded in ([0-9.e+-]+)s|raised |INTERNAL ERROR|rejected|ignored|retry: (?:Retry in ([0-9.]+)s)?)`)
	limitLine    = regexp.MustCompile(`^Hard time limit \(([0-9.]+)s\) exceeded for (\S+)\[([^\]]+)\]`)
	revokedLine  = regexp.MustCompile(`^Discarding revoked task: (\S+)\[([^\]]+)\]`)
	readyLine    = regexp.MustCompile(`([^\s"]+@\S+) ready\.`)
	bannerLine   = regexp.MustCompile(`^(.*?) *-{10,} (\S+@\S+) v(\d+\.\d+[0-9.]*)`)
)

// isWorkerLog says whether a log begins as that of a worker does: with its banner, or with a line of it.
func isWorkerLog(start []byte) bool {
	for line := range bytes.Lines(start) {
		line = plain(bytes.TrimRight(line, "\r\n"))
		if _, says := lineOf(line, time.UTC); says || ownLine.Match(line) || bannerLine.Match(line) {
			return true
		}
	}
	return false
}

// workerCosts are what a worker's log does not have.
const workerCosts = "it has no queues; no countdowns; no times of the broker, so a task comes when its worker received it, and waiting before that is not seen; no starts, so how long an attempt ran that failed follows only from when those before it ended; and no time zone, so its times are taken for UTC unless --timezone says another, and the clocks of several logs must be the same. Celery's events (tools/celery records them) have all of it"

// workerLog makes events of the lines of workers. They do not log starts.
type workerLog struct {
	all     *events
	source  string // of the line that is read: what stands before it
	of      map[string]*voice
	retries map[string]int // how often each task was sent again
}

// voice is a source of lines: one worker, unless several write into one file.
type voice struct {
	clock *clock
	hosts []string // that said their names, the last one last
}

// workerLog adds the events that workers' logs tell of. Lines of others, and tracebacks, stand between their own.
func (r *reader) workerLog(name string, in *bufio.Reader) error {
	w := workerLog{all: r.events, of: map[string]*voice{}, retries: map[string]int{}}
	before, timeless, whole := r.events.n, 0, true
	err := lines(name, in, func(line []byte) error {
		line = plain(line)
		if m := bannerLine.FindSubmatch(line); m != nil {
			w.hear(string(m[1])).named(string(m[2]))
			r.events.release = string(m[3])
		}
		l, says := lineOf(line, r.opts.Zone)
		switch {
		case !says:
		case math.IsNaN(l.at):
			timeless++
		default:
			v := w.hear(l.before)
			if !l.shown.IsZero() {
				l.at = v.clock.read(l.shown)
			}
			whole = whole && l.whole
			w.tell(l.said, l.at)
		}
		return nil
	})
	switch {
	case err != nil:
		return err
	case r.events.n == before && timeless > 0:
		return fmt.Errorf("%s: taken for the log of a worker, whose lines have no time that is known: want one such as 2026-05-01 12:00:00,000 in each", name)
	case r.events.n == before:
		return fmt.Errorf("%s: taken for the log of a worker, which has no tasks in it: is its level INFO?", name)
	case whole:
		r.costs = append(r.costs, name+": its times are whole seconds: waits are off by up to one")
	}
	r.events.unsent = true
	for _, source := range slices.Sorted(maps.Keys(w.of)) {
		if hosts := w.of[source].hosts; len(hosts) > 1 {
			r.costs = append(r.costs, fmt.Sprintf("%s: %s write into it, and their lines do not say which: what comes after one has said its name is taken for its own",
				name, units.Shorten(units.And(hosts))))
		}
	}
	return nil
}

// hear finds whose line it is by what stands before it.
func (w *workerLog) hear(before string) *voice {
	w.source = sourceOf(before)
	v := w.of[w.source]
	if v == nil {
		v = &voice{clock: newClock()}
		w.of[w.source] = v
	}
	return v
}

// named notes the name of who speaks from now on.
func (v *voice) named(host string) {
	v.hosts = append(slices.DeleteFunc(v.hosts, func(h string) bool { return h == host }), host)
}

// host is who wrote the line that is read: as it named itself, or else as its lines were collected.
func (w *workerLog) host() string {
	if v := w.of[w.source]; v != nil && len(v.hosts) > 0 {
		return v.hosts[len(v.hosts)-1]
	}
	return w.source
}

// tell reads what was said at a moment.
func (w *workerLog) tell(said string, at float64) {
	if m := receivedLine.FindStringSubmatch(said); m != nil {
		w.add(told{kind: received, id: m[2] + m[4], class: m[1] + m[3], at: at})
	} else if m := endLine.FindStringSubmatch(said); m != nil {
		w.end(m, at)
	} else if m := limitLine.FindStringSubmatch(said); m != nil {
		limit, err := strconv.ParseFloat(m[1], 64)
		if err != nil {
			return // Celery writes a number
		}
		w.add(told{kind: failed, id: m[3], class: m[2], at: at, runtime: &limit, exception: "TimeLimitExceeded(" + m[1] + ")"})
	} else if m := revokedLine.FindStringSubmatch(said); m != nil {
		w.add(told{kind: revoked, id: m[2], class: m[1], at: at})
	} else if m := readyLine.FindStringSubmatch(said); m != nil {
		w.of[w.source].named(m[1])
		w.all.online(m[1], at)
	}
}

// end reads the end of an attempt.
func (w *workerLog) end(m []string, at float64) {
	id, run := m[2], math.NaN()
	if x, err := strconv.ParseFloat(m[4], 64); err == nil {
		run = x
	}
	over := told{kind: failed, id: id, class: m[1], at: at, runtime: &run}
	switch {
	case !math.IsNaN(run), strings.HasPrefix(m[3], "ignored"):
		over.kind = succeeded
	case strings.HasPrefix(m[3], "retry"):
		over.kind = retried
	}
	w.add(over)
	if delay, err := strconv.ParseFloat(m[5], 64); over.kind == retried {
		w.retries[id]++
		if err == nil {
			w.add(told{kind: received, id: id, at: at, retries: w.retries[id], eta: at + delay})
		}
	}
}

func (w *workerLog) add(t told) {
	t.host = w.host()
	w.all.add(&t)
}
