package scenarios

import (
	"reflect"

	"github.com/invopop/jsonschema"

	"example.com/simrun/internal/units"
)

// sweepAxes is the key sweep: lists of values by the path that takes them. What a value must look like depends on its path,
// and is known only when it is put in place.
type sweepAxes struct{}

// factor is what load and size are.
func factor() amount { return amount{quantity: numbers().positive().upTo(1e6)} }

func (sweepAxes) accepts(k kind) bool { return k == table }

func (sweepAxes) want() string {
	return "a map of lists of values, such as {load: [0.5, 1, 2]}"
}

func (sweepAxes) into(*decoder, *value, string, reflect.Value) {}

func (s sweepAxes) check(p *problems, v *value, path string) {
	if v.kind != table {
		p.errorf(v.at, path, "%s: want %s", v.found(), s.want())
		return
	}
	if len(v.fields) == 0 {
		p.errorf(v.at, path, "empty: want %s", s.want())
	}
	cells := 1
	for _, f := range v.fields {
		at := join(path, f.key)
		switch {
		case f.val.kind != list:
			p.errorf(f.val.at, at, "%s: want a list of values", f.val.found())
			continue
		case len(f.val.items) == 0:
			p.errorf(f.val.at, at, "an empty list: want at least one value")
			continue
		}
		said := map[string]bool{}
		for _, item := range f.val.items {
			if f.key == "load" || f.key == "size" {
				factor().check(p, item, at)
			}
			if text := item.inline(); said[text] {
				p.errorf(item.at, at, "%s: is in the list already", units.Shorten(text))
			} else {
				said[text] = true
			}
		}
		if cells <= maxCells {
			cells *= len(f.val.items)
		}
	}
	if cells > maxCells {
		p.errorf(v.at, path, "more than %d cells: want shorter lists, or fewer of them", maxCells)
	}
}

func (sweepAxes) complete(*problems, *value, string) {}
func (sweepAxes) fill(v *value) *value               { return v }

func (sweepAxes) schema(d *definitions) *schemaNode {
	one := uint64(1)
	list := func(of *schemaNode) *schemaNode {
		return &schemaNode{Type: "array", Items: of, MinItems: &one, UniqueItems: true}
	}
	factors := list(factor().schema(d))
	n := &schemaNode{Type: "object", MinProperties: &one, AdditionalProperties: list(&schemaNode{}), Properties: jsonschema.NewProperties()}
	for _, k := range []struct{ name, doc string }{
		{"load", "Factors of all arrivals that no other task causes."},
		{"size", "Factors of arrivals, workers and machines together."},
	} {
		of := *factors
		of.Description = k.doc
		n.Properties.Set(k.name, &of)
	}
	return n
}
