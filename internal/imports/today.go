package imports

import (
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"example.com/simrun/celery"
	"example.com/simrun/internal/deployed"
	"example.com/simrun/internal/logs"
	"example.com/simrun/internal/recordings"
	"example.com/simrun/internal/units"
	"example.com/simrun/scenarios"
	"example.com/simrun/worker"
	"example.com/simrun/workloads"
)

// Said is what somebody says of the system beside its log, as on a command line. The zero Said is nothing.
type Said struct {
	Workers  []string // lines that start workers
	From     string   // a file that starts them
	Targets  []string // TASK.METRIC=BOUND
	Broker   string
	Celery   string
	Settings []string // NAME=VALUE, of the app's configuration
	Cores    float64  // of the one machine that all share; 0 = not said
	Computes []string // TASK, or TASK=CPU time of each
	Sent     []string // TASK=QUEUE, of logs that have none
}

// Wrong is a mistake in what was said, not in a file.
type Wrong struct{ error }

func wrong(format string, args ...any) error { return Wrong{fmt.Errorf(format, args...)} }

// add puts what was said over what is known of the system already. Queues have the names of the log.
func (s *Said) add(t *recordings.Today, queues logs.Names) error {
	var errs []error
	if s.Broker != "" {
		if _, err := units.Choose(worker.BrokerNames(), s.Broker); err != nil {
			errs = append(errs, wrong("--broker: %v", err))
		}
		if s.Broker != t.Broker {
			t.BrokerLines = nil
		}
		t.Broker = s.Broker
	}
	if s.Celery != "" {
		if _, err := celery.Series(s.Celery); err != nil {
			errs = append(errs, wrong("--celery: %v", err))
		}
		t.Celery = s.Celery
	}
	for _, text := range s.Settings {
		line, err := setting(text, t.Celery)
		errs = append(errs, err)
		t.Settings = append(t.Settings, line)
	}
	if s.Cores != 0 {
		t.Cores = s.Cores
		if !(s.Cores >= scenarios.LeastCores && s.Cores <= scenarios.MostCores) {
			errs = append(errs, wrong("--cores: %v: want a number from %v to %.0f, or 0 where it is not known", s.Cores, scenarios.LeastCores, scenarios.MostCores))
		}
	}
	if s.Workers != nil || s.From != "" {
		workers, err := s.workers(queues)
		errs = append(errs, err)
		t.Workers = workers
	}
	return errors.Join(errs...)
}

// setting reads NAME=VALUE, a setting of the app whose value is as Python or JSON writes it, and returns it as a scenario
// has it.
func setting(text, release string) (line string, err error) {
	name, value, given := strings.Cut(text, "=")
	name, value = strings.TrimSpace(name), strings.TrimSpace(value)
	if name == "" || !given {
		return "", wrong("--setting: %q: want NAME=VALUE, such as task_acks_late=True", text)
	}
	var v any
	switch {
	case value == "True" || value == "False":
		v = value == "True"
	case json.Unmarshal([]byte(asJSON(value)), &v) == nil:
	case value != "" && strings.ContainsAny(value[:1], "{[("):
		return "", wrong("--setting: %s: %q: want a value as Python or JSON writes it, such as {'visibility_timeout': 3600}", name, units.Shorten(value))
	default:
		v = value
	}
	series, err := celery.Series(cmp.Or(release, celery.Releases()[len(celery.Releases())-1]))
	if err != nil {
		series = celery.Releases()[len(celery.Releases())-1] // the release is refused by its own words
	}
	if err := new(celery.App).Set(series, celery.Entry{Name: name, Value: entries(v)}); err != nil {
		return "", wrong("--setting: %s: %v", name, err)
	}
	written, err := json.Marshal(v)
	return name + ": " + string(written), err
}

// asJSON writes the literals of Python, and the words of a scenario, as JSON has them; what it does not know stays.
func asJSON(text string) string {
	if text == "" || !strings.ContainsAny(text[:1], "{['") {
		return text
	}
	words := map[string]string{"True": "true", "False": "false", "None": "null"}
	inWord := func(r rune) bool {
		return r == '_' || unicode.IsLetter(r) || unicode.IsDigit(r) || strings.ContainsRune(".*+-", r)
	}
	var b strings.Builder
	for text != "" {
		n := strings.IndexFunc(text, func(r rune) bool { return !inWord(r) })
		if n < 0 {
			n = len(text)
		}
		switch word := text[:n]; {
		case n == 0 && (text[0] == '\'' || text[0] == '"'):
			end := closing(text)
			if end < 0 {
				return b.String() + text
			}
			inside := text[1:end]
			if text[0] == '\'' {
				inside = strings.NewReplacer(`\\`, `\\`, `\'`, `'`, `"`, `\"`).Replace(inside)
			}
			b.WriteString(`"` + inside + `"`)
			n = end + 1
		case n == 0:
			_, n = utf8.DecodeRuneInString(text)
			b.WriteString(text[:n])
		case words[word] != "":
			b.WriteString(words[word])
		case json.Valid([]byte(word)):
			b.WriteString(word)
		default:
			b.WriteString(strconv.Quote(word))
		}
		text = text[n:]
	}
	return b.String()
}

// closing is where a string ends that begins a text; -1 = nowhere.
func closing(text string) int {
	for i := 1; i < len(text); i++ {
		switch text[i] {
		case '\\':
			i++
		case text[0]:
			return i
		}
	}
	return -1
}

// entries puts what was read as JSON in the form of an app's settings.
func entries(v any) any {
	switch x := v.(type) {
	case map[string]any:
		var all []celery.Entry
		for _, name := range slices.Sorted(maps.Keys(x)) {
			all = append(all, celery.Entry{Name: name, Value: entries(x[name])})
		}
		return all
	case float64:
		if x == math.Trunc(x) && math.Abs(x) < 1e15 {
			return int(x)
		}
	}
	return v
}

// workers are those of the lines and of the file.
func (s *Said) workers(queues logs.Names) (all []recordings.TodayWorker, err error) {
	var errs []error
	add := func(w *recordings.TodayWorker, line string, where string) {
		parsed, _, err := celery.ParseLine(line, nil)
		says := parsed.Says
		says.Queues = slices.Clone(says.Queues)
		for i, q := range says.Queues { // as the log has them here
			name, _, clash := queues.Take("queues", q)
			says.Queues[i] = name
			err = errors.Join(err, clash)
		}
		if err != nil {
			errs = append(errs, wrong("%s: %q: %v", where, line, err))
			return
		}
		if !slices.Equal(says.Queues, parsed.Says.Queues) {
			line = parsed.For(&says, "").String()
		}
		if w.Name == "" {
			w.Name = node(says.Name)
		}
		if w.Name == "" {
			w.Name = "worker"
		}
		name := w.Name
		for n := 2; slices.ContainsFunc(all, func(o recordings.TodayWorker) bool { return o.Name == w.Name }); n++ {
			w.Name = name + strconv.Itoa(n)
		}
		w.Limited, w.Queues = says.HardLimit != nil, says.Queues
		w.Lines = append([]string{recordings.CommandLine(line)}, w.Lines...)
		all = append(all, *w)
	}
	for _, line := range s.Workers {
		add(&recordings.TodayWorker{}, line, "--worker")
	}
	if s.From != "" {
		data, err := os.ReadFile(s.From)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", s.From, errors.Unwrap(err))
		}
		found, err := deployed.Read(s.From, data, func(other string) ([]byte, error) {
			return os.ReadFile(filepath.Join(filepath.Dir(s.From), filepath.FromSlash(other)))
		})
		if err != nil {
			return nil, err
		}
		for i := range found {
			f := &found[i]
			w := recordings.TodayWorker{Name: f.Name}
			if f.Replicas > 0 {
				w.Lines = append(w.Lines, fmt.Sprintf("replicas: %d", f.Replicas))
			}
			if f.Cores > 0 {
				w.Lines = append(w.Lines, "cpu_limit: "+strconv.FormatFloat(f.Cores, 'f', -1, 64))
			}
			add(&w, f.Command, s.From+": "+f.Source)
		}
	}
	return all, errors.Join(errs...)
}

// classes are the names of the tasks in a log, in the order of their first ones.
func classes(l *logs.Log) (names []string) {
	if l.Sums != nil {
		for i := range l.Sums.Classes {
			names = append(names, l.Sums.Classes[i].Class)
		}
	}
	seen := map[string]bool{}
	for i := range l.Tasks {
		if name := l.Tasks[i].Class; !seen[name] {
			seen[name] = true
			names = append(names, name)
		}
	}
	return names
}

// targets reads TASK.METRIC=BOUND. The name of a task may have dots, so the longest that fits is taken.
func (s *Said) targets(names []string) (all []recordings.Target, err error) {
	var errs []error
	for _, text := range s.Targets {
		path, value, _ := strings.Cut(text, "=")
		t := recordings.Target{Value: strings.TrimSpace(value)}
		rest := ""
		for _, name := range names {
			if after, ok := strings.CutPrefix(path, name+"."); ok && len(name) > len(t.Class) {
				t.Class, rest = name, after
			}
		}
		var err error
		switch t.Metric, err = workloads.ParseMetric(strings.TrimSpace(rest)); {
		case t.Class == "":
			errs = append(errs, wrong("--slo: %q: want a task, a metric and a bound, such as %s.wait.p95=500ms; the tasks of the log are %s", text, names[0], units.Shorten(units.Quoted(names))))
		case err != nil:
			errs = append(errs, wrong("--slo: %q: %v", text, err))
		case t.Value == "":
			errs = append(errs, wrong("--slo: %q: no bound: want %s=500ms", text, path))
		default:
			all = append(all, t)
		}
	}
	return all, errors.Join(errs...)
}

// computing reads TASK or TASK=CPU.
func (s *Said) computing(names []string) (all []Computing, err error) {
	var errs []error
	for _, text := range s.Computes {
		if text = strings.TrimSpace(text); text == "" {
			continue
		}
		name, value, amount := strings.Cut(text, "=")
		c := Computing{Class: name, CPU: math.Inf(1)}
		if !slices.Contains(names, name) {
			errs = append(errs, wrong("--computes: no task %q in the log: want %s%s", name, units.Alternatives(names), units.Suggestion(name, names)))
			continue
		}
		if amount {
			d, err := time.ParseDuration(value)
			if err != nil || d < 0 {
				errs = append(errs, wrong("--computes: %q: want the CPU time of one task, such as %s=250ms", text, name))
				continue
			}
			c.CPU = d.Seconds()
		}
		all = append(all, c)
	}
	return all, errors.Join(errs...)
}

// queues reads TASK=QUEUE.
func (s *Said) queues(names []string, t *recordings.Today, queues logs.Names) error {
	var errs []error
	for _, text := range s.Sent {
		name, queue, _ := strings.Cut(text, "=")
		name, queue = strings.TrimSpace(name), strings.TrimSpace(queue)
		sent, _, clash := queues.Take("queues", queue)
		switch {
		case !slices.Contains(names, name):
			errs = append(errs, wrong("--queue: no task %q in the log: want %s%s", name, units.Alternatives(names), units.Suggestion(name, names)))
		case queue == "":
			errs = append(errs, wrong("--queue: %q: no queue: want %s=QUEUE", text, name))
		case clash != nil:
			errs = append(errs, wrong("--queue: %q: %v", text, clash))
		default:
			if t.Sent == nil {
				t.Sent = map[string]string{}
			}
			t.Sent[name] = sent
		}
	}
	return errors.Join(errs...)
}
