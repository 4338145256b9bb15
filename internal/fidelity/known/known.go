package known

import (
	_ "embed"
	"encoding/csv"
	"fmt"
	"io"
	"strconv"
	"strings"
	"sync"
)

// Entry is what was found of one preset.
type Entry struct {
	Release  string // "5.2" or "5.6"
	Broker   string // redis | rabbitmq
	Pool     string // prefork | threads | gevent | solo
	CPUHeavy bool
	Figures  int     // p95 figures of wait and response that were compared
	P95      float64 // nine of ten of them were within this relative error, at least 1 %; under 5 ms counts as none
}

// Preset names the entry.
func (e *Entry) Preset() string {
	work := "sleeping tasks"
	if e.CPUHeavy {
		work = "CPU-heavy tasks"
	}
	return fmt.Sprintf("Celery %s, %s, %s, %s", e.Release, e.Broker, e.Pool, work)
}

//go:embed known.csv
var source string

var entries = sync.OnceValues(func() ([]Entry, error) { return Read("known.csv", strings.NewReader(source)) })

// ModelError is how far p95 figures of this kind were off, relative to reality, and the preset that was compared: the
// nearest, which is that of the other release where only that was recorded. ok is false where no release was: such
// predictions are not verified. Release is "5.2" or "5.6"; cpuHeavy says that the tasks ask for at least a tenth of the
// cores.
func ModelError(release, broker, pool string, cpuHeavy bool) (p95 float64, preset string, ok bool) {
	all, err := entries()
	if err != nil {
		panic("known: " + err.Error()) // the table is ours, and a test reads it
	}
	for i := range all {
		e := &all[i]
		if e.Broker != broker || e.Pool != pool || e.CPUHeavy != cpuHeavy {
			continue
		}
		if p95, preset, ok = e.P95, e.Preset(), true; e.Release == release {
			break
		}
	}
	return p95, preset, ok
}

var header = []string{"celery", "broker", "pool", "work", "figures", "p95"}

// works are the words for the kind of work.
var works = map[bool]string{false: "sleeping", true: "cpu-heavy"}

// Write writes the table.
func Write(w io.Writer, all []Entry) error {
	out := csv.NewWriter(w)
	rows := [][]string{header}
	for _, e := range all {
		rows = append(rows, []string{e.Release, e.Broker, e.Pool, works[e.CPUHeavy], strconv.Itoa(e.Figures), strconv.FormatFloat(e.P95, 'f', 3, 64)})
	}
	if err := out.WriteAll(rows); err != nil {
		return fmt.Errorf("known: %w", err)
	}
	return nil
}

// Read reads a table. Errors are "NAME:LINE: ...".
func Read(name string, r io.Reader) ([]Entry, error) {
	in := csv.NewReader(r)
	rows, err := in.ReadAll()
	if err != nil {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	if len(rows) == 0 || strings.Join(rows[0], ",") != strings.Join(header, ",") {
		return nil, fmt.Errorf("%s:1: want the header %s", name, strings.Join(header, ","))
	}
	var all []Entry
	for i, row := range rows[1:] {
		e := Entry{Release: row[0], Broker: row[1], Pool: row[2], CPUHeavy: row[3] == works[true]}
		if !e.CPUHeavy && row[3] != works[false] {
			return nil, fmt.Errorf("%s:%d: work: %q: want sleeping or cpu-heavy", name, i+2, row[3])
		}
		if e.Figures, err = strconv.Atoi(row[4]); err != nil {
			return nil, fmt.Errorf("%s:%d: figures: %q: want a whole number", name, i+2, row[4])
		}
		if e.P95, err = strconv.ParseFloat(row[5], 64); err != nil || !(e.P95 >= 0) {
			return nil, fmt.Errorf("%s:%d: p95: %q: want a number >= 0", name, i+2, row[5])
		}
		all = append(all, e)
	}
	return all, nil
}
