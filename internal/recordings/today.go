package recordings

import (
	"slices"
	"strconv"
	"strings"

	"example.com/simrun/internal/logs"
	"example.com/simrun/workloads"
)

// Today is what runs the tasks of a log, as far as somebody has said it. The zero Today is what the log shows.
type Today struct {
	Celery, Broker string   // "" = not said
	BrokerLines    []string // settings of the broker, as a scenario has them
	Queues         []string // lines of the settings of queues, likewise
	Settings       []string // of the app, "NAME: VALUE" by Celery's own names
	Cores          float64  // of the one machine that workers, broker and producers share; 0 = not said
	Workers        []TodayWorker
	Targets        []Target
	Retries        map[string]Retry  // policies of classes, where they are known
	Sent           map[string]string // queues of classes whose log has none
	Others         [][]string        // further strategies, as lines
}

// TodayWorker is one worker that runs today.
type TodayWorker struct {
	Name    string
	Lines   []string // its keys, as a scenario has them
	Queues  []string // that it takes from; nil = Celery's own
	Limited bool     // a hard time limit is among them
}

// Target is what one class shall keep.
type Target struct {
	Class  string
	Metric workloads.Metric
	Value  string // as a scenario has it
}

// Strategy names of imported scenarios.
const (
	AsToday = "today"   // workers as somebody has said
	asSeen  = "as-seen" // workers as the log shows them
)

// Told says whether the workers are known from anything but the log.
func (t *Today) Told() bool { return len(t.Workers) > 0 }

// limited says whether some worker has a hard time limit.
func (t *Today) limited() bool {
	return slices.ContainsFunc(t.Workers, func(w TodayWorker) bool { return w.Limited })
}

// machineName is what the machine is called that everything shares.
const machineName = "box"

// writeSystem writes what the tasks run on: release, broker, machine, queues.
func (t *Today) writeSystem(y *yaml, l *logs.Log) {
	switch {
	case t.Celery != "":
		r := Recording{Release: t.Celery}
		y.line(0, "celery: %q # as said", r.Preset())
	case l.Release != "":
		r := Recording{Release: l.Release}
		y.line(0, "celery: %q # the log says %s", r.Preset(), l.Release)
	default:
		y.line(0, "celery: \"5.6\" # assumed: the log does not say")
	}
	if t.Settings != nil {
		y.line(0, "settings: # of the app, as said")
		for _, s := range t.Settings {
			y.line(1, "%s", s)
		}
	}
	kind, why := t.Broker, ""
	if kind == "" {
		kind, why = "redis", " # assumed: events do not say"
	}
	settings := slices.Clone(t.BrokerLines)
	if settings == nil {
		settings = []string{"kind: " + kind}
	}
	if t.Cores > 0 {
		settings = append(settings, "machine: "+machineName)
	}
	if len(settings) == 1 {
		y.line(0, "broker: %s%s", kind, why)
	} else {
		y.line(0, "broker: {%s}%s", strings.Join(settings, ", "), why)
	}
	if t.Cores > 0 {
		y.line(0, "machines:")
		y.line(1, "%s:", machineName)
		y.line(2, "cores: %s # shared by the workers, the broker and the producers", number(t.Cores))
		y.line(0, "producers:")
		y.line(1, "machine: %s", machineName)
	}
	if t.Queues != nil {
		y.line(0, "queues:")
		for _, q := range t.Queues {
			y.line(1, "%s", q)
		}
	}
}

// writeStrategy writes the layout that runs today.
func (m *Imported) writeStrategy(y *yaml, t *Today) {
	y.line(0, "strategies:")
	if !t.Told() {
		y.line(1, "%s: # what ran tasks in the log, with Celery's defaults", asSeen)
		y.line(2, "workers:")
		for _, w := range m.Workers {
			m.writeSeen(y, &w, t)
		}
		return
	}
	y.line(1, "%s:", AsToday)
	y.line(2, "workers:")
	for _, w := range t.Workers {
		lines := slices.Clone(w.Lines)
		if t.Cores > 0 {
			lines = append(lines, "machine: "+machineName)
		}
		y.line(3, "%s:", quote(w.Name))
		for _, line := range lines {
			y.line(4, "%s", line)
		}
	}
	for _, other := range t.Others {
		for _, line := range other {
			y.line(1, "%s", line)
		}
	}
}

// writeSeen writes a worker as far as the log shows it.
func (m *Imported) writeSeen(y *yaml, w *ImportedWorker, t *Today) {
	var queues []string
	for _, q := range w.Queues {
		queues = append(queues, quote(q))
	}
	y.line(3, "%s:", quote(w.Name))
	y.line(4, "queues: [%s]", strings.Join(queues, ", "))
	y.line(4, "concurrency: %d # tasks seen at once: a lower bound", w.Most)
	if limit := m.limit(); limit > 0 {
		y.line(4, "time_limit: {hard: %s} # the longest that the log shows", rounded(limit))
	}
	if t.Cores > 0 {
		y.line(4, "machine: %s", machineName)
	}
}

// limit is the largest hard time limit that the log shows, s; 0 = none. It is an option of the workers, as far as is known.
func (m *Imported) limit() (most float64) {
	for i := range m.Classes {
		most = max(most, m.Classes[i].limit)
	}
	return most
}

// writeTargets writes what a class shall keep.
func (t *Today) writeTargets(y *yaml, class string) {
	var order []string
	below := map[string][]string{} // of each duration: its statistics
	for _, target := range t.Targets {
		if target.Class != class {
			continue
		}
		first, rest, nested := strings.Cut(target.Metric.String(), ".")
		if !slices.Contains(order, first) {
			order = append(order, first)
		}
		if nested {
			below[first] = append(below[first], rest+": "+target.Value)
		} else {
			below[first] = []string{target.Value}
		}
	}
	if order == nil {
		y.line(2, "# slo: {wait: {p95: 1s}} # yours to say")
		return
	}
	y.line(2, "slo:")
	for _, first := range order {
		if value := strings.Join(below[first], ", "); strings.Contains(value, ": ") {
			y.line(3, "%s: {%s}", first, value)
		} else {
			y.line(3, "%s: %s", first, value)
		}
	}
}

// CommandLine is the key of a worker that is started by such a line.
func CommandLine(line string) string { return "command: " + strconv.Quote(line) }
