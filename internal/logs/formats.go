package logs

import (
	"bufio"
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"strings"

	"example.com/simrun/internal/units"
)

// format is one kind of file.
type format struct {
	name   string // after "taken for"
	costs  string // what it lacks that others have; "" = nothing
	begins func(start []byte) bool
	read   func(r *reader, name string, in *bufio.Reader) error
}

// startOf is how much of a file is looked at to say what it is, in bytes.
const startOf = 64 << 10

// formats are those that a file is taken for by how it begins, in the order in which they are asked.
var formats = []format{
	{"metrics, as Prometheus answers", "", isAnswer, (*reader).answer},
	{"tasks, as Flower lists them", flowerCosts, isFlower, (*reader).flower},
	{"Celery's events, as a JSON array", "", isArray, (*reader).eventArray},
	{"Celery's events, one JSON object a line", "", isEvents, (*reader).eventLines},
	{"events, as celery events --dump prints them", "", isDump, (*reader).dump},
	{"the log of a worker", workerCosts, isWorkerLog, (*reader).workerLog},
	{"metrics, in the text form of Prometheus", "", isExposition, (*reader).exposition},
	{"the table of a recorded run", "", isRun, (*reader).run},
}

// mapped is what a table is taken for whose columns are told.
var mapped = format{"a table whose columns are told (--map)", "", nil, (*reader).mapped}

// formatOf is what a file is that begins so; nil = nothing that is known.
func (r *reader) formatOf(start []byte) *format {
	if r.opts.Map != nil && len(start) > 0 {
		return &mapped
	}
	for i := range formats {
		if len(start) > 0 && formats[i].begins(start) {
			return &formats[i]
		}
	}
	return nil
}

// unknown says what a file could have been.
func (r *reader) unknown(name string, start []byte) error {
	var names []string
	for i := range formats {
		names = append(names, "  "+formats[i].name)
	}
	what := "empty"
	if line, _, _ := bytes.Cut(bytes.TrimSpace(start), []byte("\n")); len(line) > 0 {
		what = fmt.Sprintf("begins with %q, as no log does that is known", units.Shorten(string(line)))
	}
	return fmt.Errorf("%s: %s: want one of these, or any other table in CSV or JSON lines with --map:\n%s", name, what, strings.Join(names, "\n"))
}

// opening is how a JSON text begins: an object's first key, and the first thing of its value.
func opening(start []byte) (key string, value json.Token) {
	d := json.NewDecoder(bytes.NewReader(start))
	if t, err := d.Token(); err != nil || t != json.Delim('{') {
		return "", nil
	}
	if t, err := d.Token(); err == nil {
		key, _ = t.(string)
		value, _ = d.Token()
	}
	return key, value
}

// isEvents: a line of JSON that is not whole is one, so that its error says more than that nobody knows it.
func isEvents(start []byte) bool {
	if start[0] != '{' {
		return false
	}
	line, _, _ := bytes.Cut(start, []byte("\n"))
	var keys map[string]json.RawMessage
	if json.Unmarshal(line, &keys) != nil {
		return true
	}
	_, told := keys["type"]
	return told
}

func isArray(start []byte) bool {
	return start[0] == '[' && len(bytes.TrimLeft(start[1:], " \t\r\n")) > 0 && bytes.TrimLeft(start[1:], " \t\r\n")[0] == '{'
}

func isFlower(start []byte) bool {
	_, value := opening(start)
	return value == json.Delim('{')
}

func isAnswer(start []byte) bool {
	return start[0] == '{' && bytes.Contains(start[:min(len(start), 1000)], []byte(`"resultType"`))
}

// isRun: a header that names what a recorded run has, and when its tasks were due, which no other table calls so.
func isRun(start []byte) bool {
	head, _, _ := strings.Cut(string(start), "\n")
	columns := strings.Split(strings.TrimSpace(head), ",")
	known, due := 0, false
	for _, c := range columns {
		due = due || strings.TrimSpace(c) == "due"
		switch strings.TrimSpace(c) {
		case "id", "class", "due", "started", "ended", "outcome":
			known++
		}
	}
	return due && known >= 3
}

// each decodes the elements of a JSON array, or the members of an object, one after the other.
func each(name string, in io.Reader, of func(d *json.Decoder, key string) error) error {
	d := json.NewDecoder(in)
	at := func(err error) error { return fmt.Errorf("%s: at byte %d: %s", name, d.InputOffset(), Plain(err)) }
	open, err := d.Token()
	if err != nil {
		return at(err)
	}
	for d.More() {
		key := ""
		if open == json.Delim('{') {
			t, err := d.Token()
			if err != nil {
				return at(err)
			}
			key, _ = t.(string)
		}
		if err := of(d, key); err != nil {
			return at(err)
		}
	}
	if _, err := d.Token(); err != nil {
		return at(err)
	}
	return nil
}
