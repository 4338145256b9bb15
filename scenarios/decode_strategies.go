package scenarios

import (
	"maps"
	"slices"
	"strconv"
	"strings"

	"example.com/simrun/celery"
	"example.com/simrun/des"
	"example.com/simrun/strategies"
	"example.com/simrun/workloads"
)

// layouts resolves the strategies. What the layouts' own package finds wrong is reported where it is written.
func (d *decoder) layouts(s *Scenario) {
	all := d.root.get("strategies")
	if all == nil || all.kind != table {
		return
	}
	s.Baseline = d.baseline(all)
	queues := d.queues(d.root.get("queues"))
	for _, f := range all.fields {
		d.specs = append(d.specs, d.spec(f, join("strategies", f.key)))
	}
	known := maps.Clone(d.bad)
	layouts, problems := strategies.Resolve(d.specs, sound(s.Classes), s.Machines, queues)
	for i, f := range all.fields {
		for _, q := range problems[i] {
			d.resolved(f, q, known)
		}
	}
	s.Layouts = layouts
}

// resolved passes on a problem of a strategy. A value that is wrong by itself has its message already, and what is
// missing may be what is misspelt. Known are the places that were wrong before.
func (d *decoder) resolved(f field, q strategies.Problem, known map[position]bool) {
	top, prefix := f.val, join("strategies", f.key)
	if first, _, _ := strings.Cut(q.Path, "."); (first == "broker" || first == "celery" || first == "producers") && f.val.get(first) == nil {
		top, prefix = d.root, "" // the scenario's own
	}
	v, exact := descend(top, q.Path)
	path := prefix
	if q.Path != "" {
		path = join(prefix, q.Path)
	}
	at := v.at
	for _, item := range v.items {
		if exact && strings.HasPrefix(q.Message, strconv.Quote(item.text)) {
			at = item.at
		}
	}
	switch {
	case q.Warning:
		d.warnf(at, path, "%s", q.Message)
	case d.orphans[f.val.at]:
	case known[v.at]:
	case exact && q.Path != "workers" && broken(v, known):
	case !exact && (misspelt(v, known) || broken(v.get("command"), known)):
	default:
		d.errorf(at, path, "%s", q.Message)
	}
}

// misspelt says whether one of the keys of v is wrong.
func misspelt(v *value, known map[position]bool) bool {
	return slices.ContainsFunc(v.fields, func(f field) bool { return known[f.at] })
}

// sound returns the classes with something in place of what is wrong, and was reported, so that layouts can be resolved
// all the same.
func sound(classes []workloads.Class) []workloads.Class {
	classes = slices.Clone(classes)
	for i := range classes {
		c := &classes[i]
		if c.Arrivals.Process == nil {
			c.Arrivals.Process = workloads.Poisson{PerSecond: 1}
		}
		if slices.ContainsFunc(c.Work, func(p workloads.Phase) bool { return p.Demand == nil }) {
			c.Work = nil
		}
	}
	return classes
}

// baseline returns the index of the strategy that runs today.
func (d *decoder) baseline(all *value) int {
	b := d.root.get("baseline")
	if b == nil || b.kind != text {
		return 0
	}
	i := slices.Index(all.keys(), b.text)
	if i < 0 {
		d.errorf(b.at, "baseline", "%s", unknown("strategy", b.text, all.keys()))
		return 0
	}
	return i
}

// descend returns the deepest value on a path that is written, and whether that is the whole of it. Names may hold
// dots, so a step is as long as it can be.
func descend(v *value, path string) (*value, bool) {
	for path != "" {
		var next *value
		var rest string
		longest := -1
		for _, c := range v.fields {
			if after, ok := strings.CutPrefix(path, c.key); ok && (after == "" || after[0] == '.') && len(c.key) > longest {
				next, rest, longest = c.val, strings.TrimPrefix(after, "."), len(c.key)
			}
		}
		if next == nil {
			if i := index(path); i >= 0 && i < len(v.items) {
				next = v.items[i]
				_, rest, _ = strings.Cut(path, ".")
			}
		}
		if next == nil {
			return v, false
		}
		v, path = next, rest
	}
	return v, true
}

// index returns the number that a path begins with; -1 if it is none.
func index(path string) int {
	n := 0
	step, _, _ := strings.Cut(path, ".")
	for _, c := range step {
		if c < '0' || c > '9' || n > maxValues {
			return -1
		}
		n = 10*n + int(c-'0')
	}
	if step == "" {
		return -1
	}
	return n
}

func (d *decoder) spec(f field, path string) strategies.Spec {
	v := f.val
	s := strategies.Spec{Name: f.key, Release: d.root.get("celery").text, Broker: d.broker(v)}
	if c := v.get("celery"); c != nil {
		s.Release = c.text
	}
	s.App = d.app(v, s.Release)
	s.Broker.Fill(&s.App.Broker)
	if routes := v.get("routes"); routes != nil {
		for _, r := range routes.fields {
			route := strategies.Route{Task: r.key, Queue: d.text(r.val)}
			if r.val.kind == table {
				route.Queue = d.text(r.val.get("queue"))
				if p := r.val.get("priority"); p != nil {
					route.Priority = new(d.whole(p))
				}
			}
			s.Routes = append(s.Routes, route)
		}
	}
	if workers := v.get("workers"); workers != nil && v.get("derive") == nil {
		for _, w := range workers.fields {
			s.Workers = append(s.Workers, d.worker(w, join(join(path, "workers"), w.key)))
		}
	}
	if derive := v.get("derive"); derive != nil {
		s.Derive = d.derive(derive)
	}
	return s
}

func (d *decoder) derive(v *value) *strategies.Derive {
	derive := &strategies.Derive{From: d.text(v.get("from")), SplitBy: d.text(v.get("split_by"))}
	switch share := v.get("share"); {
	case share == nil:
	case share.kind == table:
		derive.Shares = map[string]int{}
		for _, f := range share.fields {
			derive.Shares[f.key] = d.whole(f.val)
		}
	default:
		derive.Share = d.text(share)
	}
	return derive
}

func (d *decoder) worker(f field, path string) strategies.WorkerSpec {
	v := f.val
	w := strategies.WorkerSpec{
		Command:   d.command(v.get("command")),
		Start:     d.text(v.get("start")),
		Replicas:  d.wholeIf(v.get("replicas")),
		Clearance: d.texts(v.get("clearance")),
		Container: d.container(v),
	}
	w.Name, w.Source = f.key, d.sourceOf(path)
	w.Machine, w.OwnMachine = d.machineUse(v.get("machine"))
	settings(d, celery.WorkerSettings(), v, &w.Worker)
	d.limits(v.get("time_limit"), join(path, "time_limit"))
	if a := v.get("autoscale"); a != nil {
		d.autoscale(a, join(path, "autoscale"), &w)
	}
	return w
}

// command returns a command line, or the line of a list of words.
func (d *decoder) command(v *value) string {
	if v == nil || v.kind != list {
		return d.text(v)
	}
	words := make([]string, len(v.items))
	for i, item := range v.items {
		words[i] = item.text
	}
	return celery.JoinWords(words)
}

func (d *decoder) texts(v *value) []string {
	if v == nil {
		return nil
	}
	var texts []string
	for _, item := range v.items {
		texts = append(texts, d.text(item))
	}
	return texts
}

func (d *decoder) wholeIf(v *value) *int {
	if v == nil {
		return nil
	}
	n := d.whole(v)
	return &n
}

// broker returns that of a strategy: its own keys over those of the scenario, unless it is of another kind.
func (d *decoder) broker(strategy *value) strategies.BrokerSpec {
	base := asBroker(d.root.get("broker"))
	own := asBroker(strategy.get("broker"))
	v := base
	if own != nil {
		v = own
		if base != nil && d.text(own.get("kind")) == d.text(base.get("kind")) {
			merged := extender{problems: &problems{}}
			v = merged.merge(brokerKeys(), base, own, "")
		}
	}
	producers := ""
	if p := d.root.get("producers"); p != nil {
		producers = d.text(p.get("machine"))
	}
	if v == nil {
		return strategies.BrokerSpec{Producers: producers, Zones: d.places}
	}
	b := strategies.BrokerSpec{
		Zone: d.text(v.get("zone")), Zones: d.places, Machine: d.text(v.get("machine")), Producers: producers, ACL: d.text(v.get("acl")),
	}
	settings(d, celery.BrokerSettings(), v, &b.Broker)
	if o := v.get("overheads"); o != nil {
		b.Overheads, b.Chances = map[string]des.Time{}, map[string]float64{}
		for _, f := range o.fields {
			if d.bad[f.at] {
				continue
			}
			if k := overheadKeys().key(f.key); k.shape.(amount).noun == durations().noun {
				b.Overheads[f.key] = d.time(f.val)
			} else {
				b.Chances[f.key] = d.number(f.val, k.shape.(amount).quantity)
			}
		}
	}
	return b
}

// asBroker returns a broker written as its kind alone as a map.
func asBroker(v *value) *value {
	if v == nil || v.kind != text {
		return v
	}
	return &value{kind: table, at: v.at, fields: []field{{"kind", v.at, v}}}
}
