package scenarios

import (
	"bytes"
	"errors"
	"io"
	"strings"
	"unicode/utf8"

	"go.yaml.in/yaml/v4"

	"example.com/simrun/internal/units"
)

// Bounds on a file. Aliases are counted as often as they are used, so that a few lines cannot grow without limit.
const (
	maxBytes  = 4 << 20
	maxValues = 100_000
	maxDepth  = 100
)

// parse reads one YAML document into values. It reports what is wrong with the YAML and returns nil when there is
// nothing to go on with.
func parse(p *problems, data []byte) *value {
	start := position{1, 1}
	if len(data) > maxBytes {
		p.errorf(start, "", "a file of more than %d MiB: want a scenario", maxBytes>>20)
		return nil
	}
	if at := badByte(data); at >= 0 {
		p.errorf(locate(data, at), "", "not YAML: byte 0x%02x: want text in UTF-8", data[at])
		return nil
	}
	loader, err := yaml.NewLoader(bytes.NewReader(data))
	if err != nil {
		p.errorf(start, "", "not YAML: %v", err)
		return nil
	}
	var doc, next yaml.Node
	switch err := loader.Load(&doc); {
	case errors.Is(err, io.EOF), err == nil && len(doc.Content) == 0:
		p.errorf(start, "", "an empty file: want a scenario")
		return nil
	case err != nil:
		p.yamlError(err, data)
		return nil
	}
	switch err := loader.Load(&next); {
	case errors.Is(err, io.EOF):
	case err != nil:
		p.yamlError(err, data)
		return nil
	default:
		p.errorf(position{next.Line, next.Column}, "", "a second document: want one scenario a file")
		return nil
	}
	b := builder{problems: p, open: map[*yaml.Node]bool{}}
	v := b.build(doc.Content[0], position{}, "", 0)
	if b.failed {
		return nil
	}
	return v
}

// yamlError reports an error of the YAML library by its own position.
func (p *problems) yamlError(err error, data []byte) {
	var one *yaml.LoadError
	var many *yaml.LoadErrors
	switch {
	case errors.As(err, &one):
	case errors.As(err, &many) && len(many.Errors) > 0:
		one = many.Errors[0]
	default:
		p.errorf(position{1, 1}, "", "not YAML: %v", err)
		return
	}
	msg := strings.TrimPrefix(one.Message, "yaml: ")
	if one.ContextMsg != "" {
		msg = one.ContextMsg + ": " + msg
	}
	at := position{max(1, one.Mark.Line), max(1, one.Mark.Column)}
	if i := one.Mark.Index; i < len(data) && data[i] == '\t' {
		msg = "a tab: want spaces to indent"
	}
	p.errorf(at, "", "not YAML: %s", msg)
}

// badByte is the index of the first byte that is no UTF-8 or a control character; -1 if there is none. The library
// refuses them too, but does not say where they are.
func badByte(data []byte) int {
	for i := 0; i < len(data); {
		r, n := utf8.DecodeRune(data[i:])
		if r == utf8.RuneError && n <= 1 || r < ' ' && r != '\n' && r != '\r' && r != '\t' || r == 0x7f {
			return i
		}
		i += n
	}
	return -1
}

// locate is the position of a byte.
func locate(data []byte, at int) position {
	before := data[:at]
	line := bytes.Count(before, []byte("\n"))
	return position{line + 1, utf8.RuneCount(before[bytes.LastIndexByte(before, '\n')+1:]) + 1}
}

// builder makes values of YAML nodes.
type builder struct {
	*problems
	open   map[*yaml.Node]bool // anchors being expanded
	count  int
	failed bool
}

// build makes the value of n. An alias keeps the place of what it stands for: that is where a mistake is to be
// mended.
func (b *builder) build(n *yaml.Node, at position, path string, depth int) *value {
	if n.Line > 0 {
		at = position{n.Line, n.Column}
	}
	v := &value{at: at}
	if b.count++; b.failed {
		return v
	}
	if b.count > maxValues {
		b.fail(at, path, "more than %d values, aliases counted as often as they are used", maxValues)
		return v
	}
	if depth > maxDepth {
		b.fail(at, units.Shorten(path), "nested more than %d deep", maxDepth)
		return v
	}
	if n.Style&yaml.TaggedStyle != 0 && n.Tag != "!!str" {
		b.errorf(at, path, "tag %q: want a plain value", n.Tag)
		return v
	}
	switch n.Kind {
	case yaml.AliasNode:
		if n.Alias == nil || b.open[n.Alias] {
			b.fail(at, path, "alias %q stands for a part of itself", n.Value)
			return v
		}
		b.open[n.Alias] = true
		v = b.build(n.Alias, at, path, depth+1)
		delete(b.open, n.Alias)
	case yaml.SequenceNode:
		b.open[n] = true
		v.kind = list
		for i, c := range n.Content {
			v.items = append(v.items, b.build(c, at, join(path, i), depth+1))
		}
		delete(b.open, n)
	case yaml.MappingNode:
		b.open[n] = true
		v.kind = table
		b.mapping(v, n, path, depth)
		delete(b.open, n)
	default:
		b.scalar(v, n)
	}
	return v
}

func (b *builder) fail(at position, path, format string, args ...any) {
	if !b.failed {
		b.errorf(at, path, format, args...)
	}
	b.failed = true
}

func (b *builder) scalar(v *value, n *yaml.Node) {
	v.text = n.Value
	switch n.ShortTag() {
	case "!!null":
		v.kind = null
	case "!!bool":
		v.kind = boolean
	case "!!int", "!!float":
		v.kind = number
	default: // timestamps included: the format has none
		v.kind = text
	}
}

// mapping fills in the fields of a table: its own keys first, then those of merge keys (<<) that it lacks.
func (b *builder) mapping(v *value, n *yaml.Node, path string, depth int) {
	seen := map[string]position{}
	var merged []*value
	for i := 0; i+1 < len(n.Content) && !b.failed; i += 2 {
		k, c := n.Content[i], n.Content[i+1]
		at := position{k.Line, k.Column}
		if k.Kind == yaml.ScalarNode && k.ShortTag() == "!!merge" {
			merged = append(merged, b.build(c, at, join(path, "<<"), depth+1))
			continue
		}
		for k.Kind == yaml.AliasNode && k.Alias != nil {
			k = k.Alias
		}
		if k.Kind != yaml.ScalarNode || k.ShortTag() != "!!str" {
			b.errorf(at, path, "key %s: want a string (quote it)", keyFound(k))
			continue
		}
		if first, ok := seen[k.Value]; ok {
			if b.count++; b.count > maxValues {
				b.fail(at, path, "more than %d values", maxValues)
			}
			b.errorf(at, join(path, k.Value), "duplicate key, first at line %d", first.line)
			continue
		}
		seen[k.Value] = at
		v.fields = append(v.fields, field{k.Value, at, b.build(c, at, join(path, k.Value), depth+1)})
	}
	for _, m := range merged {
		from := []*value{m}
		if m.kind == list {
			from = m.items
		}
		for _, t := range from {
			if t.kind != table {
				b.errorf(t.at, join(path, "<<"), "%s: want a map or a list of maps", t.found())
				continue
			}
			for _, f := range t.fields {
				if _, ok := seen[f.key]; !ok {
					seen[f.key] = f.at
					v.fields = append(v.fields, f)
				}
			}
		}
	}
}

func keyFound(k *yaml.Node) string {
	switch k.Kind {
	case yaml.SequenceNode:
		return "a list"
	case yaml.MappingNode:
		return "a map"
	default:
		return units.Shorten(k.Value)
	}
}
