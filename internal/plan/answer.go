package plan

import (
	"cmp"
	"fmt"
	"math"
	"slices"
	"strings"

	"example.com/simrun/internal/experiment"
	"example.com/simrun/scenarios"
	"example.com/simrun/strategies"
	"example.com/simrun/worker"
)

// alikeCost is the difference in price that does not matter.
const alikeCost = 0.02

// order sorts layouts at their least capacity as the plan's objective has it, the answer first.
func (p *planner) order(fits []*fit) {
	by := p.objective(fits)
	least := math.Inf(1)
	if by == byCost {
		for _, f := range fits {
			least = min(least, f.judged.Cost.Value)
		}
	}
	dearer := func(f *fit) float64 { // 0 for those that cost as good as the least
		if by != byCost || f.judged.Cost.Value <= least*(1+alikeCost) {
			return 0
		}
		return f.judged.Cost.Value
	}
	bought := func(f *fit) int { // to use a machine more is more than to use a slot more, though it may have no price
		if by != bySlots {
			return 0
		}
		return f.bought
	}
	slots := func(f *fit) int {
		if by != bySlots {
			return 0
		}
		return f.layout.Slots()
	}
	slices.SortStableFunc(fits, func(a, b *fit) int {
		return cmp.Or(cmp.Compare(dearer(a), dearer(b)), cmp.Compare(bought(a), bought(b)), cmp.Compare(slots(a), slots(b)), cmp.Compare(a.changes, b.changes),
			cmp.Compare(a.workers, b.workers), cmp.Compare(a.layout.Slots(), b.layout.Slots()))
	})
}

// objective is what the plan minimises: as asked for, or money where everything has a price, or slots, after machines that are to be
// bought where nobody asked for slots.
func (p *planner) objective(fits []*fit) string {
	if m := p.bounds.Minimise; m != "" && m != byCost {
		return m
	}
	if slices.ContainsFunc(fits, func(f *fit) bool { return f.judged.Cost == nil }) {
		return bySlots
	}
	return byCost
}

// result makes the answer of layouts at their least capacity.
func (p *planner) result(fits []*fit) (*Result, error) {
	r := &Result{Version: 1, Status: "none", Name: p.sc.Name, Currency: p.sc.Currency, TodaySlots: p.today.Slots(), Events: p.events, Minimal: []Minimal{}, Frontier: []Point{}}
	p.order(fits)
	for _, f := range fits {
		r.Minimal = append(r.Minimal, p.minimal(f))
	}
	if len(fits) > 0 {
		best := fits[0]
		r.Status = "found"
		if best.less != nil && best.less.Verdict == "undecided" {
			r.Status = "open"
		}
		r.Answer = &Answer{Strategy: best.name, Workers: p.workers(best.layout), Slots: best.layout.Slots(), Machines: best.machines, Cost: price(best.judged), Confidence: p.sc.Run.Confidence}
		r.Frontier = p.frontier(best.judged)
		r.YAML, r.Change = best.yaml, p.change(best)
		r.Metric, r.Bound = best.judged.Target.Metric, best.judged.Target.Target
		r.Target = best.judged.Class + " " + best.judged.Target.Metric.Words()
	}
	if len(fits) == 0 && p.likely != nil {
		r.YAML = p.likely[0].yaml // to be run
	}
	r.Searched = p.searched()
	if err := p.say(r, fits); err != nil {
		return nil, err
	}
	return r, nil
}

// change is what it takes to get from today's layout to the answer; empty with an ideal broker, of which there is none to deploy.
func (p *planner) change(best *fit) string {
	if best.layout.Broker.Kind == worker.Ideal {
		return ""
	}
	text := strategies.Render(strategies.Diff(p.today, best.layout, p.sc.Classes))
	var other []string
	for _, m := range best.machines {
		kind := p.kind(m.Name)
		was := kind.Count
		if m.Bound == "max" {
			was = max(was, kind.Most)
		}
		if was != m.Count {
			other = append(other, fmt.Sprintf("  %s instead of %d\n", m.words(), was))
		}
	}
	if other != nil {
		text += "\nMachines\n" + strings.Join(other, "")
	}
	return text
}

// searched is what was tried of layouts that were made up; nil where there was no search.
func (p *planner) searched() *Searched {
	if p.tried == nil {
		return nil
	}
	s := &Searched{Layouts: []Tried{}, Untried: append([]string{}, p.bounds.Untried...)}
	for _, try := range append([]string{""}, scenarios.Tries...) {
		if n := p.tried[try]; n > 0 {
			s.Layouts = append(s.Layouts, Tried{cmp.Or(try, "queues"), n})
		}
	}
	return s
}

// slower is the least ratio of responses that is worth a word.
const slower = 1.05

// slowed are the classes that end later under a layout than under today's, on the same tasks, the most so first. Nothing is compared
// where that is today's, or where some class has no end today.
func (p *planner) slowed(best *fit) (slowed []slowdown, compared bool, err error) {
	var ends [2][]experiment.Ends
	today, err := p.draft.Only(p.today.Name)
	if err != nil || best.changes == 0 {
		return nil, false, nil //nolint:nilerr // it cannot stand alone: there is nothing to compare with
	}
	for i, sc := range []*scenarios.Scenario{today, best.sc} {
		j, err := p.judge("glance", sc, func() (*experiment.Judged, error) { return experiment.Glance(p.ctx, sc, glances, p.options()) })
		if err != nil {
			return nil, false, err
		}
		ends[i] = j.Ends
	}
	var found []slowdown
	for _, now := range ends[0] {
		for _, then := range ends[1] {
			if then.Class == now.Class && then.Mean.Value > slower*now.Mean.Value {
				found = append(found, slowdown{then, now.Mean.Value})
			}
		}
	}
	slices.SortStableFunc(found, func(a, b slowdown) int { return cmp.Compare(b.Mean.Value/b.today, a.Mean.Value/a.today) })
	return found, len(ends[0]) == len(p.sc.Classes) && len(ends[1]) == len(ends[0]) || len(found) > 0, nil
}

// slowdown is a class that pays for a layout.
type slowdown struct {
	experiment.Ends
	today float64 // its mean response
}

func price(j *experiment.Judged) *float64 {
	if j.Cost == nil {
		return nil
	}
	return &j.Cost.Value
}

func (p *planner) minimal(f *fit) Minimal {
	m := Minimal{
		Strategy: f.name, Slots: f.layout.Slots(), Workers: p.workers(f.layout), Cost: price(f.judged), Changes: f.changes,
		With: f.judged.With, Written: f.written, Machines: f.machines,
	}
	if f.less != nil {
		m.OneLess = &f.less.OneLess
	}
	return m
}

// workers are those of a layout as written, with the lines that start them.
func (p *planner) workers(l *strategies.Layout) []Worker {
	var all []Worker
	commands := make([]string, len(l.Groups)) // an ideal broker is a model: there is nothing to start
	if l.Broker.Kind != worker.Ideal {
		commands = strategies.Commands(p.today, l)
	}
	for g, name := range l.Groups {
		w := Worker{Name: name, Command: commands[g]}
		for i := range l.Workers {
			if l.Group[i] != g {
				continue
			}
			w.Replicas++
			w.Concurrency, w.Pool = l.Workers[i].Concurrency, l.Workers[i].Pool.String()
			w.Queues = nil
			for _, q := range l.Workers[i].Queues {
				w.Queues = append(w.Queues, l.Queues[q].Name)
			}
		}
		all = append(all, w)
	}
	return all
}

// frontier are all sizes that were decided, by what they give of the target that decides the answer.
func (p *planner) frontier(best *experiment.Judged) []Point {
	points := []Point{}
	for _, proof := range p.proofs {
		pt := Point{Strategy: proof.strategy, Slots: proof.slots, Cost: price(proof.judged), Sizes: proof.sizes, Machines: proof.machines, Passes: proof.judged.Verdict, Grows: proof.judged.Grows(), Trap: proof.judged.Trap}
		for _, t := range proof.judged.Targets {
			if t.Class == best.Class && t.Metric == best.Target.Metric && t.Value.Known() {
				pt.Figure = Figure{&t.Value.Value, t.Value.Low, t.Value.High}
			}
		}
		points = append(points, pt)
	}
	slices.SortStableFunc(points, func(a, b Point) int {
		return cmp.Or(cmp.Compare(a.Strategy, b.Strategy), cmp.Compare(a.Slots, b.Slots))
	})
	return points
}
