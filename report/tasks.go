package report

import (
	"io"
	"strconv"

	"example.com/simrun/des"
	"example.com/simrun/internal/experiment"
	"example.com/simrun/internal/sheet"
)

// TasksCSV writes one row a task, in the columns of the recordings of real Celery and the strategy last. Times are
// seconds from the start, empty where something did not happen.
func TasksCSV(w io.Writer, tasks []experiment.Task) error {
	columns := []string{"id", "class", "queue", "priority", "due", "published", "received", "started", "ended", "outcome", "attempts", "worker", "strategy"}
	return sheet.Write(w, columns, len(tasks), func(i int) []string {
		t := &tasks[i]
		priority := ""
		if t.Priority != nil {
			priority = strconv.Itoa(*t.Priority)
		}
		return []string{
			t.ID, t.Class, t.Queue, priority, instant(t.Due), instant(t.Published), instant(t.Received), instant(t.Started), instant(t.Ended),
			t.Outcome.String(), strconv.Itoa(t.Attempts), t.Worker, t.Strategy,
		}
	})
}

// instant writes a time exactly: nine digits after the point at most.
func instant(t des.Time) string {
	if t == des.Never {
		return ""
	}
	return sheet.Seconds(t.Seconds())
}
