package scenarios

import (
	"reflect"
	"regexp"
	"slices"
	"unicode"

	"example.com/simrun/celery"
	"example.com/simrun/internal/units"
)

// shape is what a value may look like. The grammar of the format is one tree of shapes: the reader checks with it,
// defaults come from it, and the JSON Schema is made of it.
type shape interface {
	// accepts says whether a value is of the right kind, whatever it holds.
	accepts(k kind) bool
	// want names what is accepted, for an error.
	want() string
	// check reports what is wrong with a value as it is written, except for what it lacks.
	check(p *problems, v *value, path string)
	// complete reports what a value lacks once extends is merged.
	complete(p *problems, v *value, path string)
	// fill adds the defaults.
	fill(v *value) *value
	schema(d *definitions) *schemaNode
	// into puts a value into the field that its key is bound to.
	into(d *decoder, v *value, path string, to reflect.Value)
}

// Scalars share the parts that concern tables only.
type scalar struct{}

func (scalar) accepts(k kind) bool                { return k == text || k == number || k == boolean }
func (scalar) complete(*problems, *value, string) {}
func (scalar) fill(v *value) *value               { return v }

// amount is a number with its units.
type amount struct {
	scalar
	quantity
}

func (s amount) want() string { return s.quantity.want() }

func (s amount) check(p *problems, v *value, path string) {
	if _, err := s.parse(v); err != nil {
		p.errorf(v.at, path, "%v", err)
	}
}

// yesNo is true or false.
type yesNo struct{ scalar }

func (yesNo) want() string { return "true or false" }

func (s yesNo) check(p *problems, v *value, path string) {
	if v.kind != boolean {
		p.errorf(v.at, path, "%s: want %s", v.found(), s.want())
	}
}

// word is one of a few words.
type word struct {
	scalar
	words []string
	yes   string // the one that is true, where two say whether something holds
}

func (s word) want() string { return units.Alternatives(s.words) }

func (s word) check(p *problems, v *value, path string) {
	switch {
	case v.kind == text && slices.Contains(s.words, v.text):
	case v.kind == text && celery.Unmodelled(v.text) != "":
		p.errorf(v.at, path, "%s: want %s: %s", v.found(), s.want(), celery.Unmodelled(v.text))
	case v.kind == text && units.Nearest(v.text, s.words) != "":
		p.errorf(v.at, path, "%s: want %s; did you mean %q?", v.found(), s.want(), units.Nearest(v.text, s.words))
	default:
		p.errorf(v.at, path, "%s: want %s", v.found(), s.want())
	}
}

// phrase is any text of a pattern.
type phrase struct {
	scalar
	noun    string
	pattern *regexp.Regexp // nil = any but the empty one
	of      string         // the map of the file whose names it refers to; "" = none that the reader knows
}

func (s phrase) want() string { return s.noun }

func (s phrase) check(p *problems, v *value, path string) {
	if v.kind != text || !s.fits(v.text) {
		p.errorf(v.at, path, "%s: want %s", v.found(), s.want())
	}
}

// fits says whether a text is one. Control characters would reach terminals and pages, where they do harm; characters
// that only format, such as marks of direction, make two names look alike, but belong into sentences.
func (s phrase) fits(text string) bool {
	for _, r := range text {
		if s.pattern != nil && hidden(r) || unicode.IsControl(r) && r != '\n' && r != '\t' {
			return false
		}
	}
	return text != "" && (s.pattern == nil || s.pattern.MatchString(text))
}

// sequence is a list.
type sequence struct {
	of     shape
	noun   string
	length [2]int // fewest and most items; most 0 = any
}

func (sequence) accepts(k kind) bool { return k == list }
func (s *sequence) want() string     { return s.noun }

func (s *sequence) check(p *problems, v *value, path string) {
	if v.kind != list {
		p.errorf(v.at, path, "%s: want %s", v.found(), s.want())
		return
	}
	if n := len(v.items); n < s.length[0] || s.length[1] > 0 && n > s.length[1] {
		p.errorf(v.at, path, "%d items: want %s", n, s.want())
	}
	for i, item := range v.items {
		s.of.check(p, item, join(path, i))
	}
}

func (s *sequence) complete(p *problems, v *value, path string) {
	for i, item := range v.items {
		s.of.complete(p, item, join(path, i))
	}
}

func (s *sequence) fill(v *value) *value {
	w := *v
	w.items = make([]*value, len(v.items))
	for i, item := range v.items {
		w.items[i] = s.of.fill(item)
	}
	return &w
}

// mapping is a map whose keys are names of the user's own.
type mapping struct {
	of      shape
	noun    string
	name    phrase // what a key looks like
	named   string // field of an entry that takes its key
	atLeast int
	file    bool // `from: FILE` may stand among its entries, and has been read before anything is checked
	extends bool // its entries may name another one to start from
}

func (mapping) accepts(k kind) bool { return k == table }
func (s *mapping) want() string     { return s.noun }

func (s *mapping) check(p *problems, v *value, path string) {
	if v.kind != table {
		p.errorf(v.at, path, "%s: want %s", v.found(), s.want())
		return
	}
	for _, f := range v.fields {
		if !s.name.fits(f.key) {
			p.errorf(f.at, path, "%q: want %s", units.Shorten(f.key), s.name.noun)
		}
		s.of.check(p, f.val, join(path, f.key))
	}
}

func (s *mapping) complete(p *problems, v *value, path string) {
	if v.kind != table {
		return
	}
	if len(v.fields) < s.atLeast {
		p.errorf(v.at, path, "empty: want %s", s.want())
	}
	for _, f := range v.fields {
		if !p.orphans[f.val.at] {
			s.of.complete(p, f.val, join(path, f.key))
		}
	}
}

func (s *mapping) fill(v *value) *value {
	if v.kind != table {
		return v
	}
	w := *v
	w.fields = slices.Clone(v.fields)
	for i := range w.fields {
		w.fields[i].val = s.of.fill(w.fields[i].val)
	}
	return &w
}
