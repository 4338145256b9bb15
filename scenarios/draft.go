package scenarios

import (
	"fmt"
	"slices"

	"go.yaml.in/yaml/v4"
)

// Draft is a scenario with every default filled in and every layout written out, to be changed and read again. A change
// makes another draft; what is not on its way is shared.
type Draft struct {
	root *value
	file string
	sums string // of the scenario's file
	dir  folder
}

// Draft returns the scenario to be changed. Its sweep, its plan and what was observed of it stay behind.
func (s *Scenario) Draft() (*Draft, error) {
	p := &problems{file: s.File}
	root := parse(p, []byte(s.Expanded))
	if root == nil {
		return nil, sorted(p.found)
	}
	root = root.without("observed").without("plan").without("assumed")
	return &Draft{root, s.File, s.SHA256, s.dir}, nil
}

// Set puts a value, as YAML, at the end of a path of names. What it is put beside, or into, must be there.
func (d *Draft) Set(yaml string, path ...string) (*Draft, error) {
	p := &problems{file: d.file}
	v := parse(p, []byte(yaml))
	if v == nil {
		return nil, sorted(p.found)
	}
	for i := range path[:len(path)-1] {
		if at := d.at(path[:i+1]); at == nil || at.kind != table && at.kind != list {
			return nil, fmt.Errorf("%s: %s: nothing of that name to change", d.file, join("", path[i]))
		}
	}
	w := *d
	w.root = put(d.root, d.root, path, v)
	return &w, nil
}

// Get returns a value as YAML on one line; empty where there is none.
func (d *Draft) Get(path ...string) string {
	if v := d.at(path); v != nil {
		return v.inline()
	}
	return ""
}

// Keys returns the names in the map at the end of a path, in their order.
func (d *Draft) Keys(path ...string) []string { return d.at(path).keys() }

// Steps returns the names on the path of a value, as a sweep writes it; an error says what is nearest.
func (d *Draft) Steps(path string) ([]string, error) {
	steps, _, meant := match(place{d.root, grammar()}, path)
	if meant != "" {
		return nil, fmt.Errorf("%q matches nothing in this file: %s", path, meant)
	}
	return steps, nil
}

func (d *Draft) at(path []string) *value {
	v := d.root
	for _, name := range path {
		if i := index(name); v != nil && v.kind == list && i >= 0 && i < len(v.items) {
			v = v.items[i]
			continue
		}
		v = v.get(name)
	}
	return v
}

// Without leaves out the value at the end of a path.
func (d *Draft) Without(path ...string) *Draft {
	last := len(path) - 1
	holder := d.at(path[:last])
	if holder.get(path[last]) == nil {
		return d
	}
	w := *d
	w.root = holder.without(path[last])
	if last > 0 {
		w.root = put(d.root, d.root, path[:last], w.root)
	}
	return &w
}

// Copy puts what stands at the end of a path at the end of another, whose holder must be there.
func (d *Draft) Copy(from, to []string) *Draft {
	w := *d
	w.root = put(d.root, d.root, to, d.at(from))
	return &w
}

// YAML returns a strategy as it would stand in a file.
func (d *Draft) YAML(strategy string) string {
	one := &value{kind: table}
	one.add(strategy, d.at([]string{"strategies", strategy}))
	// Marshalling a tree of our own making cannot fail.
	out, _ := yaml.Dump(node(one, 1, "strategies"), yaml.WithLineWidth(-1), yaml.WithIndent(2))
	return string(out)
}

// Only reads the scenario with some of its strategies, of which the first is the baseline.
func (d *Draft) Only(strategies ...string) (*Scenario, error) {
	all := d.root.get("strategies")
	some := *all
	some.fields = slices.DeleteFunc(slices.Clone(all.fields), func(f field) bool { return !slices.Contains(strategies, f.key) })
	root := d.root.with("strategies", all.at, &some)
	root = root.with("baseline", all.at, textValue(strategies[0]))
	return decode(&problems{file: d.file}, root, d.dir, d.sums)
}
