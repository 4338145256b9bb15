package strategies

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"example.com/simrun/celery"
	"example.com/simrun/internal/units"
	"example.com/simrun/system"
	"example.com/simrun/worker"
	"example.com/simrun/workloads"
)

// group is one worker as written, defaults filled in, before its replicas are laid out.
type group struct {
	name             string
	source           string
	cfg              worker.Config // without Queues, Weights, Overflow and Concurrency
	queues, overflow []string
	weights          []int // of queues
	reserve          []int // slots kept for each of queues; nil = none
	slots            []int // of each replica
	machine          int   // index, -1 = none
	clearance        []string
	box              system.Container
	own              bool // a machine for each replica
	fleet            *worker.Fleet
	line             celery.Line // as somebody wrote it
	most             int         // replicas of the fleet
}

// workers resolves the workers of the strategy as they are written.
func (b *builder) workers() []group {
	if len(b.spec.Workers) == 0 {
		b.fail("workers", "none: want at least one")
	}
	var groups []group
	var names []string
	for i := range b.spec.Workers {
		w := b.spec.Workers[i]
		path := "workers." + w.Name
		if w.Name == "" {
			path = fmt.Sprintf("workers.%d", i)
		}
		w, line, ok := b.withCommand(path, w)
		if !ok {
			continue
		}
		b.fromApp(&w)
		if w.Name == "" {
			w.Name = "worker"
		}
		if slices.Contains(names, w.Name) {
			b.fail(path, "%q: a worker of this name is there already", w.Name)
			continue
		}
		names = append(names, w.Name)
		groups = append(groups, b.worker(path, &w, line))
	}
	return groups
}

// withCommand fills what is not given from the worker's command line, which it returns.
func (b *builder) withCommand(path string, w WorkerSpec) (WorkerSpec, celery.Line, bool) {
	if w.Command == "" {
		return w, celery.Line{}, true
	}
	line, ignored, err := celery.ParseLine(w.Command, nil)
	if err != nil {
		for text := range strings.SplitSeq(err.Error(), "\n") {
			b.fail(path+".command", "%s", text)
		}
		return w, line, false
	}
	for _, note := range ignored {
		b.note("%s: %s", path, note)
	}
	for _, said := range line.Unread {
		b.warn(path+".command", "%s", said)
	}
	c := &line.Says
	if w.Name == "" {
		w.Name = c.Name
	}
	if w.Queues == nil && c.Queues == nil {
		// celery/app/amqp.py: without -Q and task_queues, the queue task_default_queue.
		queue := cmp.Or(b.spec.App.DefaultQueue, "celery")
		if !b.known[queue] {
			b.fail(path+".command", `no -Q: Celery then takes the queue %q, to which no task goes: want -Q with %s`,
				queue, units.Alternatives(b.queueNames()))
			return w, line, false
		}
		c.Queues = []string{queue}
	}
	c.Queues = b.used(path, c.Queues)
	from := *c
	if w.Concurrency != nil || w.Fleet != nil {
		from.Autoscale = nil
	}
	if (from.Autoscale != nil || w.Autoscale != nil) && c.Concurrency != nil { // celery/worker/components.py: Pool
		b.note("%s: -c: no effect beside autoscale", path)
		c.Concurrency, from.Concurrency = nil, nil
	}
	w.Fill(&from)
	if pool, err := celery.PoolOf(w.Pool); line.Beats() && err == nil && pool == worker.Gevent { // celery/bin/worker.py
		b.fail(path+".command", "-B: Celery refuses it with gevent and eventlet: start \"celery beat\" by itself")
	}
	return w, line, true
}

// used are the queues of a line to which tasks go. A line also names those of tasks that the scenario leaves out.
func (b *builder) used(path string, queues []string) []string {
	used := slices.DeleteFunc(slices.Clone(queues), func(q string) bool { return !b.known[q] })
	if len(used) == 0 || len(used) == len(queues) {
		return queues
	}
	for _, q := range queues {
		if !b.known[q] {
			b.note("%s: -Q: no task goes to the queue %q", path, q)
		}
	}
	return used
}

// fromApp fills what neither the worker nor its line says from the configuration of the app.
func (b *builder) fromApp(w *WorkerSpec) {
	app := b.spec.App.Worker
	if w.Autoscale != nil {
		app.Concurrency = nil
	}
	w.Fill(&app)
}

// or is what is given, or else the default.
func or[T any](given *T, fallback T) T {
	if given == nil {
		return fallback
	}
	return *given
}

// worker resolves one worker; w has taken in its command line.
func (b *builder) worker(path string, w *WorkerSpec, line celery.Line) group {
	g := group{name: w.Name, source: w.Source, line: line, machine: b.machine(path+".machine", w.Machine), own: w.OwnMachine}
	b.settings(path, w, &g)
	b.autoscale(path, w, &g)
	b.container(path, w, &g)
	b.start(path, w)
	replicas := or(w.Replicas, 1)
	if g.fleet != nil {
		replicas = g.most
	}
	if replicas < 1 {
		b.fail(path+".replicas", "%d: want at least 1", replicas)
	}
	slots := b.concurrency(path, w, &g)
	for range replicas {
		g.slots = append(g.slots, slots)
	}
	g.queues = b.consumed(path+".queues", w.Queues)
	if len(g.queues) == 0 {
		b.fail(path+".queues", "none: want at least one of %s", units.Alternatives(b.queueNames()))
	}
	b.triggers(path+".autoscale", w, &g)
	g.overflow = b.consumed(path+".overflow", w.Overflow)
	for _, name := range g.overflow {
		if slices.Contains(g.queues, name) {
			b.fail(path+".overflow", "%q: the worker takes this queue anyway", name)
		}
	}
	g.clearance = b.clearance(path+".clearance", w.Clearance)
	b.order(path, w, &g)
	b.reserve(path, w, &g)
	b.limits(path, &g)
	g.cfg.Overheads = b.preset(g.cfg.Pool).Overheads(&b.spec.Broker.Broker)
	b.loop(w, &g)
	return g
}

// settings gives the configuration what is written, or else the defaults.
func (b *builder) settings(path string, w *WorkerSpec, g *group) {
	all := celery.WorkerSettings()
	for i := range all {
		s := &all[i]
		v := s.Given(&w.Worker)
		if v != nil && s.Key == "pool" {
			pool, err := celery.PoolOf(w.Pool)
			if err != nil {
				b.fail(path+".pool", "%v", err)
				continue
			}
			if v = pool.String(); pool == worker.Gevent && w.Pool != v {
				b.note("%s.pool: %s", path, celery.LikeGevent)
			}
		}
		if s.Put == nil {
			continue
		}
		if err := s.Quantity.Check(v); err != nil {
			b.fail(path+"."+s.Key, "%v", err)
			continue
		}
		s.Put(&g.cfg, s.Or(v))
	}
}

// concurrency is the number of slots of one replica. Celery takes the node's cores when none is given.
func (b *builder) concurrency(path string, w *WorkerSpec, g *group) int {
	switch {
	case w.Autoscale != nil:
		if w.Concurrency != nil {
			b.fail(path+".concurrency", "%d: not with autoscale, whose max is the number of slots", *w.Concurrency)
		}
		return max(1, w.Autoscale.Max)
	case w.Concurrency != nil && *w.Concurrency < 1:
		b.fail(path+".concurrency", "%d: want at least 1", *w.Concurrency)
	case g.cfg.Pool == worker.Solo:
		if w.Concurrency != nil && *w.Concurrency > 1 {
			b.warn(path+".concurrency", "%d has no effect: the pool solo runs one task at a time", *w.Concurrency)
		}
		g.line.Says.Concurrency = new(1)
		return 1
	case w.Concurrency != nil:
		return *w.Concurrency
	case w.Command == "":
		b.fail(path+".concurrency", "not given: want the number of slots")
	case g.machine < 0:
		b.fail(path+".command", "%s: Celery then takes the number of the node's cores: want -c with at least 1, or a machine", g.line.Slotless())
	default:
		cores := max(1, int(b.machines[g.machine].Cores))
		g.line.Says.Concurrency = &cores
		b.warn(path+".command", "%s: Celery takes the number of the node's cores, here %d", g.line.Slotless(), cores)
		return cores
	}
	return 1
}

func (b *builder) machine(path, name string) int {
	if name == "" {
		if b.computes() {
			b.warn(path, "not given: cores without limit")
		}
		return -1
	}
	names := make([]string, len(b.machines))
	for i := range b.machines {
		names[i] = b.machines[i].Name
	}
	if len(names) == 0 {
		b.fail(path, "%q: the scenario has no machines", name)
		return -1
	}
	i, err := units.Choose(names, name)
	if err != nil {
		b.fail(path, "%v", err)
		return -1
	}
	return i
}

// consumed checks a list of queues.
func (b *builder) consumed(path string, names []string) []string {
	var list []string
	for _, name := range names {
		switch {
		case slices.Contains(list, name):
			b.fail(path, "%q: twice in the list", name)
			continue
		case !b.known[name]:
			b.fail(path, "%q: no task goes to this queue: want %s%s", name, units.Alternatives(b.queueNames()), units.Suggestion(name, b.queueNames()))
		}
		list = append(list, name)
	}
	return list
}

// order resolves the rule among the worker's queues. With one queue there is nothing to order.
func (b *builder) order(path string, w *WorkerSpec, g *group) {
	path += ".order"
	name := w.Order
	if name == "" && w.Weights != nil {
		name = "weighted"
	}
	if name == "" {
		name = "round_robin"
	}
	i, err := units.Choose(worker.OrderNames(), name)
	if err != nil {
		b.fail(path, "%v", err)
		return
	}
	order := worker.Order(i)
	if w.Weights != nil && order != worker.Weighted {
		b.fail(path, "%q: weights are only for weighted", name)
	}
	if order == worker.Weighted {
		if w.Weights == nil {
			b.fail(path, "weighted: want a weight for each queue")
		}
		for _, q := range g.queues {
			weight, given := w.Weights[q]
			if w.Weights != nil && !given {
				b.fail(path, "weighted: no weight for the queue %q", q)
			} else if given && weight < 1 {
				b.fail(path, "weighted: %q: %d: want at least 1", q, weight)
			}
			g.weights = append(g.weights, weight)
		}
		for q := range sortedKeys(w.Weights) {
			if !slices.Contains(g.queues, q) {
				b.fail(path, "weighted: %q: not a queue of this worker: want %s", q, units.Alternatives(g.queues))
			}
		}
	}
	if len(g.queues) < 2 {
		order, g.weights = worker.RoundRobin, nil
	}
	g.cfg.Order = order
}

// computes says that some task uses CPU: without, it does not matter how many cores there are.
func (b *builder) computes() bool {
	return slices.ContainsFunc(b.classes, func(c workloads.Class) bool {
		return slices.ContainsFunc(c.Work, func(p workloads.Phase) bool { return p.Kind == workloads.CPU })
	})
}
