package plan

import (
	"cmp"
	"fmt"
	"math"
	"slices"
	"strings"

	"example.com/simrun/celery"
	"example.com/simrun/scenarios"
	"example.com/simrun/strategies"
	"example.com/simrun/worker"
	"example.com/simrun/workloads"
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
	switch {
	case p.offers("disable_prefetch", like) && first.Pool != worker.Gevent && !first.DisablePrefetch: // a gevent worker with it never takes a task
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
	if first.Pool == worker.Prefork && p.waitsOnly() { // they take less memory, and compute no better
		with("-threads", "pool", "threads")
		with("-gevent", "pool", "gevent")
	}
	return append(all, p.ranked(plain, like, parts)...)
}

// ranked are a partition in which tasks go before others: one pool that takes the queue with the strictest target first, or
// sends all tasks with their priorities through one queue; two workers each of which helps the other out. Where the broker has no setting
// for it, it is a what-if, which nobody tries.
func (p *planner) ranked(plain idea, like *strategies.Layout, parts [][]string) []idea {
	var all []idea
	at := []string{"strategies", plain.name}
	with := func(suffix string, changes ...[2]string) {
		name := plain.name + suffix
		d := plain.draft.Copy(at, []string{"strategies", name})
		for _, c := range changes {
			var err error
			if d, err = d.Set(c[1], append([]string{"strategies", name}, strings.Split(c[0], "/")...)...); err != nil {
				return
			}
		}
		all = append(all, idea{name, d})
	}
	workers := plain.draft.Keys(append(slices.Clone(at), "workers")...)
	switch {
	case len(parts) == 1 && len(parts[0]) > 1:
		first := "workers/" + workers[0]
		soon := [2]string{first + "/prefetch_multiplier", "1"}
		if p.offers("disable_prefetch", like) {
			soon = [2]string{first + "/disable_prefetch", "true"}
		}
		with("-by-order", [2]string{first + "/queues", list(p.strictest(like, parts[0]))}, [2]string{first + "/order", "strict"}, soon)
		if like.Broker.Kind == worker.Redis && p.prioritised() {
			with("-by-priority", [2]string{"broker", "{kind: redis, priority_steps: [0, 3, 6, 9]}"}, [2]string{"routes", `{"*": all}`}, [2]string{first + "/queues", "[all]"}, soon)
		}
	case len(parts) == 2 && len(workers) == 2 && !slices.ContainsFunc(parts[0], func(q string) bool { return slices.Contains(parts[1], q) }):
		with("-overflowing", [2]string{"workers/" + workers[0] + "/overflow", list(parts[1])}, [2]string{"workers/" + workers[1] + "/overflow", list(parts[0])})
	}
	return all
}

// strictest are queues by the shortest duration that is a target of their tasks.
func (p *planner) strictest(l *strategies.Layout, names []string) []string {
	least := func(queue string) float64 {
		bound := math.Inf(1)
		for i := range p.sc.Classes {
			if l.Queues[l.ClassQueue[i]].Name != queue {
				continue
			}
			for _, t := range p.sc.Classes[i].SLO {
				if t.Metric.Of == worker.Wait || t.Metric.Of == worker.Response {
					bound = min(bound, t.Bound.Seconds())
				}
			}
		}
		return bound
	}
	names = slices.Clone(names)
	slices.SortStableFunc(names, func(a, b string) int { return cmp.Compare(least(a), least(b)) })
	return names
}

// prioritised says that tasks have priorities of their own.
func (p *planner) prioritised() bool {
	return slices.ContainsFunc(p.sc.Classes, func(c workloads.Class) bool { return c.Level() != p.sc.Classes[0].Level() })
}

// offers says whether a layout could have a setting of its workers that is not set.
func (p *planner) offers(setting string, l *strategies.Layout) bool {
	s := celery.WorkerSettingOf(setting)
	return l.Broker.Kind != worker.Ideal && s.With(l.Broker.Kind) && s.In(l.Release)
}

// list writes names as YAML has them.
func list(names []string) string {
	quotes := make([]string, len(names))
	for i, n := range names {
		quotes[i] = quoted(n)
	}
	return "[" + strings.Join(quotes, ", ") + "]"
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
	return idea{name, d.Without(template...)}
}
