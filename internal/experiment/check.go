package experiment

import (
	"example.com/simrun/stats"
	"example.com/simrun/worker"
)

// check looks at what must hold in every run, whatever the scenario.
func (e *engine) check() []Check {
	checks := []Check{}
	for l := range e.sc.Layouts {
		name := e.sc.Layouts[l].Name
		checks = append(checks, e.flowBalance(l, name))
		if e.steady() && len(e.withheld[l]) == 0 && e.complete(l) && len(e.samples[l]) > 1 {
			checks = append(checks, e.little(l, name))
		}
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
		Observed: &Estimate{Value: v, Low: &v, High: &v, Pooled: v}, OK: ended == all.Published,
	}
}

// complete says that every task ran to its end: the law below counts all that were in the system.
func (e *engine) complete(l int) bool {
	all := &e.pools[l].classes[len(e.sc.Classes)]
	return all.Response.Count() == all.Published
}

// little is Little's law, L = lambda W (Little 1961): the time average of tasks in the system against their
// throughput times their mean time in it, each measured by itself. Tasks at the edges of the window are seen by one
// side only, so the difference of the two is judged by its own interval, at 99.99 %.
func (e *engine) little(l int, name string) Check {
	var a, b []float64
	for i := range e.samples[l] {
		a = append(a, e.samples[l][i].little[0])
		b = append(b, e.samples[l][i].little[1])
	}
	d := stats.PairedDifference(a, b, 0.9999)
	observed, expected := stats.MeanInterval(a, e.sc.Run.Confidence), stats.MeanInterval(b, e.sc.Run.Confidence)
	c := Check{
		Name: "Little's law: tasks in the system = arrival rate x mean response", Strategy: name,
		Expected: expected.Value, Observed: newEstimate(observed, observed.Value),
	}
	// A hundredth covers rounding where every replication agrees.
	c.OK = d.Low <= 0.01*expected.Value && d.High >= -0.01*expected.Value
	return c
}
