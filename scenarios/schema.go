package scenarios

import (
	"encoding/json"
	"fmt"
	"regexp"
	"strconv"
	"strings"

	"github.com/invopop/jsonschema"
)

// schemaNode is a part of the schema.
type schemaNode = jsonschema.Schema

// definitions are the parts of the schema that are referred to by name.
type definitions struct{ named jsonschema.Definitions }

// Schema is the JSON Schema of a scenario file, made of the same tables that the reader checks with. Keys that are
// not supported yet are left out. What names other parts of the file (queues, tasks, machines) is checked by the
// reader only.
func Schema() ([]byte, error) {
	d := &definitions{named: jsonschema.Definitions{}}
	s := grammar().schema(d)
	s.Version = jsonschema.Version
	s.Title = "simrun scenario"
	s.Definitions = d.named
	out, err := json.MarshalIndent(s, "", "  ")
	if err != nil {
		return nil, fmt.Errorf("schema: %w", err)
	}
	return append(out, '\n'), nil
}

func (s *record) schema(d *definitions) *schemaNode {
	n := &schemaNode{Type: "object", Properties: jsonschema.NewProperties(), AdditionalProperties: jsonschema.FalseSchema}
	for _, k := range s.keys {
		if k.shape == nil {
			continue
		}
		// A key of its own node, since two keys may share one shape.
		of := *k.shape.schema(d)
		if of.Ref != "" { // beside $ref, a description is allowed from draft 2019-09 on
			of = schemaNode{Ref: of.Ref}
		}
		of.Description = k.doc
		if k.def != "" && k.def != "{}" {
			of.Default = defaultOf(literal(k.def, position{}))
		}
		n.Properties.Set(k.name, &of)
		if k.required {
			n.Required = append(n.Required, k.name)
		}
	}
	for _, form := range s.forms {
		n.OneOf = append(n.OneOf, &schemaNode{Required: form})
	}
	return n
}

// relaxed is the schema of entries that may extend others: what they lack may come from there.
func relaxed(n *schemaNode) *schemaNode {
	if n.Properties == nil {
		return n
	}
	if _, ok := n.Properties.Get("extends"); !ok {
		return n
	}
	strict := &schemaNode{Required: n.Required, OneOf: n.OneOf}
	n.Required, n.OneOf = nil, nil
	n.If = &schemaNode{Not: &schemaNode{Required: []string{"extends"}}}
	n.Then = strict
	return n
}

func (s *mapping) schema(d *definitions) *schemaNode {
	n := &schemaNode{Type: "object", AdditionalProperties: relaxed(s.of.schema(d))}
	if s.name.pattern != nil {
		n.PropertyNames = &schemaNode{Pattern: s.name.pattern.String()}
	}
	if s.atLeast > 0 {
		least := uint64(s.atLeast)
		n.MinProperties = &least
	}
	return n
}

func (s *sequence) schema(d *definitions) *schemaNode {
	n := &schemaNode{Type: "array", Items: s.of.schema(d)}
	if low := uint64(s.length[0]); low > 0 {
		n.MinItems = &low
	}
	if high := uint64(s.length[1]); high > 0 {
		n.MaxItems = &high
	}
	return n
}

func (s *either) schema(d *definitions) *schemaNode {
	if s.id != "" {
		ref := &schemaNode{Ref: "#/$defs/" + s.id}
		if _, ok := d.named[s.id]; ok {
			return ref
		}
		d.named[s.id] = &schemaNode{} // a law that mixes laws meets itself here
		d.named[s.id] = s.alternatives(d)
		return ref
	}
	return s.alternatives(d)
}

func (s *either) alternatives(d *definitions) *schemaNode {
	n := &schemaNode{}
	for _, o := range s.of {
		if _, ok := o.(later); ok {
			continue
		}
		n.AnyOf = append(n.AnyOf, o.schema(d))
	}
	if len(n.AnyOf) == 1 {
		return n.AnyOf[0]
	}
	return n
}

func (later) schema(*definitions) *schemaNode { return &schemaNode{} }

func (s autoOr) schema(d *definitions) *schemaNode {
	return &schemaNode{AnyOf: []*schemaNode{{Const: "auto"}, s.amount.schema(d)}}
}

func (yesNo) schema(*definitions) *schemaNode { return &schemaNode{Type: "boolean"} }

func (s word) schema(*definitions) *schemaNode {
	n := &schemaNode{Type: "string"}
	for _, w := range s.words {
		n.Enum = append(n.Enum, w)
	}
	return n
}

func (s phrase) schema(*definitions) *schemaNode {
	n := &schemaNode{Type: "string"}
	if s.pattern != nil {
		n.Pattern = s.pattern.String()
		return n
	}
	one := uint64(1)
	n.MinLength = &one
	return n
}

func (s amount) schema(*definitions) *schemaNode {
	var forms []*schemaNode
	var names []string
	for _, u := range s.units {
		if u.name != "" {
			names = append(names, regexp.QuoteMeta(u.name))
			continue
		}
		n := &schemaNode{Type: "number", Maximum: decimal(s.max)}
		if s.whole {
			n.Type = "integer"
		}
		if s.above {
			n.ExclusiveMinimum = decimal(s.min)
		} else {
			n.Minimum = decimal(s.min)
		}
		forms = append(forms, n)
	}
	if names != nil {
		suffix := `(?:` + strings.Join(names, "|") + `)$`
		n := &schemaNode{Type: "string", Pattern: `^` + form + suffix}
		if s.above && s.min == 0 {
			n.Not = &schemaNode{Pattern: `^0(?:\.0+)?(?:[eE][+-]?[0-9]+)?` + suffix}
		}
		forms = append(forms, n)
	}
	if len(forms) == 1 {
		return forms[0]
	}
	return &schemaNode{AnyOf: forms}
}

func decimal(x float64) json.Number { return json.Number(strconv.FormatFloat(x, 'f', -1, 64)) }

// defaultOf is a default as JSON.
func defaultOf(v *value) any {
	switch v.kind {
	case list:
		var items []any
		for _, item := range v.items {
			items = append(items, defaultOf(item))
		}
		return items
	case number:
		return json.Number(v.text)
	case boolean:
		return v.text == "true"
	default:
		return v.text
	}
}
