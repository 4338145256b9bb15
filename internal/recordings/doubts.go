package recordings

import (
	"maps"
	"math"
	"slices"
)

// skew is by how much clocks must differ to be worth a word, in seconds.
const skew = 0.05

// doubts warns of what the events cannot tell.
func (l *Log) doubts(stories []*story, events []event) {
	var cut, unsent, queueless, nameless, backwards, unstarted, unfinished, gaps int
	for _, s := range stories {
		count := func(n *int, is bool) {
			if is {
				*n++
			}
		}
		count(&cut, s.cut)
		if s.cut {
			continue
		}
		count(&unsent, math.IsNaN(s.sent))
		count(&queueless, s.Queue == "")
		count(&nameless, s.Class == "")
		count(&backwards, s.sent > s.Received+skew || len(s.Attempts) > 0 && s.Received > s.Attempts[0].Started+skew)
		count(&unstarted, s.Outcome == "unstarted" && s.before(l.Span/2))
		count(&unfinished, s.Outcome == "unfinished" && s.Attempts[len(s.Attempts)-1].Started < l.Span/2)
		count(&gaps, math.IsNaN(s.Received) && len(s.Attempts) > 0 || len(s.Attempts) == 0 && (s.Outcome == ok || s.Outcome == "failed"))
	}
	n := len(stories)
	switch {
	case unsent == n-cut:
		l.warn("no task-sent events (task_send_sent_event is off): arrivals are taken from when a worker received the task, so time spent in the broker is not seen, bursts look smoother than they are, and queues are not known")
	case unsent > 0:
		l.warn("%d of %d tasks have no task-sent event (task_send_sent_event is off in some producers): their arrival is taken from when a worker received them", unsent, n)
	}
	if queueless > 0 && unsent < n-cut {
		l.warn("%s without a queue in any event are put into %q", plural(queueless, "task"), defaultQueue)
	}
	if nameless > 0 {
		l.warn("%s without a name in any event are put into a class named unknown", plural(nameless, "task"))
	}
	if cut > 0 {
		l.warn("%s left out, since their beginning is not in the log: it begins later, or leaves events out", plural(cut, "task"))
	}
	if gaps*100 > n {
		l.warn("%d of %d tasks lack an event in the middle: the log is sampled, or events were lost (they are not acknowledged); rates may be too low", gaps, n)
	}
	if backwards > 0 {
		l.warn("%s received before being sent, or started before being received: the clocks of the machines differ, and waits taken from this log are off", plural(backwards, "task"))
	}
	if unfinished > 0 {
		l.warn("%s started in the first half of the log and never ended: hanging, dead with the worker, or the end is not in the log; those that had run for twice as long as any that ended are taken to hang", plural(unfinished, "task"))
	}
	if unstarted > 0 {
		l.warn("%s arrived in the first half of the log and never started: lost, waiting for a worker that is not there, or the start is not in the log", plural(unstarted, "task"))
	}
	l.clocks(events)
}

// before says whether the task was sent or received before a moment.
func (s *story) before(at float64) bool { return s.sent < at || s.Received < at }

// clocks compares the senders' clocks by the least delay with which their events came: on one network it is about the
// same for all.
func (l *Log) clocks(events []event) {
	least := map[string]float64{}
	for i := range events {
		e := &events[i]
		if e.Local == nil {
			continue
		}
		delay := *e.Local - *e.Timestamp
		if d, known := least[e.Hostname]; !known || delay < d {
			least[e.Hostname] = delay
		}
	}
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
		l.warn("the clocks of %s and %s seem to differ by %s: waits taken from this log are off by as much", low, high, duration(math.Round(d*1000)/1000))
	}
}
