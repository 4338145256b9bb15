package celery

import (
	"cmp"
	"fmt"
	"math"
	"slices"
	"strings"

	"example.com/simrun/des"
	"example.com/simrun/internal/units"
)

// App is the configuration of an app as written by Celery's own names: what holds for all its workers, unless they or
// their tasks say something else.
type App struct {
	Worker       Worker
	Broker       Broker
	Routes       []AppRoute // in the order of their tasks' names as written
	DefaultQueue string     // task_default_queue
	Queues       AppQueues  // what those have of which nobody says more
	interval     float64    // of redis' restores, and how many calls one takes
	throttle     float64
	Notes        []string // which settings have no effect, and why
}

// AppQueues are options of the queues that Celery declares by itself.
type AppQueues struct {
	MaxPriority                   *int // task_queue_max_priority: of every queue that says none
	DefaultQuorum, OthersAsQuorum bool // task_default_queue_type, task_create_missing_queue_type
}

// AppRoute sends a task, or all of a pattern, to a queue, and perhaps with a priority.
type AppRoute struct {
	Task, Queue string
	Priority    *int // nil = that of the task
}

// Entry is one setting as written: Value is a bool, a float64 or an int, a string, a []any or a []Entry.
type Entry struct {
	Name  string
	Value any
}

// Set takes in one setting of the app of a release. The error says what is wrong, without the name.
func (a *App) Set(release string, e Entry) error {
	switch e.Name {
	case "task_routes":
		return a.routes(e.Value)
	case "task_default_queue":
		name, ok := e.Value.(string)
		if !ok || name == "" {
			return fmt.Errorf("%v: want the name of a queue", e.Value)
		}
		a.DefaultQueue = name
		return nil
	case maxPriority:
		n, ok := wholeNumber(e.Value)
		if !ok || n < 1 || n > 255 {
			return fmt.Errorf("%v: want a whole number from 1 to 255", e.Value)
		}
		a.Queues.MaxPriority = &n
		return nil
	case defaultType:
		return queueType(release, "5.5", e.Value, &a.Queues.DefaultQuorum)
	case othersType:
		return queueType(release, "5.6", e.Value, &a.Queues.OthersAsQuorum)
	case transportOptions:
		return a.transport(release, e.Value)
	case "broker_url":
		if url, ok := e.Value.(string); ok && strings.HasPrefix(url, "sqs:") {
			return fmt.Errorf("%q: %s", url, noSQS)
		}
	}
	if s := byName(workerSettings, e.Name); s != nil {
		return assign(s, &a.Worker, e.Value)
	}
	if why, known := noEffectSettings[e.Name]; known {
		a.Notes = append(a.Notes, e.Name+": "+why)
		return nil
	}
	if instead, known := elsewhere[e.Name]; known {
		return fmt.Errorf("not here: %s", instead)
	}
	return fmt.Errorf("no such setting is known here%s", units.Suggestion(e.Name, appNames()))
}

const transportOptions = "broker_transport_options"

// Settings of the queues that Celery declares by itself.
const (
	maxPriority = "task_queue_max_priority"
	defaultType = "task_default_queue_type"
	othersType  = "task_create_missing_queue_type"
)

// queueType reads the type of queues, a setting since some release.
func queueType(release, since string, value any, quorum *bool) error {
	switch {
	case release < since:
		return fmt.Errorf("celery %s has no such setting: want celery %s or later", release, since)
	case value != "classic" && value != "quorum":
		return fmt.Errorf("%v: want classic or quorum", value)
	}
	*quorum = value == "quorum"
	return nil
}

func assign[W, C any](s *Setting[W, C], to *W, value any) error {
	v, err := s.Quantity.FromPlain(value)
	if err == nil {
		s.Set(to, v)
	}
	return err
}

func byName[W, C any](settings []Setting[W, C], name string) *Setting[W, C] {
	i := slices.IndexFunc(settings, func(s Setting[W, C]) bool { return s.Name == name })
	if i < 0 {
		return nil
	}
	return &settings[i]
}

func wholeNumber(v any) (int, bool) {
	switch x := v.(type) {
	case int:
		return x, true
	case float64:
		return int(x), x == math.Trunc(x)
	}
	return 0, false
}

// routes reads task_routes: a queue, or a mapping that has it, by task.
func (a *App) routes(value any) error {
	entries, ok := value.([]Entry)
	if !ok {
		return fmt.Errorf("want a map of routes by task, such as {\"app.tasks.mail\": {queue: mail}}")
	}
	for _, e := range entries {
		queue, _ := e.Value.(string)
		options, _ := e.Value.([]Entry)
		var priority *int
		for _, o := range options {
			switch o.Name {
			case "queue":
				queue, _ = o.Value.(string)
			case "priority":
				p, ok := wholeNumber(o.Value)
				if !ok || p < 0 || p > 255 {
					return fmt.Errorf("%s.priority: %v: want a whole number from 0 to 255", e.Name, o.Value)
				}
				priority = &p
			default:
				return fmt.Errorf("%s.%s: not here: want {queue: NAME, priority: N}", e.Name, o.Name)
			}
		}
		if queue == "" {
			return fmt.Errorf("%s: want {queue: NAME}", e.Name)
		}
		a.Routes = append(a.Routes, AppRoute{e.Name, queue, priority})
	}
	return nil
}

// transport reads broker_transport_options.
func (a *App) transport(release string, value any) error {
	entries, ok := value.([]Entry)
	if !ok {
		return fmt.Errorf("want a map of options, such as {visibility_timeout: 3600}")
	}
	for _, e := range entries {
		name := transportOptions + "." + e.Name
		var err error
		switch broker, worker := byName(brokerSettings, name), byName(workerSettings, name); {
		case broker != nil:
			err = assign(broker, &a.Broker, e.Value)
		case worker != nil:
			err = a.strategy(release, e.Value)
		case e.Name == restoreInterval || e.Name == restoreThrottle:
			err = a.restores(release, e)
		case slices.Contains(otherOptions, e.Name):
			a.Notes = append(a.Notes, name+": "+noEffect)
		default:
			err = fmt.Errorf("no such option is known here%s", units.Suggestion(e.Name, transportNames()))
		}
		if err != nil {
			return fmt.Errorf("%s: %w", e.Name, err)
		}
	}
	return nil
}

// strategy reads queue_order_strategy.
func (a *App) strategy(release string, value any) error {
	if order := FromStrategy(release, value); order != nil {
		a.Worker.Order = order.(string)
		return nil
	}
	return fmt.Errorf("%v: want round_robin, sorted or priority", value)
}

// How often redis is looked at for messages that are unacked for too long: at each throttle-th call of a timer.
const (
	restoreInterval = "unacked_restore_interval"
	restoreThrottle = "unacked_restore_throttle"
)

// restores reads one of the two, which are settings from 5.7 on (10 s and 10 before).
func (a *App) restores(release string, e Entry) error {
	x, ok := floatOf(e.Value)
	switch {
	case !KeepsOrder(release):
		return fmt.Errorf("celery %s has no such option: want celery 5.7 or later", release)
	case !ok || x <= 0 || x > mostSeconds:
		return fmt.Errorf("%v: want a number above 0", e.Value)
	case e.Name == restoreInterval:
		a.interval = x
	default:
		a.throttle = x
	}
	look := des.Seconds(cmp.Or(a.interval, 10) * cmp.Or(a.throttle, 10))
	a.Broker.Overheads = map[string]des.Time{"look": look}
	return nil
}

// otherOptions are options of transports that take no time.
var otherOptions = []string{
	"sep", "global_keyprefix", "fanout_prefix", "fanout_patterns", "socket_timeout", "socket_connect_timeout", "socket_keepalive",
	"retry_on_timeout", "health_check_interval", "max_connections", "master_name", "confirm_publish", "max_retries", "interval_start",
	"interval_step", "interval_max", "client_name",
}

func transportNames() []string {
	names := slices.Clone(otherOptions)
	for _, name := range settingNames() {
		if option, ok := strings.CutPrefix(name, transportOptions+"."); ok {
			names = append(names, option)
		}
	}
	return names
}

// settingNames are Celery's names of what is simulated.
func settingNames() []string {
	var names []string
	for i := range workerSettings {
		if name := workerSettings[i].Name; name != "" {
			names = append(names, name)
		}
	}
	for i := range brokerSettings {
		if name := brokerSettings[i].Name; name != "" {
			names = append(names, name)
		}
	}
	return names
}

func appNames() []string {
	names := append(settingNames(), "task_routes", "task_default_queue", maxPriority, defaultType, othersType, transportOptions)
	for name := range noEffectSettings {
		names = append(names, name)
	}
	slices.Sort(names)
	return names
}

// KeyOf is the key of a worker in a scenario for a name of Celery's configuration, "" if there is none.
func KeyOf(name string) string {
	if s := byName(workerSettings, name); s != nil {
		return s.Key
	}
	return ""
}

// IsSetting says whether Celery has a setting of that name which can stand under settings.
func IsSetting(name string) bool { return slices.Contains(appNames(), name) }

const droppedAsAcked = "no effect here: a message that is rejected without requeue leaves the window and the queue as an acked one does"

// noEffectSettings are settings of Celery that change nothing of what is simulated, and why.
var noEffectSettings = map[string]string{
	"accept_content": noEffect, "beat_max_loop_interval": periodic, "beat_schedule": periodic, "beat_scheduler": periodic,
	"broker_connection_max_retries": noEffect, "broker_connection_retry": noEffect, "broker_connection_retry_on_startup": noEffect,
	"broker_heartbeat": noEffect, "broker_pool_limit": noEffect, "broker_url": "the broker is the scenario's", "enable_utc": noEffect,
	"imports": "the tasks are those of the scenario", "include": "the tasks are those of the scenario",
	"result_backend": "storing results costs nothing here", "result_expires": "storing results costs nothing here",
	"result_extended": "storing results costs nothing here", "result_serializer": "storing results costs nothing here",
	"task_acks_on_failure": droppedAsAcked, "task_acks_on_failure_or_timeout": droppedAsAcked, "task_acks_on_timeout": droppedAsAcked,
	"task_create_missing_queues": noEffect, "task_ignore_result": "storing results costs nothing here",
	"task_send_sent_event": "sending events costs nothing here", "task_serializer": noEffect, "task_store_errors_even_if_ignored": noEffect,
	"task_track_started": "storing results costs nothing here", "timezone": "times are those of the scenario",
	"worker_enable_remote_control": noEffect, "worker_hijack_root_logger": noEffect,
	"worker_log_format": noEffect, "worker_redirect_stdouts": noEffect, "worker_send_task_events": "sending events costs nothing here",
	"worker_state_db": "no task is revoked", "worker_task_log_format": noEffect,
}

// elsewhere are settings that a scenario says in another place, or that are not simulated.
var elsewhere = map[string]string{
	"task_always_eager":           "tasks would run where they are published: a scenario without workers",
	"task_annotations":            "write rate_limit, acks_late and limits in the tasks",
	"task_default_priority":       "write priority in the tasks",
	"task_default_rate_limit":     "write rate_limit in the tasks",
	"task_queues":                 "write max_priority, type and limits in queues",
	"worker_detect_quorum_queues": "not supported yet: quorum queues are detected from celery 5.5 on",
}
