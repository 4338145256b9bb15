package plan

import (
	"fmt"
	"slices"
	"strings"

	"example.com/simrun/celery"
	"example.com/simrun/internal/experiment"
	"example.com/simrun/scenarios"
	"example.com/simrun/strategies"
	"example.com/simrun/worker"
)

// Bounds of the search.
const (
	mostWorkers  = 4 // of a layout, where the file does not say
	mostUnits    = 4 // queues of which every partition is tried; of more only those that part one from the others
	finalists    = 3 // layouts that are proved, at most
	mostLayouts  = 48
	foundLayouts = 2 // that are kept
)

// idea is a layout that nobody wrote down.
type idea struct {
	name  string
	draft *scenarios.Draft
}

// search looks for layouts that nobody wrote down and that are better than those of the file: who shares workers, workers
// that share queues, prefetch, machines. Each is brought to its least capacity by glances, the best of them are proved.
func (p *planner) search(draft *scenarios.Draft, fits []*fit) ([]*fit, error) {
	if p.bounds.Vary != nil {
		return nil, nil // what varies is said
	}
	if p.cleared {
		p.notes = append(p.notes, "The file names clearances, which a search does not hand out: only workers of the file were moved.")
	}
	ideas := p.ideas(draft, p.today)
	if best := slices.Clone(fits); len(best) > 0 {
		p.order(best)
		if best[0].name != p.today.Name { // what made it the best may do so for others
			ideas = append(ideas, p.ideas(draft, best[0].layout)...)
		}
		for _, f := range best[:min(len(best), 2)] {
			ideas = append(ideas, p.moves(draft, f.layout)...)
		}
	}
	if err := p.aside("search", len(ideas), func(q *planner, i int) error {
		q.limit = q.events + (q.opts.Events*9/10-q.events)/int64(len(ideas))
		_, _, err := q.rough(&ideas[i], fits)
		return err
	}); err != nil {
		return nil, err
	}
	var rough []*fit
	from := map[*fit]*capacity{}
	for i, one := range ideas {
		p.limit = p.events + (p.opts.Events*9/10-p.events)/int64(len(ideas)-i)
		p.told("search", i, len(ideas))
		f, c, err := p.rough(&one, fits)
		if err != nil {
			return nil, err
		}
		if f != nil {
			rough, from[f] = append(rough, f), c
		}
	}
	return p.prove(rough, from, fits)
}

// rough brings a layout to its least capacity by glances; nil where that is none, or nothing new.
func (p *planner) rough(one *idea, fits []*fit) (*fit, *capacity, error) {
	sc, err := one.draft.Only(one.name)
	if err != nil || len(sc.Layouts[0].WhatIf) > 0 || p.known(&sc.Layouts[0], fits) {
		return nil, nil, nil //nolint:nilerr // too much for a machine
	}
	c := &capacity{planner: p, name: one.name, draft: one.draft, seen: map[string]*experiment.Judged{}}
	c.knobs = p.knobs(one.draft, sc)
	x, err := c.approach()
	if x == nil || err != nil {
		return nil, nil, err
	}
	f, err := c.fit(x, c.seen[key(x)], "undecided")
	return f, c, err
}

// prove decides the layouts that seem better than the best of the file, the best first.
func (p *planner) prove(rough []*fit, from map[*fit]*capacity, fits []*fit) ([]*fit, error) {
	all := append(slices.Clone(fits), rough...) // of equals the file's own
	p.order(all)
	if err := p.ahead(min(finalists, len(all)), func(q *planner, i int) error {
		c := from[all[i]]
		if c == nil {
			return nil
		}
		q.limit = q.events + (q.opts.Events-q.events)/finalists
		_, err := c.on(q).settle(slices.Clone(all[i].x))
		return err
	}); err != nil {
		return nil, err
	}
	var found []*fit
	for n, f := range all {
		c := from[f]
		if c == nil || n >= finalists || len(found) == foundLayouts {
			break // the file's own are next
		}
		p.limit = p.events + (p.opts.Events-p.events)/int64(finalists-n)
		shown, err := c.settle(f.x)
		if err != nil {
			return nil, err
		}
		p.proofs = append(p.proofs, c.proofs...)
		if shown != nil {
			found = append(found, shown)
		}
	}
	return found, nil
}

// known says that a layout is one of those found already, but for its sizes.
func (p *planner) known(l *strategies.Layout, fits []*fit) bool {
	return slices.ContainsFunc(fits, func(f *fit) bool { return signature(f.layout) == signature(l) })
}

// signature is who takes which queues, and how, whatever the sizes and the names.
func signature(l *strategies.Layout) string {
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
		part := fmt.Sprint(queues, c.Order, c.Pool, c.DisablePrefetch || c.PrefetchMultiplier == 1, c.AcksLate, machine, l.FleetOf(w) != nil)
		if !slices.Contains(parts, part) {
			parts = append(parts, part)
		}
	}
	slices.Sort(parts)
	return strings.Join(parts, ";") + fmt.Sprint(l.ClassQueue)
}

// ideas are the layouts to try, made of the first worker of one of the file.
func (p *planner) ideas(draft *scenarios.Draft, like *strategies.Layout) []idea {
	if len(draft.Keys("strategies", like.Name, "workers")) == 0 {
		return nil // derived, of several sizes
	}
	names := queuesOf(like)
	least, workers := p.bounds.LeastWorkers, p.bounds.MostWorkers
	if workers == 0 {
		workers = mostWorkers
	}
	var all []idea
	for _, parts := range partitions(names, workers) {
		if len(parts) < least || p.cleared && len(parts) > 1 {
			continue
		}
		all = append(all, p.variants(draft, like, parts)...)
	}
	if len(names) > 1 && workers > 1 && least <= 2 && !p.cleared {
		for _, own := range names { // one queue is taken by workers of its own beside those that take all
			all = append(all, p.variants(draft, like, [][]string{{own}, names})...)
		}
	}
	if len(all) > mostLayouts {
		all = all[:mostLayouts]
	}
	return all
}

// moves are the layouts that differ from one of the file in one worker: on another kind of machine, or gone where others
// take its queues.
func (p *planner) moves(draft *scenarios.Draft, l *strategies.Layout) []idea {
	workers := draft.Keys("strategies", l.Name, "workers")
	var all []idea
	with := func(name string, change func(d *scenarios.Draft) (*scenarios.Draft, error)) {
		name = "found-" + name
		d, err := change(draft.Copy([]string{"strategies", l.Name}, []string{"strategies", name}))
		if err == nil {
			all = append(all, idea{name, d})
		}
	}
	if len(workers) < 2 {
		return nil // a pool on another machine is a variant
	}
	for _, w := range workers {
		at := workerOf(l, w)
		with(l.Name+"-without-"+w, func(d *scenarios.Draft) (*scenarios.Draft, error) {
			return d.Without("strategies", "found-"+l.Name+"-without-"+w, "workers", w), nil
		})
		if l.Node[at] < 0 || l.OwnsMachine(at) {
			continue
		}
		for i := range p.sc.Machines {
			if m := p.sc.Machines[i].Name; i != l.Nodes[l.Node[at]] {
				name := fmt.Sprintf("%s-%s-on-%s", l.Name, w, m)
				with(name, func(d *scenarios.Draft) (*scenarios.Draft, error) {
					return d.Set(quoted(m), "strategies", "found-"+name, "workers", w, "machine")
				})
			}
		}
	}
	return all
}

// queuesOf are those that tasks go to under a layout.
func queuesOf(l *strategies.Layout) []string {
	var names []string
	for _, q := range l.ClassQueue {
		if name := l.Queues[q].Name; !slices.Contains(names, name) {
			names = append(names, name)
		}
	}
	return names
}

// partitions are the ways to deal queues out to at most so many workers, the fewest workers first.
func partitions(names []string, workers int) [][][]string {
	all := [][][]string{{names}}
	if len(names) > mostUnits {
		for i, own := range names {
			rest := slices.Delete(slices.Clone(names), i, i+1)
			if workers > 1 {
				all = append(all, [][]string{{own}, rest})
			}
		}
		return all
	}
	all = nil
	var deal func(i int, parts [][]string)
	deal = func(i int, parts [][]string) {
		if i == len(names) {
			copied := make([][]string, len(parts))
			for k := range parts {
				copied[k] = slices.Clone(parts[k])
			}
			all = append(all, copied)
			return
		}
		for k := range parts {
			parts[k] = append(parts[k], names[i])
			deal(i+1, parts)
			parts[k] = parts[k][:len(parts[k])-1]
		}
		if len(parts) < workers {
			deal(i+1, append(parts, []string{names[i]}))
		}
	}
	deal(0, nil)
	slices.SortStableFunc(all, func(a, b [][]string) int { return len(a) - len(b) })
	return all
}

// variants are a partition with the settings of a layout, with as little prefetch as the broker allows, and on each other kind
// of machine.
func (p *planner) variants(draft *scenarios.Draft, like *strategies.Layout, parts [][]string) []idea {
	plain := p.laid(draft, like, parts)
	all := []idea{plain}
	with := func(suffix, setting, value string) {
		d, name := plain.draft, plain.name+suffix
		d = d.Copy([]string{"strategies", plain.name}, []string{"strategies", name})
		for _, w := range d.Keys("strategies", name, "workers") {
			var err error
			if d, err = d.Set(value, "strategies", name, "workers", w, setting); err != nil {
				return
			}
		}
		all = append(all, idea{name, d})
	}
	first := &like.Workers[0]
	disable := celery.WorkerSettingOf("disable_prefetch")
	switch {
	case like.Broker.Kind != worker.Ideal && disable.With(like.Broker.Kind) && disable.In(like.Release) && first.Pool != worker.Gevent && !first.DisablePrefetch: // a gevent worker with it never takes a task
		with("-no-prefetch", "disable_prefetch", "true")
	case like.Broker.Kind != worker.Ideal && first.PrefetchMultiplier != 1:
		with("-prefetch-1", "prefetch_multiplier", "1")
	}
	if like.Node[0] >= 0 {
		for i := range p.sc.Machines {
			switch m := &p.sc.Machines[i]; {
			case i == like.Nodes[like.Node[0]]:
			case like.OwnsMachine(0):
				with("-on-"+m.Name, "machine", fmt.Sprintf("{use: %q, own: true}", m.Name))
			default:
				with("-on-"+m.Name, "machine", quoted(m.Name))
			}
		}
	}
	if first.Pool == worker.Prefork && p.waitsOnly() { // threads take less memory, and compute no better
		with("-threads", "pool", "threads")
	}
	return all
}

// waitsOnly says that no task computes.
func (p *planner) waitsOnly() bool {
	for i := range p.sc.Classes {
		if cpu, _ := p.sc.Classes[i].Means(); cpu > 0 {
			return false
		}
	}
	return true
}

func quoted(name string) string { return fmt.Sprintf("%q", name) }

// laid is the layout of a partition: every worker as the first of a layout of the file, under a name of its queues.
func (p *planner) laid(draft *scenarios.Draft, like *strategies.Layout, parts [][]string) idea {
	base := like.Name
	first := draft.Keys("strategies", base, "workers")[0]
	var named []string
	for _, part := range parts {
		named = append(named, strings.Join(part, "+"))
	}
	if len(parts) > 1 && slices.Equal(parts[1], queuesOf(like)) && len(parts[1]) > 1 {
		named[1] = "all"
	}
	name := "found-" + strings.Join(named, "-and-")
	if len(parts) == 1 {
		name = "found-one-pool"
	}
	if like != p.today {
		name += "-like-" + base
	}
	from := []string{"strategies", base, "workers", first}
	d := draft.Copy([]string{"strategies", base}, []string{"strategies", name})
	d = d.Copy(from, []string{"strategies", name, "workers", "found"})
	template := []string{"strategies", name, "workers", "found"}
	if len(parts) > 1 {
		d = d.Without(append(slices.Clone(template), "command")...)
	}
	for _, w := range draft.Keys("strategies", base, "workers") {
		d = d.Without("strategies", name, "workers", w)
	}
	for i, part := range parts {
		list := make([]string, len(part))
		for k, q := range part {
			list[k] = quoted(q)
		}
		own := "worker_" + named[i]
		if len(parts) == 1 {
			own = first // one pool more or less is no new worker
		}
		to := []string{"strategies", name, "workers", own}
		d = d.Copy(template, to)
		for _, gone := range []string{"weights", "reserve", "overflow", "order"} {
			d = d.Without(append(slices.Clone(to), gone)...)
		}
		if set, err := d.Set("["+strings.Join(list, ", ")+"]", append(slices.Clone(to), "queues")...); err == nil {
			d = set
		}
	}
	return idea{name, d.Without(template...)}
}
