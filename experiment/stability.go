package experiment

import (
	"simrun/strategies"
	"simrun/worker"
)

// judgeStability finds, in a run that describes a steady state, the queues that are offered at least what their
// workers can do: there is no steady state to report for their classes.
func (e *engine) judgeStability() {
	for l := range e.sc.Layouts {
		e.withheld[l] = map[int]bool{}
		if !e.steady() {
			continue
		}
		layout := &e.sc.Layouts[l]
		e.loads[l] = strategies.Offered(layout, e.sc.Classes, e.sc.Machines, 1)
		for _, load := range e.loads[l] {
			for _, class := range load.Growing {
				e.withheld[l][class] = true
			}
		}
	}
}

// stable are the layouts without an unstable queue; all of them if there is none.
func (e *engine) stable() []int {
	var some, all []int
	for l := range e.sc.Layouts {
		all = append(all, l)
		if e.stableAt(l, 1) {
			some = append(some, l)
		}
	}
	if some == nil {
		return all
	}
	return some
}

func (e *engine) stableAt(layout int, load float64) bool {
	for _, q := range strategies.Offered(&e.sc.Layouts[layout], e.sc.Classes, e.sc.Machines, load) {
		if q.Unstable {
			return false
		}
	}
	return true
}

// tosses says that the broker decides something by chance under this layout.
func tosses(l *strategies.Layout) bool {
	switch l.Broker.Kind {
	case worker.Redis:
		return false
	case worker.Ideal:
		return len(l.Workers) > 1
	}
	for i := range l.Workers {
		if len(l.Workers[i].Queues) > 1 {
			return true
		}
	}
	return false
}
