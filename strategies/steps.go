package strategies

import (
	"slices"

	"example.com/simrun/worker"
	"example.com/simrun/workloads"
)

// StepsOf are the steps of priority in whose lists on redis the messages lie that a worker takes, and 0, that of messages
// without one; nil on another broker.
func (l *Layout) StepsOf(w int, classes []workloads.Class) []int {
	if l.Broker.Kind != worker.Redis {
		return nil
	}
	found := []int{0}
	for i, c := range l.Sent(classes) {
		if c.HasPriority && slices.Contains(l.Workers[w].Queues, l.ClassQueue[i]) {
			step := 0
			for _, s := range l.Broker.PrioritySteps {
				if s <= c.Priority {
					step = max(step, s)
				}
			}
			found = append(found, step)
		}
	}
	slices.Sort(found)
	return slices.Compact(found)
}
