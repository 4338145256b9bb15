package strategies

import (
	"fmt"
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
	spec.Broker.PrioritySteps = nil
	known := []string{
		"task_acks_late", "task_reject_on_worker_lost", "task_annotations", "task_routes", "task_queues",
		"broker_transport_options", "worker_prefetch_multiplier", softSetting,
	}
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
		spec.Routes = append(spec.Routes, Route{task, queue})
	}
	if steps, given := numbers(lookIn(c.Settings["broker_transport_options"], "priority_steps")); given {
		spec.Broker.PrioritySteps = steps
	}
	for _, command := range c.Commands {
		line, _, err := celery.ParseCommand(command)
		if err != nil {
			return Spec{}, nil, fmt.Errorf("commands: %q: %w", command, err)
		}
		w := WorkerSpec{Worker: line}
		configure(&w, &spec, c, classes)
		spec.Workers = append(spec.Workers, w)
	}
	return spec, declaredQueues(c.Settings["task_queues"]), nil
}

// configure applies the settings to one worker: its own win over those of the app, a flag wins over both.
func configure(w *WorkerSpec, spec *Spec, c *Change, classes []workloads.Class) {
	own := c.WorkerSettings[w.Name]
	setting := func(key string) any {
		if v, given := own[key]; given {
			return v
		}
		return c.Settings[key]
	}
	if n, ok := number(setting("worker_prefetch_multiplier")); ok && w.PrefetchMultiplier == nil {
		w.PrefetchMultiplier = &n
	}
	readSoftShutdown(w, setting(softSetting))
	if lookIn(setting("broker_transport_options"), "queue_order_strategy") == "sorted" {
		w.Order = "sorted"
	}
	for i := range taskFlags {
		f := &taskFlags[i]
		if on, ok := setting(f.setting).(bool); ok {
			f.set(w, on)
		}
		for t := range classes {
			if on, ok := lookIn(lookIn(c.Settings["task_annotations"], classes[t].Name), f.attribute).(bool); ok && on &&
				slices.Contains(w.Queues, destination(spec.Routes, &classes[t])) {
				f.set(w, true)
			}
		}
	}
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
	switch n := v.(type) {
	case int:
		return n, true
	case float64:
		return int(n), n == float64(int(n))
	}
	return 0, false
}

func numbers(v any) ([]int, bool) {
	items, ok := v.([]any)
	list := make([]int, 0, len(items))
	for _, item := range items {
		n, whole := number(item)
		ok = ok && whole
		list = append(list, n)
	}
	return list, ok
}
