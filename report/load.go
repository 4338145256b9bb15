package report

import (
	"strings"

	"example.com/simrun/capacity"
	"example.com/simrun/internal/units"
)

// Load is what one queue of one strategy is offered.
type Load struct {
	Strategy string
	capacity.QueueLoad
}

// Offered is a table of loads, for simrun check.
func Offered(loads []Load, width int) string {
	g := &grid{Head: []string{"strategy", "queue", "tasks/s", "offered", "capacity", "load", "steady", "short of", "grows by"}, Text: 2}
	for _, l := range loads {
		share := units.Absent
		if l.Capacity > 0 {
			share = units.Share(l.Offered / l.Capacity)
		}
		steady, by, grows := "yes", "", ""
		switch {
		case !l.Unstable && l.Offered > l.Capacity: // of a run that begins and ends: it may be a burst that is worked off
			steady = "not judged"
		case l.Unstable:
			steady, by, grows = "NO", l.By, units.Count(l.GrowthPerSecond*3600)+" tasks/h"
		}
		row := []string{l.Queue, units.Number(l.Rate), units.Number(l.Offered), units.Number(l.Capacity), share, steady, by, grows}
		if n := len(g.Groups); n > 0 && g.Groups[n-1].Name == l.Strategy {
			g.Groups[n-1].Rows = append(g.Groups[n-1].Rows, row)
		} else {
			g.Groups = append(g.Groups, group{Name: l.Strategy, Rows: [][]string{row}})
		}
	}
	p := &page{width: max(width, 40)}
	p.grid(g)
	return strings.Trim(p.String(), "\n")
}
