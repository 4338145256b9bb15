package experiment

// hoursPerMonth is what clouds bill a month as: 365 x 24 / 12.
const hoursPerMonth = 730

// Cost is what a strategy costs, in the scenario's currency.
type Cost struct {
	PerHour  *Estimate `json:"per_hour"`
	PerMonth *Estimate `json:"per_month"` // of 730 hours
}

// cost is what a layout costs; nil where nothing that it uses has a price.
func (e *engine) cost(l int) *Cost {
	if !e.priced(l) {
		return nil
	}
	hourly := func(s *sample) float64 { return e.machineCost(l, s) }
	return &Cost{
		PerHour:  e.over(l, hourly),
		PerMonth: e.over(l, func(s *sample) float64 { return hoursPerMonth * hourly(s) }),
	}
}

// priced says whether a layout uses anything that has a price.
func (e *engine) priced(l int) bool {
	for _, kind := range e.sc.Layouts[l].Nodes {
		if e.sc.Machines[kind].Price > 0 {
			return true
		}
	}
	return false
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
