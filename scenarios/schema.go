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
type definitions struct {
	named   jsonschema.Definitions
	partial bool // the schema is that of a part of a value, whose rest comes from its base
}

// suffix tells the names of partial definitions apart.
func (d *definitions) suffix() string {
	if d.partial {
		return "_extending"
	}
	return ""
}

// orNull lets a partial value remove what its base has.
func (d *definitions) orNull(n *schemaNode) *schemaNode {
	if !d.partial {
		return n
	}
	return &schemaNode{AnyOf: []*schemaNode{n, {Type: "null"}}}
}

// Schema returns the JSON Schema of a scenario file, made of the same tables that the reader checks with. Keys that are
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
	return out, nil
}

func (s *record) schema(d *definitions) *schemaNode {
	n := &schemaNode{Type: "object", Properties: jsonschema.NewProperties(), AdditionalProperties: jsonschema.FalseSchema}
	for _, k := range s.keys {
		if k.shape == nil {
			continue
		}
		of := *d.orNull(k.shape.schema(d)) // a copy, since two keys may share one shape
		of.Description = k.description()
		if k.def != "" && k.def != "{}" {
			of.Default = defaultOf(literal(k.def, position{}))
		}
		n.Properties.Set(k.name, &of)
		if k.required && !d.partial {
			n.Required = append(n.Required, k.name)
		}
		if k.with != "" && !d.partial {
			if n.DependentRequired == nil {
				n.DependentRequired = map[string][]string{}
			}
			n.DependentRequired[k.name] = []string{k.with}
		}
	}
	for _, form := range s.forms {
		if d.partial {
			break
		}
		n.OneOf = append(n.OneOf, &schemaNode{Required: form})
	}
	return n
}

// Links of the page lead nowhere from the schema.
var (
	pointer = regexp.MustCompile(`,? ?\[below\]\([^)]*\)`)
	link    = regexp.MustCompile(`\[([^]]*)\]\([^)]*\)`)
)

// meaning returns what a key means, and beside which other.
func (k *key) meaning() string {
	if k.with != "" {
		return "with `" + k.with + "`: " + k.doc
	}
	return k.doc
}

// description returns what a key means, as a sentence.
func (k *key) description() string {
	text := link.ReplaceAllString(pointer.ReplaceAllString(k.meaning(), ""), "$1")
	if k.absent != "" {
		text += "; " + k.absent + " if it is missing"
	}
	if text == "" {
		return ""
	}
	return strings.ToUpper(text[:1]) + strings.TrimSuffix(text[1:], ".") + "."
}

func (s *mapping) schema(d *definitions) *schemaNode {
	n := &schemaNode{Type: "object", AdditionalProperties: s.entry(d)}
	if s.name.pattern != nil {
		n.PropertyNames = &schemaNode{Pattern: s.name.pattern.String()}
	}
	if s.file {
		n.Properties = jsonschema.NewProperties()
		n.Properties.Set(fromKey, &schemaNode{Type: "string", Description: "File that starts the workers."})
	}
	if s.atLeast > 0 && !d.partial {
		least := uint64(s.atLeast)
		n.MinProperties = &least
	}
	return n
}

// entry returns the schema of one entry. One that extends another may lack what is required, at any depth, and hold
// nulls.
func (s *mapping) entry(d *definitions) *schemaNode {
	if !s.extends {
		return d.orNull(s.of.schema(d))
	}
	whole := strings.TrimPrefix(s.of.want(), "a ")
	d.named[whole] = s.of.schema(d)
	d.partial = true
	part := whole + d.suffix()
	d.named[part] = s.of.schema(d)
	d.partial = false
	return &schemaNode{
		If:   &schemaNode{Required: []string{"extends"}},
		Then: &schemaNode{Ref: "#/$defs/" + part},
		Else: &schemaNode{Ref: "#/$defs/" + whole},
	}
}

func (s *sequence) schema(d *definitions) *schemaNode {
	partial := d.partial
	d.partial = false // lists are replaced as a whole
	n := &schemaNode{Type: "array", Items: s.of.schema(d)}
	d.partial = partial
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
		id := s.id + d.suffix()
		ref := &schemaNode{Ref: "#/$defs/" + id}
		if _, ok := d.named[id]; ok {
			return ref
		}
		d.named[id] = &schemaNode{} // a law that mixes laws meets itself here
		d.named[id] = s.alternatives(d)
		return ref
	}
	return s.alternatives(d)
}

func (s *either) alternatives(d *definitions) *schemaNode {
	n := &schemaNode{}
	for _, o := range s.of {
		n.AnyOf = append(n.AnyOf, o.schema(d))
	}
	if len(n.AnyOf) == 1 {
		return n.AnyOf[0]
	}
	return n
}

func (s autoOr) schema(d *definitions) *schemaNode {
	return &schemaNode{AnyOf: []*schemaNode{{Const: "auto"}, s.amount.schema(d)}}
}

func (s noneOr) schema(d *definitions) *schemaNode {
	return &schemaNode{AnyOf: []*schemaNode{{Const: "none"}, s.amount.schema(d)}}
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
		switch {
		case s.above && s.least > s.min:
			n.Minimum = decimal(s.least)
		case s.above:
			n.ExclusiveMinimum = decimal(s.min)
		default:
			n.Minimum = decimal(s.min)
		}
		forms = append(forms, n)
	}
	if names != nil {
		suffix := `(?:` + strings.Join(names, "|") + `)$`
		n := &schemaNode{Type: "string", Pattern: `^` + form + suffix}
		if s.above && s.min == 0 {
			n.Not = &schemaNode{Pattern: `^0(?:\.0+)?(?:[eE][+-]?[0-9]{1,3})?` + suffix}
		}
		forms = append(forms, n)
	}
	if len(forms) == 1 {
		return forms[0]
	}
	return &schemaNode{AnyOf: forms}
}

func decimal(x float64) json.Number { return json.Number(strconv.FormatFloat(x, 'f', -1, 64)) }

// defaultOf returns a default as JSON.
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
