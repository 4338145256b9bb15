package plan

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"example.com/simrun/scenarios"
	"example.com/simrun/strategies"
)

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
	if len(workers) < 2 {
		return nil // a pool on another machine is a variant
	}
	whole := idea{l.Name, "", draft}
	with := func(suffix string, changes ...change) {
		if one, ok := whole.with(suffix, scenarios.TryMachines, changes...); ok && p.may(one.tries) {
			all = append(all, one.renamed("found-"+one.name))
		}
	}
	for _, w := range workers {
		at := workerOf(l, w)
		name := "found-" + l.Name + "-without-" + w
		all = append(all, idea{name, "", whole.renamed(name).draft.Without("strategies", name, "workers", w)})
		switch {
		case l.Node[at] < 0:
		case l.OwnsMachine(at):
			if p.resizes(l, at) {
				with("-"+w+"-twice-the-slots", to(strconv.Itoa(2*l.Workers[at].Concurrency), "workers", w, "concurrency"))
			}
		default:
			for i := range p.sc.Machines {
				if m := p.sc.Machines[i].Name; i != l.Nodes[l.Node[at]] && p.alike(i, l.Nodes[l.Node[at]]) {
					with(fmt.Sprintf("-%s-on-%s", w, m), to(quoted(m), "workers", w, "machine"))
				}
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
		own := "worker_" + named[i]
		if len(parts) == 1 {
			own = first // one pool more or less is no new worker
		}
		to := []string{"strategies", name, "workers", own}
		d = d.Copy(template, to)
		for _, gone := range []string{"weights", "reserve", "overflow", "order"} {
			d = d.Without(append(slices.Clone(to), gone)...)
		}
		if set, err := d.Set(list(part), append(slices.Clone(to), "queues")...); err == nil {
			d = set
		}
	}
	return idea{name, "", d.Without(template...)}
}
