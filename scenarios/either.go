package scenarios

import (
	"strings"

	"example.com/simrun/internal/units"
)

// either is one of several shapes, told apart by the kind of the value.
type either struct {
	of []shape
	id string // name of its definition in the schema; "" = written in place

	law *quantity // whose law it is; nil = none
}

func (s *either) pick(k kind) shape {
	for _, o := range s.of {
		if o.accepts(k) {
			return o
		}
	}
	return nil
}

func (s *either) accepts(k kind) bool { return s.pick(k) != nil }

func (s *either) want() string {
	var names []string
	for _, o := range s.of {
		names = append(names, o.want())
	}
	return units.Alternatives(names)
}

func (s *either) check(p *problems, v *value, path string) {
	o := s.pick(v.kind)
	if o == nil {
		p.errorf(v.at, path, "%s: want %s", v.found(), s.want())
		return
	}
	o.check(p, v, path)
}

func (s *either) complete(p *problems, v *value, path string) {
	if o := s.pick(v.kind); o != nil {
		o.complete(p, v, path)
	}
}

func (s *either) fill(v *value) *value {
	if o := s.pick(v.kind); o != nil {
		return o.fill(v)
	}
	return v
}

// noneOr is a quantity or the word none.
type noneOr struct{ amount }

func (s noneOr) want() string { return "none or " + s.amount.want() }

func (s noneOr) check(p *problems, v *value, path string) {
	if v.kind != text || v.text != "none" {
		s.amount.check(p, v, path)
	}
}

// autoOr is a quantity or the word auto.
type autoOr struct{ amount }

func (s autoOr) want() string { return "auto or " + s.amount.want() }

func (s autoOr) check(p *problems, v *value, path string) {
	if v.kind == text && v.text == "auto" {
		return
	}
	if _, err := s.parse(v); err != nil {
		p.errorf(v.at, path, "%s", strings.Replace(err.Error(), "want "+s.amount.want(), "want "+s.want(), 1))
	}
}
