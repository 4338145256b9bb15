package experiment

import (
	"slices"

	"example.com/simrun/des"
	"example.com/simrun/strategies"
	"example.com/simrun/worker"
)

// fleetSample is what one replication says of a fleet.
type fleetSample struct{ running, booting, ordered, removed, interrupted, wasted float64 }

func newFleetSamples(tallies []worker.FleetTally, end des.Time) []fleetSample {
	var all []fleetSample
	for i := range tallies {
		t := &tallies[i]
		all = append(all, fleetSample{
			t.Running.Mean(end), t.Booting.Mean(end), float64(t.Ordered), float64(t.Removed), float64(t.Interrupted), t.Wasted.Seconds(),
		})
	}
	return all
}

// Fleet is what was found of a worker whose replicas follow the load. Orders are means per replication.
type Fleet struct {
	Booting *Estimate `json:"booting"` // replicas, over time
	Ordered float64   `json:"ordered"` // replicas that were started after the first
	Removed float64   `json:"removed"` // and that went
}

// ScaledIn is what the replicas that went took along, means per replication.
type ScaledIn struct {
	Interrupted float64 `json:"interrupted"` // runs that were cut short
	Wasted      float64 `json:"wasted"`      // seconds that they had taken
}

// fleetOf is the fleet that a group of workers is, -1 if it is none.
func fleetOf(l *strategies.Layout, group int) int {
	return slices.IndexFunc(l.Fleets, func(f worker.Fleet) bool { return l.Group[f.Workers[0]] == group })
}

// fleet fills in what was found of a group that is one, and returns the mean number of its slots.
func (e *engine) fleet(l, group int, w *Worker) func(*sample) float64 {
	layout := &e.sc.Layouts[l]
	f := fleetOf(layout, group)
	if f < 0 {
		if layout.Workers[slices.Index(layout.Group, group)].AutoscaleMin > 0 {
			w.ScaledIn = &ScaledIn{} // Celery's own autoscaler ends idle processes only
		}
		return func(*sample) float64 { return float64(w.Slots) }
	}
	of := func(get func(*fleetSample) float64) *Estimate {
		return e.over(l, func(s *sample) float64 { return get(&s.fleets[f]) })
	}
	w.Replicas = of(func(s *fleetSample) float64 { return s.running })
	w.Fleet = &Fleet{
		Booting: of(func(s *fleetSample) float64 { return s.booting }),
		Ordered: of(func(s *fleetSample) float64 { return s.ordered }).Value,
		Removed: of(func(s *fleetSample) float64 { return s.removed }).Value,
	}
	w.ScaledIn = &ScaledIn{
		Interrupted: of(func(s *fleetSample) float64 { return s.interrupted }).Value,
		Wasted:      of(func(s *fleetSample) float64 { return s.wasted }).Value,
	}
	slots := float64(layout.Workers[layout.Fleets[f].Workers[0]].Concurrency)
	return func(s *sample) float64 { return slots * s.fleets[f].running }
}

// planned says that some worker's replicas follow a plan of the week.
func planned(layouts []strategies.Layout) bool {
	return slices.ContainsFunc(layouts, func(l strategies.Layout) bool {
		return slices.ContainsFunc(l.Fleets, func(f worker.Fleet) bool { return f.Policy == worker.Schedule })
	})
}
