package logs

import (
	"maps"
	"math"
	"slices"

	"example.com/simrun/internal/units"
)

// skew is by how much clocks must differ to be worth a word, in seconds.
const skew = 0.05

// doubts count what the events of a log cannot tell.
type doubts struct {
	tasks, cut, discarded, children, unsent, nameless, backwards, unstarted, unfinished, gaps int
}

// count looks at one task of a log that is so long, in seconds.
func (d *doubts) count(s *story, span float64, all *events) {
	count := func(n *int, is bool) {
		if is {
			*n++
		}
	}
	d.tasks++
	count(&d.cut, s.cut)
	count(&d.discarded, s.discarded && !s.cut)
	if s.cut || s.discarded {
		return
	}
	count(&d.children, s.child)
	count(&d.unsent, math.IsNaN(s.sent))
	count(&d.nameless, s.Class == "")
	count(&d.backwards, s.sent > s.Received+skew || len(s.Attempts) > 0 && s.Received > s.Attempts[0].Started+skew)
	count(&d.unstarted, s.Outcome == "unstarted" && s.before(span/2))
	count(&d.unfinished, s.Outcome == "unfinished" && s.Attempts[len(s.Attempts)-1].Started < span/2)
	count(&d.gaps, s.gap || math.IsNaN(s.Received) && len(s.Attempts) > 0 && !all.untaken || len(s.Attempts) == 0 && (s.Outcome == OK || s.Outcome == "failed"))
}

// say warns of it, of a log that starts at so many seconds since 1970. That nothing was sent is known where the format has no such thing.
func (d *doubts) say(l *Log, all *events, start float64) {
	n := d.tasks
	l.Discarded = d.discarded
	l.Unsent = d.unsent == n-d.cut-d.discarded
	switch {
	case all.unsent:
	case l.Unsent:
		l.warn("no task-sent events (task_send_sent_event is off): arrivals are taken from when a worker received the task, so time spent in the broker is not seen, bursts look smoother than they are, and queues are not known")
	case d.unsent > 0:
		l.warn("%d of %d tasks have no task-sent event (task_send_sent_event is off in some producers): their arrival is taken from when a worker received them", d.unsent, n)
	}
	if all.twice > 0 {
		l.warn("%s in the log again (files overlap, or two recorders listened): what is told twice counts once", units.Plural(all.twice, "event stands", "events stand"))
	}
	if d.nameless > 0 {
		l.warn("%s without a name in any event are put into a class named unknown", units.Plural(d.nameless, "task", "tasks"))
	}
	if d.cut > 0 {
		l.warn("%s left out, since their beginning is not in the log: it begins later, or leaves events out", units.Plural(d.cut, "task", "tasks"))
	}
	if d.discarded > 0 {
		what := "revoked"
		if all.unsent { // its worker writes the same of both
			what = "revoked, or expired,"
		}
		l.warn("%s left out, %s before they ran: where they wait less some run, and others wait for them, which is not predicted", units.Plural(d.discarded, "task", "tasks"), what)
	}
	for _, host := range slices.Sorted(maps.Keys(all.again)) {
		l.warn("%s has started again, %s after the log begins: before that it was away, and tasks waited for it; the scenario has it there all the time",
			host, units.Duration(math.Round(all.again[host]-start)))
	}
	if d.children > 0 {
		l.warn("%s sent by other tasks (chains, chords, tasks that call tasks): under another layout they still come when they came here, however long those before them take there", units.Plural(d.children, "task was", "tasks were"))
	}
	if l.Lossy = d.gaps*100 > n; l.Lossy {
		l.warn("%d of %d tasks lack an event in the middle: the log is sampled, or events were lost (they are not acknowledged); rates may be too low", d.gaps, n)
	}
	if d.backwards > 0 {
		l.warn("%s received before being sent, or started before being received: the clocks of the machines differ, and waits taken from this log are off", units.Plural(d.backwards, "task", "tasks"))
	}
	if d.unfinished > 0 {
		l.warn("%s started in the first half of the log and never ended: hanging, dead with the worker, or the end is not in the log; those that had run for twice as long as any that ended are taken to hang", units.Plural(d.unfinished, "task", "tasks"))
	}
	if d.unstarted > 0 {
		l.warn("%s arrived in the first half of the log and never started: lost, waiting for a worker that is not there, or the start is not in the log", units.Plural(d.unstarted, "task", "tasks"))
	}
	l.clocks(all.least)
}

// before says whether the task was sent or received before a moment.
func (s *story) before(at float64) bool { return s.sent < at || s.Received < at }

// clocks compares the senders' clocks by the least delay with which their events came: on one network it is about the
// same for all.
func (l *Log) clocks(least map[string]float64) {
	if len(least) < 2 {
		return
	}
	hosts := slices.Sorted(maps.Keys(least))
	low, high := hosts[0], hosts[0]
	for _, h := range hosts {
		if least[h] < least[low] {
			low = h
		}
		if least[h] > least[high] {
			high = h
		}
	}
	if d := least[high] - least[low]; d > skew {
		l.warn("the clocks of %s and %s seem to differ by %s: waits taken from this log are off by as much", low, high, units.Duration(math.Round(d*1000)/1000))
	}
}
