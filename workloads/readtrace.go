package workloads

import (
	"bufio"
	"cmp"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"

	"example.com/simrun/des"
)

// traceErrors is the most errors of one file that are reported.
const traceErrors = 20

// ReadTrace reads a trace: CSV with a header that has the columns due and class and may have id, cpu, io, order,
// priority, failure and fail_arg; others are ignored. Rows need not be sorted. An empty cell is as if its column were
// absent. Errors are joined, up to 20, each as "NAME:LINE: COLUMN: message"; those of r are returned as they are.
func ReadTrace(name string, r io.Reader) (*TraceFile, error) {
	in := bufio.NewReader(r)
	if bom, _ := in.Peek(3); string(bom) == "\ufeff" {
		in.Discard(3) //nolint:errcheck // just peeked
	}
	t := traceReader{name: name, csv: csv.NewReader(in), index: map[string]int{}}
	t.csv.ReuseRecord = true
	if !t.header() {
		return nil, errors.Join(t.errs...)
	}
	f := &TraceFile{Name: name, HasWork: t.columns.cpu >= 0 || t.columns.io >= 0}
	for len(t.errs) < traceErrors && t.row(f) {
	}
	if len(t.errs) > 0 {
		return nil, errors.Join(t.errs...)
	}
	for _, rows := range f.rows {
		slices.SortStableFunc(rows, func(a, b TraceRow) int { return cmp.Compare(a.Due, b.Due) })
	}
	return f, nil
}

// traceReader reads one file, row by row.
type traceReader struct {
	name    string
	csv     *csv.Reader
	record  []string
	columns struct{ due, class, id, cpu, io, order, priority, failure, failArg int }
	index   map[string]int // of a class in the file
	errs    []error
}

func (t *traceReader) fail(line int, format string, args ...any) {
	t.errs = append(t.errs, fmt.Errorf("%s:%d: "+format, append([]any{t.name, line}, args...)...))
}

func (t *traceReader) header() bool {
	record, err := t.csv.Read()
	if err != nil {
		t.broken(err)
		if errors.Is(err, io.EOF) {
			t.fail(1, "no header: want columns due, class")
		}
		return false
	}
	record = slices.Clone(record)
	for i := range record {
		record[i] = strings.TrimSpace(record[i])
	}
	c := &t.columns
	for _, want := range []struct {
		name     string
		at       *int
		required bool
	}{
		{"due", &c.due, true},
		{"class", &c.class, true},
		{"id", &c.id, false},
		{"cpu", &c.cpu, false},
		{"io", &c.io, false},
		{"order", &c.order, false},
		{"priority", &c.priority, false},
		{"failure", &c.failure, false},
		{"fail_arg", &c.failArg, false},
	} {
		*want.at = slices.Index(record, want.name)
		if *want.at < 0 {
			if want.required {
				t.fail(1, "%s: no such column in the header", want.name)
			}
			continue
		}
		if slices.Contains(record[*want.at+1:], want.name) {
			t.fail(1, "%s: more than one such column in the header", want.name)
		}
	}
	return len(t.errs) == 0
}

// broken reports an error of the reader, unless it is the end of the file; false if reading cannot go on.
func (t *traceReader) broken(err error) (again bool) {
	var parse *csv.ParseError
	switch {
	case errors.Is(err, io.EOF):
	case errors.Is(err, csv.ErrFieldCount):
		line, _ := t.csv.FieldPos(0)
		t.fail(line, "%d cells: want %d, as in the header", len(t.record), t.csv.FieldsPerRecord)
		return true
	case errors.As(err, &parse):
		t.fail(parse.Line, "column %d: %w", parse.Column, parse.Err)
	default:
		t.errs = append(t.errs, err)
	}
	return false
}

// row reads one row into f; false at the end.
func (t *traceReader) row(f *TraceFile) bool {
	var err error
	if t.record, err = t.csv.Read(); err != nil {
		return t.broken(err)
	}
	c := &t.columns
	row := TraceRow{
		ID:      strings.Clone(t.cell(c.id)), // the record's memory is one string a row
		Due:     t.time("due", c.due),
		CPU:     t.time("cpu", c.cpu),
		IO:      t.time("io", c.io),
		IOFirst: t.choice("order", c.order, []string{"cpu,io", "io,cpu"}) == 1,
		Failure: TraceFailure(t.choice("failure", c.failure, failureNames)),
	}
	if t.cell(c.due) == "" {
		t.bad("due", c.due, "want seconds >= 0")
	}
	if t.cell(c.priority) != "" {
		row.HasPriority, row.Priority = true, t.whole("priority", c.priority, 0)
	}
	if row.Failure == FailFlaky {
		row.Times = t.whole("fail_arg", c.failArg, 1)
	}
	class := t.cell(c.class)
	if class == "" {
		t.bad("class", c.class, "want a name")
		return true
	}
	at, known := t.index[class]
	if !known {
		at = len(f.Classes)
		class = strings.Clone(class)
		t.index[class] = at
		f.Classes = append(f.Classes, class)
		f.rows = append(f.rows, nil)
	}
	f.rows[at] = append(f.rows[at], row)
	return true
}

// cell is the text of a column, "" if the file has none.
func (t *traceReader) cell(column int) string {
	if column < 0 {
		return ""
	}
	return strings.TrimSpace(t.record[column])
}

// bad reports the cell of a column that may be missing.
func (t *traceReader) bad(name string, column int, want string) {
	line, _ := t.csv.FieldPos(max(column, 0))
	t.fail(line, "%s: %q: %s", name, t.cell(column), want)
}

// time is a cell of seconds; empty = 0.
func (t *traceReader) time(name string, column int) des.Time {
	text := t.cell(column)
	if text == "" {
		return 0
	}
	v, err := strconv.ParseFloat(text, 64)
	if err != nil || !(v >= 0 && v < 9e9) {
		t.bad(name, column, "want seconds >= 0")
		return 0
	}
	return des.Seconds(v)
}

// whole is a cell that must hold a whole number of at least least.
func (t *traceReader) whole(name string, column, least int) int {
	n, err := strconv.Atoi(t.cell(column))
	if err != nil || n < least {
		t.bad(name, column, fmt.Sprintf("want a whole number >= %d", least))
	}
	return n
}

// choice is the index of a cell among the allowed values; empty = the first.
func (t *traceReader) choice(name string, column int, allowed []string) int {
	text := t.cell(column)
	if text == "" {
		return 0
	}
	i := slices.Index(allowed, text)
	if i < 0 {
		t.bad(name, column, "want "+strings.Join(allowed, " or "))
		return 0
	}
	return i
}
