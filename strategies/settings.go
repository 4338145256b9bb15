package strategies

import (
	"maps"
	"reflect"

	"example.com/simrun/celery"
	"example.com/simrun/worker"
	"example.com/simrun/workloads"
)

// settingsOf are the settings that a layout needs beside its command lines and routes, by Celery's names, and those
// that only one worker may have, by that worker's name. What is Celery's default is left out.
func settingsOf(l *Layout, classes []workloads.Class) (app map[string]any, own map[string]map[string]any) {
	app, own = map[string]any{}, map[string]map[string]any{}
	brokers := celery.BrokerSettings()
	for i := range brokers {
		s := &brokers[i]
		if v := s.Of(&l.Broker, nil); s.Name != "" && v != nil && !reflect.DeepEqual(v, s.Default) {
			enter(app, s.Name, celery.Plain(v))
		}
	}
	workers := celery.WorkerSettings()
	for i := range workers {
		switch s := &workers[i]; {
		case s.PerTask:
			taskSetting(l, classes, s, app, own)
		case s.Name != "":
			workerSetting(l, s, app, own)
		}
	}
	if l.Broker.Kind == worker.RabbitMQ {
		if queues := queueArguments(l); len(queues) > 0 {
			app["task_queues"] = queues
		}
	}
	return app, own
}

// workerSetting writes what no flag says as one setting if all workers agree, or if the others have a flag that comes
// first; else as settings of those that need it.
func workerSetting(l *Layout, s *celery.WorkerSetting, app map[string]any, own map[string]map[string]any) {
	var with []int
	var value any
	agree := true
	for w := range l.Workers {
		c := &l.Workers[w]
		if s.Quantity.Kind == celery.Ordering && len(c.Queues) < 2 {
			continue // there is nothing to order
		}
		v := s.Or(s.Of(c, l.queueName))
		switch {
		case !s.Configured(l.Release, l.Broker.Kind, v) || reflect.DeepEqual(v, s.Default):
			agree = agree && s.Flags != nil
			continue
		case value == nil:
			value = v
		}
		agree = agree && reflect.DeepEqual(v, value)
		with = append(with, w)
	}
	if len(with) > 0 && agree {
		enter(app, s.Name, celery.InConfig(value))
		return
	}
	for _, w := range with {
		name := l.Groups[l.Group[w]]
		if mapping, _ := celery.SplitName(s.Name); mapping != "" && own[name][mapping] == nil {
			if all, ok := app[mapping].(map[string]any); ok {
				setOwn(own, name, mapping, maps.Clone(all)) // it takes the place of the app's
			}
		}
		if own[name] == nil {
			own[name] = map[string]any{}
		}
		enter(own[name], s.Name, celery.InConfig(s.Of(&l.Workers[w], l.queueName)))
	}
}

// enter puts a value under its name into settings, where it may lie in a mapping.
func enter(settings map[string]any, name string, value any) {
	mapping, entry := celery.SplitName(name)
	if mapping == "" {
		settings[name] = value
		return
	}
	in, _ := settings[mapping].(map[string]any)
	if in == nil {
		in = map[string]any{}
		settings[mapping] = in
	}
	in[entry] = value
}

// taskSetting writes a property of tasks as one setting if all workers agree, else as annotations of the tasks in whose
// workers it is on. Where workers of one queue disagree, only settings of their own do it.
func taskSetting(l *Layout, classes []workloads.Class, f *celery.WorkerSetting, app map[string]any, own map[string]map[string]any) {
	on, off := 0, 0
	annotations := map[string]any{}
	var torn []int // workers with it on that share a queue with some that have it off
	for i := range classes {
		if ofTask(f, &classes[i]) != worker.Unset {
			continue
		}
		var with, without []int
		for w := range l.Workers {
			switch {
			case !takesClass(l, w, i):
			case f.Of(&l.Workers[w], nil) == true:
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
		app[f.Name] = true
		return
	}
	for _, w := range torn {
		setOwn(own, l.Groups[l.Group[w]], f.Name, true)
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
		one[f.Key] = true
	}
}

func setOwn(own map[string]map[string]any, name, key string, value any) {
	if own[name] == nil {
		own[name] = map[string]any{}
	}
	own[name][key] = value
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
		if q.Quorum {
			arguments["x-queue-type"] = "quorum"
		}
		if q.MaxPriority >= 0 && !q.Quorum {
			arguments["x-max-priority"] = q.MaxPriority
		}
		if q.DeliveryLimit >= 0 && !(q.Quorum && q.DeliveryLimit == celery.QuorumDeliveryLimit) {
			arguments["x-delivery-limit"] = q.DeliveryLimit
		}
		options := map[string]any{}
		if q.Delays {
			options["exchange"], options["exchange_type"], options["routing_key"] = q.Name, "topic", q.Name
		}
		if len(arguments) > 0 {
			options["queue_arguments"] = arguments
		}
		if len(options) > 0 {
			queues[q.Name] = options
		}
	}
	return queues
}

var overflowNames = []string{worker.Reject: "reject-publish", worker.DropHead: "drop-head"}

// routesOf are the routes of tasks that do not go to their own queue, or that go elsewhere than before, and those that give a
// priority.
func routesOf(from, to *Layout, classes []workloads.Class) map[string]any {
	routes := map[string]any{}
	for i := range classes {
		name := queueName(to, to.ClassQueue[i])
		p := to.routePriority(i)
		if name != classes[i].Queue || name != queueName(from, from.ClassQueue[i]) || p != nil {
			route := map[string]any{"queue": name}
			if p != nil {
				route["priority"] = *p
			}
			routes[classes[i].Name] = route
		}
	}
	return routes
}

// routePriority is the priority that a route gives to the messages of a class; nil = none does.
func (l *Layout) routePriority(class int) *int {
	if l.Priority == nil {
		return nil
	}
	return l.Priority[class]
}

// rerouted says whether the messages of a class are sent elsewhere, or with another priority, than before.
func rerouted(from, to *Layout, class int) bool {
	return queueName(from, from.ClassQueue[class]) != queueName(to, to.ClassQueue[class]) ||
		!reflect.DeepEqual(from.routePriority(class), to.routePriority(class))
}

// neutral are the values of settings that do nothing.
func neutral(name string) any {
	switch name {
	case "task_annotations", "task_queues", "task_routes":
		return map[string]any{}
	}
	workers := celery.WorkerSettings()
	for i := range workers {
		s := &workers[i]
		switch mapping, entry := celery.SplitName(s.Name); {
		case s.Name == name && s.Default == nil && s.Quantity.Kind == celery.Duration:
			return 0
		case s.Name == name:
			return celery.Plain(s.Default)
		case mapping == name:
			return map[string]any{entry: celery.Plain(s.Default)}
		}
	}
	return nil
}

// ofTask is a setting of tasks as the class itself has it.
func ofTask(s *celery.WorkerSetting, c *workloads.Class) worker.Tri {
	if s.Key == "acks_late" {
		return c.AcksLate
	}
	return c.RejectOnWorkerLost
}

// reset adds the settings of the baseline that the new layout must not have.
func reset(settings, before map[string]any) {
	for key := range before {
		if _, there := settings[key]; !there {
			settings[key] = neutral(key)
		}
	}
}

// entriesThatDiffer counts the settings that differ; those of one task or one queue each count.
func entriesThatDiffer(a, b map[string]any) int {
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
