package report

import (
	"fmt"
	"strings"

	"example.com/simrun/internal/experiment"
	"example.com/simrun/internal/units"
)

// bill is what each strategy costs in a month, part by part, where tasks send data from one zone to another.
func bill(r *experiment.Result) *grid {
	sends := false
	for i := range r.Strategies {
		c := r.Strategies[i].Costs
		sends = sends || c != nil && c.Egress != nil
	}
	if !sends {
		return &grid{}
	}
	g := byStrategy(r, inCurrency(r, "What it costs a month"), 1, []string{"machines", "egress", "together", "interval", "sent"}, func(s *experiment.Strategy) [][]string {
		row := []string{units.Absent, units.Absent, units.Absent, units.Absent, sent(s)}
		if c := s.Costs; c != nil && c.Egress != nil {
			row[0], row[1], row[2] = money(c.Machines), money(c.Egress), money(c.PerMonth)
			row[3] = priceInterval(c.PerMonth)
		}
		return [][]string{row}
	})
	g.note("For 730 hours like those simulated. Egress is the data that tasks transfer, at the price of the link; messages and calls of services are not included.")
	return g
}

func money(e *experiment.Estimate) string {
	if e == nil {
		return units.Absent
	}
	return units.Number(e.Value)
}

// sent lists how much goes from where to where.
func sent(s *experiment.Strategy) string {
	ways := make([]string, 0, len(s.Egress))
	for _, e := range s.Egress {
		ways = append(ways, fmt.Sprintf("%s GiB %s to %s", units.Count(e.GiB.Value), e.From, e.To))
	}
	if len(ways) == 0 {
		return "nothing"
	}
	return strings.Join(ways, ", ")
}
