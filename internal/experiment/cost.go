package experiment

import (
	"slices"

	"example.com/simrun/internal/units"
	"example.com/simrun/system"
)

// hoursPerMonth is what clouds bill a month as: 365 x 24 / 12.
const hoursPerMonth = 730

// Cost is what a strategy costs, in the scenario's currency.
type Cost struct {
	PerHour  *Estimate `json:"per_hour"`
	PerMonth *Estimate `json:"per_month"` // of 730 hours

	Machines *Estimate `json:"machines_per_month,omitempty"` // of PerMonth, where tasks transfer data, too
	Egress   *Estimate `json:"egress_per_month,omitempty"`
}

// cost is what a layout costs; nil where nothing that it uses has a price.
func (e *engine) cost(l int) *Cost {
	if !e.priced(l) {
		return nil
	}
	machines := func(s *sample) float64 { return e.machineCost(l, s) }
	hourly := machines
	monthly := func(of func(*sample) float64) *Estimate {
		return e.over(l, func(s *sample) float64 { return hoursPerMonth * of(s) })
	}
	c := &Cost{}
	if e.transfers() {
		hourly = func(s *sample) float64 { return machines(s) + e.egressCost(s) }
		c.Machines, c.Egress = monthly(machines), monthly(e.egressCost)
	}
	c.PerHour, c.PerMonth = e.over(l, hourly), monthly(hourly)
	return c
}

// priced says whether a layout uses anything that has a price.
func (e *engine) priced(l int) bool {
	for _, kind := range e.sc.Layouts[l].Nodes {
		if e.sc.Machines[kind].Price > 0 {
			return true
		}
	}
	return e.transfers() && slices.ContainsFunc(e.sc.Zones.Links(), func(r system.Route) bool { return r.Egress > 0 })
}

// machineCost is the price of a layout's machines for an hour of one replication, each by the share of the time that it
// was paid for.
func (e *engine) machineCost(l int, s *sample) float64 {
	total := 0.0
	for i, kind := range e.sc.Layouts[l].Nodes {
		total += float64(e.sc.Machines[kind].Price * s.paid[i])
	}
	return total
}

// hourly is the price of a strategy for an hour; nil without one.
func (c *Cost) hourly() *float64 {
	if c == nil || c.PerHour == nil {
		return nil
	}
	return &c.PerHour.Value
}

// Money writes an amount with the scenario's currency, where it names one.
func (s *ScenarioInfo) Money(x float64) string {
	if s.Currency == "" {
		return units.Number(x)
	}
	return units.Number(x) + " " + s.Currency
}
