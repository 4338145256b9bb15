package report

import (
	"fmt"
	"io"

	"example.com/simrun/des"
	"example.com/simrun/internal/experiment"
)

// traceEvent is an event of the Chrome trace-event format (catapult, docs/trace-event-format), which Perfetto and
// chrome://tracing read. Times are in microseconds.
type traceEvent struct {
	Name     string         `json:"name"`
	Category string         `json:"cat,omitempty"`
	Phase    string         `json:"ph"`
	Start    float64        `json:"ts"`
	Duration float64        `json:"dur,omitempty"`
	Process  int            `json:"pid"`
	Thread   int            `json:"tid"`
	Args     map[string]any `json:"args,omitempty"`
}

// TraceJSON writes attempts as a timeline: a process is a strategy, a thread is a slot of one of its workers, and a
// slice is one stay of a task in that slot.
func TraceJSON(w io.Writer, attempts []experiment.Attempt) error {
	type slot struct {
		strategy, worker string
		n                int
	}
	processes, threads := map[string]int{}, map[slot]int{}
	events := []traceEvent{}
	end := des.Time(0) // what still ran at the end of the run has no end of its own
	for _, a := range attempts {
		end = max(end, a.Started)
		if a.Ended != des.Never {
			end = max(end, a.Ended)
		}
	}
	for _, a := range attempts {
		p, ok := processes[a.Strategy]
		if !ok {
			p = len(processes) + 1
			processes[a.Strategy] = p
			events = append(events, traceEvent{Name: "process_name", Phase: "M", Process: p, Args: map[string]any{"name": a.Strategy}})
		}
		key := slot{a.Strategy, a.Worker, a.Slot}
		t, ok := threads[key]
		if !ok {
			t = len(threads) + 1
			threads[key] = t
			events = append(events, traceEvent{Name: "thread_name", Phase: "M", Process: p, Thread: t, Args: map[string]any{"name": fmt.Sprintf("%s slot %d", a.Worker, a.Slot+1)}})
		}
		until := a.Ended
		if until == des.Never {
			until = end
		}
		events = append(events, traceEvent{
			Name: a.Class, Category: a.Outcome.String(), Phase: "X", Process: p, Thread: t,
			Start: float64(a.Started) / 1e3, Duration: float64(until-a.Started) / 1e3,
			Args: map[string]any{"id": a.ID, "attempt": a.Number, "outcome": a.Outcome.String()},
		})
	}
	return writeJSON(w, map[string]any{"displayTimeUnit": "ms", "traceEvents": events})
}
