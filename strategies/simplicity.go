package strategies

import (
	"slices"

	"example.com/simrun/celery"
	"example.com/simrun/system"
	"example.com/simrun/worker"
	"example.com/simrun/workloads"
)

// differing are the settings in which two workers differ.
func differing(x, y *worker.Config, queueOfX, queueOfY func(int) string) []*celery.WorkerSetting {
	var list []*celery.WorkerSetting
	all := celery.WorkerSettings()
	for i := range all {
		if s := &all[i]; s.Differ(x, y, queueOfX, queueOfY) {
			list = append(list, s)
		}
	}
	return list
}

func lateOn(c *workloads.Class, w *worker.Config) bool { return c.AcksLate.Or(w.AcksLate) }

// takesClass says whether worker w may get tasks of class i.
func takesClass(l *Layout, w, i int) bool {
	return slices.Contains(l.Workers[w].Queues, l.ClassQueue[i]) || slices.Contains(l.Workers[w].Overflow, l.ClassQueue[i])
}

func queueName(l *Layout, q int) string { return l.Queues[q].Name }

func (l *Layout) queueName(q int) string { return l.Queues[q].Name }

func queueNames(l *Layout, queues []int) []string {
	names := make([]string, len(queues))
	for i, q := range queues {
		names[i] = l.Queues[q].Name
	}
	return names
}

// Simplicity is how much of the baseline has to change for a layout, and how many workers it has; of two layouts that
// do, the one with fewer changes is the simpler, then the one with fewer workers. A change is a worker added or removed,
// a flag or the clearance of a worker that stays, a setting, users of their own at the broker, or a task that goes to
// another queue.
func Simplicity(from, to *Layout, classes []workloads.Class) (changes, workers int) {
	for name, g := range groupsOf(to) {
		before, there := groupsOf(from)[name]
		if !there {
			changes++
			continue
		}
		changes += regrouped(from, to, before, g)
	}
	for name := range groupsOf(from) {
		if _, there := groupsOf(to)[name]; !there {
			changes++
		}
	}
	old, oldOwn := settingsOf(from, classes)
	set, own := settingsOf(to, classes)
	changes += entriesThatDiffer(old, set)
	for name := range groupsOf(to) {
		changes += entriesThatDiffer(oldOwn[name], own[name])
	}
	for i := range classes {
		if rerouted(from, to, i) {
			changes++
		}
	}
	brokers := celery.BrokerSettings()
	for i := range brokers {
		if s := &brokers[i]; s.Name == "" && s.Differ(&from.Broker, &to.Broker, nil, nil) {
			changes++
		}
	}
	for _, differs := range []bool{from.BrokerZone != to.BrokerZone, from.PerQueue != to.PerQueue} {
		if differs {
			changes++
		}
	}
	return changes, len(to.Workers)
}

// regrouped counts what changes of a worker that stays, beside what stands in the configuration of the app.
func regrouped(from, to *Layout, before, now []int) (changes int) {
	v, w := before[0], now[0]
	x, y := &from.Workers[v], &to.Workers[w]
	scaled := false
	for _, s := range differing(x, y, from.queueName, to.queueName) {
		switch {
		case s.Key == "concurrency": // counted with that of its replicas
		case s.Configured(to.Release, to.Broker.Kind, s.Or(s.Of(x, from.queueName))) && s.Configured(to.Release, to.Broker.Kind, s.Or(s.Of(y, to.queueName))):
		default:
			changes++
			scaled = scaled || s.Key == "autoscale"
		}
	}
	for _, differs := range []bool{
		!scaled && !slices.Equal(slotsOf(from, before), slotsOf(to, now)) || len(before) != len(now),
		!sameFleet(from.FleetOf(v), to.FleetOf(w)), // to be set up beside the number of replicas
		machineOf(from, v) != machineOf(to, w) || from.OwnsMachine(v) != to.OwnsMachine(w),
		!slices.Equal(from.ClearanceOf(v), to.ClearanceOf(w)),
		otherLimits(from.Container(v), to.Container(w), x.Pool == y.Pool),
	} {
		if differs {
			changes++
		}
	}
	return changes
}

// otherLimits says whether a worker may use more or less than before. What its processes hold before any task goes with
// its pool.
func otherLimits(a, b system.Container, samePool bool) bool {
	a.Given, b.Given = false, false
	if !samePool {
		a.Parent, a.Child, a.Whole = b.Parent, b.Child, b.Whole
	}
	return a != b
}

// groupsOf are the instances of each worker as written, by its name.
func groupsOf(l *Layout) map[string][]int {
	groups := map[string][]int{}
	for w, g := range l.Group {
		groups[l.Groups[g]] = append(groups[l.Groups[g]], w)
	}
	return groups
}

func slotsOf(l *Layout, workers []int) []int {
	slots := make([]int, len(workers))
	for i, w := range workers {
		slots[i] = l.Workers[w].Concurrency
	}
	return slots
}
