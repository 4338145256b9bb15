package report

import (
	"fmt"

	"example.com/simrun/internal/experiment"
	"example.com/simrun/internal/units"
)

// layouts returns what each strategy takes, what it costs, and how much more load it would bear.
func layouts(r *experiment.Result) *grid {
	priced, varies := false, false
	for i := range r.Strategies {
		s := &r.Strategies[i]
		priced = priced || s.Cost != nil
		varies = varies || s.Costs != nil && spread(s.Costs.PerHour)
	}
	head := []string{"headroom", "breaks first beyond it", "slots"}
	if priced {
		head = append(head, inCurrency(r, "cost/h"))
		if varies {
			head = append(head, "cost/h interval")
		}
		head = append(head, inCurrency(r, "cost/month"))
	}
	return byStrategy(r, "Headroom", 2, head, func(s *experiment.Strategy) [][]string {
		row := []string{headroom(r, s), breaking(r, s), fmt.Sprint(s.Slots)}
		if priced {
			row = append(row, costs(s, varies)...)
		}
		return [][]string{row}
	})
}

// inCurrency returns the name of a column of prices: cost/h, USD.
func inCurrency(r *experiment.Result, name string) string {
	if c := r.Scenario.Currency; c != "" {
		return name + ", " + c
	}
	return name
}

// spread says whether an interval is more than rounding.
func spread(e *experiment.Estimate) bool {
	return e != nil && e.Low != nil && e.High != nil && *e.High-*e.Low > 1e-9*e.Value
}

// costs returns the cells of a strategy's price.
func costs(s *experiment.Strategy, interval bool) []string {
	hour, between, month := units.Absent, units.Absent, units.Absent
	if s.Cost != nil {
		hour = units.Number(*s.Cost)
	}
	if c := s.Costs; c != nil && c.PerMonth != nil {
		month = units.Number(c.PerMonth.Value)
		between = priceInterval(c.PerHour)
	}
	if !interval {
		return []string{hour, month}
	}
	return []string{hour, between, month}
}

// priceInterval returns the interval of a price: exact where nothing is random, absent where one replication has none.
func priceInterval(e *experiment.Estimate) string {
	switch {
	case e == nil || e.Low == nil || e.High == nil:
		return units.Absent
	case !spread(e):
		return "exact"
	}
	return units.Number(*e.Low) + " .. " + units.Number(*e.High)
}
