package scenarios

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"example.com/simrun/internal/units"
)

// place is a value of the file and what it may look like. Where the file does not have it, the value is nil.
type place struct {
	value *value
	shape shape
}

// steps returns the names that lead on from a place: what is written there, and the keys that could be.
func (p place) steps() []string {
	if p.value == nil {
		return nil
	}
	var names []string
	for i := range p.value.items {
		names = append(names, strconv.Itoa(i))
	}
	names = append(names, p.value.keys()...)
	if r, ok := resolved(p.shape, p.value).(*record); ok && p.value.kind == table {
		for _, k := range r.names() {
			if p.value.get(k) == nil && k != "sweep" && k != "extends" && !r.displaced(k, p.value) {
				names = append(names, k)
			}
		}
	}
	return names
}

// step returns the place behind a name.
func (p place) step(name string) place {
	s := resolved(p.shape, p.value)
	next := place{value: p.value.get(name)}
	switch s := s.(type) {
	case *record:
		if k := s.key(name); k != nil {
			next.shape = k.shape
		}
	case *mapping:
		next.shape = s.of
	case *sequence:
		next.shape = s.of
		if i := index(name); i >= 0 && i < len(p.value.items) {
			next.value = p.value.items[i]
		}
	}
	return next
}

// resolved returns the shape that a value has of several.
func resolved(s shape, v *value) shape {
	switch t := s.(type) {
	case *either:
		if v != nil {
			return resolved(t.pick(v.kind), v)
		}
	case ioPhase:
		return resolved(t.either, v)
	}
	return s
}

// match follows a path: what is written, and in the end a key that the format has and the file leaves out. Names may
// hold dots, so a step is as long as it can be. Where the path leads nowhere, meant says what is nearest.
func match(at place, path string) (steps []string, s shape, meant string) {
	start := at
	if path == "" {
		return nil, nil, suggest(start, path)
	}
	for rest := path; rest != ""; {
		names := at.steps()
		longest := -1
		for i, n := range names {
			if after, ok := strings.CutPrefix(rest, n); ok && n != "" && (after == "" || after[0] == '.') && (longest < 0 || len(n) > len(names[longest])) {
				longest = i
			}
		}
		if longest < 0 {
			return nil, nil, suggest(start, path)
		}
		name := names[longest]
		steps, at = append(steps, name), at.step(name)
		rest = strings.TrimPrefix(strings.TrimPrefix(rest, name), ".")
	}
	return steps, at.shape, ""
}

const wantPath = "want load, size or the path of a value, such as tasks.NAME.work.0.io"

// suggest names the path that is nearest to one that leads nowhere.
func suggest(at place, path string) string {
	best := ""
	var names []string
	for rest := path; rest != ""; {
		names = at.steps()
		step, tail, _ := strings.Cut(rest, ".")
		if !slices.Contains(names, step) {
			switch meant := units.Nearest(step, names); {
			case meant != "":
				step = meant
			case at.value != nil && len(at.value.fields) == 1: // one law for another
				step = at.value.fields[0].key
			case best == "":
				return wantPath
			case len(names) == 0:
				return fmt.Sprintf("the nearest path is %q", best)
			default:
				return fmt.Sprintf("the nearest path is %q, with %s", best, units.Alternatives(first(names, 20)))
			}
		}
		best, at, rest = join(best, step), at.step(step), tail
	}
	if best == "" {
		return wantPath
	}
	return fmt.Sprintf("did you mean %q?", best)
}

// first returns the first n names, with "..." for the others.
func first(names []string, n int) []string {
	if len(names) <= n {
		return names
	}
	return append(slices.Clone(names[:n]), "...")
}

// put is v with another value at the end of a path. What is on the way only by extends or by default is taken from
// full: a list as a whole, since extends replaces lists; of a map only what leads on, since extends merges maps.
func put(v, full *value, steps []string, val *value) *value {
	if len(steps) == 0 {
		return val
	}
	if v == nil || v.kind == null {
		v = &value{kind: table, at: val.at}
		if full.kind == list {
			v = full
		}
	}
	if v.kind == list {
		w := *v
		w.items = slices.Clone(v.items)
		i := index(steps[0])
		w.items[i] = put(w.items[i], full.items[i], steps[1:], val)
		return &w
	}
	at := val.at
	if f := v.field(steps[0]); f != nil {
		at = f.at
	}
	return v.with(steps[0], at, put(v.get(steps[0]), full.get(steps[0]), steps[1:], val))
}

// inline writes a value on one line.
func (v *value) inline() string {
	switch v.kind {
	case list:
		items := make([]string, len(v.items))
		for i, item := range v.items {
			items[i] = item.inline()
		}
		return "[" + strings.Join(items, ", ") + "]"
	case table:
		items := make([]string, len(v.fields))
		for i, f := range v.fields {
			items[i] = f.key + ": " + f.val.inline()
		}
		return "{" + strings.Join(items, ", ") + "}"
	case null:
		return "null"
	default:
		return v.text
	}
}

// each calls f with v and all that it holds.
func (v *value) each(f func(*value)) {
	f(v)
	for _, item := range v.items {
		item.each(f)
	}
	for _, g := range v.fields {
		g.val.each(f)
	}
}

// count returns the number of values that v holds, itself among them.
func (v *value) count() int {
	n := 0
	v.each(func(*value) { n++ })
	return n
}
