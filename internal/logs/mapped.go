package logs

import (
	"bufio"
	"errors"
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"

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

// table is one whose columns are told, while it is read.
type table struct {
	*reader
	name  string
	clock *clock // of when its tasks were created
	rows  int
	begun int // that say when an attempt started
	ended int // that say when one ended
	quick int // whose attempt started as good as at once
	later int // whose attempt started later, but sooner than that of a retry does
}

// mapped reads a table whose columns are told: CSV with a header, or JSON objects, one a line or in an array.
func (r *reader) mapped(name string, in *bufio.Reader) error {
	t := &table{reader: r, name: name, clock: newClock()}
	if err := t.read(in); err != nil {
		return err
	}
	return t.doubt()
}

// row makes events of a row.
func (r *table) row(value func(column string) string) error {
	text := func(what string) string {
		if column := r.opts.Map.of[what]; column != "" {
			return value(column)
		}
		return ""
	}
	var errs []error
	before := math.NaN()
	when := func(what string) float64 { // in their order: an hour that the clock shows twice is the one that fits
		at, shown, err := timeOf(text(what), r.opts.Zone)
		switch {
		case err != nil:
			errs = append(errs, fmt.Errorf("%s: %w", what, err))
		case shown.IsZero():
		case math.IsNaN(before):
			at = r.clock.read(shown)
		default:
			at = notBefore(before, shown)
		}
		if !math.IsNaN(at) {
			before = at
		}
		return at
	}
	t := told{id: text("id"), class: text("class"), host: text("worker"), queue: text("queue")}
	if t.id == "" {
		t.id = fmt.Sprintf("%s:%d", r.name, r.rows)
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
	r.count(created, began, ended)
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
func (r *table) figure(text, what string, errs *[]error) float64 {
	if text == "" {
		return math.NaN()
	}
	x, err := strconv.ParseFloat(text, 64)
	if err != nil || !(x >= 0) || x > 1e9 {
		*errs = append(*errs, fmt.Errorf("%s: %q: want a number >= 0", what, text))
	}
	return x
}

// Of the time from when a task was created until it started, in s: below the first it did not wait, since publishing and
// receiving take about 2 ms, tables write milliseconds, and two machines have two clocks; above the second it may be a retry
// of which there is only the last attempt.
const (
	noWait  = 0.010
	noRetry = 1.0
)

// count looks at a row for what is odd about all of them.
func (r *table) count(created, began, ended float64) {
	if !math.IsNaN(ended) {
		r.ended++
	}
	switch wait := began - created; {
	case math.IsNaN(wait):
		return
	case math.Abs(wait) <= noWait:
		r.quick++
	case wait < noRetry:
		r.later++
	}
	r.begun++
}

// doubt warns of columns that do not hold what they are said to.
func (r *table) doubt() error {
	if r.begun == 0 && r.ended > 0 {
		return fmt.Errorf("%s: started is empty in every row, though tasks ended: want when they began, without which nobody knows how long they ran; a results table of Celery has it with task_track_started = True", r.name)
	}
	if r.quick >= 20 && r.quick*10 >= r.begun*9 && r.later*200 < r.quick {
		r.costs = append(r.costs, fmt.Sprintf("%s: %d of %d attempts started within %g ms of when their task was created, and hardly any a little later: if tasks did wait, created is not when they were sent but when the row was written, as date_created of django-celery-results is. Then arrivals are starts, no wait is in the log, and a task that was retried is one run, with the time between its attempts", r.name, r.quick, r.begun, noWait*1000))
	}
	if r.clock.twice > 0 && r.clock.disorder {
		r.costs = append(r.costs, fmt.Sprintf("%s: %s created in an hour that the clock of %s showed twice, and rows are in no order that tells which: all are put into the first of the two. Times with a zone tell them apart", r.name, units.Plural(r.clock.twice, "row was", "rows were"), r.opts.Zone))
	}
	return nil
}
