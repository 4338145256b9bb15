package scenarios

import (
	"slices"
	"strings"

	"example.com/simrun/des"
	"example.com/simrun/worker"
	"example.com/simrun/workloads"
)

// classes makes the task classes, in the order of the file.
func (d *decoder) classes(v *value) []workloads.Class {
	if v == nil || v.kind != table {
		return nil
	}
	names := v.keys()
	classes := make([]workloads.Class, 0, len(names))
	for _, f := range v.fields {
		c := d.class(f.key, f.val, join("tasks", f.key))
		c.Arrivals = d.arrivals(f.val.field("arrivals"), join("tasks", f.key), f.key, names)
		if t, ok := c.Arrivals.Process.(workloads.Trace); ok && t.HasWork {
			if w := f.val.field("work"); w != nil {
				d.errorf(w.at, join(join("tasks", f.key), "work"), "the trace brings its own work: want no work here")
			}
			c.Work = workloads.TracePhases(t)
		}
		classes = append(classes, c)
	}
	d.cycles(v, classes)
	d.labels(v, classes)
	return classes
}

func (d *decoder) class(name string, v *value, path string) workloads.Class {
	c := workloads.Class{
		Class:    worker.Class{Name: name},
		Queue:    name,
		Work:     d.work(v.get("work"), join(path, "work")),
		Failures: d.failures(v.get("failures")),
		Fresh:    d.text(v.get("retry").get("demand")) == "fresh",
		SLO:      d.slo(v.get("slo")),
	}
	d.bind("tasks", v, path, &c)
	if p := v.get("priority"); p != nil {
		c.HasPriority, c.Priority = true, d.whole(p)
	}
	for _, on := range d.texts(v.get("retry").get("on")) {
		c.Retry.OnError = c.Retry.OnError || on == "error"
		c.Retry.OnSoft = c.Retry.OnSoft || on == "soft"
		c.Retry.OnService = c.Retry.OnService || on == "service"
	}
	d.limits(v.get("time_limit"), join(path, "time_limit"))
	if limit := v.get("rate_limit"); limit != nil {
		if r := d.number(limit, limits()); r > 0 {
			c.Pace = des.Seconds(min(1/r, longest))
		}
	}
	return c
}

func (d *decoder) work(v *value, path string) []workloads.Phase {
	if v == nil {
		return nil
	}
	var phases []workloads.Phase
	for i, item := range v.items {
		p := workloads.Phase{Cores: 1}
		at := join(path, i)
		d.bind("tasks.work", item, at, &p)
		d.phase(&p, item, at)
		phases = append(phases, p)
	}
	return phases
}

// phase makes a phase of what it does: the first of its forms that is given.
func (d *decoder) phase(p *workloads.Phase, item *value, path string) {
	if t := item.field("transfer"); t != nil {
		d.transfer(p, item, t, path)
		return
	}
	var f *field
	for _, k := range []struct {
		name string
		kind workloads.PhaseKind
	}{{"disk", workloads.Disk}, {"io", workloads.IO}, {"cpu", workloads.CPU}} {
		if of := item.field(k.name); of != nil {
			f, p.Kind = of, k.kind
		}
	}
	if cores := item.field("cores"); f != nil && cores != nil && p.Kind != workloads.CPU {
		d.errorf(cores.at, join(path, "cores"), "only with cpu: %s phase has none", map[string]string{"io": "an io", "disk": "a disk"}[f.key])
	}
	calls := f != nil && f.key == "io" && isCall(f.val)
	if p.Timeout = d.timeout(item, path, calls); calls {
		d.call(p, f.val, join(path, "io"))
	} else {
		p.Demand = d.dist(f, path, durations())
	}
}

func (d *decoder) failures(v *value) workloads.Failures {
	f := workloads.Failures{SlowFactor: 1}
	d.bind("tasks.failures", v, "", &f)
	if slow := v.get("slow"); slow != nil {
		f.SlowFactor = d.factor(slow)
	}
	return f
}

// factor is that of what is slow.
func (d *decoder) factor(v *value) float64 {
	if f := v.get("factor"); f != nil {
		return d.number(f, numbers())
	}
	return defaultSlowFactor
}

// defaultSlowFactor is that of what is slow and says no more, as failures.slow written as a bare share.
const defaultSlowFactor = 10

// What a target may bound, of durations and as shares.
var (
	sloStats = []struct {
		name, doc string
		stat      workloads.Stat
	}{
		{"mean", "mean", workloads.Stat{Kind: workloads.Mean}},
		{"p50", "median", workloads.Stat{Kind: workloads.Quantile, P: 0.5}},
		{"p90", "90th percentile", workloads.Stat{Kind: workloads.Quantile, P: 0.9}},
		{"p95", "95th percentile", workloads.Stat{Kind: workloads.Quantile, P: 0.95}},
		{"p99", "99th percentile", workloads.Stat{Kind: workloads.Quantile, P: 0.99}},
		{"p999", "99.9th percentile", workloads.Stat{Kind: workloads.Quantile, P: 0.999}},
		{"max", "largest value", workloads.Stat{Kind: workloads.Max}},
	}
	sloMetrics = []struct {
		name, doc string
		metric    worker.Metric
	}{
		{"wait", "from the intended arrival to the first start", worker.Wait},
		{"response", "from the intended arrival to the final end", worker.Response},
		{"run", "from start to end of one attempt", worker.Run},
	}
	sloShares = []struct {
		name, doc string
		of        workloads.ShareOf
	}{
		{"loss", "share of what was published that is lost, dead, expired or rejected", workloads.Loss},
		{"failed", "share that failed for good", workloads.FailedShare},
		{"expired", "share that expired", workloads.ExpiredShare},
		{"duplicates", "completed runs after the first, as a share", workloads.Duplicates},
	}
)

func (d *decoder) slo(v *value) []workloads.SLO {
	if v == nil {
		return nil
	}
	var slo []workloads.SLO
	for _, m := range sloMetrics {
		for _, s := range sloStats {
			if b := v.get(m.name).get(s.name); b != nil {
				slo = append(slo, workloads.SLO{Name: m.name + "." + s.name, Metric: m.metric, Stat: s.stat, Bound: d.time(b)})
			}
		}
	}
	for _, s := range sloShares {
		if b := v.get(s.name); b != nil {
			slo = append(slo, workloads.SLO{Name: s.name, Share: s.of, MaxShare: d.number(b, shares())})
		}
	}
	return slo
}

// cycles reports tasks that are published after themselves, each circle once.
func (d *decoder) cycles(v *value, classes []workloads.Class) {
	cause := func(i int) (int, bool) {
		after, ok := classes[i].Arrivals.Process.(workloads.After)
		return after.Class, ok
	}
	walk := make([]int, len(classes)) // from which start a class was reached first, counted from 1
	for start := range classes {
		var chain []int
		i := start
		for walk[i] == 0 {
			walk[i] = start + 1
			chain = append(chain, i)
			if next, ok := cause(i); ok {
				i = next
			}
		}
		if _, ok := cause(i); !ok || walk[i] != start+1 {
			continue // ended at a class with arrivals of its own, or on an earlier walk's way
		}
		var names []string
		for _, c := range append(chain[slices.Index(chain, i):], i) {
			names = append(names, classes[c].Name)
		}
		after := v.get(classes[i].Name).get("arrivals").get("after")
		d.errorf(after.at, join(join("tasks", classes[i].Name), "arrivals.after"), "a cycle: %s", strings.Join(names, " -> "))
	}
}
