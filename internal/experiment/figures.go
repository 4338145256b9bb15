package experiment

import (
	"math"
	"slices"
	"strconv"

	"example.com/simrun/worker"
	"example.com/simrun/workloads"
)

// compared are the figures by which layouts, and runs, are held against each other.
var compared = []workloads.Metric{
	{Of: worker.Wait, Stat: average},
	{Of: worker.Wait, Stat: workloads.Percentile(95)},
	{Of: worker.Wait, Stat: workloads.Percentile(99)},
	{Of: worker.Response, Stat: average},
	{Of: worker.Response, Stat: workloads.Percentile(95)},
}

// FiguresVersion is that of the format of figures.json.
const FiguresVersion = 1

// Figures is figures.json: what it takes to compare a run with another one.
type Figures struct {
	Version  int          `json:"version"`
	Simrun   string       `json:"simrun"`
	Scenario ScenarioInfo `json:"scenario"`
	Run      RunInfo      `json:"run"`
	Exact    bool         `json:"exact"` // nothing is random: one replication says it all
	Figures  []Figure     `json:"figures"`
	Targets  []Met        `json:"targets"`
	Parts    []Part       `json:"parts"` // every class under every layout, also those without figures
}

// Part is a class under a layout.
type Part struct {
	Strategy string `json:"strategy"`
	Class    string `json:"class"`
	Without  string `json:"without,omitempty"` // why it has no figures: Growing or Unended
}

// Why a class has no figures, or some only, by which runs could be held against each other.
const (
	Growing = "growing" // its queue grows without end
	Unended = "unended" // many of its tasks never end
)

// without says why a class has no figures; empty where it has all.
func (s *Strategy) without(c *Class) string {
	switch {
	case slices.ContainsFunc(s.Unstable, func(u Unstable) bool { return u.Queue == c.Queue }):
		return Growing
	case c.Published > c.Cut && partial(c.Reached(c.Response)):
		return Unended
	}
	return ""
}

// Figure is one figure of one class under one layout, in seconds.
type Figure struct {
	Strategy string           `json:"strategy"`
	Class    string           `json:"class"`
	Metric   workloads.Metric `json:"metric"`
	Value    float64          `json:"value"`
	// Rows are of each replication: their mean is the value, and their spread its uncertainty (a quantile is linearised
	// around its value, so that they are no quantiles of single replications).
	Rows []Digits `json:"rows"`
}

// Met is the verdict on one target.
type Met struct {
	Strategy string           `json:"strategy"`
	Class    string           `json:"class"`
	Metric   workloads.Metric `json:"metric"`
	Verdict  string           `json:"verdict"`
}

// Digits is a number of nine digits: more than any figure of a simulation has.
type Digits float64

// MarshalJSON implements json.Marshaler.
func (d Digits) MarshalJSON() ([]byte, error) {
	return strconv.AppendFloat(nil, float64(d), 'g', 9, 64), nil
}

// digitsOf is a number as it comes back when it was written: a run must not differ from itself in what a file leaves out.
func digitsOf(x float64) Digits {
	y, err := strconv.ParseFloat(strconv.FormatFloat(x, 'g', 9, 64), 64)
	if err != nil {
		return Digits(x)
	}
	return Digits(y)
}

// NewFigures is what figures.json says of a result.
func NewFigures(r *Result) *Figures {
	f := &Figures{Version: FiguresVersion, Exact: r.Exact, Simrun: r.Simrun, Scenario: r.Scenario, Run: r.Run, Figures: r.Figures, Targets: []Met{}, Parts: []Part{}}
	if f.Figures == nil {
		f.Figures = []Figure{}
	}
	for i := range r.Strategies {
		s := &r.Strategies[i]
		for j := range s.Classes {
			f.Parts = append(f.Parts, Part{s.Name, s.Classes[j].Name, s.without(&s.Classes[j])})
			for _, o := range s.Classes[j].SLO {
				f.Targets = append(f.Targets, Met{s.Name, s.Classes[j].Name, o.Metric, o.Verdict})
			}
		}
	}
	return f
}

// figures are those of every layout and class that are known, and are of nearly all tasks: those of the ones that start would
// be the better the fewer do.
func (e *engine) figures() (all []Figure) {
	for l := range e.sc.Layouts {
		for c := range e.sc.Classes {
			if e.withheld[l][c] {
				continue
			}
			for _, m := range compared {
				if partial(e.reach(l, c, durationOf[m.Of])) {
					continue
				}
				f := e.rows(l, c, durationOf[m.Of]).stat(m.Stat)
				if math.IsNaN(f.Value) || math.IsInf(f.Value, 0) || f.needs > 0 {
					continue
				}
				figure := Figure{Strategy: e.sc.Layouts[l].Name, Class: e.sc.Classes[c].Name, Metric: m, Value: f.Value}
				for _, x := range f.row {
					figure.Rows = append(figure.Rows, digitsOf(x))
				}
				all = append(all, figure)
			}
		}
	}
	return all
}
