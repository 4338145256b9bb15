package experiment

import (
	"encoding/json"
	"fmt"

	"example.com/simrun/sim"
	"example.com/simrun/worker"
	"example.com/simrun/workloads"
)

// Headroom is the load factor up to which a layout still passes, on the same random numbers. It is written as a
// number.
type Headroom struct {
	Factor  float64 // 0 = passes at no load that was tried
	AtLimit bool    // the search ended at its upper limit: the layout still passed there
}

// MarshalJSON writes the factor.
func (h Headroom) MarshalJSON() ([]byte, error) { return json.Marshal(h.Factor) }

// String is "1.4x", or "more than 8x".
func (h Headroom) String() string {
	if h.AtLimit {
		return fmt.Sprintf("more than %.3gx", h.Factor)
	}
	return fmt.Sprintf("%.3gx", h.Factor)
}

const (
	headroomRuns  = 5     // replications of each probe: the first ones, so the same tasks at every load
	headroomLimit = 8.0   // largest factor tried
	headroomFloor = 0.125 // smallest
	headroomSteps = 5     // halvings of the bracket, to about 3 % of it
)

// headroom finds how much load each layout takes. Layouts whose verdict is open are left out, and so are layouts
// without targets. Layouts are searched side by side: each round of probes fills the cores.
func (e *engine) headroom(states []string) (map[string]Headroom, error) {
	found := map[string]Headroom{}
	var searches []*search
	for l := range e.sc.Layouts {
		if states[l] != undecided && e.targeted() {
			searches = append(searches, &search{layout: l, passes: states[l] != fail, at: 1})
		}
	}
	for round := 0; ; round++ {
		var active []*search
		for _, s := range searches {
			if s.step() {
				active = append(active, s)
			}
		}
		if len(active) == 0 {
			break
		}
		results := make([]sim.Result, len(active)*headroomRuns)
		runs := headroomRuns
		if e.exact {
			runs = 1
		}
		err := e.parallel("headroom", len(active)*runs, func(i int) {
			s := active[i/runs]
			if e.stableAtLoad(s) {
				results[i] = e.simulate(s.layout, i%runs, s.at, e.options())
			}
		})
		if err != nil {
			return nil, err
		}
		for i, s := range active {
			s.passes = e.passes(results[i*runs : (i+1)*runs])
			for _, r := range results[i*runs : (i+1)*runs] {
				e.events += r.Events
			}
		}
	}
	for _, s := range searches {
		found[e.sc.Layouts[s.layout].Name] = Headroom{Factor: s.low, AtLimit: s.low >= headroomLimit}
	}
	return found, nil
}

func (e *engine) targeted() bool {
	for c := range e.sc.Classes {
		if len(e.sc.Classes[c].SLO) > 0 {
			return true
		}
	}
	return false
}

// stableAtLoad spares the simulation of what cannot be steady.
func (e *engine) stableAtLoad(s *search) bool { return !e.steady() || e.stableAt(s.layout, s.at) }

// search is a bisection of the load factor.
type search struct {
	layout    int
	at        float64 // probed last
	passes    bool    // what the probe said
	low, high float64 // passes at low, fails at high; 0 = not found yet
	steps     int
}

// step takes in the last probe and chooses the next; false when the search is over.
func (s *search) step() bool {
	if s.passes {
		s.low = s.at
	} else {
		s.high = s.at
	}
	switch {
	case s.high == 0:
		s.at *= 2
		return s.low < headroomLimit
	case s.low == 0:
		s.at /= 2
		return s.high > headroomFloor
	}
	s.steps++
	s.at = (s.low + s.high) / 2
	return s.steps <= headroomSteps
}

// passes says whether a probe meets every target, by its pooled figures; a probe that was not simulated does not.
func (e *engine) passes(results []sim.Result) bool {
	var p pool
	for i := range results {
		if results[i].Tally == nil {
			return false
		}
		p.add(&results[i])
	}
	for c := range e.sc.Classes {
		target := 0
		for _, o := range e.sc.Classes[c].SLO {
			if !meets(&p.classes[c], &o, target) {
				return false
			}
			if o.Share == workloads.NoShare {
				target++
			}
		}
	}
	return true
}

func meets(c *worker.ClassTally, o *workloads.SLO, target int) bool {
	if o.Share != workloads.NoShare {
		var by [worker.Outcomes]float64
		for i, n := range c.ByOutcome {
			by[i] = float64(n)
		}
		return c.Published == 0 || shareOf(by, 0, o.Share) <= o.MaxShare*float64(c.Published)
	}
	w := c.Within[target]
	switch o.Stat.Kind {
	case workloads.Mean:
		return histogramOf(c, durationOf[o.Metric]).Mean() <= o.Bound.Seconds()
	case workloads.Quantile:
		return float64(w[0]) >= o.Stat.P*float64(w[1])
	}
	return w[0] == w[1]
}
