package strategies

import (
	"fmt"
	"maps"
	"slices"

	"example.com/simrun/celery"
	"example.com/simrun/internal/units"
	"example.com/simrun/worker"
	"example.com/simrun/workloads"
)

// Parse reads the commands and settings of a change back into a strategy, as if someone had carried it out: its workers,
// its routes and the queues that it declares. What Celery's configuration does not hold is taken from like: the name,
// the kind of broker and its overheads, the release. Machines are not part of a change, and stay unset.
//
// Settings may have gone through JSON. One that Diff does not write is an error.
func Parse(c *Change, like *Spec, classes []workloads.Class) (Spec, []worker.Queue, error) {
	spec := Spec{Name: like.Name, Broker: like.Broker, Release: like.Release}
	known := []string{"task_annotations", "task_routes", "task_queues"}
	workers, brokers := celery.WorkerSettings(), celery.BrokerSettings()
	for i := range workers {
		known = append(known, topOf(workers[i].Name))
	}
	for i := range brokers {
		known = append(known, topOf(brokers[i].Name))
	}
	known = slices.Compact(slices.Sorted(slices.Values(slices.DeleteFunc(known, func(name string) bool { return name == "" }))))
	for key := range sortedKeys(c.Settings) {
		if _, err := units.Choose(known, key); err != nil {
			return Spec{}, nil, fmt.Errorf("settings: %w", err)
		}
	}
	routes, _ := c.Settings["task_routes"].(map[string]any)
	for task, route := range sortedPairs(routes) {
		queue, ok := lookIn(route, "queue").(string)
		if !ok {
			return Spec{}, nil, fmt.Errorf("settings: task_routes: %q: want {\"queue\": NAME}", task)
		}
		spec.Routes = append(spec.Routes, Route{Task: task, Queue: queue})
	}
	for i := range brokers {
		if err := readSetting(&brokers[i], &spec.Broker.Broker, c.Settings); err != nil {
			return Spec{}, nil, err
		}
	}
	for _, command := range c.Commands {
		line, _, err := celery.ParseCommand(command)
		if err != nil {
			return Spec{}, nil, fmt.Errorf("commands: %q: %w", command, err)
		}
		w := WorkerSpec{Worker: line}
		if err := configure(&w, &spec, c, classes); err != nil {
			return Spec{}, nil, err
		}
		spec.Workers = append(spec.Workers, w)
	}
	return spec, declaredQueues(c.Settings["task_queues"]), nil
}

// readSetting reads a setting from those of an app: where none is said, it is the default.
func readSetting[W, C any](s *celery.Setting[W, C], to *W, settings map[string]any) error {
	if s.Name == "" {
		return nil
	}
	plain := settings[s.Name]
	if mapping, entry := celery.SplitName(s.Name); mapping != "" {
		plain = lookIn(settings[mapping], entry)
	}
	if plain == nil {
		s.Clear(to)
		return nil
	}
	v, err := s.Quantity.FromPlain(plain)
	if err != nil {
		return fmt.Errorf("settings: %s: %w", s.Name, err)
	}
	s.Set(to, v)
	return nil
}

// topOf is the name of the setting in which an entry lies, or its own.
func topOf(name string) string {
	mapping, entry := celery.SplitName(name)
	if mapping == "" {
		return entry
	}
	return mapping
}

// configure applies the settings to one worker: its own win over those of the app, a flag wins over both.
func configure(w *WorkerSpec, spec *Spec, c *Change, classes []workloads.Class) error {
	settings := maps.Clone(c.Settings)
	if settings == nil {
		settings = map[string]any{}
	}
	maps.Copy(settings, c.WorkerSettings[w.Name])
	all := celery.WorkerSettings()
	var said celery.Worker
	for i := range all {
		s := &all[i]
		if err := readSetting(s, &said, settings); err != nil {
			return err
		}
		for t := range classes {
			if s.PerTask && lookIn(lookIn(c.Settings["task_annotations"], classes[t].Name), s.Key) == true &&
				slices.Contains(w.Queues, destination(spec.Routes, &classes[t])) {
				s.Set(&said, true)
			}
		}
	}
	w.Fill(&said)
	return nil
}

// destination is the queue of a class under routes by exact names.
func destination(routes []Route, c *workloads.Class) string {
	for _, r := range routes {
		if r.Task == c.Name {
			return r.Queue
		}
	}
	return c.Queue
}

func declaredQueues(setting any) []worker.Queue {
	queues, _ := setting.(map[string]any)
	var declared []worker.Queue
	for name, options := range sortedPairs(queues) {
		q := worker.Queue{Name: name, MaxLength: -1, MaxPriority: -1, DeliveryLimit: -1}
		arguments := lookIn(options, "queue_arguments")
		for key, to := range map[string]*int{
			"x-max-length": &q.MaxLength, "x-max-priority": &q.MaxPriority, "x-delivery-limit": &q.DeliveryLimit,
		} {
			if n, ok := number(lookIn(arguments, key)); ok {
				*to = n
			}
		}
		if lookIn(arguments, "x-overflow") == overflowNames[worker.DropHead] {
			q.Overflow = worker.DropHead
		}
		q.Delays = lookIn(options, "exchange_type") == "topic"
		declared = append(declared, q)
	}
	return declared
}

// lookIn is the entry of a mapping, nil if it is none or has none.
func lookIn(m any, key string) any {
	entries, _ := m.(map[string]any)
	return entries[key]
}

// number is a whole number, which JSON reads as a float.
func number(v any) (int, bool) {
	n, err := (&celery.Quantity{Kind: celery.Whole}).FromPlain(v)
	if err != nil {
		return 0, false
	}
	return n.(int), true
}
