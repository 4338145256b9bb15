package scenarios

import (
	"slices"
	"strings"
)

// extend merges extends in a map of tasks or strategies: maps merge by key, lists and scalars are replaced, null
// removes. Values keep the place where they are written. Entries whose base cannot be found stay as they are.
func extend(p *problems, all *value, of shape, path, noun string) *value {
	if all == nil || all.kind != table {
		return all
	}
	e := extender{problems: p, all: all, of: of, path: path, noun: noun, done: map[string]*value{}}
	merged := *all
	merged.fields = slices.Clone(all.fields)
	for i, f := range merged.fields {
		merged.fields[i].val = e.entry(f.key, nil)
	}
	return &merged
}

type extender struct {
	*problems
	all    *value
	of     shape
	path   string
	noun   string // what an entry is called
	done   map[string]*value
	count  int
	failed bool
}

// entry returns the entry of that name with its bases merged in; chain are the entries that wait for it.
func (e *extender) entry(name string, chain []string) *value {
	if v, ok := e.done[name]; ok {
		return v
	}
	own := e.all.get(name)
	base := own.get("extends")
	if base == nil || base.kind != text {
		e.done[name] = own
		return own
	}
	path := join(join(e.path, name), "extends")
	result := own.without("extends")
	e.done[name] = result // what a cycle meets
	chain = append(chain, name)
	orphan := func() {
		if e.orphans == nil {
			e.orphans = map[position]bool{}
		}
		for _, n := range chain {
			e.orphans[e.all.get(n).at] = true
		}
	}
	switch i := slices.Index(chain, base.text); {
	case i >= 0:
		orphan()
		e.errorf(base.at, path, "a cycle: %s", strings.Join(append(slices.Clone(chain[i:]), base.text), " -> "))
	case e.all.get(base.text) == nil:
		orphan()
		e.errorf(base.at, path, "%s", unknown(e.noun, base.text, others(e.all.keys(), name)))
	default:
		if from := e.entry(base.text, chain); from.kind == table {
			result = e.merge(e.of, from, result, join(e.path, name))
		}
	}
	e.done[name] = result
	return result
}

// merge is base with the keys of v laid over it.
func (e *extender) merge(s shape, base, v *value, path string) *value {
	if either, ok := s.(*either); ok {
		s = either.pick(table)
	}
	r, _ := s.(*record)
	m, _ := s.(*mapping)
	result := &value{kind: table, at: v.at}
	if e.count += len(base.fields) + len(v.fields); e.count > maxValues*10 {
		if !e.failed {
			e.errorf(v.at, path, "extends makes more than %d values", maxValues*10)
		}
		e.failed = true
		return result
	}
	index := map[string]int{}
	for _, f := range base.fields {
		if r == nil || !r.displaced(f.key, v) {
			index[f.key] = len(result.fields)
			result.fields = append(result.fields, f)
		}
	}
	for _, f := range v.fields {
		i, inherited := index[f.key]
		switch {
		case f.val.kind == null && !inherited:
			e.errorf(f.at, join(path, f.key), "null removes nothing: the base has no %q", f.key)
		case f.val.kind == null:
			result.fields[i].val = nil
		case inherited && f.val.kind == table && result.fields[i].val.kind == table:
			var inner shape
			if r != nil && r.key(f.key) != nil {
				inner = r.key(f.key).shape
			} else if m != nil {
				inner = m.of
			}
			result.fields[i] = field{f.key, f.at, e.merge(inner, result.fields[i].val, f.val, join(path, f.key))}
		case inherited:
			result.fields[i] = f
		default:
			result.fields = append(result.fields, f)
		}
	}
	result.fields = slices.DeleteFunc(result.fields, func(f field) bool { return f.val == nil })
	return result
}

// displaced says whether a key of a base is an alternative to what v chooses: {every: 5s} over {poisson: 12/s} is one
// way to arrive, not two.
func (s *record) displaced(key string, v *value) bool {
	given := s.given(v)
	if len(given) == 0 || !slices.ContainsFunc(s.forms, func(form []string) bool { return slices.Contains(form, key) }) {
		return false
	}
	return !slices.ContainsFunc(s.forms, func(form []string) bool {
		return contains(form, given) && slices.Contains(form, key)
	})
}

// withoutNulls is v without the keys that remove something of a base.
func withoutNulls(v *value) *value {
	if v.kind != table {
		return v
	}
	w := *v
	w.fields = nil
	for _, f := range v.fields {
		if f.val.kind != null {
			w.fields = append(w.fields, field{f.key, f.at, withoutNulls(f.val)})
		}
	}
	return &w
}

// asWritten returns a map of entries without the nulls that extends gives a meaning.
func asWritten(all *value) *value {
	if all == nil || all.kind != table {
		return all
	}
	w := *all
	w.fields = slices.Clone(all.fields)
	for i, f := range w.fields {
		if f.val.get("extends") != nil {
			w.fields[i].val = withoutNulls(f.val)
		}
	}
	return &w
}

func others(names []string, name string) []string {
	return slices.DeleteFunc(slices.Clone(names), func(n string) bool { return n == name })
}
