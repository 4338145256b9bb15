package plan

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"runtime"
	"slices"

	"example.com/simrun/internal/experiment"
	"example.com/simrun/internal/units"
	"example.com/simrun/scenarios"
	"example.com/simrun/sim"
	"example.com/simrun/strategies"
)

// Options say how to plan.
type Options struct {
	Cores    int                          // at most so many runs at once; 0 = all
	NoSearch bool                         // only the layouts of the file
	Events   int64                        // that may be simulated; 0 = usual
	Progress func(what string, n, of int) // may be nil
	Backend  experiment.Backend           // computes the runs; nil = the cores of this machine
	Ahead    bool                         // ask the backend for more than is sure to be needed: it has machines to spare
}

// UsualEvents is what a plan may simulate: less than a minute of one core.
const UsualEvents = 400_000_000

// otherSeed makes of the seed another one, for the tasks on which a size that was found is proved.
const otherSeed = 0x5eed_0f_ca9ac17

// Objectives of a plan.
const (
	byCost    = "cost"
	bySlots   = "slots"
	byChanges = "changes"
)

// planner is one plan in progress.
type planner struct {
	ctx     context.Context
	sc      *scenarios.Scenario
	opts    Options
	today   *strategies.Layout
	short   bool             // something was left open for want of events
	cleared bool             // the file names clearances: a layout without any does not pass
	draft   *scenarios.Draft // of the file
	bounds  scenarios.Plan
	events  int64
	batches int   // of runs, one after the other
	limit   int64 // of the events, for the layout at hand
	sure    bool  // a copy that simulates no more than is sure to be needed
	proofs  []proof
	notes   []string
	likely  []*fit // what stays likely to pass, the best first
	judged  *judgements
	tried   map[string]int // layouts that were made up, by what they have of scenarios.Tries; nil = there was no search
}

// spent says that nothing more may be simulated for the layout at hand.
func (p *planner) spent() bool { return p.events >= p.limit }

func (p *planner) options() experiment.Options {
	return experiment.Options{Cleared: p.cleared, Backend: p.opts.Backend}
}

// plainWeight is how many tasks of a plain pool take as long as one event of a run.
const plainWeight = 1.5

// count adds what a judgement took.
func (p *planner) count(sc *scenarios.Scenario, j *experiment.Judged) {
	n := j.Events
	if sim.Plain(&sc.Layouts[0], sc.Classes, &sim.Options{Faults: sc.Faults}) {
		n = int64(float64(n) / plainWeight)
	}
	p.events += n
	p.batches += j.Batches
}

// Run plans a scenario. The error is ctx's when it was interrupted, or says why nothing can be planned.
func Run(ctx context.Context, sc *scenarios.Scenario, o Options) (*Result, error) {
	if !slices.ContainsFunc(sc.Layouts, func(strategies.Layout) bool { return targets(sc) > 0 }) {
		return nil, errors.New("no task has a target (slo), so nothing says how much is enough")
	}
	if o.Events == 0 {
		o.Events = UsualEvents
	}
	if o.Backend == nil { // one pool of cores for all that goes on side by side
		o.Backend = experiment.Local(cmp.Or(o.Cores, runtime.GOMAXPROCS(0)))
	}
	p := &planner{ctx: ctx, sc: sc, opts: o, today: &sc.Layouts[sc.Baseline], judged: newJudgements()}
	p.cleared = slices.ContainsFunc(sc.Layouts, func(l strategies.Layout) bool { return l.Clearance != nil })
	if sc.Plan != nil {
		p.bounds = *sc.Plan
	}
	draft, err := sc.Draft()
	if err != nil {
		return nil, err
	}
	p.draft = draft
	if err := p.asideOf(draft); err != nil {
		return nil, err
	}
	fits, err := p.written(draft)
	if err != nil {
		return nil, err
	}
	if !o.NoSearch {
		found, err := p.search(draft, fits)
		if err != nil {
			return nil, err
		}
		fits = append(fits, found...)
	}
	shown, likely, err := p.prove(fits)
	if err != nil {
		return nil, err
	}
	p.likely = likely
	return p.result(shown)
}

func targets(sc *scenarios.Scenario) (n int) {
	for i := range sc.Classes {
		n += len(sc.Classes[i].SLO)
	}
	return n
}

// written finds the least capacity of the layouts of the file that can be deployed, shown or likely to pass.
func (p *planner) written(draft *scenarios.Draft) ([]*fit, error) {
	var fits []*fit
	var vain []*strategies.Layout
	share := p.share()
	for i := range p.sc.Layouts {
		l := &p.sc.Layouts[i]
		if why := p.leftOut(draft, i); why != "" {
			p.notes = append(p.notes, l.Name+why)
			continue
		}
		p.limit = p.events + (share-p.events)/int64(len(p.sc.Layouts)-i)
		p.told("layouts", i, len(p.sc.Layouts))
		c, f, err := p.leastOf(draft, l.Name)
		if err != nil {
			return nil, err
		}
		if f == nil {
			vain = append(vain, l)
			p.notes = append(p.notes, fmt.Sprintf("%s was not seen to pass at any size that was tried%s.", l.Name, c.shortOf()))
			continue
		}
		f.written = true
		fits = append(fits, f)
	}
	for _, said := range []string{p.comeAndGo(), p.unbought(vain)} {
		if said != "" {
			p.notes = append(p.notes, said)
		}
	}
	return fits, nil
}

// leftOut says why nothing can be planned for a layout of the file; empty if it can.
func (p *planner) leftOut(draft *scenarios.Draft, i int) string {
	l := &p.sc.Layouts[i]
	switch {
	case len(l.WhatIf) > 0 && !p.sc.Run.AllowWhatIf && i != p.sc.Baseline:
		return " is a what-if, and was left out."
	case draft.Get("strategies", l.Name, "derive") != "":
		return " has replicas of several sizes, and was left as it is."
	}
	if _, err := draft.Only(l.Name); err != nil {
		return fmt.Sprintf(" cannot stand alone, and was left out: %v.", err)
	}
	return ""
}

// share is what the layouts of the file may take of the events.
func (p *planner) share() int64 {
	if p.opts.NoSearch {
		return p.opts.Events
	}
	return p.opts.Events * 7 / 10
}

// told says how far a plan is; what has no name is no step that people know.
func (p *planner) told(what string, n, of int) {
	if p.opts.Progress != nil && what != "" {
		p.opts.Progress(what, n, of)
	}
}

// capacityOf is the one layout of a scenario of a draft, nothing of which has been tried.
func (p *planner) capacityOf(draft *scenarios.Draft, sc *scenarios.Scenario) *capacity {
	return &capacity{planner: p, name: sc.Layouts[0].Name, draft: draft, knobs: p.knobs(draft, sc, false), seen: map[string]*experiment.Judged{}}
}

// leastOf finds the least capacity of a layout of a draft, shown or likely to pass; nil where it has none.
func (p *planner) leastOf(draft *scenarios.Draft, name string) (*capacity, *fit, error) {
	sc, err := draft.Only(name)
	if err != nil {
		return nil, nil, err
	}
	c := p.capacityOf(draft, sc)
	f, err := c.least()
	if err != nil {
		return nil, nil, err
	}
	if f == nil || f.of == nil { // else they are taken up again
		p.proofs = append(p.proofs, c.proofs...)
	}
	return c, f, nil
}

// shortOf says why no size of a layout passes: what the largest that can be is short of, or how the largest that was judged does;
// empty where nothing is known.
func (c *capacity) shortOf() string {
	staff, err := c.staff()
	if err != nil {
		return ""
	}
	sizes := append([][]int{c.written(), staff}, c.grown(staff)...)
	for _, p := range c.proofs {
		sizes = append(sizes, p.x)
	}
	slices.SortStableFunc(sizes, func(a, b []int) int { return cmp.Compare(c.slots(a), c.slots(b)) })
	asked := false
	for _, x := range slices.Backward(sizes) {
		sc, err := c.scenario(x)
		if err != nil { // no such layout
			continue
		}
		slots := units.Plural(sc.Layouts[0].Slots(), "slot", "slots")
		for _, load := range sc.Layouts[0].Offered(sc.Classes, sc.Machines, sc.Outside(), 1) {
			if load.Unstable && !asked {
				return fmt.Sprintf(": with %s the queue %s is short of %s", slots, load.Queue, load.By)
			}
		}
		asked = true
		j := c.seen[key(x)]
		if i := c.proofOf(x); i >= 0 {
			j = c.proofs[i].judged
		}
		switch {
		case j == nil || j.Replications == 0 && j.Trap == "": // not looked at
		case j.Trap != "":
			return ": " + j.Trap
		case j.Unseen() != nil:
			return ": nothing was observed of " + units.And(j.Unseen())
		case j.Verdict == "fail" && j.Why != "":
			return fmt.Sprintf(": with %s it misses %s", slots, j.Why)
		case j.Verdict == "undecided" && j.Why != "":
			return fmt.Sprintf(": with %s it seems to miss %s", slots, j.Why)
		default:
			return ""
		}
	}
	return ""
}
