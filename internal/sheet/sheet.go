package sheet

import (
	"bufio"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"math"
	"slices"
	"strconv"
	"strings"

	"example.com/simrun/internal/units"
)

// most is the number of problems after which a file is read no further.
const most = 20

// Sheet is a file that is read row by row.
type Sheet struct {
	name    string
	csv     *csv.Reader
	columns map[string]int
	row     []string
	errs    []error
}

// New reads the header. Columns other than the required and the optional ones (which may name required ones again) are
// ignored.
func New(name string, in io.Reader, required []string, optional ...string) *Sheet {
	buffered := bufio.NewReader(in)
	if bom, _ := buffered.Peek(3); string(bom) == "\ufeff" {
		buffered.Discard(3) //nolint:errcheck // just peeked
	}
	s := &Sheet{name: name, csv: csv.NewReader(buffered), columns: map[string]int{}}
	s.csv.ReuseRecord = true
	head, err := s.csv.Read()
	if err != nil {
		s.broken(err)
		if errors.Is(err, io.EOF) {
			s.fail(1, "no header: want columns %s", strings.Join(required, ", "))
		}
		return s
	}
	head = slices.Clone(head)
	for i := range head {
		head[i] = strings.TrimSpace(head[i])
	}
	optional = slices.DeleteFunc(slices.Clone(optional), func(column string) bool { return slices.Contains(required, column) })
	for _, column := range slices.Concat(required, optional) {
		switch at := slices.Index(head, column); {
		case at >= 0 && slices.Contains(head[at+1:], column):
			s.fail(1, "%s: more than one such column in the header", column)
		case at >= 0:
			s.columns[column] = at
		case slices.Contains(required, column):
			s.fail(1, "%s: no such column in the header", column)
		}
	}
	if len(s.errs) > 0 {
		s.csv = nil
	}
	return s
}

// Next goes to the next row; false at the end, and where reading on would only find more of the same.
func (s *Sheet) Next() bool {
	for s.csv != nil && len(s.errs) < most {
		var err error
		if s.row, err = s.csv.Read(); err == nil {
			return true
		}
		s.broken(err)
	}
	return false
}

// Err returns everything that was wrong, joined; nil if nothing was.
func (s *Sheet) Err() error { return errors.Join(s.errs...) }

// Has says that the file has a column.
func (s *Sheet) Has(column string) bool { _, ok := s.columns[column]; return ok }

// Text returns a cell without the space around it and the mark of Plain, "" where the file has no such column. It is part
// of the row's memory.
func (s *Sheet) Text(column string) string {
	at, ok := s.columns[column]
	if !ok {
		return ""
	}
	text := strings.TrimSpace(s.row[at])
	if plain, marked := strings.CutPrefix(text, mark); marked && formula(plain) {
		return plain
	}
	return text
}

// Number returns a cell that fits, NaN where it is empty.
func (s *Sheet) Number(column, want string, fits func(float64) bool) float64 {
	text := s.Text(column)
	if text == "" {
		return math.NaN()
	}
	x, err := strconv.ParseFloat(text, 64)
	if err != nil || math.IsNaN(x) || math.IsInf(x, 0) || !fits(x) {
		s.Bad(column, want)
		return math.NaN()
	}
	return x
}

// Seconds returns a cell of seconds, of any sign; NaN where it is empty.
func (s *Sheet) Seconds(column string) float64 {
	return s.Number(column, "want seconds", func(float64) bool { return true })
}

// Whole returns a cell that holds a whole number of at least least.
func (s *Sheet) Whole(column string, least int) int {
	n, err := strconv.Atoi(s.Text(column))
	if err != nil || n < least {
		s.Bad(column, fmt.Sprintf("want a whole number >= %d", least))
	}
	return n
}

// Choice returns the index of a cell among the allowed values; of an empty one that of the first.
func (s *Sheet) Choice(column string, allowed []string) int {
	text := s.Text(column)
	if text == "" {
		return 0
	}
	i := slices.Index(allowed, text)
	if i < 0 {
		s.Bad(column, "want "+units.Alternatives(allowed))
	}
	return max(i, 0)
}

// Bad reports the cell of a column.
func (s *Sheet) Bad(column, want string) {
	line, _ := s.csv.FieldPos(s.columns[column])
	s.fail(line, "%s: %q: %s", column, units.Shorten(s.Text(column)), want)
}

func (s *Sheet) fail(line int, format string, args ...any) {
	s.errs = append(s.errs, fmt.Errorf("%s:%d: "+format, append([]any{s.name, line}, args...)...))
}

// broken reports an error of the reader; unless a row has a wrong number of cells there is nothing to read after it.
func (s *Sheet) broken(err error) {
	var parse *csv.ParseError
	switch {
	case errors.Is(err, csv.ErrFieldCount):
		line, _ := s.csv.FieldPos(0)
		s.fail(line, "%d cells: want %d, as in the header", len(s.row), s.csv.FieldsPerRecord)
		return
	case errors.Is(err, io.EOF):
	case errors.As(err, &parse):
		s.fail(parse.Line, "column %d: %w", parse.Column, parse.Err)
	default:
		s.errs = append(s.errs, fmt.Errorf("%s: %w", s.name, err))
	}
	s.csv = nil
}
