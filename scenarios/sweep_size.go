package scenarios

import (
	"math"
	"slices"
	"strconv"

	"example.com/simrun/celery"
)

// grow returns the file with extends merged at another load and size; nil = as it is.
//
// Load multiplies all arrivals that no other task causes: those follow by themselves. Size multiplies the arrivals and
// what serves them together: machines, and the workers that run on them by replicas, as machines come with workers of
// their own; a worker without a machine by its concurrency, so that one worker stays one worker. Closed clients grow in
// number, not in haste. Limits of queues stay.
func grow(p *problems, root, load, size *value) *value {
	g := grower{problems: p}
	if load != nil {
		g.at, g.factor = load.at, numberAs(factor(), load)
		root = g.entries(root, "tasks", g.faster)
	}
	if size != nil {
		g.at, g.factor = size.at, numberAs(factor(), size)
		root = g.entries(root, "tasks", g.larger)
		root = g.entries(root, "machines", g.machines)
		root = g.entries(root, "services", func(s *value, path string) *value { return g.times(s, "capacity", 0, path) })
		root = g.entries(root, "strategies", g.strategy)
	}
	return root
}

type grower struct {
	*problems
	at     position // of the factor
	factor float64
}

// entries is v with every entry of one of its maps changed.
func (g *grower) entries(v *value, key string, change func(entry *value, path string) *value) *value {
	f := v.field(key)
	if f == nil || f.val.kind != table {
		return v
	}
	all := *f.val
	all.fields = slices.Clone(all.fields)
	for i, e := range all.fields {
		if e.val.kind == table {
			all.fields[i].val = change(e.val, join(key, e.key))
		}
	}
	return v.with(key, f.at, &all)
}

// faster returns a task with its arrivals multiplied.
func (g *grower) faster(task *value, _ string) *value {
	a := task.field("arrivals")
	if a == nil || a.val.kind != table || a.val.get("after") != nil {
		return task
	}
	scale := 1.0
	if s := a.val.get("scale"); s != nil {
		scale = numberAs(amount{quantity: numbers()}, s)
	}
	if math.IsNaN(scale) { // reported by the check
		return task
	}
	return task.with("arrivals", a.at, a.val.with("scale", g.at, g.number(scale*g.factor)))
}

// larger returns a task of a larger system.
func (g *grower) larger(task *value, path string) *value {
	a := task.field("arrivals")
	if a == nil || a.val.get("closed") == nil {
		return g.faster(task, path)
	}
	closed := g.times(a.val.get("closed"), "clients", 0, join(path, "arrivals.closed"))
	return task.with("arrivals", a.at, a.val.with("closed", a.val.field("closed").at, closed))
}

// strategy returns a layout with more slots.
func (g *grower) strategy(s *value, path string) *value {
	s = g.entries(s, "workers", func(w *value, key string) *value { return g.worker(w, join(path, key)) })
	if share := s.get("derive").get("share"); share != nil && share.kind == table {
		more := share
		for _, f := range share.fields {
			more = g.times(more, f.key, 0, join(path, "derive.share"))
		}
		s = s.with("derive", s.field("derive").at, s.get("derive").with("share", s.get("derive").field("share").at, more))
	}
	return s
}

// worker returns a worker of a larger system. What its command line says counts where no key does.
func (g *grower) worker(w *value, path string) *value {
	var line celery.Worker
	if c := w.get("command"); c != nil && c.kind == text {
		line, _, _ = celery.ParseCommand(c.text) // what is wrong with it is said where it is resolved
	}
	pool := w.get("pool")
	solo := pool == nil && line.Pool == "solo" || pool != nil && pool.text == "solo" // one slot, whatever its concurrency
	switch own := w.field("autoscale"); {
	case own != nil && own.val.kind == table && own.val.get("policy") != nil && own.val.get("policy").text != "celery":
		return w.with("autoscale", own.at, g.fleet(own.val, join(path, "autoscale")))
	case w.get("machine") != nil || solo:
		return g.times(w, "replicas", 1, path)
	}
	w = g.limits(w)
	switch own := w.field("autoscale"); {
	case own != nil && own.val.kind == table:
		scaler := g.times(own.val, "max", 0, join(path, "autoscale"))
		return w.with("autoscale", own.at, g.times(scaler, "min", 0, join(path, "autoscale")))
	case line.Autoscale != nil:
		scaler := &value{kind: table, at: g.at}
		scaler.add("policy", textValue("celery"))
		scaler = g.times(scaler, "min", line.Autoscale.Min, join(path, "autoscale"))
		scaler = g.times(scaler, "max", line.Autoscale.Max, join(path, "autoscale"))
		return w.with("autoscale", g.at, scaler)
	case line.Concurrency != nil:
		return g.times(g.keeping(w, path), "concurrency", *line.Concurrency, path)
	}
	return g.times(g.keeping(w, path), "concurrency", 0, path)
}

// keeping returns a worker that keeps more slots for its queues.
func (g *grower) keeping(w *value, path string) *value {
	own := w.field("reserve")
	if own == nil || own.val.kind != table {
		return w
	}
	more := own.val
	for _, f := range own.val.fields {
		more = g.times(more, f.key, 0, join(path, "reserve"))
	}
	return w.with("reserve", own.at, more)
}

// machines returns a kind of machines of which there are more.
func (g *grower) machines(m *value, path string) *value {
	count := m.field("count")
	if count == nil || count.val.kind != table {
		return g.times(m, "count", 1, path)
	}
	path = join(path, "count")
	return m.with("count", count.at, g.times(g.times(count.val, "min", 0, path), "max", 0, path))
}

// fleet returns an autoscaler of more replicas. What it aims at for each of them stays.
func (g *grower) fleet(scaler *value, path string) *value {
	scaler = g.times(g.times(scaler, "min", 0, path), "max", 0, path)
	plan := scaler.field("target")
	if plan == nil || plan.val.kind != list {
		return scaler
	}
	more := *plan.val
	more.items = nil
	for i, item := range plan.val.items {
		more.items = append(more.items, g.times(item, "replicas", 0, join(join(path, "target"), i)))
	}
	return scaler.with("target", plan.at, &more)
}

// times returns a map with one of its whole numbers multiplied. Where it is missing it is def, and 0 = stays missing.
func (g *grower) times(v *value, key string, def int, path string) *value {
	n := float64(def)
	if own := v.get(key); own != nil {
		if n = numberAs(amount{quantity: wholes(0, 1<<53)}, own); math.IsNaN(n) {
			return v
		}
	}
	if n == 0 {
		return v
	}
	more := math.Round(n * g.factor)
	if math.Abs(more-n*g.factor) > 1e-6 || more < 1 {
		g.errorf(g.at, join(path, key), "%g times %g: want a size that makes it a whole number", n, g.factor)
		return v
	}
	return v.with(key, g.at, g.number(more))
}

func (g *grower) number(x float64) *value {
	return &value{kind: number, at: g.at, text: strconv.FormatFloat(x, 'g', -1, 64)}
}
