package randomly

import (
	"encoding/json"
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
)

// Scenario writes a scenario: a plain one of a few tasks and workers, to which so many changes are made as are valid of
// those tried. Valid says so of a text; of the plain one it must.
func Scenario(r *rand.Rand, schema []byte, tries int, valid func(text []byte) bool) []byte {
	d := newDrawer(r, schema)
	root := d.plain()
	text := write(root)
	for range tries {
		d.change(root)
		if changed := write(root); valid(changed) {
			text = changed
		} else {
			root = read(text)
		}
	}
	return text
}

// Hostile writes what nearly is a scenario: some of the changes are to anything at all.
func Hostile(r *rand.Rand, schema []byte) []byte {
	d := newDrawer(r, schema)
	root := d.plain()
	for range 1 + r.IntN(8) {
		d.change(root)
	}
	for range 1 + r.IntN(3) {
		d.spoil(root)
	}
	text := write(root)
	if r.IntN(4) == 0 { // and the text itself
		for range 1 + r.IntN(4) {
			text[r.IntN(len(text))] = byte(r.IntN(256))
		}
	}
	return text
}

func newDrawer(r *rand.Rand, schema []byte) *drawer {
	return &drawer{Rand: r, schema: read(schema), names: []string{
		"alpha", "beta", "gamma", "worker-a", "worker-b", "box", "east", "west", "store", "one",
	}}
}

func read(text []byte) (root node) {
	if err := json.Unmarshal(text, &root); err != nil {
		panic("randomly: " + err.Error())
	}
	return root
}

func write(root node) []byte {
	text, err := json.Marshal(root)
	if err != nil {
		panic("randomly: " + err.Error())
	}
	return text
}

// plain is a scenario that is valid: up to three tasks, and one or two workers that take them.
func (d *drawer) plain() node {
	tasks, queues := node{}, []any{}
	for _, name := range d.names[:1+d.IntN(3)] {
		tasks[name] = node{
			"arrivals": node{"poisson": fmt.Sprintf("%.3g/s", 0.2+2*d.Float64())},
			"work":     []any{node{"io": node{"exponential": fmt.Sprintf("%.3gs", 0.1+d.Float64())}}},
		}
		queues = append(queues, name)
	}
	workers := node{}
	for _, name := range d.names[3 : 4+d.IntN(2)] {
		workers[name] = node{"queues": queues, "concurrency": 1 + d.IntN(4)}
	}
	root := node{
		"seed": 1 + d.IntN(1000), "run": node{"duration": "60s", "replications": 2, "drain": "2m"},
		"tasks": tasks, "strategies": node{"one": node{"workers": workers}},
	}
	if d.IntN(2) == 0 {
		root["machines"] = node{"box": node{"cores": 1 + d.IntN(3)}}
		root["zones"] = node{"east": node{}, "west": node{}}
		root["services"] = node{"store": node{"latency": node{"exponential": "100ms"}}}
		for _, w := range workers {
			w.(node)["machine"] = "box"
		}
	}
	return root
}

// place is a map of the scenario whose keys the schema knows.
type place struct {
	at     node
	schema node
}

// left are keys that lead beyond one run of the scenario.
var left = []string{"name", "about", "observed", "imported", "sweep", "plan", "assumed", "seed", "run", "extends", "from", "trace", "derive"}

// change draws a key anew, or adds one.
func (d *drawer) change(root node) {
	places := d.places(nil, root, d.schema)
	p := places[d.IntN(len(places))]
	if d.IntN(4) > 0 { // most of what can be said is of tasks and workers
		p = places[len(places)/2+d.IntN(len(places)-len(places)/2)]
	}
	if of, ok := p.schema["additionalProperties"].(node); ok {
		p.at[d.text(entry(p.schema))] = d.value(of, 0.3)
		return
	}
	properties, _ := p.schema["properties"].(node)
	var keys []string
	for _, key := range slices.Sorted(maps.Keys(properties)) {
		if !slices.Contains(left, key) {
			keys = append(keys, key)
		}
	}
	if len(keys) == 0 {
		return
	}
	if forms := d.forms(p.schema); len(forms) > 0 && d.IntN(2) == 0 {
		clear(p.at)
		maps.Copy(p.at, d.object(p.schema, 0.3).(node))
		return
	}
	key := keys[d.IntN(len(keys))]
	p.at[key] = d.value(properties[key].(node), 0.3)
}

// places collects the maps of a value.
func (d *drawer) places(all []place, v any, s node) []place {
	s = d.resolve(s)
	if of, ok := s["anyOf"].([]any); ok {
		for _, one := range of {
			if one := d.resolve(one.(node)); kindOf(v) == one["type"] {
				all = d.places(all, v, one)
			}
		}
		return all
	}
	switch v := v.(type) {
	case node:
		all = append(all, place{v, s})
		properties, _ := s["properties"].(node)
		for _, key := range slices.Sorted(maps.Keys(v)) {
			if of, ok := properties[key].(node); ok && key != "run" {
				all = d.places(all, v[key], of)
			} else if of, ok := s["additionalProperties"].(node); ok {
				all = d.places(all, v[key], of)
			}
		}
	case []any:
		if of, ok := s["items"].(node); ok {
			for _, item := range v {
				all = d.places(all, item, of)
			}
		}
	}
	return all
}

func kindOf(v any) any {
	switch v.(type) {
	case node:
		return "object"
	case []any:
		return "array"
	}
	return nil
}

// spoil puts anything anywhere.
func (d *drawer) spoil(root node) {
	places := d.places(nil, root, d.schema)
	p := places[d.IntN(len(places))]
	keys := append(slices.Sorted(maps.Keys(p.at)), "", "<<", "\u202e", "a\x00b", "extends")
	things := []any{
		nil, -1, 1e308, 0, "1e999s", "1e-300s", "0s", "36500d", "1e9/s", "999999999999", "=1+1", "\x1b[2J", "../../x", true,
		[]any{},
		node{},
		[]any{[]any{[]any{}}},
		node{"exponential": "1e-9s"},
		"*alpha", 1 << 53, 0.1, "-0", "NaN",
	}
	p.at[keys[d.IntN(len(keys))]] = things[d.IntN(len(things))]
}
