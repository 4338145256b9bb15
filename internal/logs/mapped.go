package logs

import (
	"bufio"
	"bytes"
	"encoding/csv"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"math"
	"slices"
	"strconv"
	"strings"
	"time"

	"example.com/simrun/internal/units"
)

// Mapping says which columns of a table, or keys of JSON objects, hold what.
type Mapping struct{ of map[string]string }

// Columns are what a [Mapping] can name; those without which a table says too little come first.
var (
	needed  = []string{"created", "started", "ended", "class"}
	Columns = slices.Concat(needed, []string{"id", "queue", "worker", "priority", "outcome", "received", "cpu"})
)

// ParseMapping reads created=COLUMN,started=COLUMN,...
func ParseMapping(text string) (*Mapping, error) {
	m := &Mapping{map[string]string{}}
	var errs []error
	for part := range strings.SplitSeq(text, ",") {
		what, column, _ := strings.Cut(part, "=")
		what, column = strings.TrimSpace(what), strings.TrimSpace(column)
		_, err := units.Choose(Columns, what)
		switch {
		case err != nil:
			errs = append(errs, err)
		case column == "":
			errs = append(errs, fmt.Errorf("%s: no column: want %s=COLUMN", what, what))
		case m.of[what] != "":
			errs = append(errs, fmt.Errorf("%s: told twice: want one column", what))
		default:
			m.of[what] = column
		}
	}
	for _, what := range needed {
		if m.of[what] == "" && errs == nil {
			errs = append(errs, fmt.Errorf("%s is missing: want %s=COLUMN", what, what))
		}
	}
	return m, errors.Join(errs...)
}

// fates are the words for what became of a task: Celery's states, and those of tables.
var fates = map[string]kind{
	"ok": succeeded, "success": succeeded, "succeeded": succeeded, "completed": succeeded, "done": succeeded, "true": succeeded,
	"failed": failed, "failure": failed, "error": failed, "false": failed, "timeout": failed,
	"retry": retried, "retried": retried, "revoked": revoked, "rejected": rejected,
}

// mapped reads a table whose columns are told: CSV with a header, or JSON objects, one a line or in an array.
func (r *reader) mapped(name string, in *bufio.Reader) error {
	start, _ := in.Peek(startOf) // there is something, or nobody would have come here
	r.events.untaken = r.events.untaken || r.opts.Map.of["received"] == ""
	row := 0
	of := func(value func(column string) string) error {
		row++
		return r.mappedRow(value, name, row)
	}
	switch start = bytes.TrimLeft(start, " \t\r\n"); start[0] {
	case '{':
		return lines(name, in, func(line []byte) error {
			if len(bytes.TrimSpace(line)) == 0 {
				return nil
			}
			d := json.NewDecoder(bytes.NewReader(line))
			return objectRow(d, of)
		})
	case '[':
		return each(name, in, func(d *json.Decoder, _ string) error { return objectRow(d, of) })
	}
	return r.mappedCSV(name, in, start, of)
}

// objectRow reads one JSON object as a row.
func objectRow(d *json.Decoder, of func(value func(column string) string) error) error {
	d.UseNumber()
	var keys map[string]any
	if err := d.Decode(&keys); err != nil {
		return errors.New(Plain(err))
	}
	return of(func(column string) string {
		if v := keys[column]; v != nil {
			return fmt.Sprint(v)
		}
		return ""
	})
}

// mappedCSV reads a table with a header, whose cells are parted by the commonest of comma, semicolon and tab in it.
func (r *reader) mappedCSV(name string, in *bufio.Reader, start []byte, of func(value func(column string) string) error) error {
	table := csv.NewReader(in)
	table.ReuseRecord, table.LazyQuotes = true, true
	header, _, _ := bytes.Cut(start, []byte("\n"))
	for _, c := range ";\t" {
		if bytes.Count(header, []byte(string(c))) > bytes.Count(header, []byte(string(table.Comma))) {
			table.Comma = c
		}
	}
	head, err := table.Read()
	if err != nil {
		return fmt.Errorf("%s: %w", name, err)
	}
	at := map[string]int{}
	var errs []error
	for i, column := range head {
		column = strings.TrimSpace(column)
		if _, twice := at[column]; twice && slices.Contains(slices.Collect(maps.Values(r.opts.Map.of)), column) {
			errs = append(errs, fmt.Errorf("%s:1: the column %q is there twice: want another name for one of them", name, column))
		}
		at[column] = i
	}
	for _, what := range Columns {
		if column := r.opts.Map.of[what]; column != "" {
			if _, there := at[column]; !there {
				errs = append(errs, fmt.Errorf("%s:1: %s: no column %q: want %s", name, what, column, units.Shorten(units.Alternatives(slices.Clone(head)))))
			}
		}
	}
	for len(errs) == 0 || len(errs) < most && r.events.n > 0 {
		row, err := table.Read()
		if errors.Is(err, io.EOF) {
			break
		}
		var line int
		if len(row) > 0 {
			line, _ = table.FieldPos(0)
		}
		switch {
		case err == nil:
			err = of(func(column string) string { return strings.TrimSpace(row[at[column]]) })
		case !errors.Is(err, csv.ErrFieldCount):
			return errors.Join(append(errs, fmt.Errorf("%s: %w", name, err))...)
		default:
			err = fmt.Errorf("%s, where the header has %d", units.Plural(len(row), "cell", "cells"), len(head))
		}
		if err != nil {
			errs = append(errs, fmt.Errorf("%s:%d: %w", name, line, err))
		}
	}
	return errors.Join(errs...)
}

// mappedRow makes events of a row.
func (r *reader) mappedRow(value func(column string) string, name string, row int) error {
	text := func(what string) string {
		if column := r.opts.Map.of[what]; column != "" {
			return value(column)
		}
		return ""
	}
	var errs []error
	when := func(what string) float64 {
		at, err := r.when(text(what))
		if err != nil {
			errs = append(errs, fmt.Errorf("%s: %w", what, err))
		}
		return at
	}
	t := told{id: text("id"), class: text("class"), host: text("worker"), queue: text("queue")}
	if t.id == "" {
		t.id = fmt.Sprintf("%s:%d", name, row)
	}
	created, taken, began, ended := when("created"), when("received"), when("started"), when("ended")
	over, known := succeeded, true
	fate := strings.ToLower(text("outcome"))
	if fate != "" {
		over, known = fates[fate]
	}
	cpu := r.figure(text("cpu"), "cpu", &errs)
	priority := r.figure(text("priority"), "priority", &errs)
	switch {
	case len(errs) > 0:
	case !known && math.IsNaN(ended): // it runs, or waits
	case !known:
		errs = append(errs, fmt.Errorf("outcome: %q: want such as ok, failed, timeout, retry or revoked", fate))
	case math.IsNaN(created):
		errs = append(errs, errors.New("created is empty: want when the task was sent"))
	case t.class == "":
		errs = append(errs, errors.New("class is empty: want the name of the task"))
	case ended < began:
		errs = append(errs, fmt.Errorf("ended: %g s before started", began-ended))
	}
	if len(errs) > 0 { // in one line, which begins with the place
		return errors.New(strings.ReplaceAll(errors.Join(errs...).Error(), "\n", "; "))
	}
	if fate == "timeout" && ended > began {
		t.exception = fmt.Sprintf("TimeLimitExceeded(%g)", ended-began)
	}
	if !math.IsNaN(priority) {
		r.events.ranked[r.events.task(t.id, t.class)] = int(priority)
	}
	for _, e := range []struct {
		kind kind
		at   float64
	}{{sent, created}, {received, taken}, {started, began}, {over, ended}} {
		if !math.IsNaN(e.at) {
			t.kind, t.at = e.kind, e.at
			r.events.add(&t)
		}
	}
	if cpu > 0 && !math.IsNaN(began) {
		t.kind, t.at, t.cpu = measured, max(began, ended), cpu
		r.events.add(&t)
	}
	return nil
}

// figure reads a number; NaN where there is none.
func (r *reader) figure(text, what string, errs *[]error) float64 {
	if text == "" {
		return math.NaN()
	}
	x, err := strconv.ParseFloat(text, 64)
	if err != nil || !(x >= 0) || x > 1e9 {
		*errs = append(*errs, fmt.Errorf("%s: %q: want a number >= 0", what, text))
	}
	return x
}

// Of a number that is a time: above it, it counts milliseconds since 1970 instead of seconds.
const milliseconds = 1e11

// layouts are how tables write times, with a zone and without.
var layouts = []string{
	time.RFC3339Nano, "2006-01-02 15:04:05.999999999Z07:00", "2006-01-02 15:04:05.999999999-07", "2006-01-02 15:04:05.999999999 -0700",
	"2006-01-02 15:04:05.999999999 MST", "2006-01-02T15:04:05.999999999", "2006-01-02 15:04:05.999999999",
}

// when reads a time, s since 1970; NaN where there is none.
func (r *reader) when(text string) (float64, error) {
	if text == "" || text == "null" || text == "None" || text == "NULL" {
		return math.NaN(), nil
	}
	if x, err := strconv.ParseFloat(text, 64); err == nil && math.Abs(x) < 1e15 {
		if x > milliseconds {
			x /= 1000
		}
		return x, nil
	}
	for _, layout := range layouts {
		if t, err := time.ParseInLocation(layout, text, r.opts.Zone); err == nil {
			return float64(t.UnixMicro()) / 1e6, nil
		}
	}
	return math.NaN(), fmt.Errorf("%q: want seconds or milliseconds since 1970, or a time such as 2026-05-01T12:00:00Z", units.Shorten(text))
}
