package celery

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"example.com/simrun/internal/units"
)

// flag is one option of `celery worker` (celery/bin/worker.py, celery/bin/celery.py and celery/bin/base.py of 5.6).
type flag struct {
	names   []string
	takes   bool           // has a value
	setting *WorkerSetting // that it says; nil = none
	words   []string       // that it takes, of one that says none; nil = any
	whole   bool           // takes whole numbers, and says none
	ignored string         // why it has no effect; with a setting or neither, there is nothing to tell
	refused string         // why the line cannot be taken
}

const (
	notYet   = "not supported yet"
	noEffect = "no effect here"
	periodic = "periodic tasks are those that the scenario publishes"
)

// name and beat are looked at by themselves.
const (
	nameFlag = "-n"
	beatFlag = "-B"
)

// flags are those of the settings, and those that say none.
var flags = append(settingFlags(), []flag{
	{names: []string{nameFlag, "--hostname"}, takes: true},
	{names: []string{"-O", "--optimization"}, takes: true, words: []string{"default", "fair"}, ignored: "fair is what Celery does anyway"},

	{names: []string{"-X", "--exclude-queues"}, takes: true, refused: notYet + ": list the queues with -Q"},
	{names: []string{"--help"}, refused: "starts no worker"},
	{names: []string{"--version"}, refused: "starts no worker"},

	{names: []string{"-A", "--app"}, takes: true}, // every line has it: nothing to tell
	{names: []string{"-b", "--broker"}, takes: true, ignored: "the broker is the scenario's"},
	{names: []string{"--result-backend"}, takes: true, ignored: "storing results costs nothing here"},
	{names: []string{"--loader"}, takes: true, ignored: "its settings are not read"},
	{names: []string{"--config"}, takes: true, ignored: "its settings are not read"},
	{names: []string{"--settings"}, takes: true, ignored: "its settings are not read"}, // of python manage.py celery
	{names: []string{"--workdir"}, takes: true, ignored: noEffect},
	{names: []string{"-C", "--no-color"}, ignored: noEffect},
	{names: []string{"-q", "--quiet"}, ignored: noEffect},
	{names: []string{"--skip-checks"}, ignored: noEffect},
	{names: []string{"-D", "--detach"}, ignored: noEffect},
	{names: []string{"-S", "--statedb"}, takes: true, ignored: "no task is revoked"},
	{names: []string{"-l", "--loglevel"}, takes: true, words: []string{"debug", "info", "warning", "warn", "error", "critical", "fatal"}, ignored: noEffect}, // warn: Celery 4
	{names: []string{"-f", "--logfile"}, takes: true, ignored: noEffect},
	{names: []string{"--pidfile"}, takes: true, ignored: noEffect},
	{names: []string{"--uid"}, takes: true, ignored: noEffect},
	{names: []string{"--gid"}, takes: true, ignored: noEffect},
	{names: []string{"--umask"}, takes: true, ignored: noEffect},
	{names: []string{"--executable"}, takes: true, ignored: noEffect},
	{names: []string{"-E", "--events", "--task-events"}, ignored: "sending events costs nothing here"},
	{names: []string{"--purge", "--discard"}, ignored: "a run starts with empty queues"},
	{names: []string{"-I", "--include"}, takes: true, ignored: "the tasks are those of the scenario"},
	{names: []string{"--without-gossip"}, ignored: "gossip costs nothing here; as a timer it goes with the heartbeat"},
	{names: []string{"--without-mingle"}, ignored: "workers are up when a run starts"},
	{names: []string{"--heartbeat-interval"}, takes: true, whole: true, ignored: "heartbeats cost nothing here"},
	{names: []string{beatFlag, "--beat"}, ignored: periodic},
	{names: []string{"-s", "--schedule", "--schedule-filename"}, takes: true, ignored: periodic},
	{names: []string{"--scheduler"}, takes: true, ignored: periodic},
}...)

func settingFlags() []flag {
	var list []flag
	for i := range workerSettings {
		if s := &workerSettings[i]; s.Flags != nil {
			list = append(list, flag{names: s.Flags, takes: s.Quantity.Kind != YesNo, setting: s})
		}
	}
	return list
}

// read is the value that a flag gives to its setting; nil = it says nothing, for the reason in the note.
func (f *flag) read(text string) (value any, note string, err error) {
	s := f.setting
	switch {
	case s == nil && !strings.ContainsAny(text, "$`"): // a value that is not known has no effect either
		return nil, f.ignored, f.check(text)
	case s == nil:
		return nil, f.ignored, nil
	case s.Quantity.Kind == YesNo:
		return s.Default == false, "", nil
	case s.Key == "pool":
		pool, err := PoolOf(text)
		if text == eventlet {
			note = LikeGevent
		}
		if err != nil {
			err = fmt.Errorf("%w%s", err, unexpanded(text))
		}
		return pool.String(), note, err
	case text == "0" && s.Unsaid != "":
		return nil, s.Unsaid, nil
	}
	value, err = s.Quantity.FromFlag(text)
	return value, "", err
}

// check says why Celery would not start with a value that changes nothing here.
func (f *flag) check(text string) error {
	if f.words != nil {
		_, err := units.Choose(f.words, strings.ToLower(text))
		return err
	}
	if _, err := strconv.Atoi(text); f.whole && err != nil {
		return fmt.Errorf("%q: want a whole number", text)
	}
	return nil
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
