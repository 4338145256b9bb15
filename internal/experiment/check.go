package experiment

import (
	"math"

	"example.com/simrun/des"
	"example.com/simrun/worker"
)

// check looks at what must hold in every run, whatever the scenario: identities, which no bad luck breaks.
func (e *engine) check() []Check {
	checks := []Check{}
	for l := range e.sc.Layouts {
		name := e.sc.Layouts[l].Name
		checks = append(checks, e.flowBalance(l, name), e.little(l, name))
	}
	return checks
}

// flowBalance: every published task has exactly one outcome.
func (e *engine) flowBalance(l int, name string) Check {
	all := &e.pools[l].classes[len(e.sc.Classes)]
	var ended int64
	for o := range worker.Outcome(worker.Outcomes) {
		ended += all.ByOutcome[o]
	}
	v := float64(ended)
	return Check{
		Name: "flow balance: every published task has one outcome", Strategy: name, Expected: float64(all.Published),
		Observed: &Estimate{Value: v}, OK: ended == all.Published,
	}
}

// little are the two sides of Little's law in one replication, each measured by itself: task-seconds in the window from
// the number of tasks in the system over time, and from the stays of the tasks, of which the parts outside the window
// are taken off.
type little struct{ area, stays float64 }

func (x *little) add(c *worker.ClassTally, end des.Time) {
	x.area += c.InSystem.Integral(end)
	x.stays += c.Sojourn.Seconds() - c.After.Seconds() + c.Before.Seconds()
}

// little is Little's law, L = lambda W (Little 1961), in the form that holds for every window: with the edges measured
// there is nothing left to chance, and both sides are equal but for rounding in every single replication.
func (e *engine) little(l int, name string) Check {
	var area, stays float64
	ok := true
	for i := range e.samples[l] {
		x := e.samples[l][i].little
		area, stays = area+x.area, stays+x.stays
		ok = ok && math.Abs(x.area-x.stays) <= 1e-9*max(1, x.area)
	}
	observed := float64(len(e.samples[l])) * e.horizon.Seconds()
	v := area / observed
	return Check{
		Name: "Little's law: tasks in the system = arrival rate x mean time in it, the window's edges taken off", Strategy: name,
		Expected: stays / observed, Observed: &Estimate{Value: v}, OK: ok,
	}
}
