package scenarios

import (
	"cmp"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"
	"time"

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
		if t, ok := c.Arrivals.Process.(workloads.Trace); ok {
			d.bring(f, &c, t)
		}
		classes = append(classes, c)
	}
	d.cycles(v, classes)
	d.labels(v, classes)
	return classes
}

// bring gives a class what the rows of its trace bring.
func (d *decoder) bring(f field, c *workloads.Class, t workloads.Trace) {
	for _, own := range []struct {
		key  string
		has  bool
		take func()
	}{
		{"work", t.HasWork, func() { c.Work = workloads.TracePhases(t) }},
		{"countdown", t.HasCountdown, func() { c.Countdown = workloads.TraceCountdown(t) }},
		{"expires", t.HasExpires, func() { c.Expires = workloads.TraceExpires(t) }},
	} {
		if !own.has {
			continue
		}
		if v := f.val.field(own.key); v != nil {
			d.errorf(v.at, join(join("tasks", f.key), own.key), "the trace brings its own %s: want no %[1]s here", own.key)
		}
		own.take()
	}
}

func (d *decoder) class(name string, v *value, path string) workloads.Class {
	c := workloads.Class{
		Class:    worker.Class{Name: name},
		Queue:    name,
		Work:     d.work(v.get("work"), join(path, "work")),
		Failures: d.failures(v.get("failures")),
		Fresh:    d.text(v.get("retry").get("demand")) == "fresh",
		SLO:      d.slo(v.get("slo"), v.get("labels") != nil),
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

// factor returns that of what is slow.
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
	sloStat = regexp.MustCompile(`^(mean|max|p[1-9]\d?(\.\d{1,4})?|p999)$`)
	dayTime = regexp.MustCompile(`^([01]\d|2[0-3]):[0-5]\d$`)

	sloDurations = map[worker.Metric]string{
		worker.Wait:     "from the intended arrival to the first start",
		worker.Response: "from the intended arrival to the final end",
		worker.Run:      "from start to end of one attempt",
	}
	sloShares = map[workloads.ShareOf]string{
		workloads.Loss:         "share of what was published that is lost, dead, expired or rejected",
		workloads.FailedShare:  "share that failed for good",
		workloads.ExpiredShare: "share that expired",
		workloads.Duplicates:   "completed runs after the first, as a share",
	}
	exposures = map[workloads.ShareOf]string{
		workloads.InProcess: "share of the attempts in a process that also ran tasks without the label, at any time of its life",
		workloads.OnMachine: "the same of machines",
	}
)

// isolation returns the targets on what others could read.
func (d *decoder) isolation(v *value, labelled bool) (slo []workloads.SLO) {
	for _, s := range []workloads.ShareOf{workloads.InProcess, workloads.OnMachine, workloads.Readable} {
		b := v
		for step := range strings.SplitSeq(s.String(), ".") {
			b = b.get(step)
		}
		if b == nil {
			continue
		}
		if !labelled {
			d.errorf(b.at, "slo."+s.String(), "the task has no labels: want labels, such as [pii], of what others must not see")
			continue
		}
		if s == workloads.Readable && !d.compromises() {
			d.errorf(b.at, "slo.readable", "no fault compromises a task: want one, such as {compromise: TASK, at: 30m, for: 10m}")
			continue
		}
		slo = append(slo, workloads.SLO{Metric: workloads.Metric{Share: s}, MaxShare: d.number(b, shares())})
	}
	return slo
}

// compromises says whether a planned fault does.
func (d *decoder) compromises() bool {
	faults := d.root.get("faults")
	return faults != nil && slices.ContainsFunc(faults.items, func(f *value) bool { return f.get("compromise") != nil })
}

// slo returns the targets of a task: of each duration the mean, then quantiles, then the maximum.
func (d *decoder) slo(v *value, labelled bool) []workloads.SLO {
	if v == nil {
		return nil
	}
	var slo []workloads.SLO
	within := v.get("within")
	for _, m := range slices.Sorted(maps.Keys(sloDurations)) {
		var some []workloads.SLO
		of := v.get(m.String())
		if of == nil || of.kind != table {
			continue
		}
		for _, f := range of.fields {
			stat, ok := workloads.ParseStat(f.key)
			if !ok || !sloStat.MatchString(f.key) {
				continue // an error already
			}
			o := workloads.SLO{Metric: workloads.Metric{Of: m, Stat: stat}, Bound: d.time(f.val), Slice: d.time(within)}
			if within != nil && (stat.Kind == workloads.Mean || m == worker.Run) {
				d.errorf(within.at, "slo.within", "%s: only a percentile or the max of wait or response can hold in every slice", o.Metric)
			}
			some = append(some, o)
		}
		slices.SortStableFunc(some, func(a, b workloads.SLO) int {
			return cmp.Or(cmp.Compare(a.Stat.Kind, b.Stat.Kind), cmp.Compare(a.Stat.P, b.Stat.P))
		})
		slo = append(slo, some...)
	}
	if within != nil && len(slo) == 0 {
		d.errorf(within.at, "slo.within", "there is no target on wait or response that could hold in every slice")
	}
	if b := v.get(workloads.DoneBy.String()); b != nil {
		var hours, minutes int
		if _, err := fmt.Sscanf(d.text(b), "%d:%d", &hours, &minutes); err == nil {
			slo = append(slo, workloads.SLO{Metric: workloads.DoneBy, By: time.Duration(hours)*time.Hour + time.Duration(minutes)*time.Minute})
		}
	}
	for _, s := range slices.Sorted(maps.Keys(sloShares)) {
		if b := v.get(s.String()); b != nil {
			slo = append(slo, workloads.SLO{Metric: workloads.Metric{Share: s}, MaxShare: d.number(b, shares())})
		}
	}
	return append(slo, d.isolation(v, labelled)...)
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
		key := "after"
		if classes[i].Arrivals.Process.(workloads.After).All {
			key = "after_all"
		}
		at := v.get(classes[i].Name).get("arrivals").get(key).at
		d.errorf(at, join(join("tasks", classes[i].Name), "arrivals."+key), "a cycle: %s", strings.Join(names, " -> "))
	}
}
