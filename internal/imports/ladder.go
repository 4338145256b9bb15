package imports

import (
	"fmt"
	"reflect"
	"slices"
	"strconv"
	"strings"

	"example.com/simrun/internal/logs"
	"example.com/simrun/internal/recordings"
	"example.com/simrun/scenarios"
	"example.com/simrun/strategies"
	"example.com/simrun/worker"
)

// ladder are the layouts that are worth a look beside today's, as strategies of a scenario: what one setting changes, one
// slot more and less, and the queues or kinds of tasks apart within the same slots. Those that cannot be deployed with this
// Celery and broker, or that are what runs today, are left out: each is read in the scenario before it is taken.
func ladder(l *logs.Log, o recordings.ImportOptions, today *scenarios.Scenario) [][]string {
	lay := &today.Layouts[0]
	var taken [][]string
	seen := []*strategies.Layout{lay}
	for _, rung := range append(rungs(lay), priorities(&o.Today, today)) {
		if rung == nil {
			continue
		}
		try := o
		try.Today.Others = [][]string{rung}
		sc, err := decode(recordings.Import(l, try))
		if err != nil {
			continue
		}
		made := &sc.Layouts[1]
		if made.WhatIf != nil || idle(lay, made) || slices.ContainsFunc(seen, func(other *strategies.Layout) bool { return alike(other, made) }) {
			continue
		}
		seen = append(seen, made)
		taken = append(taken, rung)
	}
	return taken
}

// rungs are all of them, lines of the map of strategies.
func rungs(l *strategies.Layout) [][]string {
	change := func(name, about string, key func(w *worker.Config) string) []string {
		lines := []string{name + ": # " + about, "  extends: " + recordings.AsToday, "  workers:"}
		for g, group := range l.Groups {
			if text := key(&l.Workers[slices.Index(l.Group, g)]); text != "" {
				lines = append(lines, fmt.Sprintf("    %s: {%s}", strconv.Quote(group), text))
			}
		}
		return lines
	}
	slots := func(more int) func(w *worker.Config) string {
		return func(w *worker.Config) string {
			if n := w.Concurrency + more; n > 0 && w.Pool != worker.Solo && w.AutoscaleMin == 0 {
				return fmt.Sprintf("concurrency: %d", n)
			}
			return ""
		}
	}
	derived := func(name, about, by string) []string {
		return []string{name + ": # " + about, fmt.Sprintf("  derive: {from: %s, split_by: %s}", recordings.AsToday, by)}
	}
	return [][]string{
		change("prefetch-1", "no worker holds more than one task a slot", func(*worker.Config) string { return "prefetch_multiplier: 1" }),
		change("disable-prefetch", "no worker takes a task before a slot is free", func(*worker.Config) string { return "disable_prefetch: true" }),
		derived("by-queue", "a worker for each queue, with the same slots together", "queue"),
		derived("by-kind", "a worker for the tasks that compute, one for those that wait", "kind"),
		derived("by-priority", "a worker for each priority", "priority"),
		change("one-slot-more", "each worker", slots(1)),
		change("one-slot-less", "each worker", slots(-1)),
	}
}

// priorities is the layout in which the tasks that have a target go first, if some have none; nil where tasks have
// priorities already.
func priorities(t *recordings.Today, today *scenarios.Scenario) []string {
	l := &today.Layouts[0]
	first, last := 9, 0
	if l.Broker.Kind == worker.Redis { // which serves 0 first
		first, last = 0, 9
	}
	lines := []string{"priorities: # of messages: tasks with a target go first", "  extends: " + recordings.AsToday, "  routes:"}
	urgent := 0
	for i := range today.Classes {
		c := &today.Classes[i]
		level := last
		if slices.ContainsFunc(t.Targets, func(target recordings.Target) bool { return logs.Nameable(target.Class) == c.Name }) {
			level = first
			urgent++
		}
		if c.HasPriority {
			return nil
		}
		lines = append(lines, fmt.Sprintf("    %s: {queue: %s, priority: %d}", strconv.Quote(c.Name), strconv.Quote(l.Queues[l.ClassQueue[i]].Name), level))
	}
	if urgent == 0 || urgent == len(today.Classes) {
		return nil
	}
	return lines
}

// idle says that a setting which was changed does nothing there: the layout has warnings that today's has not.
func idle(today, made *strategies.Layout) bool {
	return slices.ContainsFunc(made.Notes, func(note string) bool {
		return (strings.Contains(note, "no effect") || strings.Contains(note, "ignores the priority")) && !slices.Contains(today.Notes, note)
	})
}

// alike says that two layouts have the same workers.
func alike(a, b *strategies.Layout) bool {
	return slices.Equal(a.ClassQueue, b.ClassQueue) && reflect.DeepEqual(a.Priority, b.Priority) && slices.EqualFunc(a.Workers, b.Workers, func(v, w worker.Config) bool {
		return v.Concurrency == w.Concurrency && v.PrefetchMultiplier == w.PrefetchMultiplier && v.DisablePrefetch == w.DisablePrefetch &&
			v.Pool == w.Pool && slices.Equal(v.Queues, w.Queues)
	})
}
