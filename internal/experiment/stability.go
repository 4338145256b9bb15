package experiment

import (
	"fmt"
	"slices"

	"example.com/simrun/capacity"
	"example.com/simrun/internal/units"
	"example.com/simrun/strategies"
	"example.com/simrun/worker"
)

// Unstable is a queue that is offered at least what its workers can do: steady-state figures are withheld.
type Unstable struct {
	Queue         string  `json:"queue"`
	Offered       float64 `json:"offered"`         // load offered, in slots
	Capacity      float64 `json:"capacity"`        // slots that can work on it
	GrowthPerHour float64 `json:"growth_per_hour"` // tasks
	By            string  `json:"by"`              // what is short: "slots", `the service "api"`
}

// Short says what the queue is short of.
func (u *Unstable) Short() string {
	if u.By == "" || u.By == capacity.Slots {
		return fmt.Sprintf("it asks for %s slots of work and can have %s", units.Number(u.Offered), units.Number(u.Capacity))
	}
	return "it is short of " + u.By
}

// judgeStability finds, in a run that describes a steady state, the queues that are offered at least what their
// workers can do: there is no steady state to report for their classes.
func (e *engine) judgeStability() {
	for l := range e.sc.Layouts {
		e.withheld[l] = map[int]bool{}
		if !e.steady() {
			continue
		}
		layout := &e.sc.Layouts[l]
		e.loads[l] = layout.Offered(e.sc.Classes, e.sc.Machines, e.sc.Outside(), 1)
		for _, load := range e.loads[l] {
			for _, class := range load.Growing {
				e.withheld[l][class] = true
			}
		}
	}
}

// stable are the layouts without an unstable queue.
func (e *engine) stable() []int {
	var some []int
	for l := range e.sc.Layouts {
		if e.stableAt(l, 1) {
			some = append(some, l)
		}
	}
	return some
}

func (e *engine) stalls(l int) []capacity.Stall {
	return e.sc.Layouts[l].Stalls(e.sc.Classes, e.sc.Machines, e.sc.Outside())
}

// fallsBehind says how far a full window leaves a worker behind.
func fallsBehind(s *capacity.Stall) string {
	return fmt.Sprintf("once its window is full, %s takes some %s messages a second, of %s that come", s.Worker, units.Number(s.Takes), units.Number(s.Comes))
}

// stalling warns of workers that a burst would leave behind for good, whatever a run has seen of that.
func (e *engine) stalling() (said []string) {
	for l := range e.sc.Layouts {
		for _, s := range e.stalls(l) {
			said = append(said, e.sc.Layouts[l].Name+": "+strategies.DescribeStall(&s))
		}
	}
	return said
}

// backlog warns of classes that a steady run left behind although their queues count as stable, and of those of which
// nothing came.
func (e *engine) backlog() []string {
	var said []string
	for l := range e.sc.Layouts {
		for c := range e.sc.Classes {
			p := &e.pools[l].classes[c]
			if p.Published == 0 && l == e.sc.Baseline {
				said = append(said, fmt.Sprintf("no task of %s arrived in the observed time: make run.duration longer, or begin "+
					"with run.start when it does", e.sc.Classes[c].Name))
			}
			left := p.ByOutcome[worker.Unstarted] + p.ByOutcome[worker.Unfinished] + p.ByOutcome[worker.Retrying]
			if e.steady() && !e.withheld[l][c] && left*100 > p.Published {
				said = append(said, fmt.Sprintf("%s: %s of %s had not ended %v after the observed time: it may be growing "+
					"without end", e.sc.Layouts[l].Name, units.Share(float64(left)/float64(p.Published)),
					e.sc.Classes[c].Name, e.sc.Run.Drain))
			}
		}
	}
	return said
}

func (e *engine) stableAt(layout int, load float64) bool {
	for _, q := range e.sc.Layouts[layout].Offered(e.sc.Classes, e.sc.Machines, e.sc.Outside(), load) {
		if q.Unstable {
			return false
		}
	}
	return true
}

// tosses says that the broker decides something by chance under this layout.
func tosses(l *strategies.Layout) bool {
	if len(l.Fleets) > 0 {
		return true // when it is looked at first
	}
	if slices.ContainsFunc(l.Workers, func(c worker.Config) bool { return c.Order == worker.Drawn && len(c.Queues) > 1 }) {
		return true
	}
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
