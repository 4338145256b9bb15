package scenarios

import (
	"slices"
	"strconv"
	"strings"

	"go.yaml.in/yaml/v4"

	"example.com/simrun/des"
	"example.com/simrun/strategies"
	"example.com/simrun/worker"
)

// expand writes the scenario with its defaults filled in and its layouts resolved. It is a scenario file itself, and
// reads as the same scenario, but for its sweep: that varies what is written, and here everything is.
func (d *decoder) expand(s *Scenario) string {
	all := value{kind: table}
	for i, f := range d.root.get("strategies").fields {
		all.add(f.key, d.expandStrategy(f.val, s, &s.Layouts[i]))
	}
	root := d.root.with("strategies", position{}, &all).without("sweep")
	// Marshalling a tree of our own making cannot fail.
	out, _ := yaml.Dump(node(root, 0, ""), yaml.WithLineWidth(-1), yaml.WithIndent(2))
	return string(out)
}

// expandStrategy writes the layout instead of command lines, extends and derivations. A derived worker whose replicas
// have not all the same slots cannot be written as one: such a strategy stays as it is.
func (d *decoder) expandStrategy(v *value, s *Scenario, l *strategies.Layout) *value {
	out := &value{kind: table}
	for _, name := range []string{"broker", "celery"} {
		if own := v.get(name); own != nil {
			out.add(name, own)
		}
	}
	workers := &value{kind: table}
	for g, name := range l.Groups {
		var members []int
		for w := range l.Workers {
			if l.Group[w] == g {
				members = append(members, w)
			}
		}
		first := l.Workers[members[0]]
		if slices.ContainsFunc(members, func(w int) bool { return l.Workers[w].Concurrency != first.Concurrency }) {
			return v
		}
		w := expandWorker(l, &first, len(members), machineOf(s, l, members[0]))
		addLabels(w, "clearance", l.ClearanceOf(members[0]))
		expandContainer(w, l, members[0])
		if f := l.FleetOf(members[0]); f != nil {
			written := v.get("workers").get(name)
			w = w.without("replicas")
			w.add("autoscale", expandFleet(written.get("autoscale"), f))
			if f.Cold {
				w.add("start", textValue("cold"))
			}
		}
		if l.OwnsMachine(members[0]) {
			use := &value{kind: table}
			use.add("use", w.get("machine"))
			use.add("own", flagValue(true))
			w = w.with("machine", position{}, use)
		}
		workers.add(name, w)
	}
	out.add("workers", workers)
	routes := &value{kind: table}
	for i, c := range s.Classes {
		if to := l.Queues[l.ClassQueue[i]].Name; to != c.Queue {
			routes.add(c.Name, textValue(to))
		}
	}
	if len(routes.fields) > 0 {
		out.add("routes", routes)
	}
	return out
}

// machineOf is the kind of machine of a worker, "" if its cores are without limit.
func machineOf(s *Scenario, l *strategies.Layout, w int) string {
	if l.Node[w] < 0 {
		return ""
	}
	return s.Machines[l.Nodes[l.Node[w]]].Name
}

func expandWorker(l *strategies.Layout, w *worker.Config, replicas int, machine string) *value {
	names := func(queues []int) *value {
		list := &value{kind: list}
		for _, q := range queues {
			list.items = append(list.items, textValue(l.Queues[q].Name))
		}
		return list
	}
	out := &value{kind: table}
	out.add("queues", names(w.Queues))
	if w.AutoscaleMin > 0 {
		auto := &value{kind: table}
		auto.add("min", wholeValue(w.AutoscaleMin))
		auto.add("max", wholeValue(w.Concurrency))
		auto.add("policy", textValue("celery"))
		auto.add("keepalive", textValue(formatTime(w.Keepalive)))
		out.add("autoscale", auto)
	} else {
		out.add("concurrency", wholeValue(w.Concurrency))
	}
	if w.Order == worker.Weighted {
		weights, order := &value{kind: table}, &value{kind: table}
		for i, q := range w.Queues {
			weights.add(l.Queues[q].Name, wholeValue(w.Weights[i]))
		}
		order.add("weighted", weights)
		out.add("order", order)
	} else {
		out.add("order", textValue(w.Order.String()))
	}
	out.add("pool", textValue(w.Pool.String()))
	out.add("prefetch_multiplier", wholeValue(w.PrefetchMultiplier))
	out.add("disable_prefetch", flagValue(w.DisablePrefetch))
	out.add("acks_late", flagValue(w.AcksLate))
	out.add("reject_on_worker_lost", flagValue(w.RejectOnWorkerLost))
	limits := &value{kind: table}
	for _, t := range []struct {
		name string
		at   des.Time
	}{{"soft", w.SoftLimit}, {"hard", w.HardLimit}} {
		if t.at > 0 {
			limits.add(t.name, textValue(formatTime(t.at)))
		}
	}
	if len(limits.fields) > 0 {
		out.add("time_limit", limits)
	}
	if w.SoftShutdown > 0 {
		out.add("soft_shutdown", textValue(formatTime(w.SoftShutdown)))
	}
	if w.MaxTasksPerChild > 0 {
		out.add("max_tasks_per_child", wholeValue(w.MaxTasksPerChild))
	}
	timer, heartbeat := strategies.Timers(w)
	if timer > 0 {
		out.add("wakeup_timer", textValue(formatTime(timer)))
	}
	if !heartbeat {
		out.add("heartbeat", flagValue(false))
	}
	if machine != "" {
		out.add("machine", textValue(machine))
	}
	out.add("replicas", wholeValue(replicas))
	if w.Reserve != nil {
		kept := &value{kind: table}
		for i, q := range w.Queues {
			if w.Reserve[i] > 0 {
				kept.add(l.Queues[q].Name, wholeValue(w.Reserve[i]))
			}
		}
		out.add("reserve", kept)
	}
	if len(w.Overflow) > 0 {
		out.add("overflow", names(w.Overflow))
	}
	return out
}

func (v *value) add(key string, val *value) { v.fields = append(v.fields, field{key: key, val: val}) }

func textValue(s string) *value { return &value{kind: text, text: s} }

func wholeValue(n int) *value { return &value{kind: number, text: strconv.Itoa(n)} }

func flagValue(b bool) *value { return &value{kind: boolean, text: strconv.FormatBool(b)} }

// blocks are the maps that are written one key a line; what is deeper stands on one line.
var blocks = []string{"", "run", "machines", "services", "zones", "queues", "tasks", "tasks.*", "strategies", "strategies.*", "strategies.*.workers"}

// node is the value as a YAML node. The path holds * for names of the user's own.
func node(v *value, depth int, path string) *yaml.Node {
	tags := [...]string{null: "!!null", text: "!!str", number: "!!int", boolean: "!!bool"}
	switch v.kind {
	case table:
		n := &yaml.Node{Kind: yaml.MappingNode, Tag: "!!map"}
		if !slices.Contains(blocks, path) {
			n.Style = yaml.FlowStyle
		}
		for _, f := range v.fields {
			key := f.key
			if depth == 1 && path != "run" {
				key = "*"
			}
			n.Content = append(n.Content, &yaml.Node{Kind: yaml.ScalarNode, Tag: "!!str", Value: f.key}, node(f.val, depth+1, join(path, key)))
		}
		return n
	case list:
		n := &yaml.Node{Kind: yaml.SequenceNode, Tag: "!!seq", Style: yaml.FlowStyle}
		for _, item := range v.items {
			n.Content = append(n.Content, node(item, depth+1, path+"[]"))
		}
		return n
	default:
		n := &yaml.Node{Kind: yaml.ScalarNode, Tag: tags[v.kind], Value: v.text}
		if v.kind == number && strings.ContainsAny(v.text, ".eE") {
			n.Tag = "!!float"
		}
		return n
	}
}
