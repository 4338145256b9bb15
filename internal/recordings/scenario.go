package recordings

import (
	"errors"
	"fmt"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"example.com/simrun/celery"
	"example.com/simrun/scenarios"
)

// Strategy is what the recorded layout is called in a recording's scenario.
const Strategy = "recorded"

// Unsupported says that the scenario format cannot say yet what a recording needs.
type Unsupported struct {
	Recording string
	Keys      []string // paths in the scenario
}

// Error names the keys.
func (u *Unsupported) Error() string {
	return fmt.Sprintf("%s: not modelled: %s", u.Recording, strings.Join(u.Keys, ", "))
}

// Decode makes the scenario of the recording. The error is an [Unsupported] where the format lacks something.
func (r *Recording) Decode() (*scenarios.Scenario, error) {
	sc, err := scenarios.Decode(filepath.Join(r.Dir, "scenario.yaml"), []byte(r.Scenario()), r.Dir)
	if err == nil {
		return sc, nil
	}
	var problems scenarios.Errors
	if !errors.As(err, &problems) {
		return nil, err
	}
	u := &Unsupported{Recording: r.Name}
	for _, p := range problems {
		if p.Message == "not supported yet" {
			u.Keys = append(u.Keys, strings.TrimPrefix(p.Path, "strategies."+Strategy+"."))
		}
	}
	if len(u.Keys) < len(problems) {
		return nil, err // something else is wrong
	}
	return nil, u
}

// Scenario returns the recording as a scenario file: the trace replayed through the recorded layout, on a machine that
// broker and producer share. Its files are relative to the recording's folder.
func (r *Recording) Scenario() string {
	var y yaml
	y.line(0, "name: %s", quote(r.Name))
	if r.About != "" {
		y.line(0, "about: %s", strconv.Quote(r.About))
	}
	y.line(0, "run:")
	y.line(1, "duration: %s", duration(r.Duration))
	y.line(1, "drain: %s", duration(r.Drain))
	y.line(1, "warmup: 0s # the queues were empty, and the first tasks count")
	y.line(1, "replications: 10 # always the same tasks: what varies is what real brokers and processes leave to chance")
	y.line(0, "celery: %q # observed: %s", r.Preset(), r.Release)
	y.line(0, "broker: {%s, machine: vm}", strings.Join(r.brokerLines(), ", "))
	y.line(0, "producers: {machine: vm}")
	y.line(0, "observed: .")
	y.line(0, "machines:")
	y.line(1, "vm: {cores: %s} # shared by the workers, the broker and the producer", number(r.Cores))
	if lines := r.queueLines(); lines != nil {
		y.line(0, "queues:")
		for _, line := range lines {
			y.line(1, "%s", line)
		}
	}
	y.line(0, "tasks:")
	for i := range r.Classes {
		if slices.Contains(r.Trace.Classes, r.Classes[i].Name) {
			y.class(&r.Classes[i])
		}
	}
	y.line(0, "strategies:")
	y.line(1, "%s:", Strategy)
	y.line(2, "workers:")
	for i := range r.Workers {
		w := &r.Workers[i]
		y.line(3, "%s:", quote(w.Name))
		for _, setting := range r.workerLines(w) {
			y.line(4, "%s", setting)
		}
		y.line(4, "machine: vm")
	}
	return y.String()
}

// Preset returns the release whose behaviour the scenario asks for: that of the recording, or the nearest that is known.
func (r *Recording) Preset() string {
	if series, err := celery.Series(r.Release); err == nil {
		return series
	}
	known := celery.Releases()
	major, rest, _ := strings.Cut(r.Release, ".")
	minor, _, _ := strings.Cut(rest, ".")
	a, errA := strconv.Atoi(major)
	b, errB := strconv.Atoi(minor)
	if errA == nil && errB == nil && (a < 4 || a == 4 && b < 5) {
		return known[0]
	}
	return known[len(known)-1]
}

func (r *Recording) brokerLines() []string {
	return scenarios.SettingLines(celery.BrokerSettings(), &r.Broker, nil)
}

// workerLines are the keys of a worker. Its line is among them where the app is known, so that the lines of other layouts
// name it.
func (r *Recording) workerLines(w *celery.Worker) []string {
	lines := scenarios.SettingLines(celery.WorkerSettings(), w, w.Queues)
	if r.App != "" {
		lines = slices.Insert(lines, 0, CommandLine("celery -A "+celery.Quote(r.App)+" worker"))
	}
	return lines
}

// queueLines are the settings of the queues; nil = there are none.
func (r *Recording) queueLines() (lines []string) {
	var options []string
	if r.QueueType != "" {
		options = append(options, "type: "+r.QueueType)
	}
	if r.QueueMaxPriority > 0 {
		options = append(options, fmt.Sprintf("max_priority: %d", r.QueueMaxPriority))
	}
	if options == nil {
		return nil
	}
	for _, q := range r.queues() {
		lines = append(lines, fmt.Sprintf("%s: {%s}", quote(q), strings.Join(options, ", ")))
	}
	return lines
}

// Today is what ran the tasks of the recording.
func (r *Recording) Today() Today {
	t := Today{Celery: r.Release, Broker: r.Broker.Kind, BrokerLines: r.brokerLines(), Queues: r.queueLines(), Cores: r.Cores, Retries: map[string]Retry{}}
	for i := range r.Workers {
		w := &r.Workers[i]
		t.Workers = append(t.Workers, TodayWorker{Name: w.Name, Lines: r.workerLines(w), Limited: w.HardLimit != nil})
	}
	for _, c := range r.Classes {
		if c.Retry != nil {
			t.Retries[c.Name] = *c.Retry
		}
	}
	return t
}

// queues returns those of the classes, in their order.
func (r *Recording) queues() (names []string) {
	for _, c := range r.Classes {
		if !slices.Contains(names, c.Queue) {
			names = append(names, c.Queue)
		}
	}
	return names
}

// yaml is a scenario file while it is written.
type yaml struct{ strings.Builder }

func (y *yaml) line(depth int, format string, args ...any) {
	y.WriteString(strings.Repeat("  ", depth))
	fmt.Fprintf(y, format+"\n", args...)
}

func (y *yaml) class(c *Class) {
	y.line(1, "%s:", quote(c.Name))
	y.line(2, "queue: %s", quote(c.Queue))
	if c.Priority != nil {
		y.line(2, "priority: %d", *c.Priority)
	}
	y.line(2, "arrivals: {trace: {file: trace.csv, class: %s}}", quote(c.Name))
	if c.Retry != nil {
		y.retry(c.Retry)
	}
}

func (y *yaml) retry(r *Retry) {
	y.line(2, "retry: {max: %d, delay: %s, backoff: %s, cap: %s, jitter: none, on: [error]}", r.Max, duration(r.Base), number(r.Factor), duration(r.Cap))
}

// duration writes seconds as a scenario file does.
func duration(s float64) string {
	if s > 0 && s < 1 {
		return number(s*1000) + "ms"
	}
	return number(s) + "s"
}

func number(x float64) string {
	s := strconv.FormatFloat(x, 'f', 9, 64)
	return strings.TrimSuffix(strings.TrimRight(s, "0"), ".")
}

// quote writes a name as YAML reads it back.
func quote(s string) string {
	for i, c := range s {
		letter := c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c == '_'
		if !letter && (i == 0 || ((c < '0' || c > '9') && c != '-' && c != '.')) {
			return strconv.Quote(s)
		}
	}
	switch strings.ToLower(s) { // YAML takes these for something else
	case "", "null", "true", "false", "yes", "no", "on", "off", "y", "n":
		return strconv.Quote(s)
	}
	return s
}
