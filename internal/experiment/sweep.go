package experiment

import (
	"context"
	"math"
	"slices"

	"example.com/simrun/scenarios"
)

// Sweep is the scenario over a grid. The Result around it is that of the file as it is written.
type Sweep struct {
	Axes  []Axis `json:"axes"`
	Cells []Cell `json:"cells"` // the last axis varies fastest
}

// Axis is one thing that is varied.
type Axis struct {
	Name    string    `json:"name"`
	Values  []string  `json:"values"`            // as written
	Numbers []float64 `json:"numbers,omitempty"` // the same in the first unit of their kind; absent where one is no number
}

// Cell is what was found with one value of every axis in place.
type Cell struct {
	At               []int          `json:"at"` // of each axis: index of its value
	Replications     int            `json:"replications"`
	PrecisionReached bool           `json:"precision_reached"`
	Strategies       []CellStrategy `json:"strategies"`
	Comparisons      []Comparison   `json:"comparisons"`
	Verdict          CellVerdict    `json:"verdict"`
	Warnings         []string       `json:"warnings,omitempty"`
}

// CellStrategy is what was found of one layout in one cell.
type CellStrategy struct {
	Name     string      `json:"name"`
	Slots    int         `json:"slots"`
	Cost     *float64    `json:"cost_per_hour,omitempty"`
	Verdict  string      `json:"verdict"` // on all targets together: pass | fail | undecided; "" without targets
	Worst    *Estimate   `json:"worst"`   // by what layouts are ranked: the largest of figure / target, or without targets the mean response; nil when withheld
	Classes  []CellClass `json:"classes"`
	All      *CellClass  `json:"all"`
	Unstable []Unstable  `json:"unstable,omitempty"`
}

// CellClass is what was found of one class, or of all tasks.
type CellClass struct {
	Name     string         `json:"name"`
	Wait     *CellQuantiles `json:"wait"` // nil when withheld
	Response *CellQuantiles `json:"response"`
	SLO      []SLO          `json:"slo,omitempty"`
}

// CellQuantiles are the key figures of a duration, in seconds.
type CellQuantiles struct {
	Mean *Estimate `json:"mean"`
	P50  *Estimate `json:"p50"`
	P95  *Estimate `json:"p95"`
	P99  *Estimate `json:"p99"`
}

// CellVerdict is the answer in one cell.
type CellVerdict struct {
	Status         string   `json:"status"`
	BaselinePasses *bool    `json:"baseline_passes"`
	Recommend      *string  `json:"recommend"`
	Best           *string  `json:"best"`           // of those that are alike the one with the fewest changes
	Tied           []string `json:"tied,omitempty"` // those, if they are several: they cannot be told apart, or not by enough to matter
	Headline       string   `json:"headline"`
}

// What a cell may take at most. It is answered as the file is, with the same rule to stop, on the same tasks, but with
// fewer replications: a map needs many cells, and says of each how sure it is. There is no search for headroom (a
// sweep of load shows it) and no second pilot.
const (
	cellLeast = 20
)

// sweep answers every cell of the scenario's grid, one after the other: each fills the cores.
func (e *engine) sweep() (*Sweep, error) {
	if e.sc.Sweep == nil {
		return nil, nil
	}
	s := &Sweep{}
	for _, a := range e.sc.Sweep.Axes {
		x := Axis{Name: a.Name, Values: a.Values, Numbers: a.Numbers}
		if slices.ContainsFunc(a.Numbers, math.IsNaN) {
			x.Numbers = nil
		}
		s.Axes = append(s.Axes, x)
	}
	for n, c := range e.sc.Sweep.Cells {
		cell, events, err := answerCell(e.ctx, c.Scenario, e.cores)
		if err != nil {
			return nil, err
		}
		e.events += events
		cell.At = c.At
		s.Cells = append(s.Cells, *cell)
		if e.opts.Progress != nil {
			e.opts.Progress(Progress{Phase: "sweep", Done: n + 1, Total: len(e.sc.Sweep.Cells)})
		}
	}
	return s, nil
}

// answerCell answers one cell.
func answerCell(ctx context.Context, sc *scenarios.Scenario, cores int) (*Cell, int64, error) {
	small := *sc
	small.Run.Min = min(sc.Run.Min, cellLeast)
	e := newEngine(ctx, &small, Options{Cores: cores})
	e.cell = true
	r, err := e.answer()
	if err != nil {
		return nil, 0, err
	}
	c := &Cell{
		Replications: r.Run.Replications, PrecisionReached: r.Run.PrecisionReached, Comparisons: r.Comparisons,
		Verdict: CellVerdict{
			Status: r.Verdict.Status, BaselinePasses: r.Verdict.BaselinePasses, Recommend: r.Verdict.Recommend,
			Best: r.Verdict.Best, Tied: r.Verdict.tied, Headline: r.Verdict.Headline,
		},
		Warnings: e.notes,
	}
	for l := range r.Strategies {
		c.Strategies = append(c.Strategies, e.cellStrategy(l, &r.Strategies[l]))
	}
	return c, e.events, nil
}

func (e *engine) cellStrategy(l int, s *Strategy) CellStrategy {
	c := CellStrategy{Name: s.Name, Slots: s.Slots, Cost: s.Cost, Unstable: s.Unstable}
	if e.targeted() {
		c.Verdict = state(s)
	}
	if len(s.Breaches) > 0 {
		c.Verdict = fail
	}
	if f := e.objective(l); f != nil {
		c.Worst = e.estimate(f.row)
	}
	for i := range s.Classes {
		c.Classes = append(c.Classes, cellClass(&s.Classes[i]))
	}
	all := cellClass(s.All)
	c.All = &all
	return c
}

func cellClass(c *Class) CellClass {
	key := func(q *Quantiles) *CellQuantiles {
		if q == nil {
			return nil
		}
		return &CellQuantiles{Mean: q.Mean, P50: q.P50, P95: q.P95, P99: q.P99}
	}
	return CellClass{Name: c.Name, Wait: key(c.Wait), Response: key(c.Response), SLO: c.SLO}
}
