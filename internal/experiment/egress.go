package experiment

import (
	"slices"

	"example.com/simrun/workloads"
)

// Egress is what tasks send from one zone to another in a month of 730 hours.
type Egress struct {
	From  string    `json:"from"`
	To    string    `json:"to"`
	GiB   *Estimate `json:"gib_per_month"`
	Price float64   `json:"price_per_gib"`
	Cost  *Estimate `json:"per_month"` // in the scenario's currency
}

// transfers says whether any task sends data to another zone.
func (e *engine) transfers() bool {
	return slices.ContainsFunc(e.sc.Classes, func(c workloads.Class) bool {
		return slices.ContainsFunc(c.Work, func(p workloads.Phase) bool { return p.Kind == workloads.Transfer })
	})
}

// egress are the ways over which a layout sends anything.
func (e *engine) egress(l int) []Egress {
	if !e.transfers() {
		return nil
	}
	var all []Egress
	for i, link := range e.sc.Zones.Links() {
		if !slices.ContainsFunc(e.samples[l], func(s sample) bool { return s.sent[i] > 0 }) {
			continue
		}
		monthly := func(factor float64) *Estimate {
			return e.over(l, func(s *sample) float64 { return hoursPerMonth * factor * s.sent[i] })
		}
		all = append(all, Egress{From: link.From, To: link.To, GiB: monthly(1), Price: link.Egress, Cost: monthly(link.Egress)})
	}
	return all
}

// egressCost is what a replication's transfers cost in an hour.
func (e *engine) egressCost(s *sample) float64 {
	total := 0.0
	for i, link := range e.sc.Zones.Links() {
		total += float64(link.Egress * s.sent[i])
	}
	return total
}
