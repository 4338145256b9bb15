package scenarios

import (
	"fmt"

	"example.com/simrun/internal/units"
)

// kind is what a value looks like in the file.
type kind uint8

const (
	null kind = iota
	text
	number
	boolean
	list
	table
)

// value is a node of the file with anchors, aliases and merge keys resolved: what the rest of the package reads.
// Values are shared between trees and never changed after they were built.
type value struct {
	kind   kind
	at     position
	text   string // of a scalar, as written
	items  []*value
	fields []field
}

// field is one key of a table with its value.
type field struct {
	key string
	at  position
	val *value
}

// get is the value of a key; nil if it is not there or v is no table.
func (v *value) get(key string) *value {
	if f := v.field(key); f != nil {
		return f.val
	}
	return nil
}

// field is the field of a key; nil if it is not there or v is no table.
func (v *value) field(key string) *field {
	if v == nil {
		return nil
	}
	for i := range v.fields {
		if v.fields[i].key == key {
			return &v.fields[i]
		}
	}
	return nil
}

// keys are the keys of a table in their order.
func (v *value) keys() []string {
	if v == nil {
		return nil
	}
	names := make([]string, len(v.fields))
	for i, f := range v.fields {
		names[i] = f.key
	}
	return names
}

// with is a copy of the table v with key set to val, in its place or at the end.
func (v *value) with(key string, at position, val *value) *value {
	w := *v
	w.fields = make([]field, 0, len(v.fields)+1)
	w.fields = append(w.fields, v.fields...)
	if f := w.field(key); f != nil {
		*f = field{key, at, val}
		return &w
	}
	w.fields = append(w.fields, field{key, at, val})
	return &w
}

// without is a copy of the table v that lacks key.
func (v *value) without(key string) *value {
	w := *v
	w.fields = make([]field, 0, len(v.fields))
	for _, f := range v.fields {
		if f.key != key {
			w.fields = append(w.fields, f)
		}
	}
	return &w
}

// found is the value in the words of an error.
func (v *value) found() string {
	switch v.kind {
	case null:
		return "nothing"
	case list:
		return "a list"
	case table:
		return "a map"
	case text:
		return fmt.Sprintf("%q", units.Shorten(v.text))
	default:
		return units.Shorten(v.text)
	}
}

// literal is the value of a default, which is ours and therefore well formed.
func literal(yaml string, at position) *value {
	p := problems{}
	v := parse(&p, []byte(yaml))
	if v == nil || p.found != nil {
		panic(fmt.Sprintf("scenarios: default %q: %v", yaml, p.found))
	}
	v.place(at)
	return v
}

// place moves a value that was just built, and all it holds.
func (v *value) place(at position) {
	v.at = at
	for _, item := range v.items {
		item.place(at)
	}
	for i := range v.fields {
		v.fields[i].at = at
		v.fields[i].val.place(at)
	}
}
