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
		Class: worker.Class{
			Name:               name,
			AcksLate:           d.tri(v.get("acks_late")),
			RejectOnWorkerLost: d.tri(v.get("reject_on_worker_lost")),
			Retry:              d.retry(v.get("retry")),
		},
		Queue:     d.text(v.get("queue")),
		Work:      d.work(v.get("work"), join(path, "work")),
		Failures:  d.failures(v.get("failures")),
		Expires:   d.dist(v.field("expires"), path, durations()),
		Countdown: d.dist(v.field("countdown"), path, durations()),
		Fresh:     d.text(v.get("retry").get("demand")) == "fresh",
		SLO:       d.slo(v.get("slo")),
		Zone:      d.zone(v.get("zone"), join(path, "zone")),
		Labels:    d.texts(v.get("labels")),
		Memory:    d.memory(v.get("memory"), join(path, "memory")),
	}
	if p := v.get("priority"); p != nil {
		c.HasPriority, c.Priority = true, d.whole(p)
	}
	soft, hard := d.limits(v.get("time_limit"), join(path, "time_limit"))
	if soft != nil {
		c.SoftLimit = *soft
	}
	if hard != nil {
		c.HardLimit = *hard
	}
	if limit := v.get("rate_limit"); limit != nil {
		if r := d.number(limit, limits()); r > 0 {
			c.Pace = des.Seconds(min(1/r, longest))
		}
	}
	return c
}

func (d *decoder) tri(v *value) worker.Tri {
	switch {
	case v == nil:
		return worker.Unset
	case d.flag(v):
		return worker.On
	default:
		return worker.Off
	}
}

func (d *decoder) retry(v *value) worker.Retry {
	if v == nil {
		return worker.Retry{}
	}
	r := worker.Retry{
		Max:     d.whole(v.get("max")),
		Delay:   d.time(v.get("delay")),
		Backoff: d.number(v.get("backoff"), numbers()),
		Cap:     d.time(v.get("cap")),
		Jitter:  d.text(v.get("jitter")) == "full",
	}
	if on := v.get("on"); on != nil {
		for _, item := range on.items {
			r.OnError = r.OnError || item.text == "error"
			r.OnSoft = r.OnSoft || item.text == "soft"
			r.OnService = r.OnService || item.text == "service"
		}
	}
	return r
}

func (d *decoder) work(v *value, path string) []workloads.Phase {
	if v == nil {
		return nil
	}
	var phases []workloads.Phase
	for i, item := range v.items {
		p := workloads.Phase{Kind: workloads.CPU, Cores: 1}
		at := join(path, i)
		if t := item.field("transfer"); t != nil {
			phases = append(phases, d.transfer(item, t, at))
			continue
		}
		d.stays(item, at)
		f := item.field("cpu")
		cores := item.field("cores")
		if cores != nil {
			p.Cores = d.whole(cores.val)
		}
		if f == nil {
			f = item.field("io")
			p.Kind = workloads.IO
			if f == nil && item.field("disk") != nil {
				f = item.field("disk")
				p.Kind = workloads.Disk
			}
			if f != nil && cores != nil {
				d.errorf(cores.at, join(at, "cores"), "only with cpu: %s phase has none", map[string]string{"io": "an io", "disk": "a disk"}[f.key])
			}
		}
		calls := f != nil && f.key == "io" && isCall(f.val)
		if p.Timeout = d.timeout(item, at, calls); calls {
			d.call(&p, f.val, join(at, "io"))
		} else {
			p.Demand = d.dist(f, at, durations())
		}
		phases = append(phases, p)
	}
	return phases
}

func (d *decoder) failures(v *value) workloads.Failures {
	f := workloads.Failures{SlowFactor: 1}
	if v == nil {
		return f
	}
	for _, k := range []struct {
		name string
		to   *workloads.Chance
	}{{"error", &f.Error}, {"hang", &f.Hang}, {"crash", &f.Crash}, {"slow", &f.Slow}} {
		c := v.get(k.name)
		if c == nil {
			continue
		}
		if c.kind == table {
			k.to.PerTask = d.text(c.get("per")) == "task"
			k.to.P = d.number(c.get("chance"), shares())
		} else {
			k.to.P = d.number(c, shares())
		}
	}
	if slow := v.get("slow"); slow != nil {
		f.SlowFactor = defaultSlowFactor
		if factor := slow.get("factor"); factor != nil {
			f.SlowFactor = d.number(factor, numbers())
		}
	}
	return f
}

// defaultSlowFactor is that of failures.slow written as a bare share.
const defaultSlowFactor = 10

var sloStats = []struct {
	name string
	stat workloads.Stat
}{
	{"mean", workloads.Stat{Kind: workloads.Mean}},
	{"p50", workloads.Stat{Kind: workloads.Quantile, P: 0.5}},
	{"p90", workloads.Stat{Kind: workloads.Quantile, P: 0.9}},
	{"p95", workloads.Stat{Kind: workloads.Quantile, P: 0.95}},
	{"p99", workloads.Stat{Kind: workloads.Quantile, P: 0.99}},
	{"p999", workloads.Stat{Kind: workloads.Quantile, P: 0.999}},
	{"max", workloads.Stat{Kind: workloads.Max}},
}

func (d *decoder) slo(v *value) []workloads.SLO {
	if v == nil {
		return nil
	}
	var slo []workloads.SLO
	for _, m := range []struct {
		name   string
		metric worker.Metric
	}{{"wait", worker.Wait}, {"response", worker.Response}, {"run", worker.Run}} {
		for _, s := range sloStats {
			if b := v.get(m.name).get(s.name); b != nil {
				slo = append(slo, workloads.SLO{Name: m.name + "." + s.name, Metric: m.metric, Stat: s.stat, Bound: d.time(b)})
			}
		}
	}
	for _, s := range []struct {
		name string
		of   workloads.ShareOf
	}{{"loss", workloads.Loss}, {"failed", workloads.FailedShare}, {"expired", workloads.ExpiredShare}, {"duplicates", workloads.Duplicates}} {
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
