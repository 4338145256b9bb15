package plan

import (
	"cmp"
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"

	"example.com/simrun/celery"
	"example.com/simrun/scenarios"
	"example.com/simrun/strategies"
	"example.com/simrun/system"
	"example.com/simrun/worker"
	"example.com/simrun/workloads"
)

// idea is a layout that nobody wrote down.
type idea struct {
	name  string
	tries string // what it has of scenarios.Tries; "" = only who takes which queues
	draft *scenarios.Draft
}

// change is a value, as YAML, somewhere below a strategy.
type change struct {
	yaml string
	path []string
}

func to(yaml string, path ...string) change { return change{yaml, path} }

// with is an idea with changes, under a longer name; false where they cannot be made.
func (one idea) with(suffix, tries string, changes ...change) (idea, bool) {
	at := []string{"strategies", one.name + suffix}
	d := one.draft.Copy([]string{"strategies", one.name}, at)
	for _, c := range changes {
		var err error
		if d, err = d.Set(c.yaml, append(slices.Clone(at), c.path...)...); err != nil {
			return idea{}, false
		}
	}
	return idea{one.name + suffix, tries, d}, true
}

// renamed is an idea under another name.
func (one idea) renamed(name string) idea {
	return idea{name, one.tries, one.draft.Copy([]string{"strategies", one.name}, []string{"strategies", name})}
}

// workers are those of an idea, as written.
func (one idea) workers() []string { return one.draft.Keys("strategies", one.name, "workers") }

// each changes a setting of every worker.
func (one idea) each(setting, yaml string) (all []change) {
	for _, w := range one.workers() {
		all = append(all, to(yaml, "workers", w, setting))
	}
	return all
}

// variants are a partition with the settings of a layout, and with all else that may be tried of it. What is a what-if with this
// broker and release is left out when it is read.
type variants struct {
	*planner
	plain idea
	like  *strategies.Layout
	parts [][]string
	all   []idea
}

func (p *planner) variants(draft *scenarios.Draft, like *strategies.Layout, parts [][]string) []idea {
	plain := p.laid(draft, like, parts)
	v := &variants{p, plain, like, parts, []idea{plain}}
	v.prefetch()
	v.machines()
	v.pools()
	v.order()
	v.priorities()
	v.overflow()
	v.memory()
	return v.all
}

// may says whether something is tried at all.
func (p *planner) may(try string) bool { return !slices.Contains(p.bounds.Untried, try) }

// try adds the partition with changes, unless the file rules that out.
func (v *variants) try(suffix, tries string, changes ...change) {
	if one, ok := v.plain.with(suffix, tries, changes...); ok && v.may(tries) {
		v.all = append(v.all, one)
	}
}

// prefetch is as little as the broker allows.
func (v *variants) prefetch() {
	first := &v.like.Workers[0]
	switch {
	case v.offers("disable_prefetch", v.like) && first.Pool != worker.Gevent && !first.DisablePrefetch: // a gevent worker with it never takes a task
		v.try("-no-prefetch", scenarios.TryPrefetch, v.plain.each("disable_prefetch", "true")...)
	case v.like.Broker.Kind != worker.Ideal && first.PrefetchMultiplier != 1:
		v.try("-prefetch-1", scenarios.TryPrefetch, v.plain.each("prefetch_multiplier", "1")...)
	}
}

// machines are each other kind; and, of machines that replicas have to themselves, some with twice the slots, of which fewer may do.
func (v *variants) machines() {
	if v.like.Node[0] < 0 {
		return
	}
	own := v.like.OwnsMachine(0)
	for i := range v.sc.Machines {
		m := v.sc.Machines[i].Name
		switch {
		case i == v.like.Nodes[v.like.Node[0]] || !v.alike(i, v.like.Nodes[v.like.Node[0]]):
		case own:
			v.try("-on-"+m, scenarios.TryMachines, v.plain.each("machine", fmt.Sprintf("{use: %q, own: true}", m))...)
		default:
			v.try("-on-"+m, scenarios.TryMachines, v.plain.each("machine", quoted(m))...)
		}
	}
	if own && v.resizes(v.like, 0) {
		v.try("-twice-the-slots", scenarios.TryMachines, v.plain.each("concurrency", strconv.Itoa(2*v.like.Workers[0].Concurrency))...)
	}
}

// resizes says whether the slots of a worker that has machines to itself may be others than the file says: not where Celery's
// autoscaler varies them.
func (p *planner) resizes(l *strategies.Layout, w int) bool {
	return l.Workers[w].AutoscaleMin == 0 && !slices.Contains(p.bounds.Keep, l.Groups[l.Group[w]])
}

// pools take less memory than processes, and compute no better.
func (v *variants) pools() {
	if v.like.Workers[0].Pool == worker.Prefork && v.waitsOnly() {
		v.try("-threads", scenarios.TryThreads, v.plain.each("pool", "threads")...)
		v.try("-gevent", scenarios.TryGevent, v.plain.each("pool", "gevent")...)
	}
}

// soon has a worker take no message before it can start it, or as few as the broker allows.
func (v *variants) soon(w string) change {
	if v.offers("disable_prefetch", v.like) {
		return to("true", "workers", w, "disable_prefetch")
	}
	return to("1", "workers", w, "prefetch_multiplier")
}

// order is one pool that takes the queue with the strictest target first: as said, or by their names where these happen to
// be in that order.
func (v *variants) order() {
	if len(v.parts) != 1 || len(v.parts[0]) < 2 {
		return
	}
	w, first := v.plain.workers()[0], v.strictest(v.like, v.parts[0])
	queues := to(list(first), "workers", w, "queues")
	v.try("-by-order", scenarios.TryOrder, queues, to("strict", "workers", w, "order"), v.soon(w))
	if v.like.Broker.Kind == worker.Redis && slices.IsSorted(first) {
		v.try("-by-name", scenarios.TryOrder, queues, to("sorted", "workers", w, "order"), v.soon(w))
	}
}

// priorities are one pool with one queue, to which tasks go with their priorities, or with some by their targets where they have
// none. The queue is a new one where rabbitmq has one of that name: what a queue was declared with cannot be changed.
func (v *variants) priorities() {
	kind := v.like.Broker.Kind
	if len(v.parts) != 1 || kind == worker.Ideal {
		return
	}
	queue := "all"
	if kind == worker.RabbitMQ && slices.ContainsFunc(v.like.Queues, func(q worker.Queue) bool { return q.Name == queue }) {
		queue = "by_priority"
	}
	routes := fmt.Sprintf("{%q: %q}", "*", queue)
	if !v.prioritised() {
		if routes = v.ranks(queue); routes == "" {
			return
		}
	}
	w := v.plain.workers()[0]
	changes := []change{to(routes, "routes"), to(list([]string{queue}), "workers", w, "queues"), v.soon(w)}
	if kind == worker.RabbitMQ {
		changes = append(changes, v.below("settings", "task_queue_max_priority", strconv.Itoa(mostPriority))...)
	} else if steps := celery.PrioritySteps(); len(v.like.Broker.PrioritySteps) < len(steps) {
		changes = append(changes, v.below("broker", "priority_steps", strings.ReplaceAll(fmt.Sprint(steps), " ", ", "))...)
	}
	v.try("-by-priority", scenarios.TryPriorities, changes...)
}

// mostPriority is the x-max-priority that Celery's documentation has in its example.
const mostPriority = 10

// below sets a value in a map of the strategy, which starts from that of the file where the strategy has none of its own.
func (v *variants) below(holder, key, yaml string) []change {
	own := []string{"strategies", v.plain.name, holder}
	d := v.plain.draft
	switch {
	case holder == "broker" && d.Get(own...) == "" && d.Get(holder, "kind") != "":
		return []change{to(d.Get(holder), holder), to(yaml, holder, key)}
	case holder == "broker" && d.Get(append(own, "kind")...) == "":
		return []change{to(fmt.Sprintf("{kind: %s, %s: %s}", v.like.Broker.Kind, key, yaml), holder)}
	case holder == "settings" && d.Get(own...) == "":
		return []change{to(fmt.Sprintf("{%s: %s}", key, yaml), holder)}
	}
	return []change{to(yaml, holder, key)}
}

// ranks are routes that give every task a priority by its target, the strictest first; empty where all are alike.
func (v *variants) ranks(queue string) string {
	bounds := make([]float64, len(v.sc.Classes))
	for i := range bounds {
		bounds[i] = strictness(&v.sc.Classes[i])
	}
	ranked := slices.Clone(bounds)
	slices.Sort(ranked)
	if ranked = slices.Compact(ranked); len(ranked) < 2 {
		return ""
	}
	routes, steps := "{", celery.PrioritySteps()
	for i := range bounds {
		level := steps[min(slices.Index(ranked, bounds[i]), len(steps)-1)]
		if v.like.Broker.Kind == worker.RabbitMQ { // the larger is served first
			level = steps[len(steps)-1] - level
		}
		routes += fmt.Sprintf("%q: {queue: %q, priority: %d}, ", v.sc.Classes[i].Name, queue, level)
	}
	return routes + "}"
}

// overflow is two workers that take the other's queues when theirs are empty: by the order of all queues where a broker has one.
func (v *variants) overflow() {
	workers := v.plain.workers()
	if len(v.parts) != 2 || len(workers) != 2 || slices.ContainsFunc(v.parts[0], func(q string) bool { return slices.Contains(v.parts[1], q) }) {
		return
	}
	var changes []change
	for i, w := range workers {
		if own, other := v.parts[i], v.parts[1-i]; v.like.Broker.Kind == worker.Ideal {
			changes = append(changes, to(list(other), "workers", w, "overflow"))
		} else {
			changes = append(changes, to(list(slices.Concat(own, other)), "workers", w, "queues"), to("strict", "workers", w, "order"), v.soon(w))
		}
	}
	v.try("-overflowing", scenarios.TryOverflow, changes...)
}

// memory are processes that are replaced once they have grown, where tasks leave memory behind; for each of several workers on
// one machine its part of the memory, so that none takes others along; and where workers have a limit, twice as much, or half where
// machines come with the replicas and more of them then fit on one.
func (v *variants) memory() {
	first, box := &v.like.Workers[0], v.like.Container(0)
	hold, leak := 0.0, 0.0
	for i := range v.sc.Classes {
		h, l := v.sc.Classes[i].Memory.Mean()
		hold, leak = max(hold, h), max(leak, l)
	}
	m := v.machine()
	if hold == 0 || m.Memory == 0 && box.Memory == 0 {
		return
	}
	recycled := v.plain.each("max_memory_per_child", mebibytes(float64(box.Child)+hold/2)) // after a task of the largest class, as a rule
	limits := v.limits(m)
	leaves := leak > 0 && first.Pool == worker.Prefork && first.MaxMemoryPerChild == 0
	if leaves {
		v.try("-recycled", scenarios.TryMemory, recycled...)
	}
	if limits != nil {
		v.try("-limited", scenarios.TryMemory, limits...)
	}
	if leaves && limits != nil {
		v.try("-recycled-limited", scenarios.TryMemory, append(recycled, limits...)...)
	}
	limit := func(suffix string, factor float64) {
		v.try(suffix, scenarios.TryMemory, v.plain.each("memory_limit", mebibytes(factor*float64(box.Memory)))...)
	}
	if box.Memory > 0 && (m.Memory == 0 || 2*box.Memory <= m.Memory) {
		limit("-twice-the-memory", 2)
	}
	if box.Memory > 0 && m.Most > 0 {
		limit("-half-the-memory", 0.5)
	}
}

// machine is the kind on which the workers are; the zero one, which bounds nothing, where they are on none.
func (v *variants) machine() *system.Machine {
	if n := v.like.Node[0]; n >= 0 {
		return &v.sc.Machines[v.like.Nodes[n]]
	}
	return &system.Machine{}
}

// limits deal the memory of one machine out to several workers, by what the tasks that each has at a time hold; nil where they do
// not share one.
func (v *variants) limits(m *system.Machine) (changes []change) {
	if m.Memory == 0 || len(v.parts) < 2 || v.like.OwnsMachine(0) || m.Count > 1 || m.Most > 0 {
		return nil
	}
	box := v.like.Container(0)
	needs := make([]float64, len(v.parts))
	sum := 0.0
	for i, part := range v.parts {
		busy := 0.0
		for c := range v.sc.Classes {
			class := &v.sc.Classes[c]
			if !slices.Contains(part, v.like.Queues[v.like.ClassQueue[c]].Name) {
				continue
			}
			cpu, io := class.Means()
			hold, _ := class.Memory.Mean()
			slots := workloads.MeanRate(v.sc.Classes, c) * (cpu + io)
			busy += slots
			needs[i] += slots * hold
		}
		if math.IsInf(busy, 0) || math.IsNaN(busy) {
			return nil
		}
		needs[i] += float64(box.Parent) + math.Ceil(busy+math.Sqrt(busy))*float64(box.Child)
		sum += needs[i]
	}
	for i, w := range v.plain.workers() {
		changes = append(changes, to(mebibytes(float64(m.Memory)*needs[i]/sum), "workers", w, "memory_limit"))
	}
	return changes
}

func mebibytes(bytes float64) string { return fmt.Sprintf("%dMiB", int64(bytes)>>20) }

// strictest are queues by the shortest duration that is a target of their tasks.
func (p *planner) strictest(l *strategies.Layout, names []string) []string {
	least := func(queue string) float64 {
		bound := math.Inf(1)
		for i := range p.sc.Classes {
			if l.Queues[l.ClassQueue[i]].Name == queue {
				bound = min(bound, strictness(&p.sc.Classes[i]))
			}
		}
		return bound
	}
	names = slices.Clone(names)
	slices.SortStableFunc(names, func(a, b string) int { return cmp.Compare(least(a), least(b)) })
	return names
}

// strictness is the shortest duration that is a target of a class, in seconds; +Inf where none is.
func strictness(c *workloads.Class) float64 {
	bound := math.Inf(1)
	for _, t := range c.SLO {
		if t.Metric.Of == worker.Wait || t.Metric.Of == worker.Response {
			bound = min(bound, t.Bound.Seconds())
		}
	}
	return bound
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

// waitsOnly says that no task computes.
func (p *planner) waitsOnly() bool {
	for i := range p.sc.Classes {
		if cpu, _ := p.sc.Classes[i].Means(); cpu > 0 {
			return false
		}
	}
	return true
}

// list writes names as YAML has them.
func list(names []string) string {
	quotes := make([]string, len(names))
	for i, n := range names {
		quotes[i] = quoted(n)
	}
	return "[" + strings.Join(quotes, ", ") + "]"
}

func quoted(name string) string { return fmt.Sprintf("%q", name) }
