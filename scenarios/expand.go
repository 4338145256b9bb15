package scenarios

import (
	"slices"
	"strconv"
	"strings"

	"go.yaml.in/yaml/v4"

	"example.com/simrun/celery"
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
	root := d.root.with("strategies", position{}, &all).without("sweep").without("assumed")
	// Marshalling a tree of our own making cannot fail.
	out, _ := yaml.Dump(node(root, 0, ""), yaml.WithLineWidth(-1), yaml.WithIndent(2))
	return string(out)
}

// expandStrategy writes the layout instead of command lines, extends and derivations. A derived worker whose replicas
// have not all the same slots cannot be written as one: such a strategy stays as it is.
func (d *decoder) expandStrategy(v *value, s *Scenario, l *strategies.Layout) *value {
	out := &value{kind: table}
	for _, name := range []string{"broker", "celery", "settings"} {
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
		w := expandWorker(l, &first, l.Lines[g], len(members), machineOf(s, l, members[0]))
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
		to := l.Queues[l.ClassQueue[i]].Name
		switch {
		case l.Priority != nil && l.Priority[i] != nil:
			route := &value{kind: table}
			route.add("queue", textValue(to))
			route.add("priority", wholeValue(*l.Priority[i]))
			routes.add(c.Name, route)
		case to != c.Queue:
			routes.add(c.Name, textValue(to))
		}
	}
	if len(routes.fields) > 0 {
		out.add("routes", routes)
	}
	return out
}

// machineOf returns the kind of machine of a worker, "" if its cores are without limit.
func machineOf(s *Scenario, l *strategies.Layout, w int) string {
	if l.Node[w] < 0 {
		return ""
	}
	return s.Machines[l.Nodes[l.Node[w]]].Name
}

func expandWorker(l *strategies.Layout, c *worker.Config, line celery.Line, replicas int, machine string) *value {
	name := func(q int) string { return l.Queues[q].Name }
	w := celery.FromConfig(c, name)
	out := &value{kind: table}
	if line.Written() { // for what it says beside the settings
		out.add("command", textValue(line.String()))
	}
	expandSettings(out, celery.WorkerSettings(), &w, w.Queues)
	if machine != "" {
		out.add("machine", textValue(machine))
	}
	out.add("replicas", wholeValue(replicas))
	return out
}

func (v *value) add(key string, val *value) { v.fields = append(v.fields, field{key: key, val: val}) }

func textValue(s string) *value { return &value{kind: text, text: s} }

func wholeValue(n int) *value { return &value{kind: number, text: strconv.Itoa(n)} }

func flagValue(b bool) *value { return &value{kind: boolean, text: strconv.FormatBool(b)} }

// blocks are the maps that are written one key a line; what is deeper stands on one line.
var blocks = []string{"", "run", "machines", "services", "zones", "queues", "tasks", "tasks.*", "strategies", "strategies.*", "strategies.*.workers"}

// node returns the value as a YAML node. The path holds * for names of the user's own.
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
