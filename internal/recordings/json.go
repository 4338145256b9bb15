package recordings

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"math"
	"path/filepath"
	"slices"
	"strings"
	"unicode"

	"example.com/simrun/internal/logs"
	"example.com/simrun/internal/units"
	"example.com/simrun/worker"
)

// format is what this package reads.
const format = "cb-scenario/1"

// scenarioFile is scenario.json.
type scenarioFile struct {
	Format           string            `json:"format"`
	Name             string            `json:"name"`
	What             string            `json:"what"`
	App              string            `json:"app,omitempty"`
	Broker           string            `json:"broker"`
	Duration         float64           `json:"duration"`
	Drain            float64           `json:"drain"`
	Seed             uint64            `json:"seed"`
	Classes          members           `json:"classes"`
	Workers          []map[string]any  `json:"workers"`
	QueueMaxPriority int               `json:"queue_max_priority,omitempty"`
	QueueType        string            `json:"queue_type,omitempty"`
	Transport        map[string]any    `json:"broker_transport_options,omitempty"`
	Software         map[string]string `json:"software"`
	Machine          struct {
		Cores      float64 `json:"cores"`
		Efficiency float64 `json:"efficiency,omitempty"`
	} `json:"machine"`
}

type classFile struct {
	Queue    string `json:"queue"`
	Priority *int   `json:"priority,omitempty"`
	Retry    *Retry `json:"retry,omitempty"`
}

// classKeys are the keys of classes whose meaning is known: those that are read, those that trace.csv holds task by task,
// and those that change nothing.
var classKeys = []string{"queue", "priority", "retry", "arrivals", "cpu", "io", "order", "failure"}

// members is a JSON object that keeps the order of its keys.
type members []member

type member struct {
	name  string
	value json.RawMessage
}

// UnmarshalJSON implements json.Unmarshaler.
func (m *members) UnmarshalJSON(data []byte) error {
	d := json.NewDecoder(bytes.NewReader(data))
	if t, err := d.Token(); err != nil || t != json.Delim('{') {
		return fmt.Errorf("classes: want an object, one member a class")
	}
	for d.More() {
		key, err := d.Token()
		if err != nil {
			return err
		}
		one := member{name: key.(string)} // the decoder allows nothing else here
		if err := d.Decode(&one.value); err != nil {
			return err
		}
		*m = append(*m, one)
	}
	return nil
}

// MarshalJSON implements json.Marshaler.
func (m members) MarshalJSON() ([]byte, error) {
	var b bytes.Buffer
	for i, one := range m {
		name, err := json.Marshal(one.name)
		if err != nil {
			return nil, err
		}
		b.WriteByte("{,"[min(i, 1)])
		b.Write(name)
		b.WriteByte(':')
		b.Write(one.value)
	}
	b.WriteByte('}')
	return b.Bytes(), nil
}

// readScenario reads scenario.json into r.
func (r *Recording) readScenario(name string, in io.Reader) error {
	data, err := io.ReadAll(in)
	if err != nil {
		return fmt.Errorf("%s: %w", name, err)
	}
	var f scenarioFile
	if err := json.Unmarshal(data, &f); err != nil {
		return jsonError(name, data, err)
	}
	var errs []error
	bad := func(format string, args ...any) {
		errs = append(errs, fmt.Errorf("%s: %s", name, fmt.Sprintf(format, args...)))
	}
	positive := func(key string, x float64) {
		if !(x > 0) || math.IsInf(x, 0) {
			bad("%s: %v: want a number > 0", key, x)
		}
	}
	if f.Format != format {
		bad("format: %q: want %q", f.Format, format)
	}
	if _, err := units.Choose(worker.BrokerNames(), f.Broker); err != nil { // simrun bench records ideal ones
		bad("broker: %v", err)
	}
	positive("duration", f.Duration)
	if f.Drain < 0 {
		bad("drain: %v: want a number >= 0", f.Drain)
	}
	positive("machine.cores", f.Machine.Cores)
	if f.Software["celery"] == "" {
		bad("software.celery is missing: want the release, such as 5.6.2")
	}
	r.Name, r.About, r.Broker.Kind, r.Duration, r.Drain, r.Seed = f.Name, f.What, f.Broker, f.Duration, f.Drain, f.Seed
	if r.Name == "" {
		r.Name = filepath.Base(filepath.Clean(r.Dir))
	}
	r.App = f.App
	if strings.HasPrefix(f.App, "-") || strings.ContainsFunc(f.App, func(c rune) bool { return unicode.IsSpace(c) || unicode.IsControl(c) }) {
		bad("app: %q: want an application as celery -A takes it, such as proj.app", f.App)
	}
	r.Release, r.Simrun, r.QueueMaxPriority, r.QueueType = f.Software["celery"], f.Software["simrun"], f.QueueMaxPriority, f.QueueType
	r.Cores, r.Efficiency = f.Machine.Cores, f.Machine.Efficiency
	if len(f.Classes) == 0 {
		bad("classes: none: want at least one")
	}
	for _, m := range f.Classes {
		var c classFile
		if err := json.Unmarshal(m.value, &c); err != nil {
			bad("classes.%s: %s", m.name, logs.Plain(err))
			continue
		}
		r.Classes = append(r.Classes, Class{Name: m.name, Queue: c.Queue, Priority: c.Priority, Retry: c.Retry})
		var keys map[string]any
		if json.Unmarshal(m.value, &keys) == nil {
			r.strange("classes."+m.name, keys, classKeys)
		}
	}
	if len(f.Workers) == 0 {
		bad("workers: none: want at least one")
	}
	for _, err := range r.readSettings(&f) {
		bad("%v", err)
	}
	return errors.Join(errs...)
}

// strange notes the keys that are set and not known: they may change what happened.
func (r *Recording) strange(path string, keys map[string]any, known []string) {
	for _, key := range slices.Sorted(maps.Keys(keys)) {
		if keys[key] != nil && !slices.Contains(known, key) {
			r.Notes = append(r.Notes, fmt.Sprintf("scenario.json: %s.%s is not known, and left out", path, key))
		}
	}
}

// jsonError returns an error of the JSON reader with its line.
func jsonError(name string, data []byte, err error) error {
	var syntax *json.SyntaxError
	var kind *json.UnmarshalTypeError
	offset := int64(-1)
	switch {
	case errors.As(err, &syntax):
		offset = syntax.Offset
	case errors.As(err, &kind):
		offset = kind.Offset
	}
	if offset < 0 {
		return fmt.Errorf("%s: %w", name, err)
	}
	line := 1 + bytes.Count(data[:min(int(offset), len(data))], []byte("\n"))
	return fmt.Errorf("%s:%d: %s", name, line, logs.Plain(err))
}
