package strategies

import (
	"maps"
	"reflect"
	"slices"

	"example.com/simrun/celery"
	"example.com/simrun/worker"
	"example.com/simrun/workloads"
)

// taskFlag is a property of tasks that a layout has per worker, and Celery in the configuration of the app.
type taskFlag struct {
	setting, attribute string // of the app, of a task (task_annotations)
	of                 func(*worker.Config) bool
	own                func(*workloads.Class) worker.Tri
	set                func(*WorkerSpec, bool)
}

var taskFlags = []taskFlag{
	{
		"task_acks_late", "acks_late",
		func(c *worker.Config) bool { return c.AcksLate },
		func(c *workloads.Class) worker.Tri { return c.AcksLate },
		func(w *WorkerSpec, v bool) { w.AcksLate = &v },
	},
	{
		"task_reject_on_worker_lost", "reject_on_worker_lost",
		func(c *worker.Config) bool { return c.RejectOnWorkerLost },
		func(c *workloads.Class) worker.Tri { return c.RejectOnWorkerLost },
		func(w *WorkerSpec, v bool) { w.RejectOnWorkerLost = &v },
	},
}

// settingsOf are the settings that a layout needs beside its command lines and routes, by Celery's names, and those
// that only one worker may have, by that worker's name. What is Celery's default is left out.
func settingsOf(l *Layout, classes []workloads.Class) (app map[string]any, own map[string]map[string]any) {
	app, own = map[string]any{}, map[string]map[string]any{}
	for i := range taskFlags {
		taskSetting(l, classes, &taskFlags[i], app, own)
	}
	transport(l, app, own)
	softSettings(l, app, own)
	if slices.ContainsFunc(l.Workers, func(c worker.Config) bool { return c.PrefetchMultiplier == 0 }) {
		app["worker_prefetch_multiplier"] = 0 // the flag takes 0 for not given; all others have the flag
	}
	if l.Broker.Kind == worker.RabbitMQ {
		if queues := queueArguments(l); len(queues) > 0 {
			app["task_queues"] = queues
		}
	}
	return app, own
}

// taskSetting writes a property of tasks as one setting if all workers agree, else as annotations of the tasks in whose
// workers it is on. Where workers of one queue disagree, only settings of their own do it.
func taskSetting(l *Layout, classes []workloads.Class, f *taskFlag, app map[string]any, own map[string]map[string]any) {
	on, off := 0, 0
	annotations := map[string]any{}
	var torn []int // workers with it on that share a queue with some that have it off
	for i := range classes {
		if f.own(&classes[i]) != worker.Unset {
			continue
		}
		var with, without []int
		for w := range l.Workers {
			switch {
			case !takesClass(l, w, i):
			case f.of(&l.Workers[w]):
				with = append(with, w)
			default:
				without = append(without, w)
			}
		}
		on += len(with)
		off += len(without)
		switch {
		case len(with) > 0 && len(without) > 0:
			torn = append(torn, with...)
		case len(with) > 0:
			annotations[classes[i].Name] = true
		}
	}
	if on > 0 && off == 0 {
		app[f.setting] = true
		return
	}
	for _, w := range torn {
		setOwn(own, l.Groups[l.Group[w]], f.setting, true)
	}
	if len(annotations) == 0 {
		return
	}
	all, _ := app["task_annotations"].(map[string]any)
	if all == nil {
		all = map[string]any{}
		app["task_annotations"] = all
	}
	for task := range annotations {
		one, _ := all[task].(map[string]any)
		if one == nil {
			one = map[string]any{}
			all[task] = one
		}
		one[f.attribute] = true
	}
}

func setOwn(own map[string]map[string]any, name, key string, value any) {
	if own[name] == nil {
		own[name] = map[string]any{}
	}
	own[name][key] = value
}

// transport writes what redis takes among broker_transport_options: the order among queues, and the priority steps.
func transport(l *Layout, app map[string]any, own map[string]map[string]any) {
	if l.Broker.Kind != worker.Redis {
		return
	}
	options := map[string]any{}
	if !slices.Equal(l.Broker.PrioritySteps, celery.PrioritySteps()) {
		steps := make([]any, len(l.Broker.PrioritySteps))
		for i, step := range l.Broker.PrioritySteps {
			steps[i] = step
		}
		options["priority_steps"] = steps
	}
	var sorted, other []int
	for w := range l.Workers {
		if c := &l.Workers[w]; len(c.Queues) > 1 {
			if c.Order == worker.Sorted {
				sorted = append(sorted, w)
			} else {
				other = append(other, w)
			}
		}
	}
	with := maps.Clone(options)
	with["queue_order_strategy"] = "sorted"
	switch {
	case len(sorted) > 0 && len(other) == 0:
		options = with
	case len(sorted) > 0:
		for _, w := range sorted {
			setOwn(own, l.Groups[l.Group[w]], "broker_transport_options", maps.Clone(with))
		}
	}
	if len(options) > 0 {
		app["broker_transport_options"] = options
	}
}

// queueArguments declares the queues that have options, in rabbitmq's words (celery/app/amqp.py takes such a mapping).
func queueArguments(l *Layout) map[string]any {
	queues := map[string]any{}
	for i := range l.Queues {
		q := &l.Queues[i]
		arguments := map[string]any{}
		if q.MaxLength >= 0 {
			arguments["x-max-length"] = q.MaxLength
			arguments["x-overflow"] = overflowNames[q.Overflow]
		}
		if q.MaxPriority >= 0 {
			arguments["x-max-priority"] = q.MaxPriority
		}
		if q.DeliveryLimit >= 0 {
			arguments["x-delivery-limit"] = q.DeliveryLimit
		}
		if len(arguments) > 0 {
			queues[q.Name] = map[string]any{"queue_arguments": arguments}
		}
	}
	return queues
}

var overflowNames = []string{worker.Reject: "reject-publish", worker.DropHead: "drop-head"}

// routesOf are the routes of tasks that do not go to their own queue, or that go elsewhere than before.
func routesOf(from, to *Layout, classes []workloads.Class) map[string]any {
	routes := map[string]any{}
	for i := range classes {
		name := queueName(to, to.ClassQueue[i])
		if name != classes[i].Queue || name != queueName(from, from.ClassQueue[i]) {
			routes[classes[i].Name] = map[string]any{"queue": name}
		}
	}
	return routes
}

// neutral are the values of settings that do nothing.
func neutral(key string) any {
	switch key {
	case "worker_prefetch_multiplier":
		return 4
	case softSetting:
		return 0
	case "task_annotations", "task_queues", "task_routes":
		return map[string]any{}
	case "broker_transport_options":
		return map[string]any{"queue_order_strategy": "round_robin"}
	}
	return false
}

// reset adds the settings of the baseline that the new layout must not have.
func reset(settings, before map[string]any) {
	for key := range before {
		if _, there := settings[key]; !there {
			settings[key] = neutral(key)
		}
	}
}

// differing counts the settings that differ; those of one task or one queue each count.
func differing(a, b map[string]any) int {
	n := 0
	for key := range union(a, b) {
		x, xMap := a[key].(map[string]any)
		y, yMap := b[key].(map[string]any)
		switch {
		case xMap || yMap:
			for inner := range union(x, y) {
				if !reflect.DeepEqual(x[inner], y[inner]) {
					n++
				}
			}
		case !reflect.DeepEqual(a[key], b[key]):
			n++
		}
	}
	return n
}

func union(a, b map[string]any) map[string]any {
	both := map[string]any{}
	maps.Copy(both, a)
	maps.Copy(both, b)
	return both
}
