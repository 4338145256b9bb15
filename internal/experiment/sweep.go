package experiment

import (
	"context"
	"math"
	"slices"
	"sync/atomic"

	"example.com/simrun/scenarios"
)

// Sweep is the scenario over a grid. The Result around it is that of the file as it is written.
type Sweep struct {
	Axes  []Axis  `json:"axes"`
	Cells []Point `json:"cells"` // the last axis varies fastest
}

// Axis is one thing that is varied.
type Axis struct {
	Name    string    `json:"name"`
	Values  []string  `json:"values"`            // as written
	Numbers []float64 `json:"numbers,omitempty"` // the same in the first unit of their kind; absent where one is no number
}

// Point is what was found with one value of every axis in place.
type Point struct {
	At               []int           `json:"at"` // of each axis: index of its value
	Replications     int             `json:"replications"`
	PrecisionReached bool            `json:"precision_reached"`
	Strategies       []PointStrategy `json:"strategies"`
	Comparisons      []Comparison    `json:"comparisons"`
	Verdict          PointVerdict    `json:"verdict"`
	Warnings         []string        `json:"warnings,omitempty"`
}

// PointStrategy is what was found of one layout in one cell.
type PointStrategy struct {
	Name     string       `json:"name"`
	Slots    int          `json:"slots"`
	Cost     *float64     `json:"cost_per_hour,omitempty"`
	Verdict  string       `json:"verdict"` // on all targets together: pass | fail | undecided; "" without targets
	Worst    *Estimate    `json:"worst"`   // by what layouts are ranked: the largest of figure / target, or without targets the mean response; nil when withheld
	Classes  []PointClass `json:"classes"`
	All      *PointClass  `json:"all"`
	Unstable []Unstable   `json:"unstable,omitempty"`
}

// PointClass is what was found of one class, or of all tasks.
type PointClass struct {
	Name     string          `json:"name"`
	Wait     *PointQuantiles `json:"wait"` // nil when withheld
	Response *PointQuantiles `json:"response"`
	SLO      []SLO           `json:"slo,omitempty"`
}

// PointQuantiles are the key figures of a duration, in seconds.
type PointQuantiles struct {
	Mean *Estimate `json:"mean"`
	P50  *Estimate `json:"p50"`
	P95  *Estimate `json:"p95"`
	P99  *Estimate `json:"p99"`
}

// PointVerdict is the answer in one cell.
type PointVerdict struct {
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
	pointLeast = 20  // replications of a point at its first look,
	pointTasks = 5e5 // or fewer that have so many tasks,
	pointFew   = 8   // but no fewer than this
)

// spare lets a point look sooner than the file does, where each of its replications has many tasks.
func (e *engine) spare() {
	if tasks := e.expected(); !e.exact && tasks > 0 {
		few := max(pointFew, int(math.Ceil(min(pointTasks/tasks, pointLeast))))
		e.lookAt(looks(min(e.sc.Run.Min, few), e.sc.Run.Max))
	}
}

// sweep answers every cell of the scenario's grid that is not the file as it is written; nil if it has none. The number is that
// of the events.
func sweep(ctx context.Context, sc *scenarios.Scenario, o Options) (*Sweep, int64, error) {
	if sc.Sweep == nil {
		return nil, 0, nil
	}
	s := &Sweep{Cells: make([]Point, len(sc.Sweep.Cells))}
	for _, a := range sc.Sweep.Axes {
		x := Axis{Name: a.Name, Values: a.Values, Numbers: a.Numbers}
		if slices.ContainsFunc(a.Numbers, math.IsNaN) {
			x.Numbers = nil
		}
		s.Axes = append(s.Axes, x)
	}
	var done atomic.Int32
	var events atomic.Int64
	err := atOnce(o.Backend.Width(), len(s.Cells), func(i int) error {
		if v := Variant(i + 1); !v.asWritten(sc) {
			e, r, err := variant(ctx, sc, v, o)
			if err != nil {
				return err
			}
			s.Cells[i] = e.point(sc.Sweep.Cells[i].At, r)
			events.Add(e.events)
		}
		if o.Progress != nil {
			o.Progress(Progress{Phase: "sweep", Done: int(done.Add(1)), Total: len(s.Cells)})
		}
		return nil
	})
	return s, events.Load(), err
}

// variant answers another scenario that the file stands for, with less.
func variant(ctx context.Context, sc *scenarios.Scenario, v Variant, o Options) (*engine, *Result, error) {
	small := *v.Of(sc)
	small.Run.Min = min(small.Run.Min, pointLeast)
	o.Progress, o.Tasks, o.Flips = nil, false, nil
	e := newEngine(ctx, &small, v, o)
	r, err := e.answer()
	return e, r, err
}

// point is what the answer to one point of the sweep says of it.
func (e *engine) point(at []int, r *Result) Point {
	p := Point{
		At:           at,
		Replications: r.Run.Replications, PrecisionReached: r.Run.PrecisionReached, Comparisons: r.Comparisons,
		Verdict: PointVerdict{
			Status: r.Verdict.Status, BaselinePasses: r.Verdict.BaselinePasses, Recommend: r.Verdict.Recommend,
			Best: r.Verdict.Best, Tied: r.Verdict.tied, Headline: r.Verdict.Headline,
		},
		Warnings: e.notes,
	}
	for l := range r.Strategies {
		p.Strategies = append(p.Strategies, e.pointStrategy(l, &r.Strategies[l]))
	}
	return p
}

func (e *engine) pointStrategy(l int, s *Strategy) PointStrategy {
	c := PointStrategy{Name: s.Name, Slots: s.Slots, Cost: s.Cost, Unstable: s.Unstable}
	if e.targeted() {
		c.Verdict = state(s)
	}
	if len(s.Breaches) > 0 {
		c.Verdict = fail
	}
	if f := e.objective(l); f != nil {
		c.Worst = e.estimate(l, f.row)
	}
	for i := range s.Classes {
		c.Classes = append(c.Classes, pointClass(&s.Classes[i]))
	}
	all := pointClass(s.All)
	c.All = &all
	return c
}

func pointClass(c *Class) PointClass {
	key := func(q *Quantiles) *PointQuantiles {
		if q == nil {
			return nil
		}
		return &PointQuantiles{Mean: q.Mean, P50: q.P50, P95: q.P95, P99: q.P99}
	}
	return PointClass{Name: c.Name, Wait: key(c.Wait), Response: key(c.Response), SLO: c.SLO}
}
