package experiment

import (
	"cmp"
	"fmt"
	"slices"

	"example.com/simrun/internal/units"
	"example.com/simrun/system"
)

// Leak is the slots that a worker loses to tasks which hang, as no time limit ends them, until it is started again.
type Leak struct {
	Worker  string   `json:"worker"`
	Tasks   []string `json:"tasks"`
	PerHour float64  `json:"per_hour"` // slots
	Slots   int      `json:"slots"`
	Lasts   float64  `json:"lasts"` // seconds in which all are lost, on average and as long as tasks find one
}

// leaks are those of a layout, first the worker whose slots last shortest.
func (e *engine) leaks(l int) (leaks []Leak) {
	for _, k := range e.sc.Layouts[l].Leaks(e.sc.Classes) {
		found := Leak{Worker: k.Worker, PerHour: 3600 * k.PerSecond, Slots: k.Slots, Lasts: k.Lasts()}
		for _, c := range k.Classes {
			found.Tasks = append(found.Tasks, e.sc.Classes[c].Name)
		}
		leaks = append(leaks, found)
	}
	slices.SortStableFunc(leaks, func(a, b Leak) int { return cmp.Compare(a.Lasts, b.Lasts) })
	return leaks
}

// Sentence says how often, why, and for how long the slots last.
func (k *Leak) Sentence() string {
	hang := "hangs"
	if len(k.Tasks) > 1 {
		hang = "hang"
	}
	return fmt.Sprintf("%s: %s %s, and no time limit ends that; its %s last about %s, if it is not started again before",
		k.often(), units.And(k.Tasks), hang, units.Plural(k.Slots, "slot", "slots"), units.Duration(k.Lasts))
}

func (k *Leak) often() string {
	return fmt.Sprintf("%s loses a slot every %s", k.Worker, units.Duration(3600/k.PerHour))
}

// leaky says that a layout loses slots of a worker within a run, more often than not, and nothing planned gives them back. How much load
// it takes is then a matter of how long it runs: none lasts. The run is the one that the file asks for: a look at a plan may be shorter.
func (e *engine) leaky(l int) bool {
	run := e.asked.Seconds()
	return slices.ContainsFunc(e.leaks(l), func(k Leak) bool {
		return k.PerHour/3600*run >= 0.5 && !slices.ContainsFunc(e.sc.Faults, func(f system.Fault) bool {
			return e.sc.Layouts[l].Restarts(k.Worker, e.sc.Machines, &f)
		})
	})
}

// leaking is said of each layout that loses slots, but less than one in most runs: of others the reasons tell.
func (e *engine) leaking() (said []string) {
	for l := range e.sc.Layouts {
		if e.leaky(l) {
			continue
		}
		for _, k := range e.leaks(l) {
			said = append(said, e.sc.Layouts[l].Name+": "+k.Sentence())
		}
	}
	return said
}
