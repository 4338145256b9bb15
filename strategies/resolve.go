package strategies

import (
	"fmt"
	"iter"
	"maps"
	"slices"
	"strings"

	"example.com/simrun/celery"
	"example.com/simrun/internal/units"
	"example.com/simrun/system"
	"example.com/simrun/worker"
	"example.com/simrun/workloads"
)

// Resolve makes a layout of each strategy: command lines read, defaults filled in, replicas expanded, routes applied,
// queues looked up, workers put on nodes. Queues are those with options of their own; any other that a task goes to
// has no limits. Problems[i] belong to specs[i], and layouts[i] is complete only if none of them is an error (Failed).
//
// Defaults: broker redis, release 5.6, pool prefork, order round_robin, prefetch_multiplier 4, replicas 1, all else off.
func Resolve(specs []Spec, classes []workloads.Class, machines []system.Machine, queues []worker.Queue) (layouts []Layout, problems [][]Problem) {
	r := resolver{
		specs: specs, classes: classes, machines: machines, queues: queues,
		layouts: make([]Layout, len(specs)), problems: make([][]Problem, len(specs)), state: make([]progress, len(specs)),
	}
	for i := range specs {
		r.resolve(i)
	}
	return r.layouts, r.problems
}

// Failed says whether any of the problems is an error.
func Failed(problems []Problem) bool {
	return slices.ContainsFunc(problems, func(p Problem) bool { return !p.Warning })
}

type progress uint8

const (
	untouched progress = iota
	underway
	done
)

// resolver resolves strategies, those first that others are derived from.
type resolver struct {
	specs    []Spec
	classes  []workloads.Class
	machines []system.Machine
	queues   []worker.Queue
	layouts  []Layout
	problems [][]Problem
	state    []progress
}

func (r *resolver) resolve(i int) {
	if r.state[i] != untouched {
		return
	}
	r.state[i] = underway
	b := builder{resolver: r, spec: &r.specs[i]}
	b.build()
	r.layouts[i], r.problems[i] = b.layout, b.problems
	r.state[i] = done
}

// builder makes one layout.
type builder struct {
	*resolver
	spec       *Spec
	release    string // its series
	broker     worker.Broker
	classQueue []string        // after routes
	priority   []*int          // of each class, where routes give one; nil = nowhere
	declared   []worker.Queue  // with options
	known      map[string]bool // queues that a worker may consume
	windowed   []string        // workers of whose windows was told
	layout     Layout
	problems   []Problem
}

func (b *builder) fail(path, format string, args ...any) {
	b.problems = append(b.problems, Problem{Path: path, Message: fmt.Sprintf(format, args...)})
}

func (b *builder) warn(path, format string, args ...any) {
	message := fmt.Sprintf(format, args...)
	b.problems = append(b.problems, Problem{Path: path, Message: message, Warning: true})
	b.note("%s: %s", path, message)
}

func (b *builder) note(format string, args ...any) {
	b.layout.Notes = append(b.layout.Notes, fmt.Sprintf(format, args...))
}

func (b *builder) wish(format string, args ...any) {
	b.layout.WhatIf = append(b.layout.WhatIf, fmt.Sprintf(format, args...))
}

func (b *builder) build() {
	b.layout.Name = b.spec.Name
	for _, note := range b.spec.App.Notes {
		b.note("settings.%s", note)
	}
	b.resolveBroker()
	b.declared = slices.Clone(b.queues)
	b.appQueues()
	b.quorumQueues()
	b.route()
	var groups []group
	if b.spec.Derive != nil {
		groups = b.derive()
	} else {
		groups = b.workers()
	}
	if Failed(b.problems) {
		return
	}
	b.compose(groups)
	b.distances(groups)
	b.fits(groups)
	b.checkConsumers()
	b.paces()
	b.checkQueues()
}

func (b *builder) resolveBroker() {
	s := &b.spec.Broker
	b.release = b.spec.Release
	if b.release == "" {
		b.release = "5.6"
	}
	series, err := celery.Series(b.release)
	if err != nil {
		b.fail("celery", "%v", err)
		series = "5.6"
	}
	b.release = series
	b.layout.Release = series
	kind := s.Kind
	if kind == "" {
		kind = celery.BrokerSettings()[0].Default.(string)
	}
	i, err := units.Choose(worker.BrokerNames(), kind)
	if err != nil {
		b.fail("broker", "%v", err)
		return
	}
	b.broker.Kind = worker.BrokerKind(i)
	b.brokerSettings(s)
	for name, v := range sortedPairs(s.Overheads) {
		path := "broker.overheads." + name
		if _, err := units.Choose(celery.OverheadNames(), name); err != nil {
			b.fail(path, "%v", err)
		}
		if v < 0 {
			b.fail(path, "%v: want at least 0s", v)
		}
	}
	b.access(s.ACL)
	b.cpuOfMessages(s)
}

// brokerSettings gives the broker what is written, or else the defaults.
func (b *builder) brokerSettings(s *BrokerSpec) {
	all := celery.BrokerSettings()
	for i := range all {
		row := &all[i]
		v, path := row.Given(&s.Broker), "broker."+row.Key
		switch {
		case row.Key == "kind":
			continue
		case row.Brokers != nil && !slices.Contains(row.Brokers, b.broker.Kind):
			if v != nil {
				b.fail(path, "only with the broker %s", row.Brokers[0])
			}
			continue
		}
		if err := row.Quantity.Check(v); err != nil {
			b.fail(path, "%v", err)
			continue
		}
		row.Put(&b.broker, row.Or(v))
	}
	if b.broker.Kind == worker.Redis {
		b.checkSteps(b.broker.PrioritySteps)
	}
}

// checkSteps wants 0 first, as kombu looks for the step below a priority (kombu/transport/redis.py: priority).
func (b *builder) checkSteps(steps []int) {
	ascending := len(steps) > 0 && steps[0] == 0 && steps[len(steps)-1] <= 9
	for i := 1; i < len(steps); i++ {
		ascending = ascending && steps[i] > steps[i-1]
	}
	if !ascending {
		b.fail("broker.priority_steps", "%v: want ascending numbers from 0 to at most 9, the first 0", steps)
	}
}

// route applies the strategy's routes to the tasks' own queues: an exact name wins over a pattern, a pattern with more
// letters over one with fewer, so that "*" comes last.
func (b *builder) route() {
	taskNames := make([]string, len(b.classes))
	for i := range b.classes {
		taskNames[i] = b.classes[i].Name
		b.classQueue = append(b.classQueue, b.classes[i].Queue)
	}
	rank := make([]int, len(b.classes))
	routes := b.spec.Routes
	for _, r := range b.spec.App.Routes { // the strategy's own come first
		if !slices.ContainsFunc(routes, func(own Route) bool { return own.Task == r.Task }) {
			routes = append(slices.Clip(routes), Route{Task: r.Task, Queue: r.Queue, Priority: r.Priority})
		}
	}
	for _, r := range routes {
		path := "routes." + r.Task
		if r.Queue == "" || strings.Contains(r.Queue, ",") {
			b.fail(path, "%q: want the name of a queue, without commas", r.Queue)
			continue
		}
		found := r.Task == "*"
		for i, name := range taskNames {
			if !match(r.Task, name) {
				continue
			}
			found = true
			weight := len(r.Task)
			if r.Task == name {
				weight += len(name) + 1
			}
			if weight > rank[i] {
				rank[i], b.classQueue[i] = weight, r.Queue
				b.prioritise(i, r.Priority)
			}
		}
		if !found {
			b.fail(path, "no such task: want %s or \"*\"%s", strings.Join(taskNames, ", "), units.Suggestion(r.Task, taskNames))
		}
	}
	b.known = map[string]bool{}
	for i := range b.queues {
		b.known[b.queues[i].Name] = true
	}
	for i := range b.classes {
		b.known[b.classes[i].Queue] = true
		b.known[b.classQueue[i]] = true
	}
}

// prioritise gives the messages of a class the priority of their route.
func (b *builder) prioritise(class int, p *int) {
	if b.priority == nil && p == nil {
		return
	}
	if b.priority == nil {
		b.priority = make([]*int, len(b.classes))
	}
	b.priority[class] = p
}

// match says whether a name fits a pattern in which * stands for any letters (Celery's task_routes take such).
func match(pattern, name string) bool {
	before, after, star := strings.Cut(pattern, "*")
	if !star {
		return pattern == name
	}
	if !strings.HasPrefix(name, before) {
		return false
	}
	for rest := name[len(before):]; ; rest = rest[1:] {
		if match(after, rest) {
			return true
		}
		if rest == "" {
			return false
		}
	}
}

// queueNames are the queues that a worker may consume, in order of name.
func (b *builder) queueNames() []string { return slices.Sorted(maps.Keys(b.known)) }

func sortedKeys[V any](m map[string]V) iter.Seq[string] {
	return slices.Values(slices.Sorted(maps.Keys(m)))
}

func sortedPairs[V any](m map[string]V) iter.Seq2[string, V] {
	return func(yield func(string, V) bool) {
		for key := range sortedKeys(m) {
			if !yield(key, m[key]) {
				return
			}
		}
	}
}
