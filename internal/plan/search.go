package plan

import (
	"fmt"
	"slices"
	"strings"

	"example.com/simrun/internal/experiment"
	"example.com/simrun/scenarios"
	"example.com/simrun/strategies"
	"example.com/simrun/workloads"
)

// Bounds of the search.
const (
	mostWorkers  = 4 // of a layout, where the file does not say
	mostUnits    = 4 // queues of which every partition is tried; of more only those that part one from the others
	finalists    = 3 // layouts that are proved, at most
	mostLayouts  = 48
	foundLayouts = 2 // that are kept
)

// search looks for layouts that nobody wrote down and that are better than those of the file: who shares workers, workers
// that share queues, prefetch, machines. Each is brought to its least capacity by glances, the best of them are proved.
func (p *planner) search(draft *scenarios.Draft, fits []*fit) (found []*fit, err error) {
	if p.bounds.Vary != nil {
		return nil, nil // what varies is said
	}
	if p.cleared {
		p.notes = append(p.notes, "The file names clearances, which a search does not hand out: only workers of the file were moved.")
	}
	ideas := p.ideas(draft, p.today)
	best := slices.Clone(fits)
	if p.order(best); len(best) > 0 {
		if best[0].name != p.today.Name { // what made it the best may do so for others
			ideas = append(ideas, p.ideas(draft, best[0].layout)...)
		}
		for _, f := range best[:min(len(best), 2)] {
			ideas = append(ideas, p.moves(draft, f.layout)...)
		}
	}
	most := p.opts.Events - p.reserve(best)
	if err := p.aside("search", len(ideas), func(q *planner, i int) error {
		q.limit = q.events + (most-q.events)/int64(len(ideas))
		_, _, err := q.rough(&ideas[i], fits)
		return err
	}); err != nil {
		return nil, err
	}
	p.tried = map[string]int{}
	for i, one := range ideas {
		p.limit = p.events + (most-p.events)/int64(len(ideas)-i)
		p.told("search", i, len(ideas))
		f, c, err := p.rough(&one, fits)
		if err != nil {
			return nil, err
		}
		if c != nil && c.looked {
			p.tried[one.tries]++
		}
		if f != nil {
			found = append(found, f)
		}
	}
	return found, nil
}

// What a search leaves for proofs of the events of a plan: at least, and at most.
const (
	leastLeft = 0.1
	mostLeft  = 0.4
)

// reserve is what a search leaves of the events: what it takes to prove the best that there is.
func (p *planner) reserve(best []*fit) int64 {
	left := leastLeft * float64(p.opts.Events)
	if len(best) > 0 {
		best := best[0]
		left = max(left, float64(experiment.Enough(best.sc)+best.sc.Run.Min)*float64(best.judged.Events)/float64(max(1, best.judged.Replications)))
	}
	return int64(min(left, mostLeft*float64(p.opts.Events)))
}

// rough brings a layout to its least capacity by glances. There is no fit where no size is likely to pass, and no capacity
// either where the layout is nothing new or cannot be.
func (p *planner) rough(one *idea, fits []*fit) (*fit, *capacity, error) {
	sc, err := one.draft.Only(one.name)
	if err != nil || len(sc.Layouts[0].WhatIf) > 0 || p.known(&sc.Layouts[0], fits) {
		return nil, nil, nil //nolint:nilerr // too much for a machine
	}
	c := p.capacityOf(one.draft, sc)
	x, err := c.approach(len(fits) == 0 || slices.ContainsFunc(fits, func(f *fit) bool { return f.bought > 0 })) // what passes without is no dearer
	if x == nil || err != nil {
		return nil, c, err
	}
	f, err := c.likelyAt(x)
	return f, c, err
}

// prove decides the layouts that seem better than the best that is shown to pass, the best first, and returns those that are shown and
// those that stay likely.
func (p *planner) prove(fits []*fit) (shown, likely []*fit, err error) {
	all := slices.Clone(fits)
	p.order(all)
	if err := p.ahead(min(finalists, len(all)), func(q *planner, i int) error {
		c := all[i].of
		if c == nil {
			return nil
		}
		q.limit = q.events + (q.opts.Events-q.events)/finalists
		_, err := c.on(q).settle(slices.Clone(all[i].x))
		return err
	}); err != nil {
		return nil, nil, err
	}
	better, found := true, 0
	for n, f := range all {
		c := f.of
		if c == nil {
			shown, better = append(shown, f), false
			continue
		}
		if better && n < finalists && found < foundLayouts {
			left := p.opts.Events - p.events
			p.limit = p.events + max(left/int64(finalists-n), min(left, int64(experiment.Enough(f.sc)+f.sc.Run.Min)*c.each()))
			c.proofs = slices.DeleteFunc(c.proofs, func(p proof) bool { return p.bound })
			one, err := c.settle(slices.Clone(f.x))
			if err != nil {
				return nil, nil, err
			}
			if one != nil {
				one.written = f.written
				shown, found = append(shown, one), found+1
				p.proofs = append(p.proofs, c.proofs...)
				continue
			}
		}
		p.proofs = append(p.proofs, c.proofs...)
		likely = append(likely, f)
	}
	return shown, likely, nil
}

// known says that a layout is one of those found already, but for its sizes.
func (p *planner) known(l *strategies.Layout, fits []*fit) bool {
	return slices.ContainsFunc(fits, func(f *fit) bool { return signature(f.layout, p.sc.Classes) == signature(l, p.sc.Classes) })
}

// signature is who takes which queues, and how, whatever the sizes and the names.
func signature(l *strategies.Layout, classes []workloads.Class) string {
	var parts []string
	for w := range l.Workers {
		c := &l.Workers[w]
		queues := make([]string, 0, len(c.Queues))
		for _, q := range c.Queues {
			queues = append(queues, l.Queues[q].Name)
		}
		machine := -1
		if l.Node[w] >= 0 {
			machine = l.Nodes[l.Node[w]]
		}
		part := fmt.Sprint(queues, len(c.Overflow), c.Order, c.Pool, c.DisablePrefetch || c.PrefetchMultiplier == 1, c.AcksLate, machine, l.FleetOf(w) != nil, c.MaxMemoryPerChild > 0, l.Container(w).Memory)
		if l.OwnsMachine(w) {
			part += fmt.Sprint(c.Concurrency)
		}
		if !slices.Contains(parts, part) {
			parts = append(parts, part)
		}
	}
	slices.Sort(parts)
	sent := ""
	for i, q := range l.ClassQueue {
		sent += fmt.Sprint(q, l.Queues[q].MaxPriority, l.Sent(classes)[i].Level(), ";")
	}
	return strings.Join(parts, ";") + sent + fmt.Sprint(len(l.Broker.PrioritySteps))
}
