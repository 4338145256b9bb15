package strategies

import (
	"fmt"
	"slices"
	"strings"

	"example.com/simrun/internal/units"
	"example.com/simrun/worker"
	"example.com/simrun/workloads"
)

func (r *rollout) step(format string, args ...any) {
	r.change.Rollout = append(r.change.Rollout, fmt.Sprintf(format, args...))
}

// write lists the steps. Two rules make the order: a queue has a worker before the first message goes to it, and until
// the last has left it.
func (r *rollout) write() {
	r.change.Rollout = []string{}
	if r.from.Broker.Kind != r.to.Broker.Kind || r.from.BrokerZone != r.to.BrokerZone {
		where := ""
		if r.to.BrokerZone != "" {
			where = fmt.Sprintf(" in the zone %q", r.to.BrokerZone)
		}
		r.step("Set up %s%s, point broker_url at it for new workers and for what publishes, and keep the old workers until the old broker is empty.",
			r.to.Broker.Kind, where)
	}
	r.access()
	if tasks := r.turnedLate(); len(tasks) > 0 {
		step := fmt.Sprintf("Make sure that %s may run twice: with acks_late a task that is cut short comes back.", units.Quoted(tasks))
		if r.to.Broker.Kind == worker.Redis {
			step += " On redis it also does when it waits and runs for longer than the visibility_timeout (1 h by default)."
		}
		r.step("%s", step)
	}
	if r.restart {
		r.step("Put the settings listed here into the configuration%s: workers read it when they start.", r.exceptRoutes())
	}
	r.remap()
	for _, name := range r.to.Groups {
		switch own := r.own[name]; {
		case entriesThatDiffer(own, r.ownBefore[name]) == 0:
		case own == nil:
			r.step("Take the settings of its own away from %q.", name)
		default:
			r.step("Give %q a configuration of its own with the settings listed for it.", name)
		}
	}
	r.files()
	r.beats()
	if len(r.added) > 0 {
		if opened := r.openedBy(r.added); len(opened) > 0 {
			r.step("Start %s: nothing goes to %s yet.", units.Quoted(r.added), queuesAre(opened))
		} else {
			r.step("Start %s.", units.Quoted(r.added))
		}
	}
	r.scaling()
	early := r.restartEarly()
	if len(r.moved) > 0 {
		r.step("Deploy task_routes to all that publish %s. A call that names a queue itself goes there whatever the routes: change those calls.%s",
			units.Quoted(r.moved), r.ownPriorities())
	}
	if len(r.left) > 0 {
		r.step("Wait until %s: retries and tasks with a countdown come back to the queue they were in.", emptied(r.left))
	}
	r.restartLate(early)
	if len(r.removed) > 0 {
		r.step("Stop %s with TERM: what runs is finished first, and what was reserved goes back to the broker.", units.Quoted(r.removed))
	}
}

// restartEarly restarts the workers that will take a new queue before anything goes to it, and returns those that have
// to keep an old queue for a while.
func (r *rollout) restartEarly() (twice []string) {
	var once []string
	for _, name := range r.changed {
		if len(r.openedBy([]string{name})) == 0 {
			continue
		}
		was := consumedBy(r.from, []string{name})
		is := consumedBy(r.to, []string{name})
		var keep []string
		for _, q := range r.left {
			if was[q] && !is[q] {
				keep = append(keep, q)
			}
		}
		if len(keep) == 0 {
			once = append(once, name)
			continue
		}
		twice = append(twice, name)
		r.step("Restart %q with its new line, but with -Q %s: it keeps its old queues for now.", name,
			strings.Join(append(sortedNames(is), keep...), ","))
	}
	if len(once) > 0 {
		r.step("Restart %s with the new line%s: nothing goes to %s yet.", units.Quoted(once), oneByOne(once), queuesAre(r.openedBy(once)))
	}
	return twice
}

// restartLate restarts what is left to be restarted.
func (r *rollout) restartLate(twice []string) {
	var names []string
	for _, name := range r.to.Groups {
		switch {
		case slices.Contains(r.added, name):
		case slices.Contains(twice, name):
			names = append(names, name)
		case slices.Contains(r.changed, name) && len(r.openedBy([]string{name})) > 0:
		case slices.Contains(r.changed, name) || r.restart:
			names = append(names, name)
		}
	}
	if len(names) > 0 {
		r.step("Restart %s with the line above%s.", units.Quoted(names), oneByOne(names))
	}
	for _, name := range r.to.Groups {
		now, then := r.from.standing(name), r.to.standing(name)
		switch more := then - now; {
		case now == 0 || then == 0:
		case more > 0:
			r.step("Add %s of %q.", units.Plural(more, "instance", "instances"), name)
		case more < 0:
			r.step("Take away %s of %q, with TERM.", units.Plural(-more, "instance", "instances"), name)
		}
	}
}

// standing is how many instances a worker has; 0 where their number follows the load.
func (l *Layout) standing(name string) (n int) {
	for w, g := range l.Group {
		if l.Groups[g] == name && l.FleetOf(w) == nil {
			n++
		}
	}
	return n
}

// openedBy are the new queues that the named workers take.
func (r *rollout) openedBy(groups []string) []string {
	takes := consumedBy(r.to, groups)
	return slices.DeleteFunc(slices.Clone(r.opened), func(q string) bool { return !takes[q] })
}

// turnedLate are the tasks that are acked late in the new layout, and nowhere in the baseline.
func (r *rollout) turnedLate() []string {
	var tasks []string
	for i := range r.classes {
		if lateAnywhere(r.to, r.classes, i) && !lateAnywhere(r.from, r.classes, i) {
			tasks = append(tasks, r.classes[i].Name)
		}
	}
	return tasks
}

func lateAnywhere(l *Layout, classes []workloads.Class, i int) bool {
	for w := range l.Workers {
		if takesClass(l, w, i) && lateOn(&classes[i], &l.Workers[w]) {
			return true
		}
	}
	return false
}

// ownPriorities warns that the priority of a route gives way to one that a task or a call names itself (celery/app/base.py:
// send_task merges the options of the route under those of the call).
func (r *rollout) ownPriorities() string {
	for _, p := range r.to.Priority {
		if p != nil {
			return " A task or a call that names a priority itself keeps that: take it out."
		}
	}
	return ""
}

func (r *rollout) exceptRoutes() string {
	if len(r.moved) > 0 {
		return ", but not yet task_routes"
	}
	return ""
}

func queuesAre(names []string) string {
	if len(names) == 1 {
		return fmt.Sprintf("the queue %q", names[0])
	}
	return "the queues " + units.Quoted(names)
}

func emptied(names []string) string {
	if len(names) == 1 {
		return queuesAre(names) + " is empty"
	}
	return queuesAre(names) + " are empty"
}

func oneByOne(names []string) string {
	if len(names) > 1 {
		return ", one at a time"
	}
	return ""
}

func sortedNames(set map[string]bool) []string {
	return slices.Collect(sortedKeys(set))
}
