package whatif

import (
	"context"
	"slices"

	"example.com/simrun/internal/experiment"
	"example.com/simrun/internal/figures"
	"example.com/simrun/internal/units"
	"example.com/simrun/worker"
	"example.com/simrun/workloads"
)

// Stages of an answer.
const (
	Sampled  = "sample"   // rough, at once
	Working  = "progress" // how far the full answer is
	Answered = "answer"   // as simrun run gives it
	Wrong    = "wrong"    // there is no answer
)

// Answer is what is known so far.
type Answer struct {
	Stage        string `json:"stage"`
	Why          string `json:"why,omitempty"` // there is no answer
	Done         int    `json:"done,omitempty"`
	Total        int    `json:"total,omitempty"`
	Status       string `json:"status,omitempty"`
	Headline     string `json:"headline,omitempty"`
	Replications int    `json:"replications,omitempty"`
	Rows         []Row  `json:"rows,omitempty"`
	Text         string `json:"text,omitempty"` // the scenario that is answered, as a file
}

// Row is one figure of a layout: how one of its targets comes out or, of a class without any, its mean response.
type Row struct {
	Layout   string   `json:"layout"`
	State    string   `json:"state"` // of all targets of the layout together: pass | marginal | fail | undecided; "" without any
	Class    string   `json:"class"`
	Metric   string   `json:"metric"`
	Words    string   `json:"words"`
	Target   string   `json:"target"`
	Figure   string   `json:"figure"`
	Interval string   `json:"interval"`
	Verdict  string   `json:"verdict"`
	Value    *float64 `json:"value"` // the same in figures, as results.json has them
	Low      *float64 `json:"low"`
	High     *float64 `json:"high"`
	Against  *float64 `json:"against"` // the target
}

// sampled is the number of replications of a sample.
const sampled = 4

// Ask answers the scenario with what was moved: roughly, then in full. Its error is the context's; what is wrong with the
// scenario is an answer.
func (a *Asker) Ask(ctx context.Context, s State, o experiment.Options, tell func(Answer)) error {
	text, sc, err := a.Moved(s)
	if err != nil {
		tell(Answer{Stage: Wrong, Why: err.Error()})
		return nil
	}
	r, err := experiment.Sample(ctx, sc, sampled, o)
	if err != nil {
		return err
	}
	tell(View(Sampled, r, text))
	o.Progress = func(p experiment.Progress) { tell(Answer{Stage: Working, Done: p.Done, Total: p.Total}) }
	if r, err = experiment.WhatIf(ctx, sc, o); err != nil {
		return err
	}
	tell(View(Answered, r, text))
	return nil
}

// View is a result as an answer.
func View(stage string, r *experiment.Result, text string) Answer {
	a := Answer{Stage: stage, Status: r.Verdict.Status, Headline: r.Verdict.Headline, Replications: r.Run.Replications, Text: text}
	for i := range r.Strategies {
		s := &r.Strategies[i]
		for j := range s.Classes {
			c := &s.Classes[j]
			for k := range c.SLO {
				o := &c.SLO[k]
				row := newRow(s, c, o.Metric, o.Value)
				row.Target, row.Against, row.Verdict, row.State = o.Metric.Show(o.Target), &o.Target, o.Verdict, s.Verdict()
				a.Rows = append(a.Rows, row)
			}
			if len(c.SLO) == 0 {
				var mean *experiment.Estimate // nil where it is withheld
				if c.Response != nil {
					mean = c.Response.Mean
				}
				a.Rows = append(a.Rows, newRow(s, c, workloads.Metric{Of: worker.Response}, mean))
			}
		}
	}
	return a
}

func newRow(s *experiment.Strategy, c *experiment.Class, m workloads.Metric, e *experiment.Estimate) Row {
	row := Row{
		Layout: s.Name, Class: c.Name, Metric: m.String(), Words: m.Words(),
		Figure: figures.Value(m, e), Interval: figures.Interval(m, e), Target: units.Absent,
	}
	grows := func(u experiment.Unstable) bool { return u.Queue == c.Queue }
	if e == nil && slices.ContainsFunc(s.Unstable, grows) {
		row.Figure = "unstable"
	}
	if e.Known() {
		row.Value, row.Low, row.High = &e.Value, e.Low, e.High
	}
	return row
}
