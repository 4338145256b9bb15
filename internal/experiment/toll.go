package experiment

import (
	"example.com/simrun/sim"
	"example.com/simrun/worker"
)

// Toll is what a fault did to the tasks of a class itself, whenever they had arrived: means per replication.
type Toll struct {
	Lost       float64 `json:"lost"`        // killed while they ran, and acked before
	Rerun      float64 `json:"rerun"`       // killed while they ran, and delivered again
	ThrownAway float64 `json:"thrown_away"` // seconds of these runs
	Returned   float64 `json:"returned"`    // given back before they had started
	Doubled    float64 `json:"doubled"`     // delivered again while they went on
	Refused    float64 `json:"refused"`     // could not be published
}

func (p *pool) addTolls(r *sim.Result) {
	if p.tolls == nil {
		for _, classes := range r.Tolls {
			p.tolls = append(p.tolls, make([]worker.Toll, len(classes)))
		}
	}
	for i, classes := range r.Tolls {
		for c := range classes {
			sum, t := &p.tolls[i][c], &classes[c]
			sum.Lost += t.Lost
			sum.Rerun += t.Rerun
			sum.Returned += t.Returned
			sum.Doubled += t.Doubled
			sum.Refused += t.Refused
			sum.ThrownAway += t.ThrownAway
		}
	}
}

// toll is that of a fault on a class; nil where none was kept, as no fault strikes workers or the broker.
func (p *pool) toll(fault, class, replications int) *Toll {
	if fault >= len(p.tolls) {
		return nil
	}
	t, n := &p.tolls[fault][class], float64(replications)
	return &Toll{
		Lost: float64(t.Lost) / n, Rerun: float64(t.Rerun) / n, ThrownAway: t.ThrownAway.Seconds() / n,
		Returned: float64(t.Returned) / n, Doubled: float64(t.Doubled) / n, Refused: float64(t.Refused) / n,
	}
}
