package celery

import (
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"

	"example.com/simrun/des"
	"example.com/simrun/internal/units"
)

// flag is one option of `celery worker` (celery/bin/worker.py, celery/bin/celery.py and celery/bin/base.py of 5.6).
// Exactly one of set, ignored and refused says what becomes of it.
type flag struct {
	names   []string
	takes   bool                         // has a value
	set     func(*Worker, string) error  // has an effect
	note    func(*Worker, string) string // set, but with something to tell; may be nil
	ignored string                       // why it has none
	refused string                       // why the line cannot be taken
}

const notYet = "not supported yet"

var flags = []flag{
	{names: []string{"-Q", "--queues"}, takes: true, set: setQueues},
	{names: []string{"-c", "--concurrency"}, takes: true, set: func(w *Worker, v string) error {
		return whole(&w.Concurrency, v, 1)
	}},
	{names: []string{"-P", "--pool"}, takes: true, set: func(w *Worker, v string) error {
		p, err := PoolOf(v)
		if err == nil {
			w.Pool = p.String()
		}
		return err
	}},
	{names: []string{"--prefetch-multiplier"}, takes: true, set: setMultiplier, note: func(w *Worker, _ string) string {
		if w.PrefetchMultiplier != nil {
			return ""
		}
		return "0 on the command line means not given: no limit needs the setting worker_prefetch_multiplier = 0"
	}},
	{names: []string{"--disable-prefetch"}, set: func(w *Worker, _ string) error {
		yes := true
		w.DisablePrefetch = &yes
		return nil
	}},
	{names: []string{"--time-limit"}, takes: true, set: func(w *Worker, v string) error {
		return limit(&w.HardLimit, v)
	}},
	{names: []string{"--soft-time-limit"}, takes: true, set: func(w *Worker, v string) error {
		return limit(&w.SoftLimit, v)
	}},
	{names: []string{"-n", "--hostname"}, takes: true, set: func(w *Worker, v string) error {
		w.Name, _, _ = strings.Cut(v, "@")
		return nil
	}},
	{names: []string{"-O", "--optimization"}, takes: true, set: func(_ *Worker, v string) error {
		_, err := units.Choose([]string{"default", "fair"}, v)
		return err
	}, note: func(*Worker, string) string { return "fair is what Celery does anyway" }},

	{names: []string{"--autoscale"}, takes: true, set: setAutoscale},
	{names: []string{"--max-tasks-per-child", "--maxtasksperchild"}, takes: true, set: func(w *Worker, v string) error {
		return whole(&w.MaxTasksPerChild, v, 1)
	}},
	{names: []string{"--max-memory-per-child", "--maxmemperchild"}, takes: true, set: setMemory},
	{names: []string{"-X", "--exclude-queues"}, takes: true, refused: notYet + ": list the queues with -Q"},
	{names: []string{"--help"}, refused: "starts no worker"},
	{names: []string{"--version"}, refused: "starts no worker"},

	{names: []string{"-A", "--app"}, takes: true, set: func(*Worker, string) error { return nil }}, // every line has it: nothing to tell
	{names: []string{"-b", "--broker"}, takes: true, ignored: "the broker is the scenario's"},
	{names: []string{"--result-backend"}, takes: true, ignored: "storing results costs nothing here"},
	{names: []string{"--loader"}, takes: true, ignored: "its settings are not read"},
	{names: []string{"--config"}, takes: true, ignored: "its settings are not read"},
	{names: []string{"--workdir"}, takes: true, ignored: "no effect here"},
	{names: []string{"-C", "--no-color"}, ignored: "no effect here"},
	{names: []string{"-q", "--quiet"}, ignored: "no effect here"},
	{names: []string{"--skip-checks"}, ignored: "no effect here"},
	{names: []string{"-D", "--detach"}, ignored: "no effect here"},
	{names: []string{"-S", "--statedb"}, takes: true, ignored: "no task is revoked"},
	{names: []string{"-l", "--loglevel"}, takes: true, ignored: "no effect here"},
	{names: []string{"-f", "--logfile"}, takes: true, ignored: "no effect here"},
	{names: []string{"--pidfile"}, takes: true, ignored: "no effect here"},
	{names: []string{"--uid"}, takes: true, ignored: "no effect here"},
	{names: []string{"--gid"}, takes: true, ignored: "no effect here"},
	{names: []string{"--umask"}, takes: true, ignored: "no effect here"},
	{names: []string{"--executable"}, takes: true, ignored: "no effect here"},
	{names: []string{"-E", "--events", "--task-events"}, ignored: "sending events costs nothing here"},
	{names: []string{"--purge", "--discard"}, ignored: "a run starts with empty queues"},
	{names: []string{"-I", "--include"}, takes: true, ignored: "the tasks are those of the scenario"},
	{names: []string{"--without-gossip"}, ignored: "gossip costs nothing here; as a timer it goes with the heartbeat"},
	{names: []string{"--without-mingle"}, ignored: "workers are up when a run starts"},
	{names: []string{"--without-heartbeat"}, set: func(w *Worker, _ string) error {
		no := false
		w.Heartbeat = &no
		return nil
	}},
	{names: []string{"--heartbeat-interval"}, takes: true, ignored: "heartbeats cost nothing here"},
	{names: []string{"-B", "--beat"}, ignored: "periodic tasks are those that the scenario publishes"},
	{names: []string{"-s", "--schedule", "--schedule-filename"}, takes: true, ignored: "periodic tasks are those that the scenario publishes"},
	{names: []string{"--scheduler"}, takes: true, ignored: "periodic tasks are those that the scenario publishes"},
}

// lookup finds a flag by one of its names.
func lookup(name string) *flag {
	for i := range flags {
		if slices.Contains(flags[i].names, name) {
			return &flags[i]
		}
	}
	return nil
}

// flagNames are the long names, for suggestions.
func flagNames() []string {
	var names []string
	for i := range flags {
		for _, name := range flags[i].names {
			if strings.HasPrefix(name, "--") {
				names = append(names, name)
			}
		}
	}
	return names
}

func setQueues(w *Worker, v string) error {
	w.Queues = nil
	for name := range strings.SplitSeq(v, ",") {
		if name == "" {
			return fmt.Errorf("%q: want names of queues with single commas between them", v)
		}
		if strings.Contains(name, "$") {
			return fmt.Errorf("%q: variables of the shell are not expanded: write the value", name)
		}
		w.Queues = append(w.Queues, name)
	}
	return nil
}

// setAutoscale takes max, or max,min (celery/worker/autoscale.py; celery/bin/worker.py: Autoscale; min is 0 there when
// it is missing, and at least one process runs all the same).
func setAutoscale(w *Worker, v string) error {
	most, least, both := strings.Cut(v, ",")
	high, err := strconv.Atoi(most)
	low := 0
	if err == nil && both {
		low, err = strconv.Atoi(least)
	}
	if err != nil || high < 1 || low < 0 || high > math.MaxInt32 || low > math.MaxInt32 {
		return fmt.Errorf("%q: want max or max,min%s", v, unexpanded(v))
	}
	w.Autoscale = &Autoscale{Min: max(1, min(low, high)), Max: max(high, low)}
	return nil
}

// setMemory takes KiB (docs.celeryq.dev, worker_max_memory_per_child).
func setMemory(w *Worker, v string) error {
	var kib *int
	if err := whole(&kib, v, 1); err != nil {
		return err
	}
	w.MaxMemoryPerChild = new(int64(*kib) << 10)
	return nil
}

// setMultiplier leaves 0 out: celery/bin/worker.py has `value or conf.worker_prefetch_multiplier`.
func setMultiplier(w *Worker, v string) error {
	if err := whole(&w.PrefetchMultiplier, v, 0); err != nil {
		return err
	}
	if *w.PrefetchMultiplier == 0 {
		w.PrefetchMultiplier = nil
	}
	return nil
}

func whole(to **int, v string, least int) error {
	n, err := strconv.Atoi(v)
	if err != nil || n < least || n > math.MaxInt32 {
		return fmt.Errorf("%q: want a whole number of at least %d%s", v, least, unexpanded(v))
	}
	*to = &n
	return nil
}

// limit takes seconds. Celery takes 0 for no limit.
func limit(to **des.Time, v string) error {
	s, err := strconv.ParseFloat(v, 64)
	if err != nil || !(s >= 0 && s <= 1e9) {
		return fmt.Errorf("%q: want seconds, at least 0%s", v, unexpanded(v))
	}
	t := des.Seconds(s)
	*to = &t
	return nil
}

func unexpanded(v string) string {
	if strings.Contains(v, "$") {
		return "; variables of the shell are not expanded: write the value"
	}
	return ""
}
