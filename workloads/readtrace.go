package workloads

import (
	"cmp"
	"io"
	"math"
	"slices"
	"strconv"
	"strings"

	"example.com/simrun/des"
	"example.com/simrun/internal/sheet"
)

var (
	traceColumns = []string{"id", "class", "queue", "due", "published", "cpu", "io", "order", "priority", "countdown", "expires", "failure", "fail_arg"}
	traceOrders  = []string{"cpu,io", "io,cpu"}
)

// ReadTrace reads a trace: CSV with a header that has the columns due and class and may have id, published, cpu, io,
// order, priority, countdown, expires, failure and fail_arg; others are ignored. Rows need not be sorted. An empty cell is as if its column were
// absent. Errors are joined, up to 20, each as "NAME:LINE: COLUMN: message".
func ReadTrace(name string, r io.Reader) (*TraceFile, error) {
	in := sheet.New(name, r, []string{"due", "class"}, traceColumns...)
	f := &TraceFile{Name: name, HasWork: in.Has("cpu") || in.Has("io")}
	index := map[string]int{} // of a class in the file
	for in.Next() {
		class, row := traceRow(in)
		if class == "" {
			in.Bad("class", "want a name")
			continue
		}
		at, known := index[class]
		if !known {
			at = len(f.Classes)
			class = strings.Clone(class)
			index[class] = at
			f.Classes = append(f.Classes, class)
			f.rows = append(f.rows, nil)
		}
		f.rows[at] = append(f.rows[at], row)
	}
	if err := in.Err(); err != nil {
		return nil, err
	}
	for _, rows := range f.rows {
		slices.SortStableFunc(rows, func(a, b TraceRow) int { return cmp.Compare(a.Due, b.Due) })
	}
	return f, nil
}

// traceRow returns the present row, and the class it is of.
func traceRow(in *sheet.Sheet) (class string, row TraceRow) {
	row = TraceRow{
		ID:        strings.Clone(in.Text("id")), // the record's memory is one string a row
		Due:       traceTime(in, "due"),
		CPU:       traceTime(in, "cpu"),
		IO:        traceTime(in, "io"),
		IOFirst:   in.Choice("order", traceOrders) == 1,
		Countdown: traceTime(in, "countdown"),
		Expires:   traceTime(in, "expires"),
		Failure:   TraceFailure(in.Choice("failure", failureNames)),
	}
	if in.Text("due") == "" {
		in.Bad("due", wantSeconds)
	}
	if in.Text("published") != "" {
		if row.Lag = traceTime(in, "published") - row.Due; row.Lag < 0 {
			in.Bad("published", "want a time that is not before due")
		}
	}
	if in.Text("priority") != "" {
		row.HasPriority, row.Priority = true, in.Whole("priority", 0)
	}
	if row.Failure == FailFlaky {
		row.Times = in.Whole("fail_arg", 1)
	}
	return in.Text("class"), row
}

const wantSeconds = "want seconds >= 0"

// traceTime returns a cell of seconds; empty = 0.
func traceTime(in *sheet.Sheet, column string) des.Time {
	x := in.Number(column, wantSeconds, func(x float64) bool { return x >= 0 && x < 9e9 })
	if math.IsNaN(x) {
		return 0
	}
	return des.Seconds(x)
}

// TraceLine is one row of a trace as it is written: the queue is for people and other tools, nobody reads it back.
type TraceLine struct {
	Class, Queue string
	TraceRow
}

// WriteTrace writes a trace that ReadTrace reads, with all its digits.
func WriteTrace(w io.Writer, lines []TraceLine) error {
	return sheet.Write(w, traceColumns, len(lines), func(i int) []string {
		t := &lines[i]
		order, priority, times, published := traceOrders[0], "", "", ""
		if t.IOFirst {
			order = traceOrders[1]
		}
		if t.HasPriority {
			priority = strconv.Itoa(t.Priority)
		}
		if t.Times > 0 {
			times = strconv.Itoa(t.Times)
		}
		seconds := func(t des.Time) string { return sheet.Seconds(t.Seconds()) }
		own := func(t des.Time) string {
			if t == 0 {
				return ""
			}
			return seconds(t)
		}
		if t.Lag > 0 {
			published = seconds(t.Due + t.Lag)
		}
		return []string{t.ID, t.Class, t.Queue, seconds(t.Due), published, seconds(t.CPU), seconds(t.IO), order, priority, own(t.Countdown), own(t.Expires), t.Failure.String(), times}
	})
}
