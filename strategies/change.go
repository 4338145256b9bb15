package strategies

import (
	"fmt"
	"maps"
	"reflect"
	"slices"

	"example.com/simrun/worker"
	"example.com/simrun/workloads"
)

// Diff says what to do to get from one layout to another: all command lines and settings of the new one, which of them
// are new, and the order in which to roll them out so that no queue is left without a worker.
func Diff(from, to *Layout, classes []workloads.Class) Change {
	to = linedLike(from, to)
	settings, own := settingsOf(to, classes)
	before, ownBefore := settingsOf(from, classes)
	reset(settings, before)
	if routes := routesOf(from, to, classes); len(routes) > 0 {
		settings["task_routes"] = routes
	}
	if routes := routesOf(from, from, classes); len(routes) > 0 {
		before["task_routes"] = routes
		if settings["task_routes"] == nil {
			settings["task_routes"] = neutral("task_routes")
		}
	}
	c := Change{Settings: settings, WhatIf: wishes(to), Places: whereabouts(from, to)}
	lines, names := linesOf(to)
	for w := range to.Workers {
		if !firstOfFleet(to, w) {
			continue // an autoscaler starts it with the same line
		}
		c.Commands = append(c.Commands, lines[w].String())
		if s := own[to.Groups[to.Group[w]]]; s != nil {
			if c.WorkerSettings == nil {
				c.WorkerSettings = map[string]map[string]any{}
			}
			c.WorkerSettings[names[w]] = s
		}
	}
	r := rollout{from: from, to: to, classes: classes, change: &c, before: before, own: own, ownBefore: ownBefore}
	r.compare()
	r.write()
	return c
}

// wishes are what no setting can do: those of the layout and, with an ideal broker, what a real one would not give.
func wishes(l *Layout) []string {
	list := append([]string{}, l.WhatIf...)
	if l.Broker.Kind != worker.Ideal {
		return list
	}
	for w := range l.Workers {
		c := &l.Workers[w]
		if c.Order != worker.RoundRobin && len(c.Queues) > 1 {
			list = append(list, fmt.Sprintf("workers.%s: order %s: of an ideal broker", c.Name, c.Order))
		}
		if len(c.Overflow) > 0 {
			list = append(list, fmt.Sprintf("workers.%s: overflow: of an ideal broker", c.Name))
		}
		if c.Reserve != nil {
			list = append(list, fmt.Sprintf("workers.%s: reserve: of an ideal broker", c.Name))
		}
	}
	return list
}

// rollout compares two layouts and writes the steps from one to the other.
type rollout struct {
	from, to       *Layout
	classes        []workloads.Class
	change         *Change
	before         map[string]any // settings of the baseline
	own, ownBefore map[string]map[string]any

	added, changed, removed []string // workers as written
	restart                 bool     // settings that all workers read have changed
	moved                   []string // tasks that go to another queue
	opened                  []string // queues that the tasks moved to and that nothing took before
	left                    []string // queues that nothing takes any more
}

func (r *rollout) compare() {
	was, is := groupsOf(r.from), groupsOf(r.to)
	today := map[string]bool{}
	lines, _ := linesOf(r.from)
	for _, line := range lines {
		today[line.String()] = true
	}
	for _, command := range r.change.Commands {
		if today[command] {
			r.change.AsToday = append(r.change.AsToday, command)
		}
	}
	for key := range sortedKeys(r.change.Settings) {
		value, old := r.change.Settings[key], r.before[key]
		switch {
		case reflect.DeepEqual(value, old), old == nil && reflect.DeepEqual(value, neutral(key)):
			r.change.AsToday = append(r.change.AsToday, key)
		case key != "task_routes":
			r.restart = true
		}
	}
	for _, name := range r.to.Groups {
		switch workers, there := was[name]; {
		case !there:
			r.added = append(r.added, name)
		case r.differs(workers, is[name]) || !reflect.DeepEqual(r.own[name], r.ownBefore[name]):
			r.changed = append(r.changed, name)
		}
	}
	for _, name := range r.from.Groups {
		if _, there := is[name]; !there {
			r.removed = append(r.removed, name)
		}
	}
	r.change.Remove = r.removed
	for i := range r.classes {
		if rerouted(r.from, r.to, i) {
			r.moved = append(r.moved, r.classes[i].Name)
		}
	}
	taken, takes := consumedBy(r.from, r.from.Groups), consumedBy(r.to, r.to.Groups)
	for _, q := range slices.Sorted(maps.Keys(takes)) {
		if !taken[q] {
			r.opened = append(r.opened, q)
		}
	}
	for _, q := range slices.Sorted(maps.Keys(taken)) {
		if !takes[q] {
			r.left = append(r.left, q)
		}
	}
}

// differs says whether the instances of a worker that stay differ in what they are started with, where, or by whom. How many there are,
// and by which rules they are scaled, restarts none of them.
func (r *rollout) differs(was, is []int) bool {
	if (r.from.FleetOf(was[0]) == nil) != (r.to.FleetOf(is[0]) == nil) || r.from.OwnsMachine(was[0]) != r.to.OwnsMachine(is[0]) {
		return true
	}
	for i := range min(len(was), len(is)) {
		v, w := was[i], is[i]
		x, y := &r.from.Workers[v], &r.to.Workers[w]
		if lineOf(r.from, v, "same").String() != lineOf(r.to, w, "same").String() || machineOf(r.from, v) != machineOf(r.to, w) ||
			r.from.Container(v) != r.to.Container(w) {
			return true
		}
		for _, s := range differing(x, y, r.from.queueName, r.to.queueName) {
			if !s.Configured(r.to.Release, r.to.Broker.Kind, s.Or(s.Of(x, r.from.queueName))) || !s.Configured(r.to.Release, r.to.Broker.Kind, s.Or(s.Of(y, r.to.queueName))) {
				return true
			}
		}
	}
	return false
}

// consumedBy are the names of the queues that the named workers take.
func consumedBy(l *Layout, groups []string) map[string]bool {
	names := map[string]bool{}
	for w := range l.Workers {
		if slices.Contains(groups, l.Groups[l.Group[w]]) {
			for _, name := range queueNames(l, append(slices.Clone(l.Workers[w].Queues), l.Workers[w].Overflow...)) {
				names[name] = true
			}
		}
	}
	return names
}
