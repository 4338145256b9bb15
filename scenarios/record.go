package scenarios

import (
	"slices"
	"strings"

	"example.com/simrun/celery"
	"example.com/simrun/internal/units"
)

// key is a row of the format: all that anybody has to know of a key. What reads a file, fills in defaults, guesses what
// was meant, writes the schema or the tables of docs/scenario-file.md goes by it.
type key struct {
	name     string
	doc      string // what it means, a part of a sentence in Markdown
	example  string // of a key that is one of several forms, as it is written
	shape    shape  // nil = settled, but not built yet
	def      string // YAML that is filled in where the key is missing; "" = stays unset
	absent   string // in words: what holds where it is missing, and no default is filled in
	with     string // the key without which it means nothing
	to       string // the field that takes its value, if that is not called like the key
	required bool
}

// record is a map with known keys.
type record struct {
	noun  string
	keys  []key
	forms [][]string // alternatives: exactly one of these groups of keys, and of that all
}

func (*record) accepts(k kind) bool { return k == table }
func (s *record) want() string      { return s.noun }

func (s *record) key(name string) *key {
	for i := range s.keys {
		if s.keys[i].name == name {
			return &s.keys[i]
		}
	}
	return nil
}

// names returns the supported keys.
func (s *record) names() []string {
	var names []string
	for _, k := range s.keys {
		if k.shape != nil {
			names = append(names, k.name)
		}
	}
	return names
}

func (s *record) check(p *problems, v *value, path string) {
	if v.kind != table {
		p.errorf(v.at, path, "%s: want %s", v.found(), s.want())
		return
	}
	for _, f := range v.fields {
		at := join(path, f.key)
		switch k := s.key(f.key); {
		case k == nil && celery.Unmodelled(f.key) != "":
			p.errorf(f.at, at, "%s", celery.Unmodelled(f.key))
		case k == nil:
			if meant := s.meantFor(f.key); meant != "" {
				p.errorf(f.at, at, "unknown key, did you mean %s?", meant)
			} else if meant := units.Nearest(f.key, s.names()); meant != "" {
				p.errorf(f.at, at, "unknown key, did you mean %q?", meant)
			} else {
				p.errorf(f.at, at, "unknown key: want %s", units.Alternatives(s.names()))
			}
		case k.shape == nil:
			p.errorf(f.at, at, "not supported yet")
		case f.val.kind == null && p.bad[f.val.at]: // a tag, which is refused already
		case f.val.kind == null:
			p.errorf(f.val.at, at, "nothing: want %s", k.shape.want())
		default:
			k.shape.check(p, f.val, at)
		}
	}
}

func (s *record) complete(p *problems, v *value, path string) {
	if v.kind != table {
		return
	}
	for _, k := range s.keys {
		if f := v.field(k.name); f == nil && k.required {
			if !s.misspelt(v, k.name) {
				p.errorf(v.at, path, "%s is missing: want %s", k.name, k.shape.want())
			}
		} else if f != nil && k.shape != nil && k.shape.accepts(f.val.kind) {
			k.shape.complete(p, f.val, join(path, k.name))
		}
		if f := v.field(k.name); f != nil && k.with != "" && v.get(k.with) == nil {
			p.errorf(f.at, join(path, k.name), "only with %s", k.with)
		}
	}
	if s.forms != nil && !s.unknownKeys(v) {
		s.completeForm(p, v, path)
	}
}

// completeForm reports a value that has none, several or a part of the forms.
func (s *record) completeForm(p *problems, v *value, path string) {
	given := s.given(v)
	for _, form := range s.forms {
		if !contains(form, given) {
			continue
		}
		missing := slices.DeleteFunc(slices.Clone(form), func(k string) bool { return slices.Contains(given, k) })
		switch {
		case len(missing) == 0:
		case len(given) == 0:
			p.errorf(v.at, path, "%s is missing", s.formNames())
		default:
			p.errorf(v.at, path, "%s is missing: want %s", units.And(missing), s.formNames())
		}
		return
	}
	second := v.field(given[1])
	p.errorf(second.at, join(path, second.key), "%s at once: want %s", units.And(given), s.formNames())
}

// given returns the keys of v that belong to a form.
func (s *record) given(v *value) []string {
	return slices.DeleteFunc(v.keys(), func(k string) bool {
		return !slices.ContainsFunc(s.forms, func(form []string) bool { return slices.Contains(form, k) })
	})
}

// contains says whether all of part is among whole.
func contains(whole, part []string) bool {
	return !slices.ContainsFunc(part, func(s string) bool { return !slices.Contains(whole, s) })
}

// formNames lists the forms: "mean and cv, or p50 and p99".
func (s *record) formNames() string {
	names := make([]string, len(s.forms))
	plain := true
	for i, form := range s.forms {
		names[i] = units.And(form)
		plain = plain && len(form) == 1
	}
	if plain {
		return units.Alternatives(names)
	}
	var list strings.Builder
	list.WriteString(names[0])
	for _, n := range names[1:] {
		list.WriteString(", or " + n)
	}
	return list.String()
}

// unknownKeys says whether the table holds keys that are errors: what seems to be missing may be among them.
func (s *record) unknownKeys(v *value) bool {
	return slices.ContainsFunc(v.fields, func(f field) bool { k := s.key(f.key); return k == nil || k.shape == nil })
}

// misspelt says whether an unknown key of the table probably means this one.
func (s *record) misspelt(v *value, name string) bool {
	return slices.ContainsFunc(v.fields, func(f field) bool {
		return s.key(f.key) == nil && units.Nearest(f.key, s.names()) == name
	})
}

func (s *record) fill(v *value) *value {
	if v.kind != table {
		return v
	}
	w := *v
	w.fields = nil
	for _, k := range s.keys { // in the order of the format, whatever the file's
		f := v.field(k.name)
		switch {
		case f != nil && k.shape != nil && k.shape.accepts(f.val.kind):
			w.fields = append(w.fields, field{f.key, f.at, k.shape.fill(f.val)})
		case f != nil:
			w.fields = append(w.fields, *f)
		case k.def != "" && k.shape != nil && (k.with == "" || v.get(k.with) != nil):
			w.fields = append(w.fields, field{k.name, v.at, k.shape.fill(literal(k.def, v.at))})
		}
	}
	for _, f := range v.fields { // kept, so that what depends on this value is known to be broken
		if s.key(f.key) == nil {
			w.fields = append(w.fields, f)
		}
	}
	return &w
}
